"""Where each value of retro.toml stands, because `tomllib` does not tell.

`[project]` with `name = "x"` below it gives `{("project",): (1, 1), ("project", "name"): (2, 1)}`. This module and the
parser behind it are imported only when a mistake has to be located.
"""

import tomllib
from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from retro.config.literals import Path

Position = tuple[int, int]
_KEY_TYPES = ("bare_key", "quoted_key", "dotted_key")


def find_positions(source: bytes) -> dict[Path, Position]:
    """Line and byte column, from 1, of the key of each path and of each list item; for a table, its first header."""
    positions: dict[Path, Position] = {}
    lengths: dict[Path, int] = {}
    for node in Parser(Language(tree_sitter_toml.language())).parse(source).root_node.named_children:
        if node.type == "pair":
            _add_pair(positions, (), node)
        elif node.type in ("table", "table_array_element"):
            _add_table(positions, lengths, node)
    return positions


def nearest_position(positions: dict[Path, Position], path: Path) -> Position:
    """The place of the path, or of the innermost table around it; the first line when neither stands in the file."""
    while path and path not in positions:
        path = path[:-1]
    return positions.get(path, (1, 1))


def _add_table(positions: dict[Path, Position], lengths: dict[Path, int], node: Node) -> None:
    """A `[table]` or an element `[[tables]]`, with what is inside."""
    header = node.named_children[0]
    path = _header_path(lengths, list(_key_parts(header)), node.type == "table_array_element")
    _add_path(positions, path, node)
    for pair in node.named_children[1:]:
        if pair.type == "pair":
            _add_pair(positions, path, pair)


def _header_path(lengths: dict[Path, int], keys: list[str], is_element: bool) -> Path:
    """A header's path with the places in lists: below `[[repos]]` a `[repos.x]` means the last element."""
    path: Path = ()
    for key in keys[:-1]:
        path = (*path, key)
        if path in lengths:
            path = (*path, lengths[path] - 1)
    path = (*path, keys[-1])
    if is_element:
        lengths[path] = lengths.get(path, 0) + 1
        path = (*path, lengths[path] - 1)
    return path


def _add_pair(positions: dict[Path, Position], table: Path, pair: Node) -> None:
    key, value = [child for child in pair.named_children if child.type != "comment"][:2]
    path = (*table, *_key_parts(key))
    _add_path(positions, path, pair)
    _add_value(positions, path, value)


def _add_value(positions: dict[Path, Position], path: Path, value: Node) -> None:
    if value.type == "inline_table":
        for pair in value.named_children:
            if pair.type == "pair":
                _add_pair(positions, path, pair)
    elif value.type == "array":
        items = (child for child in value.named_children if child.type != "comment")
        for place, item in enumerate(items):
            _add_path(positions, (*path, place), item)
            _add_value(positions, (*path, place), item)


def _add_path(positions: dict[Path, Position], path: Path, node: Node) -> None:
    """Adds the path and the tables that it implies, each at the first place that names it."""
    row, column = node.start_point
    for length in range(1, len(path) + 1):
        positions.setdefault(path[:length], (row + 1, column + 1))


def _key_parts(node: Node) -> Iterator[str]:
    """The plain keys of `a."b c".d`, with quotes and escapes taken off by `tomllib` itself."""
    if node.type != "dotted_key":
        yield from tomllib.loads(node.text.decode() + " = 0")
        return
    for child in node.named_children:
        if child.type in _KEY_TYPES:
            yield from _key_parts(child)
