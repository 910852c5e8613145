"""What an ordinary commit of the demo changes: module, companion, test, page or settings of the thing it is about.

A change set maps a path to the file's new text (bytes when binary), or to None when the file goes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Template
from zlib import crc32

from retro.demo.story import Step, toml

Text = str | bytes
Changes = dict[str, Text | None]
Tree = Mapping[str, Text]
FOLDERS = {"governance": "gateway", "cost": "billing", "app": "reference-app"}
_THEME_FOLDERS = (
    "fleet",
    "security",
    "desktop",
    "gateway",
    "runner",
    "models",
    "billing",
    "dashboard",
    "reference-app",
)
_KINDS = {"cover": "test", "document": "docs", "tidy": "refactor", "simplify": "refactor"}
_TEST_NAMES = ("", "_edges", "_again", "_limits")
_PIECES_IN_A_MODULE = {"fix": 3, "refactor": 1, "perf": 1}


@dataclass(frozen=True)
class Subject:
    """The thing that a commit is about: its folder, its name, and the pieces that some commit will turn round."""

    folder: str
    name: str
    wanted: frozenset[str] = frozenset()

    @property
    def language(self) -> str:
        """Language of its module."""
        return "typescript" if self.folder == "dashboard" else "python"

    def path(self, part: str) -> str:
        """Path of its `module`, `companion`, `test`, `page` or `settings`."""
        names = text_names(self.name)
        patterns = _PATHS["shared"] | _PATHS[self.language]
        return patterns[part].format(folder=self.folder, **names)


_PATHS = {
    "shared": {"page": "docs/{folder}/{dashed}.md", "settings": "infra/{folder}/{dashed}.yaml"},
    "python": {
        "module": "services/{folder}/{noun}.py",
        "companion": "services/{folder}/routes/{noun}.py",
        "test": "tests/{folder}/test_{noun}{again}.py",
    },
    "typescript": {
        "module": "dashboard/src/components/{class_name}.tsx",
        "companion": "dashboard/src/api/{class_name}.ts",
        "test": "dashboard/src/components/__tests__/{class_name}{again}.test.tsx",
    },
}


def folder_of(branch: str) -> str:
    """Folder of a branch's work; `platform` where no theme owns it."""
    prefix = branch.partition("/")[0]
    folder = FOLDERS.get(prefix, prefix)
    return folder if folder in _THEME_FOLDERS else "platform"


def number_of(text: str) -> int:
    """A number that is the same for the same text on every machine."""
    return crc32(text.encode())


@cache
def text_names(name: str) -> dict[str, str]:
    """The spellings of a name, and two numbers of its own, for templates."""
    words = re.sub(r"[-_]", " ", name).lower()
    seed = number_of(words)
    return {
        "words": words,
        "title": words.capitalize(),
        "noun": words.replace(" ", "_"),
        "dashed": words.replace(" ", "-"),
        "class_name": words.title().replace(" ", ""),
        "default_limit": str(20 + seed % 16 * 5),
        "maximum_limit": str(200 + seed % 29 * 25),
        "again": "",
    }


def fill(text: str, name: str, **more: str) -> str:
    """A template with the names filled in."""
    return Template(text).substitute(text_names(name), **more)


def kind_of(step: Step) -> str:
    """Kind of change: the conventional type, or what the first word says."""
    word = step.first_word.lower()
    return _KINDS.get(word, word)


def ordinary_changes(step: Step, subject: Subject, tree: Tree) -> Changes:
    """What a step changes when nothing special is told about it."""
    kind = kind_of(step)
    if kind in ("feat", "refactor") and subject.path("module") not in tree:
        return _new_feature(subject)
    if kind in ("fix", "refactor", "perf"):
        return turned_pieces(subject, step.marks, tree)
    writers = {"test": _new_test, "docs": _page, "ci": _workflow}
    changes = writers.get(kind, _settings)(subject, tree)
    return changes | turned_pieces(subject, step.marks, tree | changes)


def _pieces(subject: Subject) -> list[dict]:
    """Pieces of a new module: the wanted ones first, then by turns as many as belong into a module."""
    own = [piece for piece in toml("snippets.toml")["pieces"] if piece["language"] == subject.language]
    chosen = [piece for piece in own if piece["name"] in subject.wanted]
    for kind, count in _PIECES_IN_A_MODULE.items():
        spare = [piece for piece in own if piece["kind"] == kind and not piece.get("asked") and piece not in chosen]
        start = number_of(subject.name) % max(len(spare), 1)
        have = sum(piece["kind"] == kind for piece in chosen)
        chosen += (spare[start:] + spare[:start])[: max(count - have, 0)]
    return chosen


def module_text(subject: Subject) -> str:
    """A module in its first version."""
    pieces = _pieces(subject)
    imports = sorted({line for piece in pieces for line in piece.get("imports", ())})
    head = fill(toml("templates.toml")[subject.language]["module"], subject.name, imports="\n".join(imports))
    gap = "\n\n" if subject.language == "python" else "\n"
    bodies = [fill(piece["before"], subject.name) for piece in pieces]
    return gap.join([head.replace('"""\n\n\n', '"""\n\n', 1), *bodies])


def _new_feature(subject: Subject) -> Changes:
    return {subject.path("module"): module_text(subject), subject.path("companion"): _text(subject, "companion")}


def _text(subject: Subject, part: str) -> str:
    package = f"services.{subject.folder}"
    module = f"../components/{text_names(subject.name)['class_name']}"
    return fill(toml("templates.toml")[subject.language][part], subject.name, package=package, module_import=module)


def _new_test(subject: Subject, tree: Tree) -> Changes:
    names = text_names(subject.name)
    paths = [
        _PATHS[subject.language]["test"].format(folder=subject.folder, **names | {"again": again})
        for again in _TEST_NAMES
    ]
    return {next(path for path in paths if path not in tree): _text(subject, "test")}


def _page(subject: Subject, tree: Tree) -> Changes:
    templates = toml("templates.toml")["markdown"]
    path = subject.path("page")
    if path not in tree:
        return {path: fill(templates["page"], subject.name)}
    sections = [fill("\n" + section, subject.name) for section in templates["sections"]]
    return {path: tree[path] + next(section for section in sections if section not in tree[path])}


def _settings(subject: Subject, tree: Tree) -> Changes:
    path = subject.path("settings")
    if path not in tree:
        return {path: fill(toml("templates.toml")["yaml"]["settings"], subject.name)}
    return {path: re.sub(r"revision: (\d+)", lambda match: f"revision: {int(match[1]) + 1}", tree[path])}


def _workflow(subject: Subject, tree: Tree) -> Changes:
    return {f".github/workflows/{subject.name}.yml": fill(toml("templates.toml")["yaml"]["workflow"], subject.name)}


def turned_pieces(subject: Subject, marks: tuple[str, ...], tree: Tree) -> Changes:
    """The files in which the named pieces stand, each piece turned from `before` to `after` or back."""
    changes: Changes = {}
    for mark in marks:
        piece = _named_piece(mark, subject.language)
        path = subject.path("page" if piece["language"] == "markdown" else "module")
        changes[path] = _turned(piece, subject.name, changes.get(path) or tree[path])
    return changes


def _named_piece(name: str, language: str) -> dict:
    pieces = toml("snippets.toml")["pieces"]
    return next(piece for piece in pieces if piece["name"] == name and piece["language"] in (language, "markdown"))


def _turned(piece: dict, name: str, text: str) -> str:
    before, after = fill(piece["before"], name), fill(piece["after"], name)
    if before in text:
        return text.replace(before, after)
    if after in text:
        return text.replace(after, before)
    raise ValueError(f"the plan of the demo turns {piece['name']!r} in a file of {name!r} that does not hold it")
