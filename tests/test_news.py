"""Finding out that nothing is new: without a database, and right whatever became of what is kept for it."""

import subprocess
import sys
from pathlib import Path

import pytest
from repositories import plain_history, project

from retro.git.log import _blocks
from retro.pipeline import mine
from retro.pipeline.news import known

_QUIET = """
import sys
from pathlib import Path
from retro.pipeline import mine
mined = mine(Path(sys.argv[1]))
print(mined.is_written, sorted({"duckdb", "polars", "pyarrow", "numpy"} & sys.modules.keys()))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project", plain_history(3).write(tmp_path / "repo"))


def test_nothing_new_is_found_without_a_database(root: Path) -> None:
    mine(root)
    told = subprocess.run([sys.executable, "-c", _QUIET, str(root)], check=True, capture_output=True, text=True).stdout
    assert told == "False []\n"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"of": 1', "null"])
def test_what_is_kept_beside_the_warehouse_may_be_lost_or_broken(root: Path, content: str) -> None:
    mine(root)
    path = root / "data" / "retro.duckdb"
    before = known(path)
    (path.parent / ".known.json").write_text(content)
    assert {**vars(known(path)), "query_texts": before.query_texts} == vars(before)
    assert not mine(root).is_written
    assert vars(known(path)).keys() == vars(before).keys()


@pytest.mark.parametrize("count", [1, 400, 401, 4_000, 4_001, 62_658])
def test_blocks_hold_every_commit_once_and_neighbours_together(count: int) -> None:
    shas = [str(number) for number in range(count)]
    blocks = _blocks(shas)
    assert [sha for block in sorted(blocks, key=lambda block: int(block[0])) for sha in block] == shas
