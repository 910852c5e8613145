"""A sprint's page: mine, run the notebook, write the report."""

from dataclasses import dataclass
from pathlib import Path

from retro.config import Settings, load_settings
from retro.errors import UsageError
from retro.notebooks import find_notebook
from retro.pipeline.functions import judge_functions
from retro.pipeline.mining import Mined, Progress, Silent, choose_sprint, mine
from retro.queries import open_warehouse
from retro.reports import MAIN_NOTEBOOK, build_page
from retro.warehouse import FILE

REPORTS = Path("reports")


@dataclass(frozen=True)
class Built:
    """What a build wrote, the page first, and what mining before it did (None without mining)."""

    files: tuple[Path, ...]
    sprint: str
    mined: Mined | None

    @property
    def page(self) -> Path:
        """The page."""
        return self.files[0]


def build(
    root: Path,
    sprint: str | None = None,
    *,
    notebook: str = MAIN_NOTEBOOK,
    is_mining: bool = True,
    progress: Progress | None = None,
) -> Built:
    """Mines the project at `root`, runs a notebook for a sprint and writes its page below `reports/`.

    Without a sprint, the last one that ended and has a commit. Repositories that fail do not stop the build, since the
    page says so: look at `mined.failures`; when none could be read, the first failure is raised. Raises SettingsError,
    UsageError (unknown sprint or notebook), WarehouseError, NotebookError, RetroError (the page cannot be written).
    """
    root = root.resolve()
    settings = load_settings(root)
    choose_sprint(settings, sprint)  # a mistyped id or name is said before minutes of mining, not after
    find_notebook(notebook, root)
    shown = progress or Silent()
    mined = mine(root, progress=shown) if is_mining else None
    if mined and mined.failures and len(mined.failures) == len(settings.repos):
        raise next(iter(mined.failures.values()))

    def on_cell(number: int, count: int) -> None:
        if number == 1:
            shown.start(f"notebook {notebook}", count)
        shown.advance(1)

    chosen = shown_sprint(root, settings, sprint)
    _check_planned(root, chosen)
    unread = judge_functions(root, chosen, shown) if is_mining else {}
    if mined:
        mined.failures |= unread
    files = build_page(root, chosen, notebook, root / REPORTS, on_cell)
    return Built(tuple(files), chosen, mined)


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
