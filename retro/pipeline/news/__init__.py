"""What is new: every source and the plan, held against what the last run left. No git is started for it.

As a rule no database is opened either, and what one source needs is imported where a project has that source: most runs find
nothing, and these have to be quick.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retro.config import Settings
from retro.errors import RetroError
from retro.pipeline.news.forges import ForgeStates, forge_states
from retro.pipeline.news.frozen import has_frozen_news, query_texts
from retro.pipeline.news.known import Known, keep, known
from retro.pipeline.news.logs import LogStates, log_states
from retro.pipeline.news.notes import NoteStates, note_states
from retro.pipeline.news.plan import has_ended_since, plan_digest, project_sprints
from retro.pipeline.news.repositories import RepoState, repository_states
from retro.pipeline.news.transcripts import Transcripts, has_news, transcripts
from retro.queries import folders
from retro.sprints import Sprint
from retro.warehouse_file import FILE

if TYPE_CHECKING:
    from retro.pipeline.mining import Options

__all__ = ["Found", "Known", "keep", "known", "look"]


@dataclass(frozen=True)
class Found:
    """How everything stands that rows come from. `there` are the repositories that can be opened, `changed` those to be read.

    `failures` says why the others cannot be opened; `query_texts` is the digest of all query files.
    """

    there: tuple[RepoState, ...]
    changed: tuple[RepoState, ...]
    failures: dict[str, RetroError]
    logs: LogStates
    transcripts: tuple[Transcripts, ...]
    forges: ForgeStates
    notes: NoteStates
    sprints: tuple[Sprint, ...]
    plan: str
    query_texts: str
    is_new: bool


def look(root: Path, settings: Settings, options: "Options") -> Found:
    """Looks at all sources of the project at `root`, and asks its forges. Raises WarehouseError for one that cannot be read."""
    is_all, last, places = options.full or options.prune, known(root / FILE), folders(root)
    states, failures = repository_states(root, settings)
    changed = [state for state in states if is_all or last.tips.get(state.settings.name) != state.digest]
    logs = log_states(settings, last.logs, again=is_all)
    told, notes = transcripts(settings, states), note_states(settings, last.notes)
    forges = forge_states(root, settings, last.forges, options)
    sprints = project_sprints(settings)
    plan, texts = plan_digest(settings, sprints, places), query_texts(places)
    is_new = bool(
        is_all
        or changed
        or failures
        or logs.is_new
        or any(has_news(section, last) for section in told)
        or forges
        or notes.is_new
        or last.plan != plan
        or has_ended_since(last.mined_at, sprints)
        or has_frozen_news(root, places, texts, last)
    )
    return Found(
        tuple(states), tuple(changed), failures, logs, told, forges, notes, tuple(sprints), plan, texts, is_new
    )
