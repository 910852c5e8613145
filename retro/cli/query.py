"""retro query"""

from typing import Annotated

import typer

from retro.cli.screen import BEHIND, ProjectOption, SprintOption, print_as, print_table, project_root, tell, warn


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(query)


def query(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A query; without one, all of them are listed.")
    ] = None,
    sprint: SprintOption = None,
    project: ProjectOption = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, json, parquet or md.")] = "table",
    sql: Annotated[bool, typer.Option("--sql", help="Print the query's text instead of running it.")] = False,
) -> None:
    """Lists the named queries, or runs one.

    Examples: retro query · retro query theme_commits --sprint 2 --format csv
    """
    from retro import pipeline, queries
    from retro.config import load_settings
    from retro.warehouse import FILE

    root = project_root(project)
    places = queries.folders(root)
    if name is None:
        known = queries.all_queries(places)
        return print_table(["query", "answers", "evidence"], [[q.name, q.question, q.evidence] for q in known.values()])
    chosen = queries.find(name, places)
    if sql:
        return print(chosen.sql, end="")
    parameters = {}
    if "sprint" in chosen.parameters:
        parameters["sprint"] = pipeline.shown_sprint(root, load_settings(root), sprint)
    if pipeline.is_behind(root):
        warn(BEHIND)
    with queries.open_warehouse(root / FILE) as warehouse:
        result = warehouse.query(name, **parameters)
    print_as(result.frame, format)
    tell(describe(result))


def describe(result) -> str:
    """One line under a result: parameters, rows, evidence and coverage."""
    given = ", ".join(f"{key} {value}" for key, value in result.parameters.items())
    rows = "1 row" if result.row_count == 1 else f"{result.row_count:,} rows"
    facts = [rows, given, result.evidence]
    if result.coverage:
        from retro.figures.wording import judged_text

        facts.append(judged_text(result.coverage.subject, result.coverage.judged_count, result.coverage.total_count))
    return " · ".join(fact for fact in facts if fact)
