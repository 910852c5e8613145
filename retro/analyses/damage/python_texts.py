"""What is wrong with Python texts: ruff's word on many of them at once.

ruff reads files, so a batch is written into a folder of its own, without any settings, and read line by line:

    17.py:4:12: F821 Undefined name `y`
    17.py:8:5: F811 Redefinition of unused `f` from line 3: `f` redefined here
    18.py:1:7: invalid-syntax: Expected a parameter or the end of the parameter list

It takes Python 2 for broken, so another parser has to agree (retro.analyses.damage.texts). In a text that it cannot parse it
finds no names.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ruff import find_ruff_bin

from retro.analyses.damage.symptoms import REDEFINED, UNDEFINED, Key, Symptom

BATCH_TEXTS, BATCH_BYTES = 400, 32 << 20
_SECONDS = 300
# Names that Python 2 has built in, and that gettext, IPython and profilers put there.
_BUILTINS = (
    "_ ngettext pgettext npgettext __path__ get_ipython get_config "
    " display profile reveal_type unicode xrange basestring unichr raw_input long reduce file "
    "execfile cmp reload buffer apply intern coerce StandardError WindowsError"
).split()
_TOLD = re.compile(r"^(\d+)\.py:(\d+):(\d+): (F821|F811|invalid-syntax):? (.*)$")
_NAME = re.compile(r"`([^`]*)`")


@dataclass
class PythonText:
    """What ruff says of a text: the first line that it cannot parse (None: it parses), and its symptoms by key."""

    broken_line: int | None = None
    symptoms: dict[Key, Symptom] = field(default_factory=dict)


def judge_python(texts: Sequence[bytes]) -> list[PythonText | None]:
    """What is wrong with each text, in their order; None where ruff failed at one."""
    if not texts:
        return []
    answer = _ask(texts)
    if answer is not None:
        return answer
    if len(texts) == 1:
        return [None]
    middle = len(texts) // 2
    return judge_python(texts[:middle]) + judge_python(texts[middle:])


def _ask(texts: Sequence[bytes]) -> list[PythonText | None] | None:
    with tempfile.TemporaryDirectory(prefix="retro-") as folder:
        for number, text in enumerate(texts):
            (Path(folder) / f"{number}.py").write_bytes(text)
        try:
            done = subprocess.run(
                _command(),
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None
    if done.returncode not in (0, 1):
        return None
    told = [PythonText() for _ in texts]
    for number, line, column, code, words in _lines(done.stdout):
        _note(told[number], code, (line, column), words)
    return told


def _command() -> list[str]:
    builtins = ", ".join(f'"{name}"' for name in _BUILTINS)
    return [
        find_ruff_bin(), "check", "--isolated", "--no-cache", "--no-fix", "--quiet", "--select", "F811,F821",
        "--target-version", "py314", "--output-format", "concise", "--config", f"builtins = [{builtins}]", ".",
    ]  # fmt: skip


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}


def _lines(output: bytes) -> Iterator[tuple[int, int, int, str, str]]:
    for line in output.decode("utf-8", "replace").split("\n"):
        if match := _TOLD.match(line):
            number, row, column, code, words = match.groups()
            yield int(number), int(row), int(column), code, words


def _note(text: PythonText, code: str, place: tuple[int, int], words: str) -> None:
    if code == "invalid-syntax":
        text.broken_line = min(text.broken_line or place[0], place[0])
        return
    match = _NAME.search(words)
    name = match[1] if match else ""
    rule = UNDEFINED if code == "F821" else REDEFINED
    text.symptoms.setdefault(
        (rule, name), Symptom(rule, name, place[0], "name", words, _SEVERITIES[rule], "ruff", place[1])
    )


_SEVERITIES = {UNDEFINED: "error", REDEFINED: "warning"}
