"""What results about authors, coverage and sources say in words; used by sentences.py, in the same voice."""

from collections.abc import Callable

from retro.figures.wording import counted, number_text

Rows = list[dict]
COPIES = "distinct changes"  # subject of sprint_coverage


def _author_finding(rows: Rows) -> str:
    counts = {row["author_kind"]: row["commit_count"] for row in rows}
    total, agents, unknown = sum(counts.values()), counts.get("agent", 0), counts.get("unknown", 0)
    if not total - unknown:
        return f"None of {counted(total, 'commit')} says who wrote it"
    if not agents:
        return f"Of {counted(total, 'commit')} none says that an agent took part"
    rest = f"; {number_text(unknown)} {'carries' if unknown == 1 else 'carry'} no mark" if unknown else ""
    return f"An agent took part in {number_text(agents)} of {counted(total, 'commit')}{rest}"


def _agent_finding(rows: Rows) -> str:
    first = rows[0]
    name = "an agent that no mark names" if first["agent"] == "not named" else first["agent"]
    if len(rows) == 1:
        return f"{name[0].upper()}{name[1:]} took part in {counted(first['commit_count'], 'commit')}"
    return f"{counted(len(rows), 'agent')} took part, most often {name}"


def judged_rows(coverage: Rows) -> Rows:
    """The subjects of `coverage_shares` of which something could be asked; copies are not unknown, only left out."""
    return [row for row in coverage if row["judged_share"] is not None and row["subject"] != COPIES]


def _coverage_finding(rows: Rows) -> str | None:
    known = judged_rows(rows)
    partly = [row for row in known if row["judged_share"] < 1]
    if not known:
        return None
    if not partly:
        return f"All {counted(len(known), 'subject')} could be judged whole"
    least = min(partly, key=lambda row: (row["judged_share"], row["subject"]))
    whole = f"{number_text(len(known) - len(partly))} of {counted(len(known), 'subject')}"
    return f"{whole} could be judged whole; least is known of {least['subject']}"


def _source_finding(rows: Rows) -> str:
    failed = sum(row["status"] != "loaded" for row in rows)
    skipped = sum(row["rows_skipped"] or 0 for row in rows)
    read = f"{counted(len(rows), 'source')} {'was' if len(rows) == 1 else 'were'} read"
    if failed:
        read = f"{number_text(failed)} of {counted(len(rows), 'source')} could not be read"
    return f"{read}; {counted(skipped, 'record') if skipped else 'no record'} left out"


def _trend_finding(rows: Rows) -> str:
    earlier, idle = rows[0]["earlier_sprint_count"], rows[0]["idle_sprint_count"]
    told = ["The headline numbers, sprint by sprint"]
    if earlier:
        told.append(f"{counted(earlier, 'earlier sprint')} {'is' if earlier == 1 else 'are'} not shown")
    if idle:
        told.append(f"nothing happened in {counted(idle, 'sprint')} at the ends of the plan")
    return "; ".join(told)


KNOWLEDGE_FINDINGS: dict[str, Callable[[Rows], str | None]] = {
    "author_kind_commits": _author_finding,
    "agent_commits": _agent_finding,
    "coverage_shares": _coverage_finding,
    "source_loads": _source_finding,
    "headline_trends": _trend_finding,
}
