"""Prints docs/reference.md: commands, settings, tables, views and queries, read from the code that defines them.

Run it in the checkout after a change to any of them; a test compares the file with what this prints:

    python docs/generate_reference.py > docs/reference.md
"""

import inspect
import re
import types
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Union, get_args, get_origin

import duckdb
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from retro import queries, tables
from retro.cli import app
from retro.config.models import SECTIONS
from retro.pipeline.derived import make_views

_PLACES = (queries.shipped("queries"),)
_HEAD = """\
# Reference

Made by `docs/generate_reference.py` from the code; a change here is lost at its next run.

- [Commands](#commands)
- [Settings: retro.toml](#settings-retrotoml)
- [Tables](#tables)
- [Views](#views)
- [Queries](#queries)
"""
_KINDS = {str: "text", bool: "true or false", int: "whole number", Decimal: "number", date: "date", Path: "path"}


def reference() -> str:
    """The whole reference as Markdown."""
    with duckdb.connect(":memory:") as connection:
        for text in tables.ddl().values():
            connection.execute(text)
        make_views(connection, _PLACES)
        parts = [*_commands(), *_settings(), *_tables(connection), *_views(connection), *_metrics()]
    return _HEAD + "\n" + "\n\n".join(parts) + "\n"


def _commands() -> Iterator[str]:
    yield "## Commands"
    group = typer.main.get_command(app)
    yield _table(("option", "meaning"), [_parameter(each) for each in group.params])
    for name in group.list_commands(typer.Context(group)):
        command = group.get_command(typer.Context(group), name)
        yield f"### retro {name}"
        yield re.sub(r"^(Examples?): (.*)", _example, inspect.cleandoc(command.help), flags=re.MULTILINE)
        yield _table(("argument or option", "meaning"), [_parameter(each) for each in command.params])


def _example(match: re.Match[str]) -> str:
    return f"{match[1]}:\n\n" + "\n".join(f"    {line}" for line in match[2].split(" · "))


def _parameter(parameter) -> tuple[str, str]:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`", parameter.help
    value = f" {parameter.metavar}" if parameter.metavar else ""
    return ", ".join(f"`{option}{value}`" for option in parameter.opts), parameter.help


def _settings() -> Iterator[str]:
    yield "## Settings: retro.toml"
    for path, model in SECTIONS.items():
        if path:
            yield f"### {_section_title(path)}"
        yield inspect.cleandoc(model.__doc__)
        rows = [(f"`{key}`", _kind(field.annotation), _default(field)) for key, field in model.model_fields.items()]
        yield _table(("key", "kind", "default"), rows)


def _section_title(path: tuple[str, ...]) -> str:
    """`[project]` for a table, `[[repos]]` for a list of tables."""
    field = SECTIONS[path[:-1]].model_fields[path[-1]]
    name = ".".join(path)
    return f"[[{name}]]" if get_origin(field.annotation) is tuple else f"[{name}]"


def _kind(annotation: object) -> str:
    """A type in words, singular."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(arguments[0])
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(each) for each in arguments if each is not type(None))
    if origin is tuple:
        return "list of " + _kind(arguments[0]).replace("table", "tables")
    if origin is dict:
        return f"table of name = {_kind(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return _KINDS[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "has to be given"
    if field.default_factory is not None:
        return "taken from the other keys"
    if isinstance(field.default, bool):
        return "`true`" if field.default else "`false`"
    return f'`"{field.default}"`' if isinstance(field.default, str) else "none"


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Tables"
    comments = dict(connection.execute("select table_name, comment from duckdb_tables()").fetchall())
    for name in tables.ddl():
        yield f"### {name}"
        yield comments[name]
        yield _columns(connection, name)


def _views(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Views"
    for name, view in queries.all_queries(_PLACES, "views").items():
        yield f"### {name}"
        yield f"{view.question} {view.row}"
        yield _columns(connection, name)
        yield from _facts(view)


def _metrics() -> Iterator[str]:
    yield "## Queries"
    for name, query in queries.all_queries(_PLACES).items():
        yield f"### {name}"
        yield f"{query.question} {query.row}"
        yield "Parameters: " + (", ".join(f"`${each}`" for each in sorted(query.parameters)) or "none") + "."
        yield _table(("column", "meaning"), [(f"`{column}`", meaning) for column, meaning in query.columns.items()])
        yield from _facts(query)


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    asked = (
        "select column_name, lower(data_type), comment from duckdb_columns() where table_name = ? order by column_index"
    )
    found = connection.execute(asked, [relation]).fetchall()
    return _table(("column", "type", "meaning"), [(f"`{name}`", kind, comment) for name, kind, comment in found])


def _facts(query: queries.Query) -> Iterator[str]:
    if query.facts:
        yield "\n".join(f"- {name}: {text}" for name, text in query.facts.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    print(reference(), end="")
