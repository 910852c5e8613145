"""One `git fast-import` stream: blobs once each, commits in order, refs and tags, into a new bare repository.

The stream is the same whatever the caller's configuration, environment, time or language: git runs in an environment
made from nothing. A message may name an earlier commit as `{key}`; git itself answers with its id.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from retro.demo.history import Commit, Stamp, Tag
from retro.errors import GitError


class Stream:
    """Writes to a running `git fast-import` and remembers the mark of each blob and commit."""

    def __init__(self, commands: IO[bytes], answers: IO[bytes]) -> None:
        self._commands, self._answers = commands, answers
        self._blobs: dict[bytes, int] = {}
        self._commits: dict[int, int] = {}
        self._keys: dict[str, int] = {}
        self._mark_count = 0

    def add_commit(self, commit: Commit) -> None:
        """Add a commit to its ref; its parents have to be there."""
        blobs = {path: self._blob(text) for path, text in commit.changes.items() if text is not None}
        message = re.sub(r"\{(.+?)\}", lambda match: self._commit_id(match[1]), commit.message)
        mark = self._commits[id(commit)] = self._next_mark()
        self._keys.setdefault(commit.key, mark)
        self._write(f"commit {commit.ref}\nmark :{mark}\n")
        self._write(f"author {_signature(commit.author)}\ncommitter {_signature(commit.committer)}\n")
        self._data(message.encode())
        for word, parent in zip(("from", *["merge"] * len(commit.parents)), commit.parents, strict=False):
            self._write(f"{word} :{self._commits[id(parent)]}\n")
        for path in sorted(commit.changes):
            self._write(f"M 100644 :{blobs[path]} {path}\n" if path in blobs else f"D {path}\n")

    def add_tag(self, tag: Tag) -> None:
        """Add an annotated tag."""
        self._write(f"tag {tag.name}\nfrom :{self._commits[id(tag.commit)]}\n")
        self._write(f"tagger {_signature(tag.tagger)}\n")
        self._data(tag.message.encode())

    def add_ref(self, ref: str, commit: Commit) -> None:
        """Point a ref at a commit."""
        self._write(f"reset {ref}\nfrom :{self._commits[id(commit)]}\n\n")

    def id_of(self, commit: Commit) -> str:
        """The id that git gave a commit."""
        return self._mark_id(self._commits[id(commit)])

    def _next_mark(self) -> int:
        self._mark_count += 1
        return self._mark_count

    def _blob(self, text: str | bytes) -> int:
        content = text.encode() if isinstance(text, str) else text
        if content not in self._blobs:
            mark = self._blobs[content] = self._next_mark()
            self._write(f"blob\nmark :{mark}\n")
            self._data(content)
        return self._blobs[content]

    def _commit_id(self, key: str) -> str:
        return self._mark_id(self._keys[key])

    def _mark_id(self, mark: int) -> str:
        self._write(f"get-mark :{mark}\n")
        self._commands.flush()
        return self._answers.readline().decode().strip()

    def _data(self, content: bytes) -> None:
        self._commands.write(b"data %d\n%s\n" % (len(content), content))

    def _write(self, text: str) -> None:
        self._commands.write(text.encode())


def _signature(stamp: Stamp) -> str:
    return f"{stamp.name} <{stamp.email}> {stamp.at} {stamp.zone}"


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DEFAULT_REF_FORMAT": "files",
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def create_repository(folder: Path) -> None:
    """An empty bare repository whose HEAD is `main`; GitError when git is missing or refuses."""
    arguments = ["init", "-q", "--bare", "--template=", "--object-format=sha1", "-b", "main", str(folder.absolute())]
    try:
        done = subprocess.run(["git", *arguments], env=_environment(), capture_output=True, check=False)
    except FileNotFoundError as error:
        raise GitError("the demo needs git, and there is no 'git' on the PATH; install git 2.37 or later") from error
    _check(folder, done.returncode)


@contextmanager
def open_stream(folder: Path) -> Iterator[Stream]:
    """A stream into a repository, written when the block ends; GitError when git did not take it whole."""
    command = ["git", f"--git-dir={folder.absolute()}", "fast-import", "--quiet", "--done"]
    pipe = subprocess.PIPE
    try:
        with subprocess.Popen(
            command, env=_environment(), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        ) as process:
            yield Stream(process.stdin, process.stdout)
            process.stdin.write(b"done\n")
    except BrokenPipeError:
        # git has ended early; its exit status says so.
        pass
    _check(folder, process.returncode)


def _check(folder: Path, status: int) -> None:
    if status:
        raise GitError(
            f"git could not write the demo's repository '{folder}' (exit {status}); "
            "look for free disk space and for git 2.37 or later, then run it again in an empty folder"
        )
