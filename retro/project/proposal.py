"""The retro.toml that `retro init` proposes: text with comments, made from what was seen.

Whatever comes from a repository is written as a TOML string, also within comments: a folder or a scope can hold quotes,
line breaks and characters that turn the line around.
"""

import fnmatch
import glob
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from os.path import relpath
from pathlib import Path
from statistics import median

from retro.config.literals import toml_key, toml_text
from retro.project.areas import propose_areas
from retro.project.logs import propose_logs
from retro.project.surroundings import View
from retro.project.transcripts import propose_transcripts

_USUAL_DAYS = 14
_COVERED_SPRINTS = 6
_LATEST_GAPS = 12
_LEAST_GAPS = 5
_EARLIEST = date(1971, 1, 1)  # so that the first sprint does not begin before 1970, whatever a clock once said
_REGULAR_DAYS = range(5, 46)
_SHOWN_SCOPES, _SHOWN_PREFIXES = 8, 4
_LEAST_SCOPE_COMMITS = 3


@dataclass(frozen=True)
class Cadence:
    """Sprints of `days` days from the Monday `first` on, and why."""

    first: date
    days: int
    why: str


def propose(root: Path, views: Sequence[View], timezone: str, today: date) -> str:
    """Text of a retro.toml in the folder `root` for these repositories, whose names differ."""
    parts = [_head(root, views, timezone, today), _sprints(propose_cadence(views, today))]
    parts += [_repository(root, view) for view in views]
    parts += [text for view in views if (text := _areas(view))]
    parts.append(_themes(views))
    parts.append(propose_logs(root))
    parts.append(propose_transcripts())
    return "\n".join(part for part in parts if part)


def propose_cadence(views: Iterable[View], today: date) -> Cadence:
    """The cadence of the releases where it is regular, else two weeks; it covers six sprints before the newest commit.

    Regular: of the last gaps between release days, at least five, half lie within a quarter of the median.
    """
    views = list(views)
    releases = max((view.release_days for view in views), key=len, default=[])
    days = _release_rhythm(releases)
    if days is None:
        why = f"Releases tell no regular rhythm, so {_USUAL_DAYS} days, in step with this week's Monday; set your own first day."
        days, start = _USUAL_DAYS, today - timedelta(days=today.weekday())
    else:
        why = f"Releases come about every {days} days; sprints begin on the Monday after one."
        start = releases[-1] + timedelta(days=7 - releases[-1].weekday())
    newest = min(max((view.last_day for view in views if view.last_day), default=today), today)
    newest = max(newest, _EARLIEST)
    oldest = newest - timedelta(days=_COVERED_SPRINTS * days)
    return Cadence(start - timedelta(days=days * -((oldest - start).days // days)), days, why)


def _release_rhythm(release_days: Sequence[date]) -> int | None:
    """Whole weeks in days between releases, None when they are few or irregular."""
    latest = release_days[-_LATEST_GAPS - 1 :]
    gaps = [(later - earlier).days for earlier, later in pairwise(latest)]
    if len(gaps) < _LEAST_GAPS or int(median(gaps)) not in _REGULAR_DAYS:
        return None
    usual = median(gaps)
    spread = median(abs(gap - usual) for gap in gaps)
    return max(7, 7 * round(usual / 7)) if spread <= usual / 4 else None


def _head(root: Path, views: Sequence[View], timezone: str, today: date) -> str:
    name = views[0].name if len(views) == 1 else _usable_name(root.name)
    return f"""\
# The settings of this project's retrospectives, written by `retro init` on {today} from what it found here.
# Change whatever is wrong: a mistake is told with its line, and `retro doctor` shows what is found and what is missing.

[project]
name = {toml_text(name)}
timezone = {toml_text(timezone)}  # days and sprints begin at midnight of this zone
"""


def _usable_name(name: str) -> str:
    return "".join(character for character in name if character.isprintable()).strip() or "project"


def _sprints(cadence: Cadence) -> str:
    last = cadence.first + timedelta(days=cadence.days - 1)
    return f"""\
[sprints]
# {cadence.why}
first = {cadence.first}
days = {cadence.days}

# A sprint of its own name and days wins over the cadence; both days belong to it.
# [[sprints.named]]
# id = 1
# start = {cadence.first}
# end = {last}
# goal = "What this sprint was for"
"""


def _repository(root: Path, view: View) -> str:
    lines = ["[[repos]]"]
    if view.problem:
        lines.append(f"# Not read in full: {toml_text(view.problem)}")
    lines += [f"path = {toml_text(_written_path(view.path, root))}", f"name = {toml_text(view.name)}"]
    if view.branch and view.branch.isprintable():
        lines.append(
            f"branch = {toml_text(view.branch)}  # without this line: the branch that the repository calls its own"
        )
    return "\n".join([*lines, _release_tags(view), ""])


def _written_path(path: Path, root: Path) -> str:
    """The path from the folder of retro.toml; a folder called `~x` must not be taken for someone's home."""
    relative = relpath(path, root)
    return f"./{relative}" if relative.startswith("~") else relative


def _release_tags(view: View) -> str:
    patterns = _tag_patterns(view.release_tags)
    if not patterns:
        return '# release_tags = ["v[0-9]*"]  # without this line: tags that look like versions'
    matched = sum(any(fnmatch.fnmatchcase(tag, pattern) for pattern in patterns) for tag in view.release_tags)
    listed = ", ".join(map(toml_text, patterns))
    return f"release_tags = [{listed}]  # {matched} of {view.tag_count} tags; which tags are releases"


def _tag_patterns(tags: Sequence[str]) -> list[str]:
    """A glob per beginning before the first digit, the most used first; none when there are too many kinds to list."""
    beginnings = Counter(
        re.split(r"\d", tag, maxsplit=1)[0] for tag in tags if tag.isprintable() and re.search(r"\d", tag)
    )
    if len(beginnings) > _SHOWN_PREFIXES:
        return []
    return [f"{glob.escape(beginning)}[0-9]*" for beginning, _ in beginnings.most_common()]


def _areas(view: View) -> str:
    """The `[areas.NAME]` section."""
    areas = propose_areas(view.paths, view.files)
    if not areas:
        return ""
    lines = [
        f"[areas.{toml_key(view.name)}]",
        f"# What the last {view.subject_count} commits changed most, 5 to 10 parts read best. The first area with a glob that",
        "# matches takes a file; globs are those of .gitignore, the names on the left are yours to choose.",
    ]
    lines += [f"{toml_key(area)} = [{', '.join(map(toml_text, patterns))}]" for area, patterns in areas.items()]
    return "\n".join([*lines, ""])


def _themes(views: Sequence[View]) -> str:
    scopes = sum((view.scopes for view in views), Counter())
    subjects = sum(view.subject_count for view in views)
    often = [(scope, count) for scope, count in scopes.most_common(_SHOWN_SCOPES) if count >= _LEAST_SCOPE_COMMITS]
    lines = [
        "# Themes are your own names for what the work was for. The first theme with a rule that matches takes a",
        "# commit; rules are scopes, paths (globs), words, branches (globs), tickets (prefixes) and labels. To use",
        "# one, take the `# ` away.",
    ]
    if not often:
        lines += [
            "#",
            "# [[themes]]",
            '# name = "Security hardening"',
            '# paths = ["services/auth/**"]',
            '# words = ["vulnerab"]',
        ]
    for scope, count in often:
        text = toml_text(scope)
        lines += [
            "#",
            f"# [[themes]]  # {count} of the last {subjects} subjects",
            f"# name = {text}",
            f"# scopes = [{text}]",
        ]
    return "\n".join([*lines, ""])
