"""Forges -> `pull_request_records`, `pull_request_commits`, `pull_request_files`, `pull_request_events`,
`pull_request_issues`, `pr_reviews`, `pr_review_comments`, `pr_review_threads`, `issues`, `release_records`.

Reads files of a forge's answers (documents), whoever fetched them: `gh`, `curl`, a webhook, or Retro itself (live), whose
pages are files too. Each record is known by its fields; what many records tell of one thing is put together (facts), and
becomes rows when all is read (frames). Texts of comments, names and logins are never rows.

    facts = Facts(People("github", key))
    read_files(files, facts)
    frames([(facts, repo_of)])
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from retro.sources.forge import github, gitlab
from retro.sources.forge.documents import Trouble, dump_files, records
from retro.sources.forge.facts import Facts, Place
from retro.sources.forge.frames import PARTS, TABLES, frames
from retro.sources.forge.people import People

# Kind of forge in retro.toml -> reads one record.
READERS: dict[str, Callable[[dict, Place, Facts], bool]] = {"github": github.read, "gitlab": gitlab.read}
READER_VERSION = 1

__all__ = ["PARTS", "READERS", "READER_VERSION", "TABLES", "Facts", "People", "dump_files", "frames", "read_files"]


def read_files(files: Iterable[tuple[Path, str]], facts: Facts, on_file: Callable[[], None] | None = None) -> None:
    """Adds what the files tell to `facts`; each comes with the name that messages call it by."""
    reader, account = READERS[facts.people.forge], facts.account
    for order, (path, shown) in enumerate(files):
        for found in records(path, shown, order):
            account.read += 1
            if isinstance(found, Trouble):
                account.miss(found.reason, found.place)
                continue
            record, place = found
            if reader(record, place, facts):
                account.loaded += 1
            else:
                account.miss("records of no known shape", place.text)
        if on_file:
            on_file()
