"""What results about reviews say in words; used by sentences.py, in the same voice."""

from collections.abc import Callable

from retro.figures.wording import counted, list_text, number_text, share_text

Rows = list[dict]
_WAITS = {
    "draft": "in drafts",
    "first look": "for a first look",
    "review": "in review",
    "merge": "between approval and end",
}


def _outcome_finding(rows: Rows) -> str | None:
    counts = {row["step"]: row["pull_request_count"] for row in rows}
    if not counts.get("ended"):
        return None
    ended = f"{number_text(counts['merged'])} of {counted(counts['ended'], 'pull request')} that ended were merged"
    rejected = counts["changes requested"]
    return f"{ended}; changes were requested for {number_text(rejected)}" if rejected else ended


def _share_finding(rows: Rows) -> str | None:
    known = {row["measure"]: row for row in rows}
    seen = known.get("review_coverage")
    if seen is None or not seen["total_count"]:
        return None
    of = f"{number_text(seen['part_count'])} of {counted(seen['total_count'], 'merged pull request')}"
    return f"A person looked at {of} before the merge"


def _wait_finding(rows: Rows) -> str | None:
    known = [row for row in rows if row["wait_share"] is not None]
    if not known:
        return None
    most = max(known, key=lambda row: row["wait_share"])
    return f"{share_text(most['wait_share'])} of the time from opened to ended passed {_WAITS[most['stage']]}"


def _rejected_finding(rows: Rows) -> str:
    later = sum(row["outcome"] == "approved later" for row in rows)
    were = "was" if len(rows) == 1 else "were"
    return f"{counted(len(rows), 'pull request')} {were} rejected first; {number_text(later)} of them approved later"


def _caught_finding(rows: Rows) -> str:
    total = sum(row["finding_count"] for row in rows)
    kinds = [f"{row['kind']} ({number_text(row['finding_count'])})" for row in rows[:3]]
    return f"Review caught {counted(total, 'finding')} before the end: {list_text(kinds)}"


def _scope_finding(rows: Rows) -> str | None:
    several = [row for row in rows if row["concern_count"] >= 3]
    back = sum(bool(row["readded_lines"]) for row in rows)
    several_text = counted(len(several), "pull request") if several else "No pull request"
    parts = [f"{several_text} had three concerns or more"]
    if back:
        parts.append(f"{number_text(back)} brought back lines that the default branch had removed")
    return "; ".join(parts)


REVIEW_FINDINGS: dict[str, Callable[[Rows], str | None]] = {
    "change_request_outcomes": _outcome_finding,
    "change_request_shares": _share_finding,
    "change_request_waits": _wait_finding,
    "rejected_change_requests": _rejected_finding,
    "caught_findings": _caught_finding,
    "change_request_scopes": _scope_finding,
}
