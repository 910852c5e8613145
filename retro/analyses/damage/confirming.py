"""A second look at names that ruff reports: what is no fault, and what is a lesser one.

- A parameter that is called like an import is how pytest asks for a fixture, not a definition put in place of another.
- A name inside a quoted annotation is never looked up when the program runs: a note, no error.
- A function that a decorator registers (`@app.route`) is used even when another one takes its name; so is what an assignment
  wraps.
- `except Error, name:` is Python 2.
- A name that the text itself puts into its globals (`globals()[...] = `, `exec`) may well be there.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from retro.analyses.damage.symptoms import REDEFINED, UNDEFINED, Damage, Symptom

# In Python 3.14 this is a tuple of two classes; in most of history it is how Python 2 names what it caught.
_CAUGHT = re.compile(rb"^\s*except\b[^:#\n]*,\s*\w+\s*:")
# A decorator that puts its function into a register has used it; of these the function's name is still what counts.
_KEEPS_NAME = re.compile(
    rb"^@(?:pytest\.mark|(?:\w+\.)*patch|unittest|mock|staticmethod|classmethod|functools|property$)"
)
_PARAMETERS = frozenset({"parameters", "lambda_parameters"})
_OWN_GLOBALS = re.compile(
    rb"\b(?:globals|vars)\(\)\s*(?:\[|\.update)|\bexec(?:file)?\s*\(|^from \S+ import \*", re.MULTILINE
)


def confirmed(damages: Iterable[Damage], contents: dict[str, bytes]) -> list[Damage]:
    """The damages that stand, some with a lesser severity; those without a content stand as they are."""
    kept = []
    for damage in damages:
        content = contents.get(damage.new_id or "")
        symptom = damage.symptom
        if content is not None and symptom.rule in (UNDEFINED, REDEFINED):
            symptom = _looked_at(symptom, content)
        if symptom:
            kept.append(replace(damage, symptom=symptom))
    return kept


def _looked_at(symptom: Symptom, content: bytes) -> Symptom | None:
    above = _above(symptom, content)
    if symptom.rule == REDEFINED:
        if _PARAMETERS & {node.type for node in above} or _is_meant(above):
            return None
        return _of_kind(symptom, "import" if any("import" in node.type for node in above) else "definition", "warning")
    if _OWN_GLOBALS.search(content) or _CAUGHT.match(content.split(b"\n")[symptom.line - 1]):
        return None
    types = [node.type for node in above]
    if "string" in types and "interpolation" not in types:
        return _of_kind(symptom, "quoted annotation", "note")
    return _of_kind(symptom, "name", "error")


def _is_meant(above: list[Node]) -> bool:
    """Whether the definition is an assignment, or a function or class that its decorator has used."""
    if any(node.type == "assignment" for node in above[:2]):
        return True
    if len(above) < 3 or above[2].type != "decorated_definition":
        return False
    decorators = [child.text or b"" for child in above[2].children if child.type == "decorator"]
    return not all(_KEEPS_NAME.match(text) for text in decorators)


def _of_kind(symptom: Symptom, kind: str, severity: str) -> Symptom:
    return replace(symptom, kind=kind, severity=severity)


def _above(symptom: Symptom, content: bytes) -> list[Node]:
    """The smallest node at the symptom's place and those that it lies in."""
    line = content.split(b"\n")[symptom.line - 1].decode("utf-8", "replace")
    column = len(line[: symptom.column - 1].encode())
    place = symptom.line - 1, column
    node = _parser().parse(content).root_node.descendant_for_point_range(place, place)
    found = []
    while node:
        found.append(node)
        node = node.parent
    return found


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_python.language()))
