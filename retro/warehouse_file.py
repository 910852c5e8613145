"""The warehouse as a file: where it lies, who may write it, and what dead runs left beside it.

Imports no DuckDB: a run that finds nothing new need not pay for it.
"""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retro.errors import WarehouseError

FILE = Path("data") / "retro.duckdb"
_COPY = re.compile(r"\.retro\.(\d+)\.duckdb(\.wal|\.tmp)?")


@contextmanager
def one_writer(path: Path) -> Iterator[None]:
    """Holds the lock of the warehouse at `path` for the time of a run and clears away what dead runs left.

    Raises WarehouseError when another run holds it, or when the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = open(path.parent / ".retro.lock", "a+")  # noqa: SIM115 - closed below, with the lock
    except OSError as error:
        raise cannot_write(path, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise WarehouseError(
                f"{path}: another run (process {lock.read().strip() or 'unknown'}) is writing it; "
                "wait for its end and try again"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        for stale in stale_copies(path.parent):
            remove(stale)
        yield


def stale_copies(folder: Path) -> list[Path]:
    """Copies in `folder` that belong to a run which is no longer alive."""
    found = [(path, match) for path in folder.glob(".retro.*") if (match := _COPY.fullmatch(path.name))]
    return [path for path, match in found if not _is_alive(int(match[1]))]


def remove(path: Path) -> None:
    """Removes a file or a folder, or nothing."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> WarehouseError:
    """What to say when the system refuses to write the warehouse at `path`."""
    if error.errno == errno.ENOSPC:
        return WarehouseError(
            f"{path}: the disk is full; free some space and run it again; the warehouse is as it was before"
        )
    return WarehouseError(f"{path}: cannot be written ({error.strerror}); check the permissions of {path.parent}")


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
