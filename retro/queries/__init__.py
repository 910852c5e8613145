"""Named queries: found, described, run. Names are loaded when first used.

- `places`: folders with queries, the project's own first; `files`: a query's file, its head and its text;
- `statements`: one SQL statement with its parameters, rows and failures; `results`: a query run, with evidence and coverage;
- `opened`: a project's warehouse that answers named queries.
"""

from importlib import import_module

_HOMES = {
    "Coverage": "retro.queries.results",
    "Coverages": "retro.queries.results",
    "EVIDENCE": "retro.queries.files",
    "MOST_KEPT_ROWS": "retro.queries.opened",
    "Query": "retro.queries.files",
    "Result": "retro.queries.results",
    "Warehouse": "retro.queries.opened",
    "all_queries": "retro.queries.files",
    "ask": "retro.queries.statements",
    "execute": "retro.queries.statements",
    "find": "retro.queries.files",
    "folders": "retro.queries.places",
    "located": "retro.queries.statements",
    "open_warehouse": "retro.queries.opened",
    "read": "retro.queries.files",
    "run": "retro.queries.results",
    "shipped": "retro.queries.places",
    "snapshot": "retro.queries.results",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'retro.queries' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
