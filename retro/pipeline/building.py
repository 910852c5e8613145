"""A sprint's pages: mine, run the notebooks, write the reports."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from retro.config import Settings, load_settings
from retro.errors import NotebookError, RepositoryError, UsageError
from retro.notebook_runs import run_notebooks
from retro.notebooks import DeepPage, deep_pages, find_notebook
from retro.number_changes import Changes
from retro.pipeline import frozen
from retro.pipeline.mining import Mined, Progress, Silent, choose_sprint, mine
from retro.queries import open_warehouse
from retro.report_index import write_index
from retro.reports import MAIN_NOTEBOOK, page_links, page_path, publish
from retro.warehouse import FILE

REPORTS = Path("reports")


@dataclass(frozen=True)
class Built:
    """What a build wrote, the main page first, what mining before it did (None without), and deep pages that failed.

    `changes` says by notebook what moved since its page was last built; a page that is new has none. `index` lists all
    sprints.
    """

    files: tuple[Path, ...]
    sprint: str
    mined: Mined | None
    failures: dict[str, NotebookError] = field(default_factory=dict)
    changes: dict[str, Changes] = field(default_factory=dict)
    index: Path | None = None

    @property
    def page(self) -> Path:
        """The page."""
        return self.files[0]

    @property
    def deep_pages(self) -> tuple[Path, ...]:
        """The pages beside it."""
        return tuple(path for path in self.files[1:] if path.suffix == ".html")


def build(
    root: Path,
    sprint: str | None = None,
    *,
    notebook: str | None = None,
    is_mining: bool = True,
    progress: Progress | None = None,
) -> Built:
    """Mines the project at `root`, runs its notebooks for a sprint and writes their pages below `reports/`.

    Without a sprint, the last one that ended and has a commit; with `notebook`, that one alone. Repositories that fail do
    not stop the build, since the page says so: look at `mined.failures`; when none could be read, the first failure is
    raised. A page that fails costs only itself: look at `failures`; when it is the main one, the others are written and
    its failure is raised. Raises SettingsError, UsageError (unknown sprint
    or notebook), WarehouseError, NotebookError, RetroError (the page cannot be written).
    """
    root = root.resolve()
    settings = load_settings(root)
    choose_sprint(settings, sprint)  # a mistyped id or name is said before minutes of mining, not after
    find_notebook(MAIN_NOTEBOOK if notebook is None else notebook, root)
    shown = progress or Silent()
    mined = mine(root, progress=shown) if is_mining else None
    if mined and all(repo.name in mined.failures for repo in settings.repos):
        raise mined.failures[settings.repos[0].name]
    chosen = shown_sprint(root, settings, sprint)
    _check_planned(root, chosen)
    unread = _judge_sprint(root, chosen, shown) if is_mining else {}
    if mined:
        mined.failures |= unread
    names = [notebook] if notebook is not None else [MAIN_NOTEBOOK, *_wanted_deep_pages(root)]
    limit = settings.pages.cell_seconds
    return replace(_build_pages(root, chosen, [find_page(name, root) for name in names], limit, shown), mined=mined)


def find_page(name: str, root: Path) -> DeepPage:
    """The page that the notebook `name` makes; one that names none in its metadata makes a page of the sprint."""
    return next((page for page in deep_pages(root) if page.name == name), DeepPage(name, name, None))


def _build_pages(root: Path, sprint: str, pages: list[DeepPage], cell_seconds: int, progress: Progress) -> Built:
    """Runs the notebooks, two at a time, writes their pages and the list of all; raises the first one's failure.

    All notebooks run before a page is written, since pages link to one another.
    """
    outcomes = run_notebooks(
        {page.name: find_notebook(page.name, root) for page in pages},
        {page.name: {} if page.is_whole else {"sprint": sprint} for page in pages},
        root,
        _teller(progress),
        cell_seconds,
    )
    failures = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, NotebookError)}
    executed = {name: outcome for name, outcome in outcomes.items() if name not in failures}
    folder, basis = root / REPORTS, frozen.basis(root)
    files, changes = [], {}
    for page in pages:
        if page.name in executed:
            links = page_links(root, folder, sprint, page.name, executed)
            report = publish(executed[page.name], page_path(folder, sprint, page), links, basis)
            files += report.files
            changes |= {page.name: report.changes} if report.changes else {}
    index = write_index(root, folder) if executed else None
    if pages[0].name in failures:
        raise failures[pages[0].name]
    return Built(tuple(files), sprint, None, failures, changes, index)


def _teller(progress: Progress) -> Callable[[str, int, int], None]:
    def on_cell(name: str, number: int, count: int) -> None:
        if number == 1:
            progress.start(f"notebook {name}", count)
        progress.advance(1)

    return on_cell


def _wanted_deep_pages(root: Path) -> list[str]:
    """The deep pages whose table has a row; a page about a source that is not connected would say nothing."""
    with open_warehouse(root / FILE) as warehouse:
        known = {name for (name,) in warehouse.sql("select table_name from duckdb_tables()").rows()}
        return [
            page.name
            for page in deep_pages(root)
            if page.needs is None
            or page.needs not in known  # then the notebook itself fails, and says how
            or not warehouse.sql(f'select 1 from "{page.needs}" limit 1').is_empty()
        ]


def _judge_sprint(root: Path, sprint: str, progress: Progress) -> dict[str, RepositoryError]:
    """What is told for the sprints that are shown only; gives the repositories that could not be read."""
    judges = (
        _judge_functions,
        _judge_damage,
        _judge_bug_origins,
        _judge_deleted_lines,
        _judge_co_changes,
        _judge_swaps,
    )
    return {repo: error for judge in judges for repo, error in judge(root, sprint, progress).items()}


def _judge_functions(root: Path, sprint: str, progress: Progress) -> dict[str, RepositoryError]:
    # Imported here: `retro mine`, which imports this module too, never pays for Polars and the parsers.
    from retro.pipeline.functions import judge_functions

    return judge_functions(root, sprint, progress)


def _judge_damage(root: Path, sprint: str, progress: Progress) -> dict[str, RepositoryError]:
    from retro.pipeline.damage import judge_damage

    return judge_damage(root, sprint, progress)


def _judge_bug_origins(root: Path, sprint: str, progress: Progress) -> dict[str, RepositoryError]:
    from retro.pipeline.bug_origins import judge_bug_origins

    return judge_bug_origins(root, sprint, progress)


def _judge_deleted_lines(root: Path, sprint: str, progress: Progress) -> dict[str, RepositoryError]:
    from retro.pipeline.deleted_lines import judge_deleted_lines

    return judge_deleted_lines(root, sprint, progress)


def _judge_co_changes(root: Path, sprint: str, progress: Progress) -> dict[str, RepositoryError]:
    from retro.pipeline.co_changes import judge_co_changes

    return judge_co_changes(root, sprint, progress)


def _judge_swaps(root: Path, sprint: str, progress: Progress) -> dict[str, RepositoryError]:
    from retro.pipeline.swaps import judge_swaps

    return judge_swaps(root, sprint, progress)


def shown_sprint(root: Path, settings: Settings, sprint: str | None) -> str:
    """Id of the sprint called `sprint`; without a name the last one that ended and has a commit, also where work has paused.

    Raises UsageError naming the known ones.
    """
    planned = choose_sprint(settings, sprint).id
    return planned if sprint is not None else _last_with_commits(root) or planned


def _check_planned(root: Path, sprint: str) -> None:
    """Raises UsageError when the warehouse, which may be older than the settings, does not know the sprint."""
    with open_warehouse(root / FILE) as warehouse:
        if warehouse.sql("select 1 from sprints where sprint = $sprint", sprint=sprint).is_empty():
            raise UsageError(f"sprint {sprint!r} is not in the warehouse yet; run it without --no-mine")


def _last_with_commits(root: Path) -> str | None:
    with open_warehouse(root / FILE) as warehouse:
        rows = warehouse.sql(
            """
            select sprint_totals.sprint
            from sprint_totals
            inner join sprints on sprints.sprint = sprint_totals.sprint
            where sprint_totals.commit_count > 0 and sprints.ends_at <= now()
            order by sprint_totals.sequence desc
            limit 1
            """
        ).rows()
    return rows[0][0] if rows else None
