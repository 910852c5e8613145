"""A TOML file that a team writes: read from disk, parsed, and its mistakes told with file and line.

retro.toml is one, the notes of a sprint are others.
"""

import codecs
import os
import re
import stat
import tomllib
from collections.abc import Sequence
from pathlib import Path

from retro.config.literals import shown_value
from retro.config.mistakes import Mistake
from retro.errors import SettingsError

_LARGEST_FILE_BYTES = 1_000_000
_TOML_PLACE = re.compile(r"(?P<why>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)


def read_document(file: Path, cure: str) -> bytes:
    """The bytes of a regular file; a pipe or a device of that name is refused rather than waited for.

    SettingsError otherwise; `cure` is what to do where there is none.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise SettingsError(f"{file}: no such file; {cure}") from error
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}); mend its permissions") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SettingsError(f"{file}: not a regular file; put a text file there")
        with open(descriptor, "rb", closefd=False) as stream:
            source = stream.read(_LARGEST_FILE_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(source) > _LARGEST_FILE_BYTES:
        raise SettingsError(f"{file}: larger than {_LARGEST_FILE_BYTES:,} bytes; shorten it")
    return source


def parse_document(source: bytes, file: Path) -> dict[str, object]:
    """The tables of a TOML file; SettingsError with the line where it is none, or not UTF-8."""
    text = _decode(source, file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_syntax_message(str(error), text, file)) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: a number is too long or lists are nested too deeply; shorten them") from error


def told_mistakes(mistakes: Sequence[Mistake], raw: dict[str, object], source: bytes, file: Path) -> str:
    """One line a mistake, `file:line: key = value: why`, in the order of the file."""
    # Imported here: the parser is only needed once something is wrong.
    from retro.config.positions import find_positions, nearest_position

    positions = find_positions(source)
    placed = [(nearest_position(positions, mistake.path), mistake) for mistake in mistakes]
    lines = []
    for (line, _), mistake in sorted(placed, key=lambda pair: pair[0]):
        other_line = nearest_position(positions, mistake.other)[0] if mistake.other else None
        lines.append(f"{file}:{line}: {mistake.text(raw, other_line)}")
    return "\n".join(lines)


def _decode(source: bytes, file: Path) -> str:
    if source.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SettingsError(f"{file}:1: begins with a byte order mark; save the file as UTF-8 without one")
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{file}:{line}: byte 0x{source[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from error


def _syntax_message(message: str, text: str, file: Path) -> str:
    """tomllib's own words, with the line in front and the line's text quoted."""
    found = _TOML_PLACE.fullmatch(message)
    lines = text.split("\n")
    line = int(found["line"] or len(lines)) if found else 1
    why = found["why"] if found else message
    quoted = shown_value(lines[line - 1].strip())
    return f"{file}:{line}: not valid TOML ({why}): {quoted}; mend this line or the one before"
