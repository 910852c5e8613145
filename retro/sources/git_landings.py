"""Where heads landed that the default branch does not reach: squashed into one commit, or rebased commit by commit.

A branch's whole change (from where it left the default branch to its head) is looked for among the changes that landed
later. Each step takes what the one before left open:

1. same blobs: a landed commit changed the same files from and to the same contents;
2. same commits: each commit of the branch has a twin on the default branch, one after the other. A twin has the same blobs,
   or the same author and author time and a path in common: that is what a rebase keeps;
3. same or similar lines: a commit that landed within 400 days of the head changed mostly the same lines.

A branch may stand on another one that has landed meanwhile. Its change then begins there: the steps are repeated from the last
commit below the head that has landed already, and one that was found by its lines as a whole is compared once more without
what it stands on. One commit lands one branch; where several could be it, the one that the commit's message names is, else the
better match.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from retro.git import Room
from retro.git.authors import Author, read_authors
from retro.git.diffs import FileSet, file_sets, line_sets
from retro.sources.git_landed import Landed
from retro.sources.git_mainline import Mainline, reach

INSIDE = "inside a merged branch"  # method of a head that came along with another branch
_LEAST_LIKENESS = 0.5
_WHOLE = ("same commits", "same lines", "similar lines")  # they may hold what the branch stands on, and still be found
_MOST_ROUNDS = 3  # as deep as branches may stand on each other


@dataclass(frozen=True)
class Landing:
    """How a head landed (merge, squash, rebase), by which commit (the last of `run`, or a merge above it), found by which
    method, and how alike the changes are (1: equal)."""

    how: str
    sha: str
    run: tuple[str, ...]
    method: str
    likeness: float = 1.0


@dataclass(eq=False, slots=True)
class Branch:
    """A head and the numbers of its pull requests: the landed commit at which it left the default branch, the commit at which
    its change begins (the same, or a later one of its own), its commits since then (oldest first), and how it landed or why
    that is not known; `landed_by` is another pull request that brought the same change."""

    head: str
    numbers: list[int]
    fork: str | None = None
    base: str | None = None
    commits: list[str] = field(default_factory=list)
    landing: Landing | None = None
    reason: str | None = None
    landed_by: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be judged."""
        return self.landing is None and self.reason is None


class Finder:
    """Fills in `landing` of branches whose fork is known; `heads` are others that have landed, with their numbers."""

    def __init__(
        self,
        room: Room,
        mainline: Mainline,
        landed: Landed,
        named: Mapping[str, frozenset[int]],
        heads: Mapping[str, Sequence[int]],
    ) -> None:
        self._room, self._mainline, self._landed, self._named, self._heads = room, mainline, landed, named, heads
        self._changes: dict[str, FileSet] = {}  # whole changes, by head
        self._parts: dict[str, FileSet] = {}  # changes of the branches' own commits
        self._authors: dict[str, Author] = {}
        self._copies: set[str] = set()  # own commits whose very change has landed
        self._landed_heads = set(heads)

    def find(self, branches: Sequence[Branch], changes: Mapping[str, FileSet]) -> None:
        """Judges branches, whose whole changes are given by head; one that is not found stays open."""
        self._changes |= changes
        own = {sha for branch in branches for sha in branch.commits}
        self._authors = read_authors(self._room.path, self._ordered(own))
        self._award([(branch, self._by_blobs(branch)) for branch in _open(branches)])
        left = _open(branches)
        self._read_parts(left)
        self._try_all(left)
        self._read_copies(_open(left))
        for _ in range(_MOST_ROUNDS):
            moved = [branch for branch in _open(left) if self._moves(branch)]
            self._changes |= read_changes(self._room, moved)
            if not self._try_all(moved):
                break
        self._shorten(left)

    def _try_all(self, branches: Sequence[Branch]) -> bool:
        """Takes the branches through all steps; whether any found its landing."""
        found = self._award([(branch, self._by_blobs(branch)) for branch in _open(branches)])
        found += self._award([(branch, self._by_commits(branch)) for branch in _open(branches)])
        return bool(found + self._award(self._by_lines(_open(branches))))

    def _read_parts(self, branches: Sequence[Branch]) -> None:
        wanted = self._ordered({sha for branch in branches for sha in self._plain(branch)})
        self._parts = file_sets(self._room.path, [(sha, None) for sha in wanted])

    def _read_copies(self, branches: Sequence[Branch]) -> None:
        """Finds the own commits with a twin that changed the same blobs or the same lines: no fixup was folded into it."""
        twins = {sha: self._twins(sha) for branch in branches for sha in self._plain(branch)}
        twins = {sha: found for sha, found in twins.items() if found}
        same = {sha for sha in twins if self._landed.with_same_blobs(self._parts[sha])}
        theirs = self._landed.lines({twin for sha in twins.keys() - same for twin in twins[sha]})
        mine = line_sets(self._room.path, [(sha, None) for sha in twins if sha not in same])
        self._copies = same
        self._copies |= {sha for sha, lines in mine.items() if any(theirs.get(twin) == lines for twin in twins[sha])}

    def _moves(self, branch: Branch) -> bool:
        """Moves the base up to the last commit below the head that has landed already; whether there was one."""
        step = self._below(branch, self._landed_heads, self._copies)
        start_at(self._mainline, branch, step)
        return step is not None

    def _below(self, branch: Branch, *ends: Set[str]) -> str | None:
        """The last of its own commits below the head that is among `ends`; merges are not looked behind."""
        commits, own = self._mainline.commits, set(branch.commits)
        step = branch.head
        while step in own and len(commits[step].parents) == 1:
            (step,) = commits[step].parents
            if step in own and any(step in shas for shas in ends):
                return step
        return None

    def _shorten(self, branches: Sequence[Branch]) -> None:
        """Lets landed branches begin at the head of one below them that landed too, where the rest is what the commit holds."""
        landed = {branch: branch.landing for branch in branches if branch.landing and branch.landing.method in _WHOLE}
        below = {branch: step for branch in landed if (step := self._below(branch, self._landed_heads))}
        if not below:
            return
        asked = [(branch.head, step) for branch, step in below.items()]
        changes, mine = file_sets(self._room.path, asked), line_sets(self._room.path, asked)
        theirs = self._landed.lines({landed[branch].run[-1] for branch in below})
        for branch, step in below.items():
            found, head = landed[branch], branch.head
            sha = found.run[-1]
            likeness = mine[head].likeness(theirs[sha]) if head in mine and sha in theirs else 0.0
            if head in changes and sha in self._landed.with_same_blobs(changes[head]):
                self._begin_at(branch, step, "same blobs", 1.0)
            elif found.method == "same commits":
                start_at(self._mainline, branch, step)
            elif likeness >= found.likeness:
                self._begin_at(branch, step, _lines_method(likeness), likeness)

    def _begin_at(self, branch: Branch, step: str, method: str, likeness: float) -> None:
        """Lets a landed branch begin at one of its commits: the rest of it fits the landed commit by `method`."""
        sha = branch.landing.run[-1]
        start_at(self._mainline, branch, step)
        branch.landing = self._lifted(self._landing(branch, sha, method, likeness))

    def _by_blobs(self, branch: Branch) -> Landing | None:
        shas = self._landed.with_same_blobs(self._changes[branch.head])
        return self._landing(branch, self._landed.first_after(branch.head, branch.fork, shas), "same blobs")

    def _by_commits(self, branch: Branch) -> Landing | None:
        run: list[str] = []
        for sha in self._plain(branch):
            if sha in self._parts and not self._parts[sha].paths:
                continue
            twin = self._landed.first_after(sha, branch.fork, self._twins(sha))
            if twin is None or (run and self._mainline.commits[twin].parents != (run[-1],)):
                return None
            run.append(twin)
        if not run or not self._landed.is_later(run[-1], branch.head):
            return None
        return Landing("rebase", run[-1], tuple(run), "same commits")

    def _by_lines(self, branches: Sequence[Branch]) -> list[tuple[Branch, Landing | None]]:
        near = {branch: self._landed.alike(branch.head, branch.fork, self._changes[branch.head]) for branch in branches}
        near = {branch: shas for branch, shas in near.items() if shas}
        mine = line_sets(self._room.path, [(branch.head, branch.base) for branch in near])
        theirs = self._landed.lines({sha for shas in near.values() for sha in shas})
        claims = []
        for branch, shas in near.items():
            if branch.head not in mine:
                branch.reason = "objects of it are missing or damaged"
                continue
            lines = mine[branch.head]
            likeness, sha = max(((lines.likeness(theirs[sha]), sha) for sha in shas if sha in theirs), default=(0, ""))
            if likeness >= _LEAST_LIKENESS:
                claims.append((branch, self._landing(branch, sha, _lines_method(likeness), likeness)))
        return claims

    def _landing(self, branch: Branch, sha: str | None, method: str, likeness: float = 1.0) -> Landing | None:
        """A squash, or, for the one commit of a branch that kept its author and author time, a rebase."""
        if sha is None:
            return None
        plain = self._plain(branch)
        is_copy = len(plain) == 1 and self._authors.get(plain[0]) == self._landed.authors.get(sha)
        return Landing("rebase" if is_copy else "squash", sha, (sha,), method, likeness)

    def _lifted(self, landing: Landing) -> Landing:
        """The same; when the copies were made beside the line and a merge brought just them, it is the merge that counts."""
        mainline, run = self._mainline, landing.run
        above = [] if run[-1] in mainline.line else mainline.merges.get(run[-1], [])
        if above and mainline.commits[run[0]].parents[0] in mainline.line:
            return replace(landing, how="merge", sha=min(above, key=mainline.place))
        return landing

    def _plain(self, branch: Branch) -> list[str]:
        return [sha for sha in branch.commits if len(self._mainline.commits[sha].parents) < 2]

    def _twins(self, sha: str) -> list[str]:
        part = self._parts.get(sha)
        return self._landed.twins(part, self._authors.get(sha)) if part and part.paths else []

    def _award(self, claims: Sequence[tuple[Branch, Landing | None]]) -> int:
        """Gives each landed commit to the best of the branches that claim it; how many found their landing."""
        rivals: dict[str, list[tuple[Branch, Landing]]] = defaultdict(list)
        for branch, landing in claims:
            if landing:
                rivals[landing.run[-1]].append((branch, landing))
        for sha, claiming in rivals.items():
            self._settle(sha, claiming)
        return len(rivals)

    def _settle(self, sha: str, claiming: list[tuple[Branch, Landing]]) -> None:
        named = self._named.get(sha) or frozenset(self._heads.get(sha, ()))
        fitting = [pair for pair in claiming if named.intersection(pair[0].numbers)]
        if named and not fitting:
            winners, top = named, None
        else:
            best, landing = max(fitting or claiming, key=self._rank)
            best.landing, winners, top = self._lifted(landing), best.numbers, best.head
            self._landed_heads.add(best.head)
        self._landed.taken.add(sha)
        for branch, claim in claiming:
            # One that stands on the winner and has more than the commit holds is still looked for by what is its own.
            if branch.is_open and not (claim and claim.likeness < 1 and top in branch.commits):
                branch.landed_by = max(winners)
                branch.reason = f"its change landed by pull request {branch.landed_by}"

    def _rank(self, claim: tuple[Branch, Landing]) -> tuple:
        """The better match, then the author of the landed commit, then the later head, then the later number."""
        branch, landing = claim
        theirs = self._landed.authors.get(landing.run[-1], ("", ""))[0]
        is_author = any(self._authors.get(sha, (None,))[0] == theirs for sha in branch.commits)
        return landing.likeness, is_author, self._mainline.time(branch.head), max(branch.numbers)

    def _ordered(self, shas: set[str]) -> list[str]:
        """The commits as the history has them: neighbours share delta bases."""
        return [sha for sha in self._mainline.commits if sha in shas]


def read_changes(room: Room, branches: Sequence[Branch]) -> dict[str, FileSet]:
    """Whole changes by head; a branch without one, or with missing objects, gets its reason."""
    found = file_sets(room.path, [(branch.head, branch.base) for branch in branches])
    for branch in branches:
        if branch.head not in found:
            branch.reason = "objects of it are missing or damaged"
        elif not found[branch.head].paths:
            branch.reason = "it changes nothing"
    return found


def start_at(mainline: Mainline, branch: Branch, base: str | None) -> None:
    """Lets the change of a branch begin at one of its own commits; any other `base` leaves it as it is."""
    own = set(branch.commits)
    if base in own:
        below, _ = reach(mainline.commits, base, lambda sha: sha not in own, len(own)) or ([], set())
        branch.base = base
        branch.commits = [sha for sha in branch.commits if sha not in set(below)]


def _lines_method(likeness: float) -> str:
    return "same lines" if likeness == 1 else "similar lines"


def _open(branches: Iterable[Branch]) -> list[Branch]:
    return [branch for branch in branches if branch.is_open]
