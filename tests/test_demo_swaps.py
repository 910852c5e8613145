"""The demo's model swap: one swap with the founding story's reach, and the price lookup as all that it left behind."""

import subprocess
from pathlib import Path

import pytest

from retro import open_warehouse
from retro.errors import UsageError
from retro.pipeline.census import census
from retro.pipeline.reach import reach

OLD, NEW = "anthropic/claude-sonnet-4.5", "stepfun/step-3.5-flash"


def asked(root: Path, query: str) -> list[dict]:
    """Rows of a named query for sprint 2."""
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        return warehouse.query(query, sprint="2").frame.to_dicts()


def told_by_git(root: Path, *arguments: str) -> str:
    """What git says in the demo's repository."""
    folder = next(root.glob("*.git"))
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout


def test_swap_is_found_as_one_with_its_reach(demo_project: Path) -> None:
    (swap,) = asked(demo_project, "sprint_swaps")
    names = ("swap_class", "old_token", "new_token", "file_count", "own_file_count", "line_count", "is_new_priced")
    assert [swap[name] for name in names] == ["model", OLD, NEW, 46, 46, 46, True]
    changed = told_by_git(demo_project, "show", "--format=", "--name-only", swap["last_sha"]).split()
    assert len(changed) == 46
    areas = [(row["area"], row["file_count"]) for row in asked(demo_project, "sprint_swap_areas")]
    assert areas == [("Backend", 23), ("Reference app", 15), ("Docs", 5), ("Tests", 3)]


def test_swap_can_be_asked_for_its_reach(demo_project: Path) -> None:
    sections = reach(demo_project, f"swap:{NEW}", None)
    areas = dict(sections["Areas"].select("area", "own_file_count").iter_rows())
    assert areas == {"Backend": 23, "Reference app": 15, "Docs": 5, "Tests": 3}
    with pytest.raises(UsageError, match="did you mean"):
        reach(demo_project, "swap:stepfun/step-3.5-flsh", None)


def test_price_lookup_is_the_one_residue_until_it_was_mended(demo_project: Path) -> None:
    (residue,) = asked(demo_project, "sprint_swap_residues")
    names = ("residue", "path", "line", "form", "is_finding", "status")
    assert [residue[name] for name in names] == [
        "price file", "services/billing/price_lookup.py", 10, "without provider", True, "removed",
    ]  # fmt: skip
    changes = told_by_git(
        demo_project, "log", "--format=%H", "-Sclaude-sonnet-4.5", "main", "--", residue["path"]
    ).split()
    assert residue["removed_sha"] == changes[0]


def test_census_finds_the_new_model_where_the_old_one_was(demo_project: Path) -> None:
    (swap,) = asked(demo_project, "sprint_swaps")
    before = census(demo_project, OLD, f"{swap['last_sha']}~1", None)["Areas and kinds"]
    after = census(demo_project, NEW, None, None)["Areas and kinds"]
    counts = ["area", "kind", "file_count", "place_count"]
    assert sorted(before.select(counts).rows()) == sorted(after.select(counts).rows())
    assert census(demo_project, OLD, None, None)["Summary"]["place_count"].to_list() == [0]
