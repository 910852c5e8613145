"""A run that cannot finish leaves the warehouse as it was, nothing beside it, and says what to do."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from command_line import failing, retro
from repositories import Repository, mined_rows, obeying, plain_history, project, query

from retro import warehouse
from retro.errors import WarehouseError
from retro.pipeline import mine, mining


@pytest.fixture
def sound(tmp_path) -> Repository:
    return plain_history(2).write(tmp_path / "sound")


@pytest.fixture
def broken(tmp_path) -> Repository:
    return plain_history(3).write(tmp_path / "broken")


@pytest.fixture
def root(tmp_path, broken, sound) -> Path:
    return project(tmp_path / "project", broken, sound)


WAREHOUSES = {
    "text": lambda path: path.write_text("not a database\n" * 999),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "head lost": lambda path: path.write_bytes(b"\0" * 4096 + path.read_bytes()[4096:]),
}


@pytest.mark.parametrize("damage", WAREHOUSES.values(), ids=WAREHOUSES.keys())
def test_damaged_warehouse_is_told_and_left_as_it_is(root, damage):
    mine(root)
    path = root / "data" / "retro.duckdb"
    damage(path)
    content = path.read_bytes()
    for words in (["mine"], ["query", "sprint_headline"], ["sql", "select 1"], ["tables"]):
        answer = retro(*words, "-C", root)
        assert (answer.status, answer.out) == (1, "")
        assert answer.err.startswith(f"error: {path}: cannot be opened as a DuckDB file (")
        assert answer.err.endswith("); move it away and run `retro mine` to make it again\n")
    assert path.read_bytes() == content
    path.rename(path.with_name("away"))
    assert retro("mine", "-C", root).status == 0


def test_warehouse_damaged_anywhere_is_told_and_left_as_it_is(root, broken):
    mine(root)
    path = root / "data" / "retro.duckdb"
    good = path.read_bytes()
    broken.grow(plain_history(5))
    told = 0
    for place in range(3 * 4096 + 100, len(good), 262_144):
        content = bytearray(good)
        content[place] ^= 0xFF
        path.write_bytes(content)
        try:
            mine(root)
        except WarehouseError as error:
            told += 1
            assert str(error).startswith((f"{path}: is damaged (", f"{path}: cannot be opened as a DuckDB file ("))
            assert str(error).endswith("); move it away and run `retro mine` to make it again")
            assert path.read_bytes() == content
        assert not warehouse.stale_copies(path.parent)
    assert told >= 3


OTHER_TABLES = {
    "commits": "alter table commits add column more text",
    "repos": "alter table repos rename column tips_digest to other",
    "projects": "alter table projects drop column plan_digest",
}


@pytest.mark.parametrize(("table", "change"), OTHER_TABLES.items())
def test_warehouse_with_other_columns_is_told_and_left_as_it_is(root, broken, table, change):
    mine(root)
    path = root / "data" / "retro.duckdb"
    with duckdb.connect(str(path)) as connection:
        for (view,) in connection.execute("select view_name from duckdb_views() where not internal").fetchall():
            connection.execute(f"drop view if exists {view}")
        connection.execute(change)
    broken.grow(plain_history(4))
    content = path.read_bytes()
    assert retro("mine", "-C", root).err == (
        f"error: {path}: its table {table} has the columns of another version of Retro; "
        "move the file away and run `retro mine` to make it again\n"
    )
    assert path.read_bytes() == content
    assert [name for name in os.listdir(path.parent) if name.startswith(".retro.")] == [".retro.lock"]


def test_second_run_at_the_same_time_is_told_who_holds_the_warehouse(root):
    mine(root)
    path = root / "data" / "retro.duckdb"
    with (path.parent / ".retro.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("4321")
        lock.flush()
        answer = retro("mine", "-C", root)
    told = f"error: {path}: another run (process 4321) is writing it; wait for its end and try again\n"
    assert (answer.status, answer.err) == (1, told)
    assert retro("mine", "-C", root).err == "nothing new\n"


def test_reader_keeps_the_warehouse_that_it_opened(root, broken):
    mine(root)
    with warehouse.open_read_only(root / "data" / "retro.duckdb") as connection:
        broken.grow(plain_history(5))
        mine(root)
        assert connection.execute("select count(*) from commits").fetchall() == [(5,)]
    assert query(root, "select count(*) from commits") == [(7,)]


def test_folder_that_may_not_be_written_is_told(root, broken):
    mine(root)
    broken.grow(plain_history(4))
    data = root / "data"
    before = (data / "retro.duckdb").read_bytes(), os.listdir(data)
    data.chmod(0o555)
    (data / ".retro.lock").chmod(0o444)
    done = subprocess.run(obeying([*RETRO, "mine", "-C", root]), capture_output=True, text=True, check=False)
    told = f"error: {data}/retro.duckdb: cannot be written (Permission denied); check the permissions of {data}\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    (data / ".retro.lock").chmod(0o644)
    done = subprocess.run(obeying([*RETRO, "mine", "-C", root]), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    data.chmod(0o755)
    assert ((data / "retro.duckdb").read_bytes(), os.listdir(data)) == before


def test_disk_without_room_is_told_before_anything_is_read(root, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10 << 20, 9 << 20, 1 << 20))
    path = root / "data" / "retro.duckdb"
    told = f"{path}: 1 MB free on this disk, 64 MB needed; free some space and run it again"
    with pytest.raises(WarehouseError, match="^" + told + "$"):
        mine(root)
    assert sorted(os.listdir(path.parent)) == [".gitignore", ".retro.lock", "rooms"]


RETRO = [sys.executable, "-c", "from retro.cli import main; main()"]
SLOW_LOG = """#!/bin/sh
export PATH="{path}"
case "$*" in
*" log "*) echo $$ >> {folder}/pids; git "$@" | head -c 300; touch {folder}/reading; exec sleep 60;;
*) exec git "$@";;
esac
"""


def started(root: Path, folder: Path) -> subprocess.Popen:
    """A run of `retro mine`, in a process group of its own, that is in the middle of reading the log."""
    folder.mkdir()
    (folder / "git").write_text(SLOW_LOG.format(path=os.environ["PATH"], folder=folder))
    (folder / "git").chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    run = subprocess.Popen(
        [*RETRO, "mine", "-C", root],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (folder / "reading").exists():
        assert run.poll() is None, run.communicate()
        time.sleep(0.02)
    return run


def is_running(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["Retro alone", "Retro and git, as a terminal does"])
def test_ctrl_c_in_mid_stream_leaves_the_warehouse_as_it_was_and_nothing_behind(root, broken, tmp_path, send):
    mine(root)
    data = root / "data"
    before = (data / "retro.duckdb").read_bytes(), (data / "retro.duckdb").stat().st_ino
    broken.grow(plain_history(5))
    run = started(root, tmp_path / "slow")
    send(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=20)
    told = "error: stopped; the warehouse and the reports are as they were before\n"
    assert (run.returncode, out, err) == (130, "", told)
    assert ((data / "retro.duckdb").read_bytes(), (data / "retro.duckdb").stat().st_ino) == before
    assert sorted(os.listdir(data)) == [".gitignore", ".known.json", ".retro.lock", "retro.duckdb", "rooms"]
    assert not [pid for pid in (tmp_path / "slow" / "pids").read_text().split() if is_running(int(pid))]
    assert mine(root).commits == {"broken": 2}


def test_killed_run_is_cleared_away_by_the_next(root, broken, tmp_path):
    mine(root)
    data = root / "data"
    before = (data / "retro.duckdb").read_bytes()
    broken.grow(plain_history(5))
    run = started(root, tmp_path / "slow")
    run.kill()
    run.communicate(timeout=20)
    for pid in (tmp_path / "slow" / "pids").read_text().split():
        os.kill(int(pid), signal.SIGKILL)
    assert (data / f".retro.{run.pid}.duckdb").exists()
    assert (data / "retro.duckdb").read_bytes() == before
    living = data / f".retro.{os.getppid()}.duckdb"
    living.write_text("a copy of a run that is alive")
    assert mine(root).commits == {"broken": 2}
    assert sorted(os.listdir(data)) == sorted(
        [".gitignore", ".known.json", living.name, ".retro.lock", "retro.duckdb", "rooms"]
    )


def test_ctrl_c_while_kinds_are_judged_leaves_the_warehouse_as_it_was(root, monkeypatch):
    mine(root)
    before = (root / "data" / "retro.duckdb").read_bytes()

    class Pressed(mining.Silent):
        def start(self, what, total):
            if what == "kinds of work":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mine(root, full=True, progress=Pressed())
    assert (root / "data" / "retro.duckdb").read_bytes() == before
    assert sorted(os.listdir(root / "data")) == [".gitignore", ".known.json", ".retro.lock", "retro.duckdb", "rooms"]


DAMAGED = "the repository may be damaged: run `git fsck` in it"
AGAIN = "run it again, and if it is ended again, see whether memory runs short"
CUT_LOGS = {
    "exits 1": ('git "$@" | head -c 700; exit 1', f"git log failed with exit status 1; {DAMAGED}"),
    "killed": ('git "$@" | head -c 700; kill -9 $$', f"git log was ended by signal 9 (SIGKILL); {AGAIN}"),
    "cut in a message": (
        'git "$@" | head -c 60; exit 0',
        "git log broke off in the middle of an answer; run it again, and `git --version` to see which it is",
    ),
    "cut before a commit": ("exit 0", "broken: git listed 2 commits and told of 0; run `git fsck` in the clone"),
}


@pytest.mark.parametrize(("script", "told"), CUT_LOGS.values(), ids=CUT_LOGS.keys())
def test_log_that_breaks_off_leaves_the_earlier_rows(root, broken, tmp_path, monkeypatch, script, told):
    mine(root)
    before = mined_rows(root)
    broken.grow(plain_history(5))
    (tmp_path / "fake").mkdir()
    path = os.environ["PATH"]
    (tmp_path / "fake" / "git").write_text(
        f'#!/bin/sh\nexport PATH="{path}"\ncase "$*" in *" log "*) {script};; esac\nexec git "$@"\n'
    )
    (tmp_path / "fake" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'fake'}:{path}")
    assert failing(root) == told
    assert mined_rows(root) == before
    monkeypatch.setenv("PATH", path)
    assert mine(root).commits == {"broken": 2}


def test_git_that_is_too_old_by_now_reads_nothing(root, broken, tmp_path, monkeypatch):
    mine(root)
    before = mined_rows(root)
    broken.grow(plain_history(5))
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / "git").write_text(
        f'#!/bin/sh\nexport PATH="{os.environ["PATH"]}"\n'
        'case "$*" in *--version) echo git version 2.30.2; exit;; esac\nexec git "$@"\n'
    )
    (tmp_path / "fake" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'fake'}:{os.environ['PATH']}")
    assert failing(root) == "'git version 2.30.2' is too old; install git 2.37 or newer"
    assert mined_rows(root) == before


GITS = {
    "exit 1": (
        "exit 1",
        "git --version failed with exit status 1; the repository may be damaged: run `git fsck` in it",
    ),
    "signal": (
        "kill -9 $$",
        f"git --version was ended by signal 9 (SIGKILL); {AGAIN}",
    ),
    "old": ("echo git version 2.30.2; exit", "'git version 2.30.2' is too old; install git 2.37 or newer"),
}


@pytest.mark.parametrize(("script", "told"), GITS.values(), ids=GITS.keys())
def test_git_that_does_not_work_is_told_for_each_repository(root, tmp_path, monkeypatch, script, told):
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / "git").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "fake" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'fake'}:{os.environ['PATH']}")
    answer = retro("mine", "-C", root)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == f"error: broken: {told}\nerror: sound: {told}\n"
    monkeypatch.undo()
    assert mine(root).commits == {"broken": 3, "sound": 2}
