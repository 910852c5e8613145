"""The warehouse file: loaded by key, swapped in whole or not at all, by one writer at a time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import polars as pl
import pytest

from retro import tables, warehouse
from retro.errors import WarehouseError

Connection = duckdb.DuckDBPyConnection
BACK = "free some space and run it again"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the warehouse of a project is to be."""
    return tmp_path / warehouse.FILE


@pytest.fixture
def filled(path: Path) -> Path:
    """A warehouse with one repository's trailer."""
    with warehouse.one_writer(path), warehouse.rewrite(path) as connection:
        warehouse.load(connection, "commit_trailers", trailers("Ada"))
    return path


def trailers(*values: str, sha: str = "a1") -> pl.DataFrame:
    """Rows of commit_trailers of one commit, one per value."""
    count = len(values)
    rows = {"repo": ["app"] * count, "commit_sha": [sha] * count, "position": list(range(1, count + 1))}
    return tables.frame(
        "commit_trailers", rows | {"trailer_key": ["Reviewed-by"] * count, "trailer_value": list(values)}
    )


def stored(path: Path) -> list[tuple]:
    with warehouse.open_read_only(path) as connection:
        return connection.execute(
            "select commit_sha, position, trailer_value from commit_trailers order by all"
        ).fetchall()


def files_of(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_load_twice_keeps_one_row(filled: Path) -> None:
    with warehouse.one_writer(filled), warehouse.rewrite(filled) as connection:
        assert warehouse.load(connection, "commit_trailers", trailers("Ada")) == 1
    assert stored(filled) == [("a1", 1, "Ada")]


def test_load_puts_a_row_in_place_of_the_one_with_its_key(filled: Path) -> None:
    with warehouse.one_writer(filled), warehouse.rewrite(filled) as connection:
        assert warehouse.load(connection, "commit_trailers", trailers("Eve", "Bob")) == 2
        assert warehouse.load(connection, "commit_trailers", trailers("Cyd", sha="b1")) == 1
    assert stored(filled) == [("a1", 1, "Eve"), ("a1", 2, "Bob"), ("b1", 1, "Cyd")]


def test_load_of_no_rows_changes_nothing(filled: Path) -> None:
    with warehouse.one_writer(filled), warehouse.rewrite(filled) as connection:
        assert warehouse.load(connection, "commit_trailers", trailers()) == 0
    assert stored(filled) == [("a1", 1, "Ada")]


@pytest.mark.parametrize(
    "frame",
    [
        trailers("Ada").drop("trailer_value"),
        trailers("Ada").with_columns(extra=pl.lit(1)),
        trailers("Ada").with_columns(pl.col("position").cast(pl.Int64)),
        trailers("Ada").select(reversed(trailers().columns)),
    ],
    ids=["column missing", "column too many", "other type", "other order"],
)
def test_rows_of_another_shape_are_refused(frame: pl.DataFrame, shipped_warehouse: Connection) -> None:
    with pytest.raises(WarehouseError, match=r"^commit_trailers: rows of another shape than declared: "):
        warehouse.load(shipped_warehouse, "commit_trailers", frame)


def test_two_rows_with_one_key_are_refused(shipped_warehouse: Connection) -> None:
    twice = pl.concat([trailers("Ada"), trailers("Eve")])
    with pytest.raises(WarehouseError) as caught:
        warehouse.load(shipped_warehouse, "commit_trailers", twice)
    assert str(caught.value) == "commit_trailers: two rows with the key ['app', 'a1', 1]"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x"), WarehouseError("x"), SystemExit(1)], ids=repr)
def test_leaving_by_an_exception_leaves_the_old_file_byte_for_byte(error: BaseException, filled: Path) -> None:
    before = filled.read_bytes()
    with pytest.raises(type(error)), warehouse.one_writer(filled), warehouse.rewrite(filled) as connection:
        warehouse.load(connection, "commit_trailers", trailers("Eve", "Bob"))
        raise error
    assert filled.read_bytes() == before
    assert files_of(filled) == [".retro.lock", "retro.duckdb"]


def test_killed_run_leaves_the_old_file_and_its_copy_is_cleared_away(filled: Path) -> None:
    before = filled.read_bytes()
    script = f"""
import os, signal
from pathlib import Path
from retro import warehouse
path = Path({str(filled)!r})
with warehouse.one_writer(path), warehouse.rewrite(path) as connection:
    connection.execute("delete from commit_trailers")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script]).returncode == -9
    assert filled.read_bytes() == before
    assert len(warehouse.stale_copies(filled.parent)) >= 1
    with warehouse.one_writer(filled):
        assert files_of(filled) == [".retro.lock", "retro.duckdb"]


def test_copy_of_a_living_process_and_other_files_are_kept(filled: Path) -> None:
    names = [f".retro.{os.getppid()}.duckdb", ".retro.notes", ".retro.1x.duckdb", "other.duckdb"]
    for name in names:
        (filled.parent / name).touch()
    with warehouse.one_writer(filled):
        assert files_of(filled) == sorted([".retro.lock", "retro.duckdb", *names])


def test_second_writer_is_refused_with_the_first_ones_process(path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from retro import warehouse
with warehouse.one_writer(Path({str(path)!r})):
    print("locked", flush=True)
    sys.stdin.read()
"""
    first = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with first:
        assert first.stdout.readline() == "locked\n"
        with pytest.raises(WarehouseError) as caught, warehouse.one_writer(path):
            pass
        first.stdin.close()
    told = f"{path}: another run (process {first.pid}) is writing it; wait for its end and try again"
    assert str(caught.value) == told
    with warehouse.one_writer(path):
        pass


def test_reader_keeps_its_rows_while_a_writer_swaps_the_file(filled: Path) -> None:
    with warehouse.open_read_only(filled) as reader:
        with warehouse.one_writer(filled), warehouse.rewrite(filled) as connection:
            warehouse.load(connection, "commit_trailers", trailers("Eve"))
        assert reader.execute("select trailer_value from commit_trailers").fetchall() == [("Ada",)]
    assert stored(filled) == [("a1", 1, "Eve")]


@pytest.fixture
def read_only_folder(path: Path) -> Iterator[Path]:
    """The folder of the warehouse, which nobody may write; root, who may all the same, steps down for the test."""
    path.parent.mkdir()
    path.parent.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    yield path.parent
    os.seteuid(user)


def test_folder_without_write_permission_is_named(path: Path, read_only_folder: Path) -> None:
    with pytest.raises(WarehouseError) as caught, warehouse.one_writer(path):
        pass
    told = f"{path}: cannot be written (Permission denied); check the permissions of {read_only_folder}"
    assert str(caught.value) == told


def test_file_where_the_folder_should_be_is_named(path: Path) -> None:
    path.parent.touch()
    with pytest.raises(WarehouseError) as caught, warehouse.one_writer(path):
        pass
    assert str(caught.value) == f"{path}: cannot be written (File exists); check the permissions of {path.parent}"


def test_disk_that_fills_while_copying_is_told_and_the_file_stays(filled: Path) -> None:
    before = filled.read_bytes()
    (filled.parent / f".retro.{os.getpid()}.duckdb").symlink_to("/dev/full")
    with pytest.raises(WarehouseError) as caught, warehouse.rewrite(filled):
        pass
    assert str(caught.value) == f"{filled}: the disk is full; {BACK}; the warehouse is as it was before"
    assert filled.read_bytes() == before


def test_disk_without_room_for_a_copy_is_told_first(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse.shutil, "disk_usage", lambda _: SimpleNamespace(free=5 << 20))
    with (
        pytest.raises(WarehouseError, match=r": 5 MB free on this disk, 6\d MB needed; " + BACK),
        warehouse.rewrite(filled),
    ):
        pass


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("count", [2_000, 9_000], ids=["closing", "committing"])
def test_disk_that_fills_while_writing_is_told_and_the_file_stays(
    count: int, tiny_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "_SPARE_BYTES", 0)
    path = tiny_disk / "retro.duckdb"
    with warehouse.one_writer(path), warehouse.rewrite(path) as connection:
        warehouse.load(connection, "commit_trailers", trailers("Ada"))
    before = path.read_bytes()
    values = [os.urandom(500).hex() for _ in range(count)]
    with pytest.raises(WarehouseError) as caught, warehouse.one_writer(path), warehouse.rewrite(path) as connection:
        warehouse.load(connection, "commit_trailers", trailers(*values))
    assert str(caught.value).startswith(f"{path}: cannot be written (")
    assert str(caught.value).endswith(f"); {BACK}")
    assert path.read_bytes() == before
    assert files_of(path) == [".retro.lock", "retro.duckdb"]


def test_file_with_other_columns_is_refused(filled: Path) -> None:
    with duckdb.connect(str(filled)) as connection:
        connection.execute("alter table commit_trailers drop column trailer_value")
    with pytest.raises(WarehouseError) as caught, warehouse.one_writer(filled), warehouse.rewrite(filled):
        pass
    assert str(caught.value) == (
        f"{filled}: its table commit_trailers has the columns of another version of Retro; "
        "move the file away and run `retro mine` to make it again"
    )


def test_missing_and_damaged_files_are_told_apart(path: Path) -> None:
    with pytest.raises(WarehouseError) as missing:
        warehouse.open_read_only(path)
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError) as damaged:
        warehouse.open_read_only(path)
    assert str(missing.value) == f"{path}: there is no warehouse yet; `retro mine` makes it"
    assert str(damaged.value).startswith(f"{path}: cannot be opened as a DuckDB file (")
    assert str(damaged.value).endswith("); move it away and run `retro mine` to make it again")


def test_folder_name_with_quotes_and_blanks_works(tmp_path: Path) -> None:
    path = tmp_path / 'it\'s "mine"; drop' / warehouse.FILE
    with warehouse.one_writer(path), warehouse.rewrite(path) as connection:
        warehouse.load(connection, "commit_trailers", trailers("Ada"))
    assert stored(path) == [("a1", 1, "Ada")]


def test_view_that_has_become_a_table_gives_way(tmp_path):
    path = tmp_path / "retro.duckdb"
    with warehouse.rewrite(path) as connection:
        connection.execute("drop table request_attributions")
        connection.execute("create view request_attributions as select 1 as part")
    with warehouse.rewrite(path) as connection:
        columns = connection.table("request_attributions").columns
    assert columns == list(tables.schema("request_attributions"))
