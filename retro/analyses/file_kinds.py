"""Area, kind and language of a path: by its name, the team's areas, and what the repository declares of its files."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl
from pathspec import GitIgnoreSpec
from pygments.lexers import find_lexer_class_for_filename, get_all_lexers

from retro import tables
from retro.analyses.declared_kinds import Declaration, kind_finder

Areas = Mapping[str, Sequence[str]]  # area -> globs
_RULES_VERSION = 2
_NO_LANGUAGE = {"Text only", "Text output", "Diff"}
# Endings that several languages share and for which Pygments, asked without the content, takes the rarer one.
_USUAL = {"fs": "F#", "ipynb": "Jupyter Notebook", "pl": "Perl", "r": "R", "sql": "SQL"}
_NO_ENDING = {"mod"}  # Modula-2 to Pygments; go.mod to most


@dataclass(frozen=True)
class FileRules:
    """What decides about the files of one repository beside the built-in rules."""

    areas: Areas | None = None  # None: no section in retro.toml
    declarations: Sequence[Declaration] = ()  # in the order of files and lines

    @property
    def digest(self) -> str:
        """SHA-256 of everything that decides a row: areas in order, declarations, and the version of the built-in rules."""
        ordered = None if self.areas is None else [(area, list(globs)) for area, globs in self.areas.items()]
        declared = sorted(tuple(declaration) for declaration in self.declarations)
        return hashlib.sha256(repr([_RULES_VERSION, ordered, declared]).encode()).hexdigest()


def file_kinds(repo: str, paths: Iterable[str], rules: FileRules) -> pl.DataFrame:
    """Rows of `file_kinds` for paths of one repository."""
    digest, rows = rules.digest, tables.empty_rows("file_kinds")
    find_area = top_folder if rules.areas is None else _area_finder(rules.areas)
    find_kind = kind_finder(rules.declarations)
    for path in paths:
        values = (repo, path, *find_area(path), *find_kind(path), language(path), digest)
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("file_kinds", rows)


def top_folder(path: str) -> tuple[str, str]:
    """The first folder of a path, `/` for a file at the top."""
    folder, slash, _ = path.partition("/")
    return (folder if slash else "/"), "top-folder"


def language(path: str) -> str | None:
    """Name of the language by file name as Pygments has it; None when the name tells none."""
    name = path.rpartition("/")[2]
    if name in _exact_names():
        return _language_of(name)
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or suffix in _NO_ENDING:
        return None
    usual = _USUAL.get(suffix.lower()) or _language_of(f"name.{suffix}")
    return usual or _language_of(f"name.{suffix.lower()}")  # as written first: .C is C++, .PY only shouts


def _area_finder(named: Areas) -> Callable[[str], tuple[str, str]]:
    """A function that gives the first area with a glob that matches, and that glob."""
    specs = [(area, globs, GitIgnoreSpec.from_lines(globs)) for area, globs in named.items()]

    def find(path: str) -> tuple[str, str]:
        for area, globs, spec in specs:
            match = spec.check_file(path)
            if match.include:
                return area, globs[match.index]
        return "other", "none"

    return find


@cache
def _language_of(name: str) -> str | None:
    claimed = _claims().get(name) or _claims().get("*." + name.rpartition(".")[2]) or ()
    if len(claimed) > 1:  # asking Pygments imports the lexers, so it is asked only where several claim the name
        lexer = find_lexer_class_for_filename(name)
        claimed = [lexer.name] if lexer is not None else []
    return claimed[0] if claimed and claimed[0] not in _NO_LANGUAGE else None


@cache
def _claims() -> dict[str, list[str]]:
    """Languages by the file-name pattern that they claim."""
    claims: dict[str, list[str]] = {}
    for language_name, _, patterns, _ in get_all_lexers(plugins=False):
        for pattern in patterns:
            claims.setdefault(pattern, []).append(language_name)
    return claims


@cache
def _exact_names() -> frozenset[str]:
    """File names that stand for a language as they are (Makefile, CMakeLists.txt)."""
    return frozenset(pattern for pattern in _claims() if "*" not in pattern)
