"""Parses many texts in worker processes that may be slow, die or be killed; a text that a worker breaks on costs itself."""

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

Function = tuple[str, int, int, int, int]  # name, first line, last line, cyclomatic complexity, number of parameters
FUNCTION_PARSER = "retro.analyses.function_parser"
OUT_OF_TIME, OUT_OF_MEMORY, ENDED = "out of time", "out of memory", "parser ended"
_SILENCE_SECONDS = 60  # a worker ends itself after 5 s of CPU on one text
_KEPT = (
    "PYTHONHOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)  # what Python itself may need to start; nothing else is passed on


@dataclass(frozen=True)
class Source:
    """A text to parse: what to call it in the answer, its file name's suffix in lower case, its bytes."""

    key: object
    suffix: str
    content: bytes


class Workers:
    """Up to `count` processes of a parser, each started when there is work for it. A context manager: leaving it ends them."""

    def __init__(self, count: int = 2, module: str = FUNCTION_PARSER) -> None:
        self._count, self._module = count, module
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, Source] = {}
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in [*self._idle, *self._busy]:
            worker.end()
        self._selector.close()

    def parse(self, sources: Iterable[Source]) -> Iterator[tuple[object, list[Function] | str]]:
        """Key and functions of each source, in the order in which they are ready; instead of functions why there are none."""
        for source in sources:
            if len(self._busy) == self._count:
                yield from self._answers()
            self._give(source)
        while self._busy:
            yield from self._answers()

    def _give(self, source: Source) -> None:
        worker = self._idle.pop() if self._idle else _Worker(self._module)
        self._busy[worker] = source
        self._selector.register(worker.output, selectors.EVENT_READ, worker)
        worker.ask(source)

    def _answers(self) -> Iterator[tuple[object, list[Function] | str]]:
        ready = self._selector.select(_SILENCE_SECONDS)
        silent = [] if ready else list(self._busy)
        for worker in [key.data for key, _ in ready] or silent:
            source = self._busy.pop(worker)
            self._selector.unregister(worker.output)
            answer = worker.answer() if ready else OUT_OF_TIME
            if answer in (OUT_OF_TIME, OUT_OF_MEMORY, ENDED):
                worker.end()
            else:
                self._idle.append(worker)
            yield source.key, answer


class _Worker:
    """One parser process: a module that serves (retro.analyses.parser_service)."""

    def __init__(self, module: str = FUNCTION_PARSER) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"PYTHONPATH": _import_path()},
            cwd="/",
        )
        self._requests, self.output = self._process.stdin, self._process.stdout

    def ask(self, source: Source) -> None:
        """Sends a text; a parser that has ended is noticed when its answer is read."""
        try:
            self._requests.write(b"%s %d\n" % (source.suffix.encode(), len(source.content)))
            self._requests.write(source.content)
            self._requests.flush()
        except BrokenPipeError:
            return

    def answer(self) -> list[Function] | str:
        """The next answer; what ended the parser when there is none."""
        line = self.output.readline()
        if not line.endswith(b"\n"):
            return OUT_OF_TIME if self._process.wait() == -signal.SIGPROF else ENDED
        answer = json.loads(line)
        return answer if isinstance(answer, str) else [tuple(function) for function in answer]

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self.output.close()
        try:
            self._requests.close()
        except BrokenPipeError:  # what it never read is still in the buffer
            return


def _import_path() -> str:
    return os.pathsep.join(filter(None, sys.path))
