"""What results about the team's notes say in words; used by sentences.py, in the same voice."""

from collections.abc import Callable

from retro.figures.wording import counted, duration_text, list_text, number_text

Rows = list[dict]
LOUD = ("broken", "regressed", "holds", "worked", "no effect seen", "too few to tell", "not yet", "not measurable")


def _incident_finding(rows: Rows) -> str | None:
    noticed = [row for row in rows if row["mark"] == "surfaced" and (row["since_landed_hours"] or 0) > 0]
    if not noticed:
        return None
    longest = max(noticed, key=lambda row: row["since_landed_hours"])
    count = len({row["incident"] for row in rows})
    bound = "up to " if longest["known_by"] == "upper bound" else ""
    alone = "It" if count == 1 else f"Of {counted(count, 'incident')} one"
    return f"{alone} went unnoticed for {bound}{duration_text(longest['since_landed_hours'])}"


def _action_finding(rows: Rows) -> str | None:
    carried = [row for row in rows if row["is_carried"]]
    still_open = [row for row in rows if row["state"] in ("open", "overdue")]
    overdue = sum(row["state"] == "overdue" for row in still_open)
    ownerless = sum(row["is_ownerless"] for row in still_open)
    told = [f"{number_text(overdue)} overdue"] * bool(overdue) + [f"{number_text(ownerless)} without an owner"] * bool(
        ownerless
    )
    beside = f", {list_text(told)}" if told else ""
    if not carried:
        return f"{counted(len(still_open), 'action')} {'is' if len(still_open) == 1 else 'are'} open{beside}"
    done = sum(row["state"] == "done" for row in carried)
    earlier = f"{number_text(done) if done else 'None'} of {counted(len(carried), 'earlier action')}"
    is_open = f"{number_text(len(still_open))} {'is' if len(still_open) == 1 else 'are'} open{beside}"
    return f"{earlier} {'are' if done > 1 else 'is'} done; {is_open}"


def _verdict_finding(rows: Rows) -> str:
    """How many lessons have each verdict, the loud ones first."""
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in LOUD}
    told = [f"{number_text(count)} {verdict}" for verdict, count in counts.items() if count]
    return f"{counted(len(rows), 'lesson')}: {list_text(told)}"


def _claim_finding(rows: Rows) -> str:
    counts = {
        verdict: sum(row["verdict"] == verdict for row in rows)
        for verdict in ("confirmed", "contradicted", "not checkable")
    }
    told = [f"{number_text(count)} {verdict}" for verdict, count in counts.items() if count]
    return f"{counted(len(rows), 'claim')}: {list_text(told)}"


NOTE_FINDINGS: dict[str, Callable[[Rows], str | None]] = {
    "incident_timelines": _incident_finding,
    "action_states": _action_finding,
    "lesson_verdicts": _verdict_finding,
    "claim_checks": _claim_finding,
}
