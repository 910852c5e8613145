"""Where a text no longer parses: run as a process of its own, `python -m retro.analyses.damage.syntax_parser`.

As retro.analyses.parser_service says, it reads requests `<language> <number of bytes>\\n<text>` and answers each with
a line of JSON: [] for a text that parses, [[line, brackets]] for one that does not (its first bad line from 1; brackets: 1 when
opening and closing brackets do not pair up, 0 when they do), or words that say why nothing can be told.

JSON and TOML are asked twice: what the standard library takes is whole, and so is JSON with comments and trailing commas.
"""

import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import BinaryIO

from tree_sitter import Language, Node, Parser

from retro.analyses.parser_service import limit_memory, serve

_GRAMMARS = {
    "Python": "python language",
    "JavaScript": "javascript language",
    "TypeScript": "typescript language_typescript",
    "TSX": "typescript language_tsx",
    "Go": "go language",
    "Java": "java language",
    "Rust": "rust language",
    "C": "c language",
    "C++": "cpp language",
    "Ruby": "ruby language",
    "PHP": "php language_php",
    "JSON": "json language",
    "YAML": "yaml language",
    "TOML": "toml language",
}
PACKAGES = tuple(sorted({f"tree-sitter-{grammar.split()[0]}" for grammar in _GRAMMARS.values()}))
_PAIRS = {"(": 0, ")": 0, "[": 1, "]": 1, "{": 2, "}": 2, "${": 2, "#{": 2, "#[": 1, "@{": 2}
_TEMPLATE = re.compile(rb"\{\{|\{%|<%|\$\{\{|@@[A-Z_]+@@|__[A-Z]+_[A-Z]+__:")
_TRAILING_COMMA = re.compile(rb",(\s*[\]}])")
Answer = list[tuple[int, int]] | str


def judged(language: str, content: bytes) -> Answer:
    """What is said of a text in that language."""
    if b"\0" in content:
        return "binary"
    if language in ("YAML", "JSON", "TOML") and _TEMPLATE.search(content):
        return "template"
    if language in _STRICT and _is_taken(_STRICT[language], content):
        return []
    if language == "JSON":
        content = _TRAILING_COMMA.sub(rb"\1", content)
    tree = _parser(language).parse(content.removeprefix(b"\xef\xbb\xbf"))
    if not tree.root_node.has_error:
        return []
    return [(_first_error(tree.root_node), int(_is_unpaired(tree.root_node)))]


def _is_taken(read: Callable[[str], object], content: bytes) -> bool:
    try:
        read(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return True


_STRICT = {"JSON": json.loads, "TOML": tomllib.loads}


@cache
def _parser(language: str) -> Parser:
    module, _, name = _GRAMMARS[language].partition(" ")
    return Parser(Language(getattr(import_module(f"tree_sitter_{module}"), name)()))


def _first_error(root: Node) -> int:
    """Line of the first node that is an error or was put in by the parser."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            return node.start_point[0] + 1
        waiting += [child for child in reversed(node.children) if child.has_error or child.is_missing]
    return 1


def _is_unpaired(root: Node) -> bool:
    counts = [0, 0, 0]
    for node in _leaves(root):
        kind = node.type
        if kind in _PAIRS and not node.is_missing:
            counts[_PAIRS[kind]] += -1 if kind in ")]}" else 1
    return any(counts)


def _leaves(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.child_count:
            waiting += node.children
        else:
            yield node


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers requests until there are none."""
    serve(requests, answers, judged)


if __name__ == "__main__":
    limit_memory()
    main(sys.stdin.buffer, sys.stdout.buffer)
