"""Histories with pull requests, and what Retro tells of them."""

from collections import Counter, defaultdict
from pathlib import Path

from repositories import START, History, Repository, git

from retro.git import open_room
from retro.sources import git_pull_requests
from retro.sources.git_pull_requests import Hints

BODY = "".join(f"line {number}\n" for number in range(1, 31))


def edited(*changes: tuple[int, str], text: str = BODY) -> str:
    """A text with some lines replaced."""
    for line, word in changes:
        text = text.replace(f"line {line}\n", f"{word}\n")
    return text


class Project:
    """A history with pull requests: `open` gives a number the head that a mark stands for."""

    def __init__(self) -> None:
        self.history = History()
        self.heads: dict[str, int] = {}
        self.base = self.history.commit("base", {"a.txt": BODY, "b.txt": BODY, "c.txt": BODY})

    def branch(self, *changes: dict, at: int | None = None, of: str = "topic", **known) -> int:
        """Commits on a new branch from the mark `at` (default: the base), one per change; the mark of the last."""
        mark = at or self.base
        for place, change in enumerate(changes):
            mark = self.history.commit(f"{of} {place}", change, branch=of, parents=[mark], **known)
        return mark

    def main(self, message: str, change: dict, *merged: int, **known) -> int:
        """A commit on main, a merge with `merged`."""
        tip = getattr(self, "tip", self.base)
        self.tip = self.history.commit(message, change, parents=[tip, *merged], **known)
        return self.tip

    def open(self, number: int | str, mark: int) -> None:
        """A pull request's ref; a text is the whole name."""
        self.heads[number if isinstance(number, str) else f"refs/pull/{number}/head"] = mark

    def write(self, folder: Path) -> Repository:
        """The repository, with the refs and without the branches beside main."""
        repository = self.history.write(folder)
        for name, mark in self.heads.items():
            repository.set_ref(name, repository.shas[mark])
        names = git(repository.path, "for-each-ref", "--format=%(refname)", "refs/heads").decode().split()
        for name in names:
            if name != "refs/heads/main":
                git(repository.path, "update-ref", "-d", name)
        return repository


def read(repository: Repository, rooms: Path, hints: Hints | None = None) -> tuple[dict[int, dict], Counter]:
    """Records by number, each with its commits, and the reasons."""
    room = open_room(repository.path, rooms)
    default = room.default_branch()
    frames, reasons = git_pull_requests.read(room, "app", default, room.graph([default[1]]), hints)
    commits: dict[int, list[str]] = defaultdict(list)
    for source, repo, number, sha, position in frames["pull_request_commits"].iter_rows():
        commits[number].append(sha)
        assert (source, repo, position) == ("git", "app", len(commits[number]))
    rows = frames["pull_request_records"].to_dicts()
    return {row["pr_number"]: row | {"commits": commits[row["pr_number"]]} for row in rows}, reasons


def told(row: dict) -> tuple:
    """State, way and commit of a record, its method and reason."""
    return row["state"], row["merged_how"], row["merged_sha"], row["method"], row["reason"]


def merged(how: str, sha: str, method: str) -> tuple:
    return "merged", how, sha, method, None


def rebased(project: Project, mark: int, message: str, change: dict) -> int:
    """A copy of the commit `mark` on main: its author time, a committer time of its own."""
    made = project.main(message, change)
    stream = project.history.stream
    start = stream.rindex(b"author ")
    old = b"author Ada <ada@example.org> %d " % (START + 3600 * made - 60)
    new = b"author Ada <ada@example.org> %d " % (START + 3600 * mark - 60)
    project.history.stream = stream[:start] + stream[start:].replace(old, new)
    return made
