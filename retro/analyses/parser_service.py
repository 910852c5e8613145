"""A process that parses strangers' texts: bounded in time and memory, with no secret in it.

It reads requests `<word> <number of bytes>\\n<text>`, the word saying what the text is, and answers each with a line of JSON.
A text that takes more than 5 s of CPU or 2 GB ends the process (retro.analyses.function_workers notices).
"""

import json
import resource
import signal
from collections.abc import Callable
from typing import BinaryIO

_CPU_SECONDS = 5  # a text of 100 kB takes 0.06 s
_MEMORY_BYTES = 2 << 30


def serve(requests: BinaryIO, answers: BinaryIO, judged: Callable[[str, bytes], object]) -> None:
    """Answers requests until there are none. The signal of the timer ends the process, whatever it is doing."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    while line := requests.readline():
        word, size = line.split()
        content = requests.read(int(size))
        signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)
        answer = judged(word.decode(), content)
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def limit_memory() -> None:
    """Bounds the memory of this process where the system can."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    bounded = _MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(_MEMORY_BYTES, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (bounded, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):  # a system without this limit: the time limit still holds
        return
