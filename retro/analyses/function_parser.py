"""Functions of source texts: run as a process of its own, `python -m retro.analyses.function_parser`.

A stranger's text goes through regular expressions and parsers here, so this process holds no secret, and a text that takes
more than 5 s of CPU or 2 GB ends it. It reads requests `<suffix> <number of bytes>\\n<text>` and answers each with a line of
JSON: a list of [name, first line, last line, complexity, parameters], or words that say why there is none. lizard's own
directives (`#lizard forgives`, GENERATED CODE) are comments like others: a text cannot hide functions.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from lizard import FileInfoBuilder, condition_counter, get_reader_for, line_counter, preprocessing

from retro.analyses.function_scopes import Scopes
from retro.analyses.parser_service import limit_memory, serve
from retro.analyses.script_functions import SUFFIXES, script_functions

_NAME_CHARACTERS = 200
_NUMBERED = re.compile(r"anonymous__\d+")
# What a reader of lizard can stumble over in a text that is no valid program.
_STUMBLES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    re.error,
)

Function = tuple[str, int, int, int, int]  # name, first line, last line, cyclomatic complexity, number of parameters


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers requests until there are none."""
    serve(requests, answers, judged)


def judged(suffix: str, content: bytes) -> list[Function] | str:
    """Functions of a text, of several with one name on one line the longest; or why they cannot be told.

    Lines count from 1 and are those of git (`\\n` ends one). Names carry their class where it can be told.
    """
    if b"\0" in content:
        return "binary"
    try:
        if suffix in SUFFIXES:
            functions = script_functions(suffix, content)
        else:
            functions = list(_lizard_functions(suffix, content.decode("utf-8", "replace")))
    except RecursionError:
        return "nested too deeply"
    except MemoryError:
        return "out of memory"
    except _STUMBLES:
        return "not parsed"
    longest: dict[tuple[str, int], Function] = {}
    for name, *numbers in functions:
        key = name[:_NAME_CHARACTERS], numbers[0]
        if key not in longest or numbers[1] > longest[key][2]:
            longest[key] = (key[0], *numbers)
    return list(longest.values())


def _lizard_functions(suffix: str, text: str) -> Iterator[Function]:
    context = FileInfoBuilder(f"text.{suffix}")
    reader = get_reader_for(context.fileinfo.filename)(context)
    scopes = Scopes(suffix, text)
    tokens = reader.generate_tokens(text)
    for processor in (scopes.watch, preprocessing, _without_comments, line_counter, condition_counter):
        tokens = processor(tokens, reader)
    for _ in reader(tokens, reader):
        pass
    for one in context.fileinfo.function_list:
        name = scopes.qualified(one.start_line, _NUMBERED.sub("(anonymous)", one.name))
        yield name, one.start_line, one.end_line, one.cyclomatic_complexity, one.parameter_count


def _without_comments(tokens: Iterable[str], reader: object) -> Iterator[str]:
    """Tokens, each comment replaced by the line ends that it holds."""
    for token in tokens:
        comment = reader.get_comment_from_token(token)
        if comment is None:
            yield token
        else:
            yield from "\n" * token.count("\n")


if __name__ == "__main__":
    limit_memory()
    main(sys.stdin.buffer, sys.stdout.buffer)
