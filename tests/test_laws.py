"""Laws of the code: who imports whom, sizes, notebooks, commands and their reference, and what no file may hold."""

import ast
import json
import re
import runpy
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

import retro
from retro import queries, tables
from retro.cli import app
from retro.config.models import SECTIONS

CHECKOUT = Path(__file__).parent.parent
PACKAGE = CHECKOUT / "retro"
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
PLACES = (queries.shipped("queries"),)

# From low to high: a unit (a module or package right below retro/) may import units of lower lines only.
LAYERS = (
    {"errors", "frames"},
    {"config"},
    {"sprints"},
    {"masking", "keyed_hashes", "git", "tables", "formats", "quick_imports", "coding_agents", "warehouse_file"},
    {"sources", "analyses", "warehouse"},
    {"queries", "dictionary"},
    {"figures", "kernel_streams", "kernels", "notebook_runs", "notebooks", "number_changes", "page", "report_numbers"},
    {"reports"},
    {"report_index"},
    {"pipeline"},
    {"project", "laboratory", "demo"},
    {"cli"},
    {"__main__"},
)
FAMILY = LAYERS[6]  # figures and pages: the one line whose units may import each other
# Stricter than the lines above: the only units that may import these, and all that these may import.
IMPORTERS = {"sources": {"pipeline", "project"}, "analyses": {"pipeline", "project"}, "demo": {"cli"}}
IMPORTS = {"git": {"errors", "config"}, "masking": set(), "formats": set(), "tables": {"frames"}}
LONGEST_FUNCTION, LONGEST_FILE = 60, 400


def unit_of(module: Path) -> str:
    """The module or package right below retro/ that a file belongs to."""
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those below `if TYPE_CHECKING:`, which never run."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from statements(child)


def imported_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Full dotted names that the code imports, with the line; `from a import b` gives `a.b`."""
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{'.' * node.level}{node.module}.{alias.name}", node.lineno) for alias in node.names)


def parse(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


def rank(unit: str) -> int:
    return next(place for place, line in enumerate(LAYERS) if unit in line)


def may_import(unit: str, other: str) -> bool:
    if unit == other or {unit, other} <= FAMILY:
        return True
    allowed = unit in IMPORTERS.get(other, {unit}) and other in IMPORTS.get(unit, {other})
    return allowed and rank(other) < rank(unit)


@pytest.mark.parametrize(
    ("unit", "other"),
    [
        ("sources", "warehouse"),
        ("analyses", "queries"),
        ("sources", "analyses"),
        ("warehouse", "sources"),
        ("queries", "sources"),
        ("reports", "analyses"),
        ("git", "tables"),
        ("figures", "reports"),
        ("config", "sprints"),
        ("project", "laboratory"),
    ],
)
def test_layers_forbid_what_the_design_forbids(unit: str, other: str) -> None:
    assert not may_import(unit, other)


def test_every_module_has_its_place_in_the_layers() -> None:
    units = {unit_of(module) for module in MODULES} - {"__init__"}
    assert units - set().union(*LAYERS) == set(), "say in LAYERS what these may import"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_lower_layers_only(module: Path) -> None:
    unit = unit_of(module)
    for name, line in imported_names(parse(module)):
        where = f"retro/{module.relative_to(PACKAGE)}:{line}"
        assert not name.startswith("."), f"{where}: write the import in full, from retro"
        package, _, rest = name.partition(".")
        if package == "retro":
            other = rest.partition(".")[0]
            assert unit != "__init__", f"{where}: the package's public names are loaded when first used, not imported"
            assert other in set().union(*LAYERS), f"{where}: imports {other!r} of the package, which is no module"
            assert may_import(unit, other), (
                f"{where}: {unit} may not import {other} (LAYERS, IMPORTERS, IMPORTS in this test)"
            )
        assert not (unit in ("sources", "analyses") and package == "duckdb"), f"{where}: {unit} never see a database"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_short(module: Path) -> None:
    length = len(module.read_text("utf-8").splitlines())
    assert length <= LONGEST_FILE, f"{module}: {length} lines; look for the piece that wants out"
    for node in ast.walk(parse(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            assert length <= LONGEST_FUNCTION, (
                f"{module}:{node.lineno}: {node.name} has {length} lines; take a piece out"
            )


def code_cells(notebook: dict) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_main_notebook_is_there() -> None:
    assert "sprint.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_is_a_template_without_outputs(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    cells, is_about_all = notebook["cells"], notebook["metadata"].get("retro", {}).get("scope") == "project"
    for cell in cells:
        assert not cell.get("outputs"), f"{path.name}, cell {cell['id']}: has outputs; clear them"
        assert cell.get("execution_count") is None, f"{path.name}, cell {cell['id']}: has an execution count; clear it"
        assert re.fullmatch(r"[a-z][a-z0-9-]{0,63}", cell["id"]), f"{path.name}: name the cell {cell['id']!r} in words"
    names = [cell["id"] for cell in cells]
    assert len(set(names)) == len(names), f"{path.name}: two cells have one id"
    tagged = [cell["id"] for cell in cells if "parameters" in cell["metadata"].get("tags", ())]
    wanted = 0 if is_about_all else 1
    assert len(tagged) == wanted, f"{path.name}: wants {wanted} code cell tagged `parameters`, has {tagged}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_uses_public_names_and_known_queries_only(path: Path) -> None:
    known = queries.all_queries(PLACES)
    for source in code_cells(json.loads(path.read_text("utf-8"))):
        tree = ast.parse(source)
        for name, _ in imported_names(tree):
            package, _, public = name.partition(".")
            assert package != "retro" or public in {"", *retro.__all__}, (
                f"{path.name}: {name} is no public name of retro"
            )
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "retro":
                assert node.attr in retro.__all__, f"{path.name}: retro.{node.attr} is no public name of retro"
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".query"):
                assert ast.literal_eval(node.args[0]) in known, f"{path.name}: no query {ast.unparse(node.args[0])}"


def commands() -> dict[str, object]:
    group = typer.main.get_command(app)
    context = typer.Context(group)
    return {"": group} | {name: group.get_command(context, name) for name in group.list_commands(context)}


@pytest.mark.parametrize("name", commands())
def test_command_and_its_options_have_help(name: str) -> None:
    command = commands()[name]
    assert command.help, f"retro {name}: say in its docstring what it does"
    assert "Example" in command.help or not name, f"retro {name}: show an example in its docstring"
    for parameter in command.params:
        assert parameter.help, f"retro {name}: {parameter.name} has no help text"


def test_reference_is_the_one_that_the_code_gives() -> None:
    made = runpy.run_path(str(CHECKOUT / "docs" / "generate_reference.py"))["reference"]()
    path = CHECKOUT / "docs" / "reference.md"
    written = path.read_text("utf-8") if path.is_file() else ""
    assert written == made, "run `python docs/generate_reference.py > docs/reference.md`"


def test_reference_names_every_command_option_setting_table_query_and_column(shipped_warehouse) -> None:
    path = CHECKOUT / "docs" / "reference.md"
    text = path.read_text("utf-8") if path.is_file() else ""
    headings = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    words = {word for quoted in re.findall(r"`([^`]+)`", text) for word in quoted.split()}
    relations = {*tables.ddl(), *queries.all_queries(PLACES), *queries.all_queries(PLACES, "views")}
    assert relations | {f"retro {name}" for name in commands() if name} <= headings
    columns = {
        name
        for (name,) in shipped_warehouse.execute(
            "select column_name from duckdb_columns() where not internal"
        ).fetchall()
    }
    columns |= {column for query in queries.all_queries(PLACES).values() for column in query.columns}
    options = {
        option for command in commands().values() for each in command.params for option in each.opts if option[0] == "-"
    }
    keys = {key for section in SECTIONS.values() for key in section.model_fields}
    assert columns | options | keys <= words


def tracked_files() -> list[Path]:
    """Files of the checkout that are in git, or would be."""
    listing = ["git", "-C", str(CHECKOUT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(listing, capture_output=True, text=True)
    if answer.returncode:
        pytest.skip("not in a git checkout")
    return [path for name in answer.stdout.split("\0") if name and (path := CHECKOUT / name).is_file()]


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    registries = (
        "pypi" + ".org",
        "python" + "hosted",
        "registry." + "npm",
        "--index" + "-url",
        "--extra-index" + "-url",
    )
    pattern = re.compile("|".join([r"(?<![\w~.])/" + "work/", *map(re.escape, registries)]))
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        found = pattern.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        assert not found, f"{path.relative_to(CHECKOUT)}:{line}: {found[0]!r} means nothing to a reader elsewhere"


def test_changelog_has_a_heading_for_the_version() -> None:
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    headings = re.findall(r"^## \[?([^]\s]+)", (CHECKOUT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert {"Unreleased", version} & set(headings), (
        f"CHANGELOG.md: wants a heading `## [{version}]` or `## [Unreleased]`"
    )
