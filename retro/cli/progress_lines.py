"""Progress as plain lines on stderr, for logs of CI and other places that are no terminal.

    functions platform: 16,868 ...
    functions platform: 5,400 of 16,868 after 30 s
    functions platform: 16,868 in 81 s

A piece of work is told of once it has lasted two seconds, so that quick runs stay silent.
"""

import sys
from dataclasses import dataclass, field
from threading import Event, Lock, Thread, local
from time import monotonic

LONG_SECONDS, BETWEEN_SECONDS, _LOOK_SECONDS = 2.0, 30.0, 0.2


@dataclass
class _Work:
    """A piece of work, when it began and when a line last told of it (None: not yet); times of `monotonic`."""

    what: str
    total: int
    done: int = 0
    started_at: float = field(default_factory=monotonic)
    told_at: float | None = None

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return monotonic() - self.started_at


class Lines:
    """Tells of each long piece of work when it is under way, every half a minute, and when it has ended.

    Threads that work at the same time each have a piece of their own: starting the next one, or all its steps, ends it.
    """

    def __init__(self) -> None:
        self._own = local()
        self._running: list[_Work] = []
        self._changing = Lock()
        self._ended = Event()
        self._watch: Thread | None = None

    def start(self, what: str, total: int) -> None:
        """A piece of work with `total` steps begins; one without steps is not told of."""
        self._end(getattr(self._own, "work", None))
        self._own.work = _Work(what, total) if total else None
        if self._own.work:
            with self._changing:
                self._running.append(self._own.work)
                if self._watch is None:
                    self._watch = Thread(target=self._look, daemon=True)
                    self._watch.start()

    def advance(self, steps: int) -> None:
        """So many more of its steps are done."""
        work = getattr(self._own, "work", None)
        if work is not None:
            work.done += steps
            if work.done >= work.total:
                self._end(work)
                self._own.work = None

    def stop(self) -> None:
        """Ends what still runs, with what was done of it."""
        self._ended.set()
        if self._watch is not None:
            self._watch.join()
        for work in list(self._running):
            self._end(work)

    def _end(self, work: _Work | None) -> None:
        with self._changing:
            if work not in self._running:
                return
            self._running.remove(work)
            if work.told_at is not None:
                done = f"{work.done:,}" if work.done >= work.total else f"{work.done:,} of {work.total:,}"
                _say(f"{work.what}: {done} in {work.seconds:,.0f} s")

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            with self._changing:
                for work in self._running:
                    _tell(work)


def _tell(work: _Work) -> None:
    """A line when the work has become long, and another one now and then."""
    if work.told_at is None and work.seconds >= LONG_SECONDS:
        _say(f"{work.what}: {work.total:,} ...")
        work.told_at = monotonic()
    elif work.told_at is not None and monotonic() - work.told_at >= BETWEEN_SECONDS:
        _say(f"{work.what}: {work.done:,} of {work.total:,} after {work.seconds:,.0f} s")
        work.told_at = monotonic()


def _say(text: str) -> None:
    from retro.formats import printable

    print(printable(text), file=sys.stderr, flush=True)
