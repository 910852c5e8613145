"""Imports that would cost a second for something Retro never asks.

altair, nbformat, nbclient and nbconvert all import jsonschema, which imports rfc3987_syntax, which builds a grammar of
international web addresses at import: more than a second of CPU, twice a build. jsonschema does without when the import
fails, and then only leaves `format: iri` unchecked. The block lasts for the import and no longer, so whoever needs
rfc3987_syntax later gets it.
"""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

GRAMMAR = "rfc3987_syntax"


@contextmanager
def without_grammar() -> Iterator[None]:
    """Keeps the grammar from being built by an import inside the block. A grammar already there is left alone."""
    if GRAMMAR in sys.modules or "jsonschema" in sys.modules:
        yield
        return
    sys.modules[GRAMMAR] = None
    try:
        yield
    finally:
        del sys.modules[GRAMMAR]


def quick_import(name: str) -> ModuleType:
    """The module of that name, imported without the grammar."""
    with without_grammar():
        return importlib.import_module(name)
