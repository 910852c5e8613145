"""retro blast"""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retro.cli.screen import BEHIND, ProjectOption, print_as, project_root, warn

if TYPE_CHECKING:
    import polars as pl


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(blast)


def blast(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[TARGET]", help="A revision, a range A..B, #7, theme:NAME, sprint:ID, swap:IDENTIFIER."
        ),
    ] = None,
    literal: Annotated[
        str | None, typer.Option("--literal", metavar="TEXT", help="Take the census of this text instead.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="REV", help="Of a census: where; without it, the default branch.")
    ] = None,
    repo: Annotated[
        str | None, typer.Option("--repo", metavar="NAME", help="Repository to look in; without it, all.")
    ] = None,
    section: Annotated[
        str | None, typer.Option("--section", metavar="TITLE", help="Only this part: areas, kinds, files ...")
    ] = None,
    project: ProjectOption = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, json, parquet or md.")] = "table",
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL that counts the reach, and stop.")] = False,
) -> None:
    """Shows how far a change reached, or where a text stands.

    csv and parquet hold one section, the first without --section; json has each section by its title.

    Examples: retro blast HEAD · retro blast v1.2..v1.3 · retro blast '#83' --section areas · retro blast "theme:Fleet management"
    · retro blast main..my-branch -f json · retro blast --literal gpt-4o --at v1.3
    """
    root = project_root(project)
    _check_format(format)
    if sql:
        return print(_sql(root))
    return _print(_chosen(_answer(root, target, literal, at, repo), section, format), format)


def _answer(
    root: Path, target: str | None, literal: str | None, at: str | None, repo: str | None
) -> "Mapping[str, pl.DataFrame]":
    from retro import pipeline
    from retro.errors import UsageError

    if (target is None) == (literal is None):
        raise UsageError("name either what changed (`retro blast HEAD`) or a text (`retro blast --literal TEXT`)")
    if at is not None and literal is None:
        raise UsageError("--at belongs to --literal; to ask for the reach of a revision, write it as the target")
    if pipeline.is_behind(root):
        warn(BEHIND)
    if literal is not None:
        from retro.pipeline.census import census

        return census(root, literal, at, repo)
    from retro.pipeline.reach import reach

    return reach(root, target, repo)


def _check_format(format: str) -> None:
    """Before the work, so that nothing is printed of a call that cannot be answered."""
    from retro.errors import UsageError
    from retro.formats import FORMATS

    if format not in FORMATS:
        raise UsageError(f"--format {format!r}: unknown; choose one of {', '.join(FORMATS)}")


def _sql(root: Path) -> str:
    from retro.pipeline.reach import reach_sql

    return reach_sql(root)


def _chosen(sections: "Mapping[str, pl.DataFrame]", section: str | None, format: str) -> "Mapping[str, pl.DataFrame]":
    """The sections to print: the one that is named, the first where a file holds one only, else all."""
    from retro.errors import UsageError

    by_lower = {title.casefold(): title for title in sections}
    if section is not None and section.casefold() not in by_lower:
        raise UsageError(f"no section {section!r} (there are: {', '.join(sections)})")
    if section is None and format not in ("csv", "parquet"):
        return sections
    title = by_lower[section.casefold()] if section is not None else next(iter(sections))
    return {title: sections[title]}


def _print(sections: "Mapping[str, pl.DataFrame]", format: str) -> None:
    """All sections on stdout, each with its title; one alone without."""
    if len(sections) == 1:
        print_as(next(iter(sections.values())), format)
    elif format == "json":
        print(_json(sections))
    else:
        for title, frame in sections.items():
            # Flushed, since the rows go past this writer.
            print(f"## {title}\n" if format == "md" else title if frame.height else f"{title}: none", flush=True)
            if frame.height or format == "md":
                print_as(frame, format)
            print(flush=True)


def _json(sections: "Mapping[str, pl.DataFrame]") -> str:
    from retro.formats import write

    texts = {}
    for title, frame in sections.items():
        write(frame, "json", part := io.BytesIO())
        texts[title] = part.getvalue().decode().strip()
    return "{" + ", ".join(f"{json.dumps(title)}: {text}" for title, text in texts.items()) + "}"
