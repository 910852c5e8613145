"""Asks a forge over the network and keeps its answers as pages; reading them is the readers' work, as with any dump."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from retro.sources.forge.github_live import GitHub
from retro.sources.forge.gitlab_live import GitLab
from retro.sources.forge.pages import Pages, folder_of
from retro.sources.forge.tokens import BASES, find_token
from retro.sources.forge.web import Web

_FORGES = {"github": GitHub, "gitlab": GitLab}


def fetch(
    root: Path,
    forge: tuple[str, str, str, str | None],
    *,
    on_page: Callable[[], None] = lambda: None,
    environment: Mapping[str, str] = os.environ,
    web: Callable[[str], Web] = Web,
    began_at: datetime | None = None,
) -> int:
    """Saves what changed at a forge, given as (name, kind, owner/name, base address), and says how many pages came.

    Raises ForgeError; what came before the failure is kept, and the next run goes on from there.
    """
    name, kind, repo, base_url = forge
    base = (base_url or BASES[kind]).rstrip("/")
    pages = Pages.open(folder_of(root, name), began_at)
    with web(find_token(kind, base, environment)) as opened:
        _FORGES[kind](opened, pages, repo, base).fetch(on_page)
    return pages.count
