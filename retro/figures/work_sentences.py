"""What results about themes, days, lines and releases say in words; used by sentences.py, in the same voice."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from retro.figures.wording import counted, day_text, list_text, number_text, share_text, short_number

Rows = list[dict]
Facts = dict[str, Rows]


def theme_sentence(rows: Rows, facts: Facts) -> tuple[str, str]:
    """Where most feature work went, and how many commits fit no theme."""
    named = _by_features(rows)
    rest = _without_theme(rows)
    if not named:
        return "No feature commit carries a theme", rest
    first, *others = named
    lead = f"Most feature work went to {first['theme']} ({counted(first['feature_commit_count'], 'commit')})"
    then = [f"{row['theme']} ({number_text(row['feature_commit_count'])})" for row in others[:2]]
    return lead, f", then {list_text(then)}{rest}" if then else rest


def _by_features(rows: Rows) -> Rows:
    """Named themes with feature commits, most first."""
    named = [row for row in rows if row["theme"] != "uncategorized" and row["feature_commit_count"]]
    return sorted(named, key=lambda row: (-row["feature_commit_count"], row["theme"]))


def _without_theme(rows: Rows) -> str:
    total = sum(row["commit_count"] for row in rows)
    without = sum(row["commit_count"] for row in rows if row["theme"] == "uncategorized")
    if not without:
        return "."
    return f"; {number_text(without)} of {counted(total, 'commit')} fit no theme ({share_text(without / total)})."


def release_sentence(rows: Rows, facts: Facts) -> tuple[str, str]:
    """The releases of the sprint and what the largest carried."""
    (sprint, *_) = facts.get("sprint_details") or [{"timezone": "UTC"}]
    largest = max(rows, key=_release_size)
    when = day_text(largest["released_at"].astimezone(ZoneInfo(sprint["timezone"])))
    if len(rows) == 1:
        return f"One release, {largest['tag_name']}", f", on {when}, with {_release_text(largest)}."
    return f"{len(rows)} releases", f"; the largest, {largest['tag_name']} on {when}, carried {_release_text(largest)}."


def _release_size(row: dict) -> tuple[int, int]:
    return row["pull_request_count"] or 0, row["commit_count"] or 0


def _release_text(row: dict) -> str:
    if row["pull_request_count"]:
        return counted(row["pull_request_count"], "pull request")
    return counted(row["commit_count"], "commit")


def day_sentence(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    """The day with the most commits; None in a sprint without any."""
    busiest = max(rows, key=lambda row: row["commit_count"])
    if not busiest["commit_count"]:
        return None
    idle = sum(not row["commit_count"] for row in rows)
    none = f"; {number_text(idle)} of {len(rows)} days had no commit" if idle else ""
    with_commits = f", with {counted(busiest['commit_count'], 'commit')}"
    return f"{day_text(busiest['date'])} was the busiest day", f"{with_commits}{none}."


def _theme_finding(rows: Rows) -> str | None:
    named = _by_features(rows)
    if not named:
        return None
    return f"{named[0]['theme']} led with {counted(named[0]['feature_commit_count'], 'feature commit')}"


def _type_finding(rows: Rows) -> str | None:
    compared = sum(row["compared_commit_count"] for row in rows)
    agreed = sum(row["agreed_commit_count"] for row in rows)
    if not compared:
        return None
    match = "matches" if agreed == 1 else "match"
    return f"{number_text(agreed)} of {counted(compared, 'declared type')} that could be compared {match} what was observed"


def _day_finding(rows: Rows) -> str | None:
    busiest = max(rows, key=lambda row: row["commit_count"])
    if not busiest["commit_count"]:
        return None
    return f"{day_text(busiest['date'])} saw the most commits: {number_text(busiest['commit_count'])}"


def _line_finding(rows: Rows) -> str | None:
    largest = max(rows, key=lambda row: row["own_added_lines"])
    if not largest["own_added_lines"]:
        return None
    return f"{day_text(largest['date'])} added the most lines: {short_number(largest['own_added_lines'])}"


def _release_finding(rows: Rows) -> str:
    largest = max(rows, key=_release_size)
    return f"{largest['tag_name']} carried {'the most: ' if len(rows) > 1 else ''}{_release_text(largest)}"


def _uncategorized_finding(rows: Rows) -> str:
    return f"{counted(len(rows), 'commit')} {'fits' if len(rows) == 1 else 'fit'} no theme"


WORK_FINDINGS: dict[str, Callable[[Rows], str | None]] = {
    "theme_commits": _theme_finding,
    "work_type_commits": _type_finding,
    "day_changes": _day_finding,
    "day-lines": _line_finding,
    "release_contents": _release_finding,
    "uncategorized_commits": _uncategorized_finding,
}
