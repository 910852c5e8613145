"""Swaps in the warehouse: a change of several commits is one, what was left behind is followed, only new commits are read."""

from pathlib import Path

import pytest
from repositories import START, Entry, History, git, project, query

from retro.errors import GitError
from retro.pipeline import mine, swap_pending, swaps

OLD, NEW = "anthropic/claude-sonnet-4.5", "stepfun/step-3.5-flash"
FILES = ("api/a.py", "api/b.py", "api/c.yaml", "docs/d.md")
PRICES = 'PRICES = {\n    "claude-sonnet-4.5": (3.00, 15.00),\n}\n'
SWAPS = """
    select change_key, pr_number, old_token, new_token, swap_class, file_count, commit_count, remaining_file_count
    from swaps
"""
RESIDUES = "select path, residue, line, place_count, form, is_finding, status, removed_sha from swap_residues"
FOUND = "select rule, kind, path, line, severity, method, confidence, resolved_sha from findings"


def swapped(made: History) -> History:
    """A model that stands in four files and a price table, then another one in the four."""
    lines = {path: f"name: x\nmodel: {OLD}\n" for path in FILES}
    made.commit(changes={**lines, "billing/prices.py": PRICES, "CHANGELOG.md": f"- uses {OLD}\n", "x.lock": OLD})
    made.commit(changes={path: text.replace(OLD, NEW) for path, text in lines.items()})
    return made


def test_price_table_that_a_model_swap_left_behind_is_followed_to_its_repair(tmp_path: Path) -> None:
    made = swapped(History())
    repository = made.write(tmp_path / "app")
    root = project(tmp_path / "project", repository)
    mine(root)
    swap = repository.shas[2]
    assert query(root, SWAPS) == [(swap, None, OLD, NEW, "model", 4, 1, 1)]
    open_row = ("billing/prices.py", "price file", 2, 1, "without provider", True, "open", None)
    assert query(root, RESIDUES) == [open_row]
    finding = ("swap_incomplete", "price file", "billing/prices.py", 2, "warning", "path and numbers", None)
    assert query(root, FOUND) == [(*finding, None)]
    made.commit(changes={"billing/prices.py": "# prices\n" + PRICES})
    made.commit(changes={"billing/prices.py": PRICES.replace("claude-sonnet-4.5", "step-3.5-flash")})
    made.commit(changes={"y.txt": "1"})
    repository.grow(made)
    mine(root)
    repair = repository.shas[4]
    assert query(root, RESIDUES) == [(*open_row[:6], "removed", repair)]
    assert query(root, FOUND) == [(*finding, repair)]


def test_swap_over_the_commits_of_a_pull_request_is_one_and_is_searched_after_the_last(tmp_path: Path) -> None:
    made = History()
    base = made.commit(changes={f"{name}.py": "old_name()\n" for name in "abcde"})
    one = made.commit(changes={"a.py": "new_name()\n", "b.py": "new_name()\n"}, branch="topic", parents=[base])
    changes = {"c.py": "new_name()\n", "d.py": "new_name()\n"}
    two = made.commit(changes=changes, branch="topic", parents=[one])
    whole = {f"{name}.py": "new_name()\n" for name in "abcd"}
    made.commit("Merge pull request #7 from me/topic\n\nRename", whole, branch="main", parents=[base, two])
    root = project(tmp_path / "project", made.write(tmp_path / "app"))
    mine(root)
    assert query(root, SWAPS) == [("#7", 7, "old_name", "new_name", "rename", 4, 2, 1)]
    assert query(root, RESIDUES) == [("e.py", "place", 1, 1, "exact", True, "open", None)]
    kept = '[swaps]\nkeep = ["e.*"]\n'
    (root / "retro.toml").write_text((root / "retro.toml").read_text() + kept)
    mine(root)
    assert query(root, RESIDUES) == [("e.py", "place", 1, 1, "exact", False, "kept", None)]
    assert query(root, "select * from findings") == []


def test_leftover_follows_the_file_to_its_new_name(tmp_path: Path) -> None:
    made = History()
    text = "".join(f"line {number}\n" for number in range(30))
    made.commit(changes={**{f"{name}.py": "old_name()\n" for name in "abc"}, "d.py": text + "old_name()\n"})
    made.commit(changes={f"{name}.py": "new_name()\n" for name in "abc"})
    made.commit(changes={"d.py": None, "e.py": text + "old_name()\n"})
    repository = made.write(tmp_path / "app")
    root = project(tmp_path / "project", repository)
    mine(root)
    assert query(root, RESIDUES) == [("d.py", "place", 31, 1, "exact", True, "open", None)]
    made.commit(changes={"e.py": text + "new_name()\n"})
    repository.grow(made)
    mine(root)
    assert query(root, RESIDUES) == [("d.py", "place", 31, 1, "exact", True, "removed", repository.shas[4])]


def test_only_new_commits_of_sprints_that_can_hold_a_swap_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    scan = swaps.swaps.scan
    monkeypatch.setattr(swaps.swaps, "scan", lambda room, shas: read.extend(shas) or scan(room, shas))
    made = History()
    made.commit("before every sprint", {"z.txt": "0"}, at=START - 10**7)
    repository = swapped(made).write(tmp_path / "app")
    root = project(tmp_path / "project", repository)
    mine(root)
    assert read == [repository.shas[3]]
    assert len(query(root, "from swap_checks")) == 2
    read.clear()
    made.commit(changes={"y.txt": "1"})
    made.commit(changes={path: "name: y\n" for path in FILES})
    repository.grow(made)
    mine(root)
    assert read == [repository.shas[5]]
    assert len(query(root, "from swap_checks")) == 4
    read.clear()
    mine(root, full=True)
    assert read == [repository.shas[3], repository.shas[5]]
    assert len(query(root, SWAPS)) == 1


def swaps_of_every_kind() -> History:
    """Swaps that are whole, or fall short by one file for every reason there is: new, gone, moved, a link, binary, generated."""
    made = History()
    names = {
        f"{name}{number}": f"{name}_name()\n"
        for name in ("all", "new", "gone", "link", "bin", "own")
        for number in "123"
    }
    texts = {f"{path}.py": text for path, text in names.items()} | {"moved.py": "a\nb\nc\nd\ne\nall_name()\n"}
    texts |= {
        "own3.py": "x",
        "dist/own3.js": "own_name()\n",
        "own.lock": "own_name()\n",
        "branch1.py": "branch_name()\n",
    }
    base = made.commit(changes=texts | {"branch2.py": "branch_name()\n", "branch3.py": "branch_name()\n"})

    def renamed(name: str, numbers: str = "123") -> dict:
        return {f"{name}{number}.py": f"other_{name}()\n" for number in numbers}

    made.commit(changes=renamed("all") | {"moved.py": None, "elsewhere.py": "a\nb\nc\nd\ne\nother_all()\n"})
    made.commit(changes=renamed("new", "12") | {"new4.py": "other_new()\n"})
    made.commit(changes=renamed("gone", "12") | {"gone3.py": None})
    made.commit(changes=renamed("link", "12") | {"link3.py": Entry("120000", "other_link()\n")})
    made.commit(changes=renamed("bin", "12") | {"bin3.py": b"\0other_bin()\n"})
    made.commit(changes=renamed("own", "12") | {"dist/own3.js": "other_own()\n", "own.lock": "other_own()\n"})
    tip = made.commit(changes={"own1.py": "third_own()\n", "own2.py": "third_own()\n", "own3.py": Entry("100755", "y")})
    parts = [base]
    for number in "123":
        parts.append(made.commit(changes=renamed("branch", number), branch="topic", parents=parts[-1:]))
    made.commit(
        "Merge pull request #7 from me/topic\n\nRename", renamed("branch"), branch="main", parents=[tip, parts[-1]]
    )
    made.commit(changes={"branch1.py": "all_name(2)\n", "branch2.py": "all_name(2)\n"})
    return made


def test_swaps_are_those_of_a_scan_of_every_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = swaps_of_every_kind().write(tmp_path / "app")
    some, whole = project(tmp_path / "some", repository), project(tmp_path / "whole", repository)
    mine(some)
    every = swap_pending._PENDING.replace("wide.change_key is not null as", "true as")
    monkeypatch.setattr(swap_pending, "_PENDING", every)
    mine(whole)
    for table in ("token_swaps", "swap_checks"):
        assert query(some, f"from {table} order by all") == query(whole, f"from {table} order by all")
    found = query(some, "select distinct old_token, new_token from token_swaps order by all")
    assert found == [("all_name", "other_all"), ("branch_name", "other_branch")]
    assert query(some, "select count(*) from swap_checks") == [(12,)]


def test_files_without_their_content_are_counted(tmp_path: Path) -> None:
    repository = swapped(History()).write(tmp_path / "app")
    lost = git(repository.path, "rev-parse", f"{repository.shas[2]}:api/a.py").decode().strip()
    repository.remove_object(lost)
    root = project(tmp_path / "project", repository)
    mine(root)
    found = dict(query(root, "select commit_sha, unread_count from swap_checks"))
    assert found == {repository.shas[1]: 0, repository.shas[2]: 4}
    assert query(root, "select paths from token_swaps") == []


def test_model_without_a_price_is_told_until_the_team_prices_it(tmp_path: Path) -> None:
    made = History()
    made.commit(changes={f"{name}.py": "model = 'gpt-4o'\n" for name in "abc"})
    made.commit(changes={f"{name}.py": "model = 'our-model-7'\n" for name in "abc"})
    root = project(tmp_path / "project", made.write(tmp_path / "app"))
    mine(root)
    told = [(None, "model without a price", None, None, None, True, "open", None)]
    assert query(root, RESIDUES) == told
    prices = '[[prices]]\nmodels = ["our-model-7"]\ninput = 1\noutput = 2\n'
    (root / "retro.toml").write_text((root / "retro.toml").read_text() + prices)
    mine(root)
    assert query(root, RESIDUES) == []
    assert query(root, "select * from findings") == []


def test_swap_in_generated_files_alone_is_none(tmp_path: Path) -> None:
    made = History()
    made.commit(changes={"a.lock": "old_name\n", "dist/b.js": "old_name\n", "c.py": "old_name\n", "d.py": "old_name\n"})
    made.commit(changes={"a.lock": "new_name\n", "dist/b.js": "new_name\n", "c.py": "new_name\n", "d.py": "new_name\n"})
    root = project(tmp_path / "project", made.write(tmp_path / "app"))
    mine(root)
    assert query(root, SWAPS) == []
    assert query(root, "select count(*) from swap_checks") == [(2,)]


def test_tree_that_cannot_be_searched_costs_what_was_left_behind_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise GitError("broken")

    root = project(tmp_path / "project", swapped(History()).write(tmp_path / "app"))
    with monkeypatch.context() as broken:
        broken.setattr(swaps, "left_behind", fail)
        assert set(mine(root).failures) == {"app"}
    assert query(root, SWAPS) == [
        (query(root, "select last_sha from swaps")[0][0], None, OLD, NEW, "model", 4, 1, None)
    ]
    assert query(root, RESIDUES) == []
    mine(root, full=True)
    assert len(query(root, RESIDUES)) == 1


def test_swap_of_an_old_sprint_is_searched_when_that_sprint_is_built(tmp_path: Path) -> None:
    repository = swapped(History()).write(tmp_path / "app")
    later = "".join(
        f'[[sprints.named]]\nid = "{number}"\nstart = 2026-03-{number + 10}\nend = 2026-03-{number + 10}\n'
        for number in (2, 3, 4)
    )
    root = project(tmp_path / "project", repository, more=later)
    mine(root)
    assert [row[-1] for row in query(root, SWAPS)] == [None]
    assert swaps.judge_swaps(root, "4") == {}
    assert [row[-1] for row in query(root, SWAPS)] == [None]
    assert swaps.judge_swaps(root, "1") == {}
    assert [row[-1] for row in query(root, SWAPS)] == [1]
    assert len(query(root, FOUND)) == 1
