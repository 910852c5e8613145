"""git as a process: a clean environment, pinned settings, limits, and an exit status that is always looked at.

git's standard error is read but never shown: a hostile repository can put a line of any file into it. Only the ids of
objects and the names of pack files are taken from it.
"""

import fcntl
import os
import re
import resource
import selectors
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from retro.errors import GitEndedError, GitError

LEAST_GIT = (2, 37)  # from here on git leaves the time of borrowed packs alone (retro.git.objects)
_CHUNK = 1 << 20
_SILENCE_SECONDS, _LOOKS_A_SECOND = 900, 4
_MEMORY_BYTES, _STACK_BYTES = 12 << 30, 64 << 20
_SETTINGS = {
    "core.attributesFile": "/dev/null",
    "core.bigFileThreshold": "512m",
    "core.commitGraph": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.quotePath": "false",
    "diff.renameLimit": "1000",
    "gpg.program": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "mailmap.file": "/dev/null",
}
# glibc gives memory of large files back after each one and asks for it again: a sixth of git's time in the log of pytest.
_KEPT_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(256 << 20),
    "MALLOC_TOP_PAD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
}
# What somebody else sends; a stack or a memory that a hostile object has overrun ends with another one.
_FROM_OUTSIDE = frozenset((signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM))
_RUNNING: "set[Stream]" = set()
_ONE_START = Lock()  # the limit that a start is given belongs to the whole process
_OBJECT_ID = re.compile(rb"(?<!pack-)\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b")
_PACK = re.compile(rb"\bpack-[0-9a-f]{40}(?:[0-9a-f]{24})?\.pack\b")


def command(*arguments: str) -> list[str]:
    """Argument list of a git call with every setting that could change a number pinned."""
    pinned = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    return ["git", "--no-pager", "--no-optional-locks", *pinned, *arguments]


def environment(git_dir: Path | None = None, *, replaces: bool = False) -> dict[str, str]:
    """Environment of a git call, made from nothing: no configuration, no network, no prompt, UTC.

    With `replaces` the replacements that are named in `git_dir` itself count (retro.git.losses).
    """
    pinned = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "XDG_CONFIG_HOME": "/dev/null",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_FLUSH": "0",  # a write for each commit costs both sides time
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
    }
    pinned |= {} if replaces else {"GIT_NO_REPLACE_OBJECTS": "1"}
    return pinned | _KEPT_MEMORY | ({"GIT_DIR": str(git_dir)} if git_dir else {})


class Stream:
    """One running git whose output is read piece by piece; `close` looks at its exit status."""

    def __init__(
        self, git_dir: Path | None, arguments: Sequence[str], stdin: bytes = b"", *, replaces: bool = False
    ) -> None:
        self._input = _spooled(stdin)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._what = arguments[0]
        self.is_ended = False  # by another thread; what it started itself may still hold the pipe
        try:
            with _ONE_START, _deep_stack():
                self.process = subprocess.Popen(
                    command(*arguments),
                    stdin=self._input,
                    stdout=subprocess.PIPE,
                    stderr=self._errors,
                    env=environment(git_dir, replaces=replaces),
                    cwd="/",
                )
        except OSError as error:
            self._input.close()
            self._errors.close()
            raise GitError(f"git: cannot be started ({error.strerror}); install git 2.37 or newer, on PATH") from error
        _RUNNING.add(self)
        _limit(self.process.pid)
        _widen(self.fileno())

    def fileno(self) -> int:
        """Descriptor of the output, for a selector."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def read(self) -> bytes:
        """The next piece of output, empty at its end."""
        return os.read(self.fileno(), _CHUNK)

    def close(self) -> None:
        """Waits for the end; raises GitError naming the objects that git named, or GitEndedError, when it failed."""
        status = self.process.wait()
        self._errors.seek(0)
        told = self._errors.read(1 << 16)
        self.kill()
        if -status in _FROM_OUTSIDE:
            raise GitEndedError(
                f"git {self._what} was ended by signal {-status} ({signal.Signals(-status).name}); run it again, and if it is "
                "ended again, see whether memory runs short"
            )
        if status:
            raise GitError(_failure(self._what, status, told))

    def kill(self) -> None:
        """Ends the process, whatever it does, and frees its files."""
        _RUNNING.discard(self)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for file in (self.process.stdout, self._input, self._errors):
            file.close()


def end_all() -> None:
    """Ends every git that runs now: whoever waits for one, in any thread, gets a GitEndedError."""
    for stream in list(_RUNNING):
        stream.is_ended = True
        stream.process.kill()


def run(git_dir: Path | None, *arguments: str, stdin: bytes = b"") -> bytes:
    """Whole output of one git call; raises GitError when it fails or stays silent for 15 minutes."""
    return b"".join(piece for _, piece in read_together([Stream(git_dir, arguments, stdin)]))


def read_together(streams: Iterable[Stream], at_once: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Pieces of output of several gits as they come, with the position of the stream each is from.

    All run at the same time, or so many `at_once`: the next of a generator that starts them comes when one has ended. Every exit
    status is looked at; when one fails, or the reader stops early, all of them are ended.
    """
    waiting, running = enumerate(streams), {}
    try:
        with selectors.DefaultSelector() as selector:
            while _start_more(waiting, running, at_once, selector):
                for key, _ in _await(selector, list(running.values())):
                    if piece := running[key.data].read():
                        yield key.data, piece
                    else:
                        selector.unregister(key.fileobj)
                        running[key.data].close()
                        del running[key.data]
    finally:
        for stream in running.values():
            stream.kill()


def _start_more(
    waiting: Iterator[tuple[int, Stream]],
    running: dict[int, Stream],
    at_once: int | None,
    selector: selectors.BaseSelector,
) -> bool:
    """Takes streams from those `waiting` until so many run; False when none is left."""
    while (at_once is None or len(running) < at_once) and (following := next(waiting, None)):
        position, stream = following
        running[position] = stream
        selector.register(stream, selectors.EVENT_READ, position)
    return bool(running)


def _await(selector: selectors.BaseSelector, streams: Sequence[Stream]) -> list[tuple[selectors.SelectorKey, int]]:
    """Streams that have something to read.

    Raises GitError after 15 minutes of silence, GitEndedError once `end_all` was called.
    """
    for _ in range(_SILENCE_SECONDS * _LOOKS_A_SECOND):
        if ready := selector.select(1 / _LOOKS_A_SECOND):
            return ready
        if any(stream.is_ended for stream in streams):
            raise GitEndedError("git was ended, since the run was stopped")
    raise GitError(f"git gave no output for {_SILENCE_SECONDS // 60} minutes and was ended; is the disk reachable?")


def check_version() -> str:
    """Version of git as text; raises GitError when it is older than 2.37."""
    text = run(None, "--version").decode("ascii", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)", text)
    if not found or (int(found[1]), int(found[2])) < LEAST_GIT:
        raise GitError(f"{text!r} is too old; install git {LEAST_GIT[0]}.{LEAST_GIT[1]} or newer")
    return text.removeprefix("git version ")


def _spooled(stdin: bytes):  # a file, not a pipe: git may write before it has read everything
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the stream
    file.write(stdin)
    file.seek(0)
    return file


@contextmanager
def _deep_stack() -> Iterator[None]:
    """Lets a process that starts in the block have a deep stack: git walks a tree by recursion.

    The limit is inherited, since one that is set from outside gets lost when the start is not over yet.
    """
    before = soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = _bounded(_STACK_BYTES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        yield
        return
    resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, before)


def _limit(process_id: int) -> None:
    """Bounds the memory of a running git where the system can (Linux); it may have ended already."""
    if not hasattr(resource, "prlimit"):
        return
    for kind, amount in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        try:
            _, hard = resource.prlimit(process_id, kind)
            resource.prlimit(process_id, kind, (_bounded(amount, hard), hard))
        except (ProcessLookupError, PermissionError):
            return


def _widen(descriptor: int) -> None:
    """Gives a pipe as much room as one reading takes, where the system can (Linux) and allows it."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _CHUNK)


def _bounded(amount: int, hard: int) -> int:
    return amount if hard == resource.RLIM_INFINITY else min(amount, hard)


def _failure(what: str, status: int, told: bytes) -> str:
    objects = list(dict.fromkeys(oid.decode() for oid in _OBJECT_ID.findall(told)))
    pack = _PACK.search(told)
    ended = f"was ended by signal {-status}" if status < 0 else f"failed with exit status {status}"
    if not objects and not pack:
        return f"git {what} {ended}; the repository may be damaged: run `git fsck` in it"
    named = ", ".join(objects[:3]) + (f" and {len(objects) - 3} more" if len(objects) > 3 else "")
    where = " ".join([*([f"at object {named}"] if objects else []), *([f"in {pack[0].decode()}"] if pack else [])])
    return f"git {what} {ended} {where}: missing or damaged; run `git fsck` in the clone, or clone it again"
