"""What is said of authors, coverage and sources."""

import pytest
from results import make_result

from retro.figures.sentences import finding


def kinds(**counts: int) -> list[dict]:
    return [{"author_kind": kind, "commit_count": count} for kind, count in counts.items()]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (kinds(agent=92, bot=6, unknown=221), "An agent took part in 92 of 319 commits; 221 carry no mark"),
        (kinds(agent=1, unknown=1), "An agent took part in 1 of 2 commits; 1 carries no mark"),
        (kinds(agent=3), "An agent took part in 3 of 3 commits"),
        (kinds(bot=2, unknown=1), "Of 3 commits none says that an agent took part"),
        (kinds(unknown=5), "None of 5 commits says who wrote it"),
    ],
)
def test_authors_are_told_with_those_that_carry_no_mark(rows, said):
    assert finding(make_result("author_kind_commits", rows)) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["codex"], "Codex took part in 9 commits"),
        (["codex", "claude-code"], "2 agents took part, most often codex"),
        (["not named"], "An agent that no mark names took part in 9 commits"),
    ],
)
def test_agents_are_told_by_name(names, said):
    rows = [{"agent": name, "commit_count": 9} for name in names]
    assert finding(make_result("agent_commits", rows)) == said


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (
            {"areas": 1.0, "themes": 0.9, "authors": 0.45},
            "1 of 3 subjects could be judged whole; least is known of authors",
        ),
        ({"areas": 1.0, "themes": 1.0}, "All 2 subjects could be judged whole"),
        ({"areas": None}, None),
    ],
)
def test_coverage_names_what_least_is_known_of(shares, said):
    rows = [{"subject": subject, "judged_share": share} for subject, share in shares.items()]
    assert finding(make_result("coverage_shares", rows)) == said


@pytest.mark.parametrize(
    ("loads", "said"),
    [
        ([("loaded", 0)], "1 source was read; no record left out"),
        ([("loaded", 2), ("loaded", None)], "2 sources were read; 2 records left out"),
        ([("loaded", 0), ("failed", 0)], "1 of 2 sources could not be read; no record left out"),
    ],
)
def test_sources_tell_what_could_not_be_read_and_what_was_left_out(loads, said):
    rows = [{"status": status, "rows_skipped": skipped} for status, skipped in loads]
    assert finding(make_result("source_loads", rows)) == said
