"""Real git repositories with fixed dates, and what plain git says of them.

`History` writes a fast-import stream, so that every id is the same on every machine; `write_object` writes what git's
own commands refuse to make. `told_by_git` asks `git log` for one commit after the other; it shares no code with Retro.
"""

import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from retro.frames import rows_of

START = 1_772_000_000  # Wed 25 February 2026, 06:13:20 UTC
NEUTRAL = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "XDG_CONFIG_HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ALLOW_PROTOCOL": "file",
    "LC_ALL": "C.UTF-8",
}
TABLES = ("commits", "commit_files", "commit_trailers", "release_records", "release_commits")
Text = str | bytes


def git(folder: Path, *arguments: Text, stdin: bytes = b"") -> bytes:
    """Output of one git call in `folder`, without anybody's settings but the repository's."""
    done = subprocess.run(["git", *arguments], cwd=folder, input=stdin, env=NEUTRAL, capture_output=True, check=False)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


@dataclass(frozen=True)
class Moved:
    """A change of a path: it is renamed from, or copied from, another one."""

    source: Text
    is_copy: bool = False


@dataclass(frozen=True)
class Entry:
    """A path with a mode of its own: a link (120000), a program (100755), a submodule (160000: a commit id)."""

    mode: str
    content: Text


Change = Text | Moved | Entry | None  # None deletes


@dataclass
class History:
    """A fast-import stream that grows: `commit` and `tag` give marks, `write` makes the repository."""

    stream: bytes = b""
    marks: int = 0

    def commit(
        self,
        message: Text = "work",
        changes: Mapping[Text, Change] | None = None,
        *,
        branch: str = "main",
        parents: Sequence[int] | None = None,
        at: int | None = None,
        author: Text = "Ada <ada@example.org>",
    ) -> int:
        """Adds a commit, one hour after the one before; without `parents` on top of its branch."""
        self.marks += 1
        seconds = START + 3600 * self.marks if at is None else at
        head = f"commit refs/heads/{branch}\nmark :{self.marks}\n".encode()
        head += (
            b"author %s %d +0100\n" % (_bytes(author), seconds - 60)
            + b"committer Bob <bob@example.org> %d +0000\n" % seconds
        )
        links = [f"{'merge' if place else 'from'} :{mark}\n".encode() for place, mark in enumerate(parents or ())]
        self.stream += head + _data(message) + b"".join(links)
        self.stream += b"".join(_change(path, change) for path, change in (changes or {}).items()) + b"\n"
        return self.marks

    def orphan(self, branch: str) -> None:
        """The next commit of the branch starts anew."""
        self.stream += f"reset refs/heads/{branch}\n\n".encode()

    def tag(self, name: Text, mark: int, *, at: int | None = None) -> None:
        """An annotated tag with a time, a lightweight one without."""
        if at is None:
            self.stream += b"reset refs/tags/%s\nfrom :%d\n\n" % (_bytes(name), mark)
        else:
            self.stream += b"tag %s\nfrom :%d\ntagger Bob <bob@example.org> %d +0000\n" % (
                _bytes(name),
                mark,
                at,
            ) + _data("release")

    def write(self, folder: Path, *, object_format: str = "sha1", is_bare: bool = True) -> "Repository":
        """The repository in the new folder, HEAD on main."""
        folder.mkdir(parents=True)
        kind = ["--bare"] if is_bare else []
        git(folder, "init", "-q", "--initial-branch=main", f"--object-format={object_format}", *kind)
        return Repository(folder).grow(self)


def plain_history(count: int) -> History:
    """Commits on main, each of which changes one long file and adds a small one; the second is the release v1."""
    made = History()
    for number in range(1, count + 1):
        made.commit(f"feat: step {number}", {"a.py": f"{number}\n" * 99, f"{number}.txt": f"{number}\n"})
    made.tag("v1", 2, at=START + 9_000)
    return made


@dataclass
class Repository:
    """A repository on disk; `shas` are the ids of its history's marks."""

    path: Path
    shas: dict[int, str] = field(default_factory=dict)

    @property
    def git_dir(self) -> Path:
        """The folder with refs and objects."""
        return self.path / ".git" if (self.path / ".git").exists() else self.path

    def grow(self, history: History) -> "Repository":
        """Imports a whole stream; branches follow it, even backwards."""
        marks = self.path / "marks"
        git(self.path, "fast-import", "--quiet", "--force", f"--export-marks={marks}", stdin=history.stream)
        self.shas = {int(mark[1:]): sha for mark, sha in (line.split() for line in marks.read_text().splitlines())}
        marks.unlink()
        return self

    def write_object(self, kind: str, content: bytes) -> str:
        """Id of an object with exactly that content, well-formed or not."""
        return git(self.path, "hash-object", "-t", kind, "-w", "--stdin", "--literally", stdin=content).decode().strip()

    def raw_commit(
        self,
        *,
        tree: str | None = None,
        parents: Sequence[str] = (),
        author: bytes = b"Ada <ada@example.org> %d +0000" % START,
        committer: bytes = b"Bob <bob@example.org> %d +0000" % START,
        message: bytes = b"raw\n",
        more: bytes = b"",
    ) -> str:
        """Id of a commit whose lines are as given; the tree is empty without one."""
        lines = [b"tree " + (tree or self.write_object("tree", b"")).encode()]
        lines += [b"parent " + parent.encode() for parent in parents]
        return self.write_object(
            "commit",
            b"\n".join([*lines, b"author " + author, b"committer " + committer]) + b"\n" + more + b"\n" + message,
        )

    def set_ref(self, name: Text, value: Text) -> None:
        """Writes a loose ref as a file, whatever git would say."""
        path = os.path.join(os.fsencode(self.git_dir), _bytes(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(os.fsdecode(path)).write_bytes(_bytes(value) + b"\n")

    def remove_object(self, oid: str) -> Path:
        """Takes a loose object away; the path at which it was."""
        path = self.git_dir / "objects" / oid[:2] / oid[2:]
        path.unlink()
        return path


def project(root: Path, *repos: Path | Repository, more: str = "", repo_more: str = "") -> Path:
    """A project with one sprint around START that reads these repositories, each named as its folder; its root."""
    root.mkdir(parents=True, exist_ok=True)
    paths = [repo.path if isinstance(repo, Repository) else repo for repo in repos]
    sections = [f'[[repos]]\npath = "{path}"\nname = "{path.name}"\n{repo_more}\n' for path in paths]
    sprints = '[[sprints.named]]\nid = "1"\nstart = 2026-02-23\nend = 2026-03-08\n'
    text = f'[project]\nname = "test"\n\n{sprints}\n' + "\n".join(sections) + more
    (root / "retro.toml").write_text(text, encoding="utf-8")
    return root


def mined_rows(root: Path) -> dict[str, list[tuple]]:
    """Sorted rows of TABLES as the warehouse of a project has them."""
    return {table: query(root, f"select * from {table}") for table in TABLES}


def query(root: Path, sql: str) -> list[tuple]:
    """Sorted rows of a statement on the warehouse of a project."""
    with duckdb.connect(str(root / "data" / "retro.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.sql(sql)
        has_times = any("TIME ZONE" in str(kind) for kind in found.types)  # which `fetchall` gives with pytz only
        rows = rows_of(found).rows() if has_times else found.fetchall()
        return sorted(map(_hashable, rows), key=repr)


def told_by_git(folder: Path, repo: str, branch: str = "main", releases: Sequence[str] = ()) -> dict[str, list[tuple]]:
    """The same as `mined_rows`, as git says it; `releases` are tags by time, oldest first, no two on one commit."""
    shas = git(folder, "rev-list", branch, *releases, "--").decode().split()
    landed = _landed(folder, branch)
    tables = {
        "commits": [_commit(folder, repo, sha, landed) for sha in shas],
        "commit_files": [row for sha in shas for row in files_told_by_git(folder, repo, sha)],
        "commit_trailers": [row for sha in shas for row in _trailers(folder, repo, sha)],
        "release_records": [_release(folder, repo, tag) for tag in releases],
        "release_commits": _release_commits(folder, repo, releases),
    }
    return {table: sorted(map(_hashable, rows), key=repr) for table, rows in tables.items()}


def files_told_by_git(folder: Path, repo: str, sha: str) -> list[tuple]:
    """Rows of commit_files of one commit: what `--raw` and `--numstat` say, each asked for itself."""
    if len(git(folder, "rev-list", "--parents", "-n1", sha).split()) > 2:
        return []
    raw = git(folder, "log", "-1", "--format=", "--raw", "-z", "-M", sha).split(b"\0")
    counts = _counts(git(folder, "log", "-1", "--format=", "--numstat", "-z", "-M", sha).split(b"\0"))
    rows = []
    while len(raw) > 1:
        kind = raw.pop(0).split()[-1][:1].decode()
        old = _text(raw.pop(0)) if kind in "RC" else None
        path = _text(raw.pop(0))
        status = "binary" if counts[path][0] is None else "counted"
        rows.append((repo, sha, path, old, kind, *counts[path], status))
    return rows


def fingerprint(folder: Path) -> str:
    """SHA-256 over every name, mode, link and byte below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest.update(
            f"{path} {stat.filemode(status.st_mode)} {status.st_mtime_ns}\n".encode("utf-8", "surrogateescape")
        )
        if path.is_symlink():
            digest.update(os.fsencode(os.readlink(path)))
        elif path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def obeying(command: list) -> list:
    """The command, to be run so that file permissions hold for it: root passes them by."""
    if os.geteuid() != 0:
        return command
    without = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"]
    if not shutil.which("setpriv") or subprocess.run([*without, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root passes file permissions by, and nothing here takes that away")
    return [*without, *command]


def _commit(folder: Path, repo: str, sha: str, landed: dict[str, datetime | None]) -> tuple:
    form = "%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%s%x00%b"
    parents, *people, subject, body = _text(git(folder, "log", "-1", f"--format={form}", sha)).split("\0")
    author, author_email, authored, committer, committer_email, committed = people
    return (
        repo, sha, parents.split(), author or None, author_email or None, _time(authored), committer or None,
        committer_email or None, _time(committed), subject, body.strip("\n"), len(parents.split()) > 1, False,
        sha in landed, landed.get(sha),
    )  # fmt: skip


def _landed(folder: Path, branch: str) -> dict[str, datetime | None]:
    landed, before = {}, []
    for sha in git(folder, "rev-list", "--first-parent", "--reverse", branch, "--").decode().split():
        at = _time(git(folder, "log", "-1", "--format=%ct", sha).decode().strip())
        brought = git(folder, "rev-list", sha, *(f"^{one}" for one in before[-1:]), "--").decode().split()
        landed |= dict.fromkeys(brought, at)
        before.append(sha)
    return landed


def _counts(tokens: list[bytes]) -> dict[str, tuple[int | None, int | None]]:
    counts = {}
    while len(tokens) > 1:
        added, deleted, path = tokens.pop(0).split(b"\t", 2)
        if not path:
            _, path = tokens.pop(0), tokens.pop(0)
        counts[_text(path)] = tuple(None if count == b"-" else int(count) for count in (added, deleted))
    return counts


def _trailers(folder: Path, repo: str, sha: str) -> list[tuple]:
    lines = _text(git(folder, "log", "-1", "--format=%(trailers:only,unfold)", sha)).split("\n")
    pairs = [line.partition(": ")[::2] for line in lines if line]
    return [(repo, sha, place, key, value) for place, (key, value) in enumerate(pairs, 1)]


def _release(folder: Path, repo: str, tag: str) -> tuple:
    sha = git(folder, "rev-parse", f"refs/tags/{tag}^{{commit}}").decode().strip()
    tagged = git(folder, "for-each-ref", "--format=%(taggerdate:unix)", f"refs/tags/{tag}").decode().strip()
    at = tagged or git(folder, "log", "-1", "--format=%ct", sha).decode().strip()
    return ("git", repo, tag, sha, _time(at), "tagged" if tagged else "committed")


def _release_commits(folder: Path, repo: str, releases: Sequence[str]) -> list[tuple]:
    rows = []
    for place, tag in enumerate(releases):
        earlier = [f"^refs/tags/{one}" for one in releases[:place]]
        rows += [
            (repo, sha, tag) for sha in git(folder, "rev-list", f"refs/tags/{tag}", *earlier, "--").decode().split()
        ]
    return rows


def _time(seconds: str) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None


def _hashable(row: tuple) -> tuple:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _bytes(text: Text) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _data(content: Text) -> bytes:
    raw = _bytes(content)
    return b"data %d\n%s\n" % (len(raw), raw)


def _change(path: Text, change: Change) -> bytes:
    target = _quoted(path)
    if change is None:
        return b"D %s\n" % target
    if isinstance(change, Moved):
        return b"%s %s %s\n" % (b"C" if change.is_copy else b"R", _quoted(change.source), target)
    if isinstance(change, Entry) and change.mode == "160000":
        return b"M 160000 %s %s\n" % (_bytes(change.content), target)
    mode, content = (change.mode, change.content) if isinstance(change, Entry) else ("100644", change)
    return b"M %s inline %s\n" % (mode.encode(), target) + _data(content)


def _quoted(path: Text) -> bytes:
    return b'"' + _bytes(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
