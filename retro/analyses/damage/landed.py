"""Damage that shows in the text of one file: in the result of a commit, and in none of its parents.

A file that no parent has is new: what is wrong with it was never right, and nothing is said of it.
"""

from collections.abc import Iterator, Mapping, Sequence

from retro.analyses.damage.paths import language_of
from retro.analyses.damage.symptoms import BROKEN, MARKER, REDEFINED, UNDEFINED, Damage, Text
from retro.analyses.damage.texts import Texts, Wanted
from retro.git.results import Result

_TEXT_RULES = (MARKER, BROKEN, UNDEFINED, REDEFINED)


def text_damage(texts: Texts, changes: Sequence[Result]) -> tuple[list[Damage], dict[Wanted, Text]]:
    """Damage in the files of `changes`, and what is known of each new blob."""
    existing = [change for change in changes if change.new_id and any(change.parent_ids)]
    known = texts.judge((change.new_id, language_of(change.path)) for change in existing)
    suspects = [change for change in existing if known[change.new_id, language_of(change.path)].symptoms]
    before = texts.judge(
        (parent_id, language_of(change.path)) for change in suspects for parent_id in change.parent_ids if parent_id
    )
    return [damage for change in suspects for damage in _new(change, known, before)], known


def _new(change: Result, known: Mapping[Wanted, Text], before: Mapping[Wanted, Text]) -> Iterator[Damage]:
    language = language_of(change.path)
    text = known[change.new_id, language]
    parents = [before[parent_id, language] for parent_id in change.parent_ids if parent_id]
    if all(parent.left_out for parent in parents):
        return
    rules = set()
    for key, symptom in sorted(text.symptoms.items(), key=lambda item: _TEXT_RULES.index(item[0][0])):
        is_new = all(parent.knows(symptom.rule) and key not in parent.symptoms for parent in parents)
        # A text with markers does not parse either: that is said once.
        if is_new and not (symptom.rule == BROKEN and MARKER in rules):
            rules.add(symptom.rule)
            yield Damage(change.commit_sha, change.path, symptom, change.new_id)
