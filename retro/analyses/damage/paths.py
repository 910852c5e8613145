"""Which files are looked at, and with which parser: by name alone.

Left out are files that nobody in the team wrote, templates (text that only becomes code), and files of tests that are broken
on purpose: those in folders for test data, and those whose names say that they are wrong.
"""

import re
from functools import lru_cache

from retro.analyses.path_kinds import NOT_WRITTEN, path_kind

PYTHON = "Python"
_LANGUAGES = {
    PYTHON: "py pyi pyw",
    "JavaScript": "js mjs cjs jsx",
    "TypeScript": "ts mts cts",
    "TSX": "tsx",
    "Go": "go",
    "Java": "java",
    "Rust": "rs",
    "C": "c",
    "C++": "cc cpp cxx hh hpp hxx h",
    "Ruby": "rb",
    "PHP": "php",
    "JSON": "json",
    "YAML": "yaml yml",
    "TOML": "toml",
}
_LANGUAGE_OF = {suffix: language for language, suffixes in _LANGUAGES.items() for suffix in suffixes.split()}
_TEMPLATE = re.compile(
    r"[{<]{2}|\{%|<%|cookiecutter|(?:^|/)(?:_?templates?|skeletons?|scaffolds?|boilerplates?)/", re.IGNORECASE
)
_PROVOKED = re.compile(
    r"(?:^|[/._-])(?:in(?:valid|correct)|broken|malformed|bad|corrupt(?:ed)?|fail(?:s|ing|ed|ure)?|syntax[_-]?errors?|errors?|"
    r"conflict(?:s|ed)?|lib2to3|python2|py2)(?:$|[/._-])",
    re.IGNORECASE,
)
_TEST_DATA = re.compile(
    r"(?:^|/)(?:fixtures?|test[-_]?data|data|resources?|samples?|snapshots?|cases|corpus|inputs?|expected|outputs?|golden|"
    r"__fixtures__|testcases|benchmarks?|mocks|bad|ui)/",
    re.IGNORECASE,
)  # fmt: skip


@lru_cache(maxsize=1 << 16)
def language_of(path: str) -> str | None:
    """Language with a parser here, by the name's suffix."""
    name = path.rpartition("/")[2].lower()
    return _LANGUAGE_OF.get(name.rpartition(".")[2]) if "." in name else None


@lru_cache(maxsize=1 << 16)
def left_out(path: str) -> str | None:
    """Why a file is not looked at; None when it is."""
    kind, _ = path_kind(path)
    if kind in NOT_WRITTEN:
        return kind
    if _TEMPLATE.search(path):
        return "template"
    if kind == "test" and (_TEST_DATA.search(path) or _PROVOKED.search(path)):
        return "test data"
    return "asset" if kind == "asset" else None
