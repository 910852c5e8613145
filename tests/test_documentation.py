"""What the README and docs/ show works: commands, queries, tables, SQL, settings, Python and links."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from retro import queries, tables
from retro.cli import app
from retro.config import load_settings
from retro.config.models import SECTIONS

CHECKOUT = Path(__file__).parent.parent
PAGES = [
    CHECKOUT / "README.md",
    *sorted(path for path in (CHECKOUT / "docs").glob("*.md") if path.name != "reference.md"),
]
PLACES = (queries.shipped("queries"),)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def blocks(path: Path, language: str) -> Iterator[str]:
    """Texts of the code blocks of one language."""
    for name, text in BLOCK.findall(path.read_text("utf-8")):
        if name == language:
            yield text


def shown_commands() -> list[tuple[str, list[str]]]:
    """Each command line of `retro` that a console block shows: where, and its words after `retro`."""
    found = []
    for path in PAGES:
        for block in blocks(path, "console"):
            for line in block.splitlines():
                command, _, _ = line.partition(" # ")
                if command.startswith("$ ") and (words := shlex.split(command[2:])) and words[0].endswith("retro"):
                    found.append((f"{path.name}: {command}", words[1:]))
    return found


COMMANDS = shown_commands()


@pytest.mark.parametrize(("where", "words"), COMMANDS, ids=[where for where, _ in COMMANDS])
def test_shown_command_is_one_that_is_there(where: str, words: list[str], shipped_warehouse) -> None:
    group = typer.main.get_command(app)
    command = group.get_command(typer.Context(group), words[0])
    assert command is not None, f"{where}: no such command"
    if hasattr(command, "list_commands"):  # `retro new query NAME`
        words = words[1:]
        command = command.get_command(typer.Context(command), words[0])
        assert command is not None, f"{where}: no such command"
    arguments = command.make_context(words[0], words[1:], resilient_parsing=False).params
    if words[0] == "query" and arguments["name"] is not None:
        assert arguments["name"] in queries.all_queries(PLACES), f"{where}: no such query"
    if words[0] == "tables" and arguments["name"] is not None:
        views = queries.all_queries(PLACES, "views")
        assert arguments["name"] in {*tables.ddl(), *views}, f"{where}: no such table"
    if words[0] == "sql" and arguments["statement"] is not None:
        cursor = shipped_warehouse.cursor()
        cursor.execute("set variable sprint = '2'")
        cursor.execute(arguments["statement"]).fetchall()


def test_documentation_shows_every_command() -> None:
    group = typer.main.get_command(app)
    shown = {words[0] for _, words in COMMANDS if words}
    assert set(group.list_commands(typer.Context(group))) <= shown


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_shown_settings_are_valid(path: Path, tmp_path: Path) -> None:
    for place, text in enumerate(blocks(path, "toml")):
        given = tomllib.loads(text)
        if not set(given) <= set(SECTIONS):
            continue  # the team's notes, which tests/test_notes.py reads
        text = text if "project" in given else f'[project]\nname = "Shown"\n{text}'
        text = text if "repos" in given else f'{text}\n[[repos]]\npath = "."\nname = "platform"\n'
        folder = tmp_path / str(place)
        folder.mkdir()
        (folder / "retro.toml").write_text(text, "utf-8")
        load_settings(folder)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_shown_python_is_python(path: Path) -> None:
    for text in blocks(path, "python"):
        ast.parse(text)


def anchors(path: Path) -> set[str]:
    """Anchors that a forge gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in LINK.findall(path.read_text("utf-8")):
        target, _, anchor = link.partition("#")
        if "://" in link:
            continue
        aim = (path.parent / target).resolve() if target else path
        assert aim.exists(), f"{path.name}: {link} leads nowhere"
        assert not anchor or anchor in anchors(aim), f"{path.name}: {link} has no such heading"


def test_every_page_of_the_documentation_is_listed() -> None:
    listed = set(LINK.findall((CHECKOUT / "docs" / "README.md").read_text("utf-8")))
    there = {path.name for path in (CHECKOUT / "docs").glob("*.md")} - {"README.md"}
    assert there <= listed, f"docs/README.md: does not list {there - listed}"
