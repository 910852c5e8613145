"""Plain sentences made from results: the finding over a figure and the summary of a sprint.

Templates over facts: the same rows always give the same words. A sentence says what a number carries and no more; where
too little is known it says that. Past tense, no praise, no blame.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from retro.figures.fault_sentences import FAULT_FINDINGS, damage_sentence, escape_sentence
from retro.figures.knowledge_sentences import COPIES, KNOWLEDGE_FINDINGS, judged_rows
from retro.figures.money_sentences import MONEY_FINDINGS, bill_sentence, transcript_sentence
from retro.figures.note_sentences import NOTE_FINDINGS
from retro.figures.reach_sentences import REACH_FINDINGS, area_sentence, reach_sentence, swap_sentence
from retro.figures.review_sentences import REVIEW_FINDINGS
from retro.figures.wording import (
    OWN,
    column_title,
    counted,
    list_text,
    moment_text,
    number_text,
    share_text,
)
from retro.figures.work_sentences import WORK_FINDINGS, day_sentence, release_sentence, theme_sentence

if TYPE_CHECKING:
    from retro.queries import Result

# Earlier sprints needed before one can be called unusual, and how many robust deviations make it so. 3.5 is the usual
# bound for the modified z-score (Iglewicz and Hoaglin, 1993), in which a median deviation counts as 0.6745 of a
# standard deviation.
FEWEST_EARLIER_SPRINTS = 4
MOST_WHOLE_SUBJECTS = 3
UNUSUAL_FROM, NORMAL_SHARE = 3.5, 0.6745
MOST_SENTENCES = 7

Rows = list[dict]
Facts = dict[str, Rows]


@dataclass(frozen=True)
class Sentence:
    """A sentence of the summary: `lead` links to the figure at `anchor`, `rest` follows it."""

    lead: str
    rest: str
    anchor: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return self.lead + self.rest


def finding(result: "Result", topic: str | None = None) -> str | None:
    """What a result says in words, to stand over its figure; None when no template knows it or has a finding.

    A second figure of the same query has a `topic` of its own.
    """
    template = FINDINGS.get(topic or result.name)
    rows = result.rows()
    try:
        return template(rows) if template and rows else None
    except KeyError:  # a team's own query of this name, with other columns
        return None


def summary_sentences(*results: "Result") -> list[Sentence]:
    """One sentence per fact that the results hold, in the order of the page; what is not known comes last.

    Of more than seven those are left out that say least.
    """
    facts = {result.name: result.rows() for result in results}
    told = [(name, template, _told(template, facts[name], facts)) for name, template in SUMMARY if facts.get(name)]
    said = [(name, template, text) for name, template, text in told if text]
    spare = [least for least in SAYS_LEAST if any(template is least for _, template, _ in said)]
    left_out = spare[: max(0, len(said) - MOST_SENTENCES)]
    return [Sentence(*text, anchor=name.replace("_", "-")) for name, template, text in said if template not in left_out]


def _told(
    template: Callable[[Rows, Facts], tuple[str, str] | None], rows: Rows, facts: Facts
) -> tuple[str, str] | None:
    try:
        return template(rows, facts)
    except KeyError:  # a team's own query of this name, with other columns
        return None


def provenance_sentence(sprint: dict, coverage: Rows) -> str:
    """What was read, when, and how much of it could be judged: the line under the head of the page."""
    read = f", read {moment_text(sprint['mined_at'], sprint['timezone'])}" if sprint["mined_at"] else ""
    logs, pulls = sprint.get("log_count"), sprint.get("pull_request_count")
    parts = [
        counted(sprint["repo_count"], "repository"),
        counted(logs, "log") if logs else "",
        counted(pulls, "pull request") if pulls else "",
    ]
    judged = ", ".join(_judged_texts([(row["subject"], row["judged_share"]) for row in judged_rows(coverage)]))
    told = f"From {list_text([part for part in parts if part])}{read}{'; judged: ' if judged else ''}{judged}."
    copies = sum(row["total_count"] - row["judged_count"] for row in coverage if row["subject"] == COPIES)
    return told + _copies_sentence(copies) if copies else told


def _copies_sentence(count: int) -> str:
    if count == 1:
        return " 1 commit brings a change that had landed before and is left out."
    return f" {counted(count, 'commit')} bring changes that had landed before and are left out."


def _judged_texts(shares: list[tuple[str, float]]) -> list[str]:
    """Each subject with its share, the least judged first; of many that were judged whole only how many they are."""
    partly = [
        f"{subject} {share_text(share)}" for subject, share in sorted(shares, key=lambda part: part[1]) if share < 1
    ]
    whole = [subject for subject, share in shares if share >= 1]
    if len(whole) > MOST_WHOLE_SUBJECTS:
        return [*partly, f"{'the other' if partly else 'all'} {len(whole)} subjects {share_text(1.0)}"]
    return [*partly, *(f"{subject} {share_text(1.0)}" for subject in whole)]


def is_unusual(earlier: list[float], now: float) -> bool:
    """Whether `now` is far from the earlier values by their own spread (a modified z-score of 3.5 or more).

    Equal earlier values have no spread; then nothing is called unusual.
    """
    middle = median(earlier)
    spread = median(abs(value - middle) for value in earlier)
    return bool(spread) and NORMAL_SHARE * abs(now - middle) / spread >= UNUSUAL_FROM


def _totals(rows: Rows, facts: Facts) -> tuple[str, str]:
    now = rows[-1]
    if not now["commit_count"]:
        return "No commit was made in this sprint", "."
    were = "was" if now["commit_count"] == 1 else "were"
    lead = f"{counted(now['commit_count'], 'commit')} {were} made on {counted(now['active_day_count'], 'day')}"
    return lead, f", {counted(now['merge_count'], 'merge')} among them{_against(rows)}."


def _against(rows: Rows) -> str:
    if len(rows) < 2:
        return "; there is no earlier sprint to compare with"
    before = rows[-2]["commit_count"]
    difference = rows[-1]["commit_count"] - before
    name = f"sprint {rows[-2]['sprint']}"
    if not difference:
        return f", as many as in {name}"
    more = "more" if difference > 0 else "fewer"
    return f"; {number_text(abs(difference))} {more} than in {name} ({number_text(before)})"


def _unusual(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    earlier, odd = rows[:-1], _odd_columns(rows)
    if not odd:
        return None
    usual = {name: number_text(round(median(row[name] for row in earlier))) for name in odd}
    said = [f"{column_title(name)} ({number_text(rows[-1][name])}, usually about {usual[name]})" for name in odd]
    return f"Unusual against the {len(earlier)} sprints before", f": {list_text(said)}."


def _usual(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    """That nothing is unusual, or that it cannot be told."""
    earlier = rows[:-1]
    if len(earlier) < FEWEST_EARLIER_SPRINTS:
        known = f"{counted(len(earlier), 'earlier sprint')} of the {FEWEST_EARLIER_SPRINTS} that it takes"
        return "Too few sprints to tell what is unusual", f": {known}."
    return None if _odd_columns(rows) else ("Nothing stands out", f" against the {len(earlier)} sprints before.")


def _odd_columns(rows: Rows) -> list[str]:
    """Columns of the last row that are far from those before; none where these are too few."""
    *earlier, now = rows
    if len(earlier) < FEWEST_EARLIER_SPRINTS:
        return []
    columns = [name for name in now if name.endswith(("_count", "_lines")) and OWN + name not in now]
    return [name for name in columns if is_unusual([row[name] for row in earlier], now[name])]


def _unknown(rows: Rows, facts: Facts) -> tuple[str, str]:
    open_rows = [row for row in judged_rows(rows) if row["judged_share"] < 1]
    if not open_rows:
        return "Everything that was read could be judged", "."
    least = min(open_rows, key=lambda row: (row["judged_share"], row["subject"]))
    missing = least["total_count"] - least["judged_count"]
    of = f"{number_text(missing)} of {number_text(least['total_count'])}"
    return f"Least is known of {least['subject']}", f": {of} are {least['unknown']}."


SUMMARY: tuple[tuple[str, Callable[[Rows, Facts], tuple[str, str] | None]], ...] = (
    ("sprint_headline", _totals),
    ("sprint_headline", _unusual),
    ("sprint_headline", _usual),
    ("theme_commits", theme_sentence),
    ("release_contents", release_sentence),
    ("day_changes", day_sentence),
    ("area_changes", area_sentence),
    ("sprint_damage", damage_sentence),
    ("escape_headline", escape_sentence),
    ("reach_headline", reach_sentence),
    ("sprint_swap_areas", swap_sentence),
    ("cost_headline", bill_sentence),
    ("transcript_gaps", transcript_sentence),
    ("coverage_shares", _unknown),
)
# Left out in this order where there are more than seven.
SAYS_LEAST = (day_sentence, area_sentence, release_sentence, transcript_sentence, _usual)


FINDINGS: dict[str, Callable[[Rows], str | None]] = {
    **WORK_FINDINGS,
    **MONEY_FINDINGS,
    **REVIEW_FINDINGS,
    **NOTE_FINDINGS,
    **FAULT_FINDINGS,
    **REACH_FINDINGS,
    **KNOWLEDGE_FINDINGS,
}
