"""The demo's history as objects: the plan is played from its first day on, and every tree is known.

A pull request forks from the newest commit of main before its first commit, or later when main changed its files since,
so that no merge meets a conflict; only the governance file is changed on both sides, as the story has it.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from retro.demo.content import Changes, Subject, Tree, folder_of, number_of
from retro.demo.specials import Filler, changes_of, merged_text
from retro.demo.story import Block, Step, message, moment, toml

_ORGANISATION = "harbor-labs"
_COMMIT_GAP_SECONDS = 25 * 60
_MAIN = "refs/heads/main"


@dataclass(frozen=True)
class Stamp:
    """Who did something and when: seconds of the Unix epoch, and the offset that the person's clock shows."""

    name: str
    email: str
    zone: str
    at: int


@dataclass(frozen=True, eq=False)
class Commit:
    """One commit; `changes` are against the first parent, `key` is the name of the thing that it is about."""

    key: str
    ref: str
    parents: tuple["Commit", ...]
    changes: Changes
    message: str
    author: Stamp
    committer: Stamp

    @property
    def at(self) -> int:
        """When it was committed, in seconds of the Unix epoch."""
        return self.committer.at

    @cached_property
    def tree(self) -> Tree:
        """Path to text of every file."""
        before = self.parents[0].tree if self.parents else {}
        return {path: text for path, text in {**before, **self.changes}.items() if text is not None}


@dataclass(frozen=True)
class Tag:
    """An annotated tag."""

    name: str
    commit: Commit
    tagger: Stamp
    message: str


@dataclass(frozen=True)
class Planned:
    """A pull request as it was played: its commits, the one that it forked from, and the one that landed it, if any."""

    block: Block
    base: Commit
    commits: tuple[Commit, ...]
    landed: Commit | None


class History:
    """The commits of a plan in the order in which they were made, with further refs and tags."""

    def __init__(self, story: list[Block], filler: Filler) -> None:
        self.commits: list[Commit] = []
        self.main: list[Commit] = []
        self.refs: dict[str, Commit] = {}
        self.tags: list[Tag] = []
        self.pull_requests: list[Planned] = []
        self._filler = filler
        self._wanted: dict[str, set[str]] = {}
        for step in (step for block in story for step in block.steps):
            self._wanted.setdefault(step.target, set()).update(step.marks)
        for block in story:
            self._play(block)

    def _play(self, block: Block) -> None:
        if block.number is not None:
            self._play_pull_request(block)
        elif block.branch == "main":
            for step in block.steps:
                self._land(self._commit(step, block, tuple(self.main[-1:]), block.at))
        else:
            self._tag(block)

    def _tag(self, block: Block) -> None:
        text = "\n".join([f"{block.branch}\n", *block.body, ""])
        self.tags.append(Tag(block.branch, self.main[-1], _stamp(block.author, block.at), text))
        if block.option("branch"):
            self.refs[f"refs/heads/{block.option('branch')}"] = self.main[-1]

    def _play_pull_request(self, block: Block) -> None:
        fork = self._fork(block)
        commits = self._branch(block, fork)
        self.commits += commits
        if "branch" in block.words:
            self.refs[f"refs/heads/{block.branch}"] = commits[-1]
        if "squash" in block.words:
            self._squash(block, difference(fork.tree, commits[-1].tree))
        elif "rebase" in block.words:
            self._rebase(block, commits)
        elif "unmerged" not in block.words:
            self._merge(block, fork, commits)
        landed = None if "unmerged" in block.words else self.main[-1]
        self.pull_requests.append(Planned(block, fork, tuple(commits), landed))

    def _fork(self, block: Block) -> Commit:
        """The commit of main from which the branch can start without meeting a conflict later."""
        place = max(place for place, commit in enumerate(self.main) if commit.at <= _begun_at(block))
        if "stale" in block.words:
            return self.main[place]
        touched = {path for commit in self._branch(block, self.main[-1]) for path in commit.changes}
        clashes = [later for later in range(place, len(self.main)) if touched & self.main[later].changes.keys()]
        return self.main[max([place, *clashes])]

    def _branch(self, block: Block, fork: Commit) -> list[Commit]:
        """The commits of a branch from its fork on, none of them in the history yet."""
        count, start = len(block.steps), max(_begun_at(block), fork.at)
        gap = min(_COMMIT_GAP_SECONDS, (block.at - start) // (count + 1))
        commits = [fork]
        for place, step in enumerate(block.steps, 1):
            at = block.at - gap if place == count else start + gap * place
            if "update" in block.words and place == count:
                commits.append(self._update(block, fork, commits[-1], at - gap // 2))
            commits.append(self._commit(step, block, (commits[-1],), at))
        return commits[1:]

    def _commit(self, step: Step, block: Block, parents: tuple[Commit, ...], at: int) -> Commit:
        subject = Subject(folder_of(block.branch), step.target, frozenset(self._wanted[step.target]))
        changes = changes_of(step, subject, parents[0].tree if parents else {}, self._filler)
        # Every fifth commit was amended some minutes after it was written.
        seed = number_of(step.subject)
        author = _stamp(block.author, at - (seed % 1200 if seed % 5 == 0 else 0))
        text = message(step, step.subject, _trailers(block, step))
        return Commit(step.target, _ref(block), parents, changes, text, author, _stamp(block.author, at))

    def _update(self, block: Block, fork: Commit, head: Commit, at: int) -> Commit:
        """Main merged into a branch."""
        newest = [commit for commit in self.main if commit.at <= at][-1]
        text = f"Merge branch 'main' into {block.branch}\n"
        stamp = _stamp(block.author, at)
        return Commit("update", _ref(block), (head, newest), difference(fork.tree, newest.tree), text, stamp, stamp)

    def _merge(self, block: Block, fork: Commit, commits: list[Commit]) -> None:
        base = next((commit.parents[1] for commit in commits if len(commit.parents) > 1), fork)
        changes = difference(base.tree, commits[-1].tree)
        for path in changes.keys() & difference(base.tree, self.main[-1].tree).keys():
            changes[path] = merged_text(path)
        title = f"Merge pull request #{block.number} from {_ORGANISATION}/{block.branch}"
        text = f"{title}\n\n{block.steps[0].subject}\n"
        author, forge = _stamp(reviewer_of(block), block.at), _stamp("forge", block.at)
        self._land(Commit("merge", _MAIN, (self.main[-1], commits[-1]), changes, text, author, forge))

    def _squash(self, block: Block, changes: Changes) -> None:
        first = block.steps[0]
        listed = tuple(f"* {step.subject}" for step in block.steps) if len(block.steps) > 1 else first.body
        text = message(replace(first, body=listed), f"{first.subject} (#{block.number})", _trailers(block, first))
        author, forge = _stamp(block.author, block.at), _stamp("forge", block.at)
        self._land(Commit("squash", _MAIN, tuple(self.main[-1:]), changes, text, author, forge))

    def _rebase(self, block: Block, commits: list[Commit]) -> None:
        for place, commit in enumerate(commits):
            forge = _stamp("forge", block.at + place)
            self._land(replace(commit, ref=_MAIN, parents=tuple(self.main[-1:]), committer=forge))

    def _land(self, commit: Commit) -> None:
        self.commits.append(commit)
        self.main.append(commit)


def difference(before: Tree, after: Tree) -> Changes:
    """What leads from one tree to another."""
    return {path: after.get(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def _stamp(key: str, at: int) -> Stamp:
    return Stamp(**toml("people.toml")["people"][key], at=at)


def _ref(block: Block) -> str:
    return _MAIN if block.number is None else f"refs/pull/{block.number}/head"


def _begun_at(block: Block) -> int:
    opened = block.option("open")
    return moment(opened) if opened else block.at - _COMMIT_GAP_SECONDS * (len(block.steps) + 1)


def _trailers(block: Block, step: Step) -> tuple[str, ...]:
    every = toml("people.toml")["trailers"]
    agents = [word for word in block.words if word in every]
    return tuple(every[agent][number_of(step.subject) % len(every[agent])] for agent in agents)


def reviewer_of(block: Block) -> str:
    """Key of the person who reviewed and merged a pull request."""
    humans = [key for key in toml("people.toml")["people"] if key not in ("bot", "forge", block.author)]
    return humans[block.number % len(humans)]
