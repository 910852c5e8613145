"""What results about money say in words; used by sentences.py, in the same voice."""

from collections.abc import Callable
from decimal import Decimal

from retro.figures.wording import (
    counted,
    day_text,
    list_text,
    moment_text,
    money_text,
    number_text,
    share_text,
)

Rows = list[dict]
Facts = dict[str, Rows]


def bill_sentence(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    """The bill of the sprint beside that of the one before, and what a merged pull request cost."""
    now = rows[-1]
    if not now["request_count"]:
        return None
    if now["ai_cost_usd"] is None:
        return (
            "What the requests to models cost is not known",
            f": none of {number_text(now['request_count'])} has a price.",
        )
    lead = f"Requests to models cost {money_text(now['ai_cost_usd'])}"
    each = now["cost_per_merged_pull_request_usd"]
    per_merge = "" if each is None else f"; a merged pull request cost {money_text(each)}"
    return lead, f"{_verified(now)}{_against(rows)}{per_merge}."


def transcript_sentence(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    """Where transcripts of the sprint are missing or at risk; None when they are not."""
    (sprint, *_) = facts.get("sprint_details") or [{"timezone": "UTC"}]
    late = [row for row in rows if row["is_begun_late"]]
    lost = [row for row in rows if row["lost_day_count"]]
    early = [row for row in rows if row["is_read_early"]]
    if late:
        row = max(late, key=lambda row: row["day_count"] - row["known_day_count"])
        missing = counted(row["day_count"] - row["known_day_count"], "day")
        since = day_text(row["first_known_date"], with_year=True)
        return (
            "Transcripts of sessions have a gap",
            f": those of {row['source']} begin on {since}; {missing} lack them.",
        )
    if lost:
        row = max(lost, key=lambda row: row["lost_day_count"])
        days = counted(row["lost_day_count"], "day")
        return (
            "Transcripts of sessions have a gap",
            f": those of {row['source']} were not read for so long that the agent may have deleted some of {days} unread.",
        )
    if early:
        row = min(early, key=lambda row: row["last_read_at"])
        at = moment_text(row["last_read_at"], sprint["timezone"])
        return (
            "Transcripts of sessions are at risk",
            f": those of {row['source']} were last read on {at}, before the sprint's end, and agents delete them.",
        )
    return None


def _verified(now: dict) -> str:
    if now["verified_share"] is None:
        return ""
    unknown = now["unknown_cost_count"]
    also = f", and {counted(unknown, 'request')} of unknown cost" if unknown else ""
    human = f" and {share_text(now['human_share'])} at your own prices" if now["human_share"] else ""
    return f", {share_text(now['verified_share'])} of it verified{human}{also}"


def _against(rows: Rows) -> str:
    before = rows[-2]["ai_cost_usd"] if len(rows) > 1 else None
    if before is None:
        return ""
    difference = rows[-1]["ai_cost_usd"] - before
    more = "more" if difference > 0 else "less"
    return f"; {money_text(abs(difference))} {more} than in sprint {rows[-2]['sprint']}" if difference else ""


def _theme_finding(rows: Rows) -> str | None:
    first = max(rows, key=lambda row: row["cost_usd"] or 0)
    if not first["cost_usd"] or first["cost_share"] is None:
        return None
    share = share_text(first["cost_share"])
    if first["theme"] == "uncategorized":
        return f"{share} of the cost fits no theme"
    return f"{first['theme']} took {share} of the cost"


def _day_finding(rows: Rows) -> str | None:
    days: dict = {}
    for row in rows:
        days[row["date"]] = days.get(row["date"], Decimal(0)) + (row["cost_usd"] or 0)
    dearest = max(days, key=lambda day: (days[day], day))
    return f"{day_text(dearest)} cost the most: {money_text(days[dearest])}" if days[dearest] else None


def _pull_request_finding(rows: Rows) -> str | None:
    named = [row for row in rows if row["pr_number"] is not None]
    placed = sum((row["cost_share"] or 0 for row in named), 0.0)
    if not named or not placed:
        return None
    return f"{share_text(placed)} of the cost went to {counted(len(named), 'pull request')}"


def _fix_finding(rows: Rows) -> str | None:
    (fix,) = [row for row in rows if row["work_type"] == "fix"] or [None]
    if fix is None or fix["cost_share"] is None:
        return None
    return f"Fixing bugs took {share_text(fix['cost_share'])} of the cost"


def _variance_finding(rows: Rows) -> str | None:
    told = [row for row in rows if row["variance_usd"] is not None]
    if not told:
        return "Nothing was logged that could be compared"
    whole = sum((row["variance_usd"] for row in told), Decimal(0))
    if not whole:
        return "What was logged is what was expected"
    first = max(told, key=lambda row: row["variance_usd"] * (1 if whole > 0 else -1))
    share = min(first["variance_usd"] / whole, Decimal(1))
    where = "above" if whole > 0 else "below"
    reason = first["reason"].replace("_", " ")
    return f"Logs were {money_text(abs(whole))} {where} what was expected; {share_text(float(share))} of it: {reason}"


def _session_finding(rows: Rows) -> str | None:
    first = rows[0]
    if first["cost_usd"] is None:
        return None
    return f"The dearest of {counted(len(rows), 'session')} cost {money_text(first['cost_usd'])}"


def _spread_finding(rows: Rows) -> str | None:
    (row,) = rows
    if not row["session_count"]:
        return "No request belongs to a session"
    median, most = money_text(row["median_usd"]), money_text(row["p95_usd"])
    return f"Half of the sessions cost {median} or less, one in twenty more than {most}"


def _reasoning_finding(rows: Rows) -> str:
    told = [row for row in rows if row["reasoning_tokens"] is not None]
    if not told:
        return "No log told how much of the output was reasoning"
    thought, output = (sum(row[name] for row in told) for name in ("reasoning_tokens", "told_output_tokens"))
    if not output:
        return "No output was logged where reasoning was told"
    used_up = [row["used_up_request_count"] for row in rows if row["used_up_request_count"] is not None]
    limits = f"; in {counted(sum(used_up), 'request')} it used up the limit" if used_up else ""
    return f"{share_text(thought / output)} of the output was reasoning, where logs tell{limits}"


def _cache_finding(rows: Rows) -> str | None:
    saved = [row["saving_usd"] for row in rows if row["saving_usd"] is not None]
    if not saved:
        return None
    whole = sum(saved, Decimal(0))
    return (
        f"Caches saved {money_text(whole)}" if whole >= 0 else f"Caches cost {money_text(-whole)} more than they saved"
    )


def _alarm_finding(rows: Rows) -> str:
    judged = [row for row in rows if row["is_unusual"] is not None]
    if not judged:
        return "Too few earlier days to tell which day was unusually dear"
    odd = [day_text(row["date"]) for row in judged if row["is_unusual"]]
    past, alarms = rows[0]["past_day_count"], rows[0]["past_alarm_count"]
    before = f"; of {counted(past, 'earlier day')} the rule would have named {number_text(alarms)}" if past else ""
    if not odd:
        return f"No day was unusually dear{before}"
    return f"{list_text(odd)} {'was' if len(odd) == 1 else 'were'} unusually dear{before}"


def _unknown_finding(rows: Rows) -> str:
    count = sum(row["request_count"] for row in rows)
    return f"{counted(count, 'request')} {'has' if count == 1 else 'have'} no known price"


def _merged_finding(rows: Rows) -> str | None:
    (row,) = rows
    each = row["cost_merged_change_request_usd"]
    if each is None:
        return None
    unjudged = row["cost_unjudged_usd"]
    rest = f"; {money_text(unjudged)} went to branches of which git alone cannot tell what became" if unjudged else ""
    return f"A merged pull request cost {money_text(each)}{rest}"


def _forecast_finding(rows: Rows) -> str:
    (row,) = rows
    low, high = money_text(row["low_usd"]), money_text(row["high_usd"])
    return f"At its end the sprint will have cost about {money_text(row['forecast_usd'])}, likely {low} to {high}"


def _transcript_finding(rows: Rows) -> str:
    known, days = (sum(row[name] for row in rows) for name in ("known_day_count", "day_count"))
    if known == days:
        return "Transcripts are known of the whole sprint"
    return f"Transcripts are known of {number_text(known)} of {counted(days, 'day')}"


MONEY_FINDINGS: dict[str, Callable[[Rows], str | None]] = {
    "model_costs": _day_finding,
    "theme_costs": _theme_finding,
    "work_type_costs": _fix_finding,
    "pull_request_costs": _pull_request_finding,
    "cost_variance_reasons": _variance_finding,
    "session_costs": _session_finding,
    "session_cost_spread": _spread_finding,
    "model_reasoning_shares": _reasoning_finding,
    "cache_savings": _cache_finding,
    "day_cost_alarms": _alarm_finding,
    "unknown_models": _unknown_finding,
    "merged_change_request_costs": _merged_finding,
    "cost_forecast": _forecast_finding,
    "transcript_gaps": _transcript_finding,
}
