"""What doctor says of the forges that retro.toml names: files there are none of, and tokens that are not there."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from retro.config import Settings
from retro.config.literals import toml_text
from retro.errors import ForgeError
from retro.figures.wording import counted
from retro.sources.forge.documents import dump_files
from retro.sources.forge.pages import folder_of
from retro.sources.forge.tokens import BASES, find_token


@dataclass(frozen=True)
class ForgeFinding:
    """What was seen of one forge, and how to mend it where it is not fine."""

    is_fine: bool
    what: str
    detail: str
    mend: str = ""


def forge_findings(settings: Settings, environment: Mapping[str, str] = os.environ) -> Iterator[ForgeFinding]:
    """One finding for each section; no forge is asked."""
    for forge in settings.forge:
        what = f"forge {forge.label}"
        if forge.path is not None:
            count = len(dump_files(settings.root, forge.path))
            seen = f"{counted(count, 'file')} at {toml_text(forge.path)}"
            mend = "" if count else "correct the path, or put dumps there (docs/forge.md says how)"
            yield ForgeFinding(bool(count), what, seen, mend)
            continue
        kept = len(list((folder_of(settings.root, forge.label) / "pages").glob("*.jsonl.gz")))
        seen = f"{toml_text(forge.repo or '')}, {counted(kept, 'file')} of kept pages"
        try:
            find_token(forge.kind, forge.base_url or BASES[forge.kind], environment)
        except ForgeError as error:
            yield ForgeFinding(False, what, f"{seen}; {error}", "set a token that may read the repository")
        else:
            yield ForgeFinding(True, what, f"{seen}; a token is there")
