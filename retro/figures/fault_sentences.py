"""What results about damage, escaped bugs and rework say in words; used by sentences.py, in the same voice."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from retro.figures.wording import counted, day_text, duration_text, number_text, share_text

Rows = list[dict]
Facts = dict[str, Rows]
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DAYS_FROM_HOURS = 36


def damage_sentence(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    """The worst damage that landed: "A merge on Tue 17 March broke governance.py; nobody saw it for two days."."""
    landed = [row for row in rows if row["severity"] == "error" and row["landed_at"] and _was_there(row)]
    if not landed:
        return None
    worst = max(landed, key=lambda row: (row["repair_hours"] is None, row["repair_hours"] or 0))
    (sprint, *_) = facts.get("sprint_details") or [{"timezone": "UTC"}]
    day = day_text(worst["landed_at"].astimezone(ZoneInfo(sprint["timezone"])))
    what = "merge" if worst["is_merge"] else "commit"
    broken = len({(row["repo"], row["path"]) for row in landed})
    others = f" It was one of {number_text(broken)} files." if broken > 1 else ""
    lead = f"A {what} on {day} broke {_file(worst['path'])}"
    return lead, f"; {_unseen(worst, facts.get('sprint_faults', []))}.{others}"


def escape_sentence(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    """How many bugs of the sprint escaped and how many review caught, with the interval."""
    now = rows[-1]
    escaped, caught = now["escaped_bug_count"], now["caught_bug_count"]
    if escaped is None or not (escaped or caught):
        return None
    lead = f"{counted(escaped, 'bug').capitalize()} escaped"
    if not caught:
        return lead, "; no bug is known that review caught." if caught == 0 else "; what review caught is not known."
    between = f"{share_text(now['low_rate'])} to {share_text(now['high_rate'])}"
    were = "was" if caught == 1 else "were"
    share = share_text(now["catch_rate"])
    return lead, f" and {number_text(caught)} {were} caught in review: {share} ({between} with so few)."


def _was_there(row: dict) -> bool:
    return row["status"] != "repaired before landing"


def _file(path: str | None) -> str:
    return path.rpartition("/")[2] if path else "the tree"


def _unseen(worst: dict, faults: Rows) -> str:
    """How long nobody saw it: by the fault that the commit brought, else until the repair."""
    told = [row for row in faults if row["commit_sha"] == worst["commit_sha"] and row["unnoticed_hours"] is not None]
    if told and not told[0]["is_upper_bound"]:
        return f"nobody saw it for {_long(told[0]['unnoticed_hours'])}"
    if worst["repair_hours"] is None:
        return "it is not repaired yet"
    return f"it was repaired after {_long(worst['repair_hours'])}"


def _long(hours: float) -> str:
    """A length of time in words: "two days", "3 hours", "under an hour"."""
    if hours < 1:
        return "less than an hour"
    if hours < _DAYS_FROM_HOURS:
        return duration_text(hours)
    days = round(hours / 24)
    return f"{_WORDS[days]} days" if days < len(_WORDS) else duration_text(hours)


def _damage_finding(rows: Rows) -> str:
    files = len({(row["repo"], row["path"]) for row in rows})
    commits = {(row["repo"], row["commit_sha"]): row["is_merge"] for row in rows}
    merges = sum(commits.values())
    brought = counted(merges, "merge") if merges == len(commits) else counted(len(commits), "commit")
    still_open = sum(row["status"] == "open" and row["severity"] != "note" for row in rows)
    rest = f", {number_text(still_open)} not repaired yet" if still_open else ""
    return f"{counted(len(rows), 'fault')} in {counted(files, 'file')}, brought by {brought}{rest}"


def _funnel_finding(rows: Rows) -> str | None:
    counts = {row["stage"]: row["bug_count"] for row in rows}
    known = sum(count for stage, count in counts.items() if stage != "unknown")
    if not known:
        return None
    unsure = sum(row["untrusted_count"] for row in rows if row["stage"] == "escaped")
    escaped = f"{number_text(counts['escaped'] - unsure)} of {counted(known, 'known bug')} escaped"
    return f"{escaped}; of {number_text(unsure)} more the origin is unsure" if unsure else escaped


def _catch_finding(rows: Rows) -> str | None:
    whole = next((row for row in rows if row["grouping"] == "all"), None)
    if whole is None or not whole["known_count"]:
        return None
    between = f"{share_text(whole['low_rate'])} to {share_text(whole['high_rate'])}"
    return f"Review caught {number_text(whole['caught_count'])} of {counted(whole['known_count'], 'bug')}: {between}"


def _escape_finding(rows: Rows) -> str | None:
    whole = rows[0]
    if not whole["bug_count"]:
        return None
    return f"{number_text(whole['escaped_count'])} of {counted(whole['bug_count'], 'fixed bug')} had escaped"


def _detection_finding(rows: Rows) -> str | None:
    whole = rows[-1]
    if whole["median_hours"] is None:
        return None
    known, middle = whole["known_count"], duration_text(whole["median_hours"])
    if known == 1:
        return f"One fault surfaced, after {middle}"
    bound = "up to " if whole["bound_count"] == known else ""
    return f"Half of {counted(known, 'fault')} went unnoticed for {bound}{middle} or more"


def _fault_finding(rows: Rows) -> str | None:
    longest = rows[0]
    if not longest["unnoticed_hours"]:
        return None
    bound = "up to " if longest["is_upper_bound"] else ""
    return f"The longest went unnoticed for {bound}{duration_text(longest['unnoticed_hours'])}"


def _origin_finding(rows: Rows) -> str:
    known = [row for row in rows if row["origin_period"] == "sprint"]
    total = sum(row["bug_count"] for row in rows)
    if not known:
        return f"No origin of {counted(total, 'fixed bug')} lies in a sprint"
    first = max(known, key=lambda row: row["bug_count"])
    return (
        f"{number_text(first['bug_count'])} of {counted(total, 'fixed bug')} came from sprint {first['origin_sprint']}"
    )


def _author_finding(rows: Rows) -> str | None:
    whole = rows[0]
    if not whole["matured_commit_count"]:
        return "No commit is thirty days old yet: too young for a rate"
    failed = f"{number_text(whole['failed_commit_count'])} of {counted(whole['matured_commit_count'], 'commit')}"
    return f"{failed} of thirty days or more brought in a bug"


def _churn_finding(rows: Rows) -> str | None:
    whole = rows[0]
    if whole["churn_14d_matured"] is None:
        return None
    share = share_text(whole["churn_14d_matured"]).capitalize()
    return f"{share} of the lines written were changed again within 14 days"


def _rework_finding(rows: Rows) -> str | None:
    rework = next(row for row in rows if row["change_kind"] == "rework")
    if rework["line_share"] is None:
        return None
    return f"{share_text(rework['line_share']).capitalize()} of the lines changed were rework of code under 21 days old"


def _knowledge_finding(rows: Rows) -> str:
    return rows[0]["reading"].rstrip(".")


FAULT_FINDINGS: dict[str, Callable[[Rows], str | None]] = {
    "sprint_damage": _damage_finding,
    "escape_funnel": _funnel_finding,
    "catch_rate_groups": _catch_finding,
    "escape_groups": _escape_finding,
    "detection_times": _detection_finding,
    "sprint_faults": _fault_finding,
    "origin_sprints": _origin_finding,
    "author_kind_bugs": _author_finding,
    "churn_14d_matured": _churn_finding,
    "rework_21d": _rework_finding,
    "bug_knowledge_age": _knowledge_finding,
}
