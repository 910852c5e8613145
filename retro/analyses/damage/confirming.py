"""A second look at names that ruff reports: what is no fault, and what is a lesser one.

- A parameter that is called like an import is how pytest asks for a fixture, not a definition put in place of another; and a
  comprehension's variables live in it alone.
- A name inside a quoted annotation is never looked up when the program runs: a note, no error. `from __future__ import
  annotations` quotes all of them.
- A function that a decorator registers (`@app.route`) is used even when another one takes its name; so is what an assignment
  wraps. A name that is None or False until an import gives it (`ssl = None` before `import ssl` in a `try`) is meant as well.
- `except Error, name:` is Python 2.
- A name that the text itself puts into its globals (`globals()[...] = `, `exec`, `def setup_module(mod): mod.name = `) may
  well be there.
- A name that is bound further down in the same loop is there from the second turn on.
"""

import re
from collections.abc import Iterable, Iterator
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
_COMPREHENSIONS = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)
_OWN_GLOBALS = re.compile(
    rb"\b(?:globals|vars)\(\)\s*(?:\[|\.update)|\bexec(?:file)?\s*\(|^from \S+ import \*", re.MULTILINE
)
_QUOTED_ALL = re.compile(rb"^from __future__ import [^#\n]*\bannotations\b", re.MULTILINE)
_FROM_LINE = re.compile(r" from line (\d+)")
_DEFAULT = re.compile(rb"^\s*(?:\w+\s*=\s*)+(?:None|False|True)\s*(?:#|$)")
# Test runners hand the module itself to this function.
_GIVEN_MODULE = re.compile(rb"^def\s+set_?up_?module\s*\(\s*(\w+)", re.MULTILINE | re.IGNORECASE)
_LOOPS = frozenset({"for_statement", "while_statement"})
_SCOPES = frozenset({"function_definition", "class_definition", "lambda"})


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
        if (_PARAMETERS | _COMPREHENSIONS) & {node.type for node in above} or _is_meant(above):
            return None
        is_import = any("import" in node.type for node in above)
        if is_import and _replaces_default(symptom, content):
            return None
        return _of_kind(symptom, "import" if is_import else "definition", "warning")
    if _OWN_GLOBALS.search(content) or _CAUGHT.match(content.split(b"\n")[symptom.line - 1]):
        return None
    if _is_set_on_module(symptom.name, content) or _is_bound_in_loop(symptom.name, above):
        return None
    types = [node.type for node in above]
    is_annotation = "type" in types and _QUOTED_ALL.search(content)
    if is_annotation or ("string" in types and "interpolation" not in types):
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


def _is_set_on_module(name: str, content: bytes) -> bool:
    """Whether the module gets this name as an attribute: in `setup_module`, or where the text takes hold of itself."""
    parameters = {re.escape(each) for each in _GIVEN_MODULE.findall(content)}
    parameters |= {rb"\w+"} if b"sys.modules[__name__]" in content else set()
    attribute = rb"\.%s\s*(?:,[^=\n]*)?=(?!=)" % re.escape(name.encode())
    return any(re.search(rb"(?<!\w)" + each + attribute, content) for each in parameters)


def _is_bound_in_loop(name: str, above: list[Node]) -> bool:
    """Whether a loop around the place, in the same function, binds the name."""
    loops = []
    for node in above:
        if node.type in _SCOPES:
            break
        loops += [node] if node.type in _LOOPS else []
    return bool(loops) and any(node.text == name.encode() for node in _bound(loops[-1]))


def _bound(node: Node) -> Iterator[Node]:
    """Places where a statement or those in it bind a name; what `except ... as` binds is gone after its block."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type in _LOOPS or one.type in ("assignment", "augmented_assignment"):
            yield from _identifiers(one.child_by_field_name("left"))
        elif one.type == "with_item":
            yield from (each for each in one.children[0].children if each.type == "as_pattern_target")
        waiting += [child for child in one.children if child.type not in _SCOPES]


def _identifiers(node: Node | None) -> Iterator[Node]:
    """The names of an assignment's left side: not those of `a.b` and `a[b]`, which bind none."""
    if node is None or node.type in ("attribute", "subscript"):
        return
    if node.type == "identifier":
        yield node
    for child in node.children:
        yield from _identifiers(child)


def _replaces_default(symptom: Symptom, content: bytes) -> bool:
    """Whether the first definition only says what the name is without the import."""
    match = _FROM_LINE.search(symptom.detail)
    return bool(match and _DEFAULT.match(content.split(b"\n")[int(match[1]) - 1]))


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
