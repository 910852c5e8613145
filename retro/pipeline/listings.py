"""What git lists of a repository before anything of it is read; begun while DuckDB and Polars are still being loaded."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retro.git import Commit, Release
from retro.git.process import check_version, end_all

if TYPE_CHECKING:
    from retro.pipeline.news.repositories import RepoState

Branch = tuple[str, str] | None  # full name and commit
Begun = dict[str, "Future[Listing]"]


@dataclass(frozen=True)
class Listing:
    """A repository's default branch (None: no commit yet), its releases, the commits that these name, and all they reach."""

    branch: Branch
    releases: list[Release]
    tips: list[str]
    graph: list[Commit]


@contextmanager
def begun(states: "Sequence[RepoState]") -> Iterator[Begun]:
    """Listings by repository that are being made in the background: of as many as are read at once, no more are held."""
    first = states[: os.cpu_count()]
    pool = ThreadPoolExecutor(max_workers=max(1, len(first)))
    try:
        yield {state.settings.name: pool.submit(_listed, state) for state in first}
    except BaseException:  # Ctrl-C among them
        end_all()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def take(listings: Begun, state: "RepoState") -> Listing:
    """The listing of one repository, made now unless it was begun; it is held no longer. Raises GitError."""
    running = listings.pop(state.settings.name, None)
    return running.result() if running else _listed(state)


def _listed(state: "RepoState") -> Listing:
    check_version()  # the room may have been made by a newer git
    room = state.room
    branch, releases = room.default_branch(state.settings.branch), room.releases(state.release_refs)
    tips = [*([branch[1]] if branch else []), *(release.sha for release in releases)]
    return Listing(branch, releases, tips, room.graph(tips))
