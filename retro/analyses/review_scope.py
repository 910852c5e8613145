"""What a pull request is about, how large it is, and whether it brings back what had gone.

A branch is judged as it stood when somebody else first reviewed it. Each of its commits is about one thing: the kind of its
files where they are all of one kind other than code (a commit that changes documentation alone is about documentation,
whatever it claims), else the type that its subject declares. Left out are answers to review: commits after the first review,
and fixes of what the branch itself had changed before. Documentation and tests beside code belong to the code.

Re-landing compares lines by file. One that the branch adds, and that the default branch had removed from that file within 30
days before the branch ended, comes back, as after a rebase that went stale; one that the default branch had added there within
the same time is there twice.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from retro.analyses.categories.commit_text import declared_type
from retro.analyses.path_kinds import NOT_WRITTEN
from retro.git.line_changes import FileLines

RULES_VERSION = 1
WINDOW_DAYS = 30
LEAST_LINE_CHARACTERS = 12  # a shorter line stands anywhere
_DAY = 86_400
# What a commit is about whose files are all of one kind.
_OF_KIND = {
    "documentation": "docs", "test": "test", "ci": "ci", "build": "build", "lock": "build", "configuration": "configuration",
    "data": "data", "asset": "data", "generated": "generated", "vendored": "vendored",
}  # fmt: skip
_ABOUT_CODE = frozenset({"feat", "fix", "refactor", "perf", "revert", "code"})
_COMPANIONS = frozenset({"docs", "test", "generated"})
_ANSWER = re.compile(
    r"^(?:(?:bug|hot)?fix(?:up)?|style|lint|format|nit)\b|\breview(?:er)?(?:'s|s)?\b|\bfeedback\b|\bas .{1,20} asked\b|"
    r"\baddress(?:ed|es)? .{0,30}comments?\b|\btypos?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class BranchCommit:
    """A commit of a branch, merges left out; times in seconds since 1970, None when they are unreadable."""

    sha: str
    subject: str
    authored_at: int | None
    committed_at: int | None
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Size:
    """Lines added and deleted by what they are; a deleted file counts as one line."""

    code: int
    test: int
    other: int
    left_out: int
    file_count: int


@dataclass
class Landed:
    """Lines that the default branch removed and added of late: hash of path and line -> when, by which commit."""

    removed: dict[int, tuple[int, str]] = field(default_factory=dict)
    added: dict[int, tuple[int, str]] = field(default_factory=dict)

    def land(self, sha: str, at: int, files: Mapping[str, FileLines]) -> None:
        """Takes a commit of the default branch in; a line that only moved within its file is neither removed nor added."""
        for path, lines in files.items():
            gone, new = Counter(filter(None, lines.removed)), Counter(filter(None, lines.added))
            for line in gone.keys() - new.keys():
                key = hash((path, line))
                self.removed[key] = at, sha
                self.added.pop(key, None)
            for line in new - gone:
                key = hash((path, line))
                self.added[key] = at, sha
                self.removed.pop(key, None)

    def forget(self, before: int) -> None:
        """Drops what happened before that time."""
        for known in (self.removed, self.added):
            for key in [key for key, (at, _) in known.items() if at < before]:
                del known[key]


@dataclass(frozen=True)
class Relanding:
    """Lines of a branch that the default branch knew: how many, and by which commit and in which file most of them."""

    line_count: int
    sha: str | None = None
    path: str | None = None


def line_keys(lines: Sequence[bytes]) -> list[int]:
    """Lines as they are compared, without their indentation; 0, which still counts, for one too short to tell anything."""
    return [hash(text) if len(text := line.strip()) >= LEAST_LINE_CHARACTERS else 0 for line in lines]


def split_at_review(
    commits: Sequence[BranchCommit], reviewed_sha: str | None, reviewed_at: int | None
) -> tuple[list[BranchCommit], list[BranchCommit]]:
    """Commits of a branch up to its first review, and those after it.

    The head that was reviewed decides; where a forced push took it away, the time at which a commit was written does.
    """
    places = [place for place, commit in enumerate(commits) if commit.sha == reviewed_sha]
    if places:
        return list(commits[: places[0] + 1]), list(commits[places[0] + 1 :])
    if reviewed_at is None:
        return list(commits), []
    before = [commit for commit in commits if commit.authored_at is None or commit.authored_at <= reviewed_at]
    return (before, [commit for commit in commits if commit not in before]) if before else (list(commits), [])


def concerns(commits: Sequence[BranchCommit], kinds: Mapping[str, str]) -> list[str]:
    """What commits are about, in alphabetical order; `kinds` are those of their paths."""
    seen: set[str] = set()
    found: set[str] = set()
    for place, commit in enumerate(commits):
        if not (place and _is_own_fix(commit, seen)):
            found.add(_concern(commit, kinds))
        seen.update(commit.paths)
    about_code = found & _ABOUT_CODE
    if about_code:
        found -= _COMPANIONS
    if len(about_code) > 1:  # of a commit without a type nobody says that it is another matter
        found.discard("code")
    return sorted(found - {"nothing"})


def declared(commits: Iterable[BranchCommit]) -> tuple[list[str], list[str]]:
    """Types and scopes that the subjects declare, each in alphabetical order."""
    told = [declared_type(commit.subject) for commit in commits]
    return sorted({kind for kind, _, _ in told if kind}), sorted({scope for _, scope, _ in told if scope})


def size_of(files: Mapping[str, FileLines], kinds: Mapping[str, str]) -> Size:
    """Lines of a comparison by the kind of their file."""
    lines: Counter[str] = Counter()
    for path, changed in files.items():
        kind = kinds.get(path, "other")
        group = "left_out" if kind in NOT_WRITTEN else kind if kind in ("code", "test") else "other"
        lines[group] += 1 if changed.is_deleted else len(changed.removed) + len(changed.added)
    return Size(lines["code"], lines["test"], lines["other"], lines["left_out"], len(files))


def relandings(
    changes: Iterable[Mapping[str, FileLines]], kinds: Mapping[str, str], landed: Landed, ended_at: int
) -> tuple[Relanding, Relanding]:
    """Lines that come back, and lines that are there twice, against the default branch just before a branch ended.

    `changes` are those of its commits one by one: what a later commit took out again was brought back all the same.
    """
    own = {
        (path, line)
        for files in changes
        for path, changed in files.items()
        if kinds.get(path, "other") not in NOT_WRITTEN
        for line in Counter(filter(None, changed.added)) - Counter(filter(None, changed.removed))
    }
    since = ended_at - WINDOW_DAYS * _DAY
    return _most(own, landed.removed, since), _most(own, landed.added, since)


def digest(*facts: object) -> str:
    """SHA-256 of the rules and of `facts`."""
    return hashlib.sha256(repr((RULES_VERSION, WINDOW_DAYS, *facts)).encode()).hexdigest()


def in_batches(shas: Sequence[tuple[str, str | None]], size: int) -> Iterator[list[tuple[str, str | None]]]:
    """Comparisons in lists of at most `size`, no commit twice in one of them, since answers are known by it."""
    waiting = list(shas)
    while waiting:
        batch: dict[str, str | None] = {}
        rest = []
        for sha, against in waiting:
            if sha in batch or len(batch) == size:
                rest.append((sha, against))
            else:
                batch[sha] = against
        waiting = rest
        yield list(batch.items())


def _is_own_fix(commit: BranchCommit, seen: Collection[str]) -> bool:
    """Whether a commit mends what its own branch changed before."""
    return bool(_ANSWER.search(commit.subject)) and set(commit.paths) <= set(seen)


def _concern(commit: BranchCommit, kinds: Mapping[str, str]) -> str:
    found = {kinds.get(path, "other") for path in commit.paths}
    written = found - NOT_WRITTEN or found
    if len(written) == 1 and (named := _OF_KIND.get(next(iter(written)))):
        return named
    kind, _, _ = declared_type(commit.subject)
    if kind is None or (kind in _COMPANIONS and "code" in written):
        return "code" if written else "nothing"
    return kind


def _most(own: Collection[tuple[str, int]], known: Mapping[int, tuple[int, str]], since: int) -> Relanding:
    hits = [
        (path, fact[1])
        for path, line in own
        if (fact := known.get(hash((path, line)))) is not None and fact[0] >= since
    ]
    if not hits:
        return Relanding(0)
    (sha, _), *_ = sorted(Counter(sha for _, sha in hits).items(), key=lambda pair: (-pair[1], pair[0]))
    (path, _), *_ = sorted(Counter(path for path, _ in hits).items(), key=lambda pair: (-pair[1], pair[0]))
    return Relanding(len(hits), sha, path)
