"""Commits of the default branch, found by what they changed and by who wrote them when."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from retro.git import Room
from retro.git.authors import Author, read_authors
from retro.git.diffs import FileSet, LineSet, file_sets, line_sets
from retro.sources.git_mainline import Mainline

_SKEW_SECONDS = 3600  # the clocks of two machines may differ by so much
_WINDOW_SECONDS = 400 * 86400
_LEAST_SHARED = 0.5  # of the paths of either side
_MOST_CANDIDATES = 20


class Landed:
    """Changes of the commits `shas`, which the default branch reaches; merges and cut commits among them are left aside."""

    def __init__(self, room: Room, mainline: Mainline, shas: Iterable[str]) -> None:
        cut = room.place.shallow
        plain = [sha for sha in shas if len(mainline.commits[sha].parents) < 2 and sha not in cut]
        self._room, self._mainline = room, mainline
        self._sets = file_sets(room.path, [(sha, None) for sha in plain])
        self._by_digest: dict[bytes, list[str]] = defaultdict(list)
        self._by_path: dict[bytes, list[tuple[int, str]]] = defaultdict(list)
        self._by_author: dict[Author, list[str]] = defaultdict(list)
        self._lines: dict[str, LineSet] = {}
        self.authors = read_authors(room.path, list(self._sets))
        self.taken: set[str] = set()  # commits that landed a branch already
        for sha, change in self._sets.items():
            if change.paths:
                self._by_digest[change.digest].append(sha)
                for path in change.paths:
                    self._by_path[path].append((mainline.time(sha), sha))
                self._by_author[self.authors[sha]].append(sha)
        for entries in self._by_path.values():
            entries.sort()

    def with_same_blobs(self, change: FileSet) -> list[str]:
        """Commits that changed the same files from and to the same contents."""
        return self._by_digest.get(change.digest, [])

    def twins(self, change: FileSet, author: Author | None) -> list[str]:
        """Commits that can be a rebased copy of a change: the same blobs; else author and author time, and a path in common."""
        if same := self.with_same_blobs(change):
            return same
        written = self._by_author.get(author, ()) if author else ()
        return [sha for sha in written if not set(change.paths).isdisjoint(self._sets[sha].paths)]

    def first_after(self, own: str, fork: str, shas: Iterable[str]) -> str | None:
        """The first of `shas` to land after the branch left at `fork`, and, if there is one, after `own` was committed."""
        free = [sha for sha in shas if sha not in self.taken and self._mainline.is_after(sha, fork)]
        return min(free, key=lambda sha: (not self.is_later(sha, own), self._mainline.place(sha), sha), default=None)

    def is_later(self, landed: str, own: str) -> bool:
        """Whether a commit landed after another one was committed, clocks of two machines considered."""
        return self._mainline.time(landed) >= self._mainline.time(own) - _SKEW_SECONDS

    def alike(self, head: str, fork: str, change: FileSet) -> list[str]:
        """Commits that landed soon after the head was committed and share half of the paths, the nearest in time."""
        since = self._mainline.time(head) - _SKEW_SECONDS
        shared: Counter[tuple[int, str]] = Counter()
        for path in change.paths:
            entries = self._by_path.get(path, [])
            first, last = bisect_left(entries, (since, "")), bisect_left(entries, (since + _WINDOW_SECONDS, ""))
            shared.update(entries[first:last])
        near = sorted(
            entry
            for entry, count in shared.items()
            if count >= _LEAST_SHARED * max(len(change.paths), len(self._sets[entry[1]].paths))
        )
        free = [sha for _, sha in near if sha not in self.taken and self._mainline.is_after(sha, fork)]
        return free[:_MOST_CANDIDATES]

    def lines(self, shas: Collection[str]) -> dict[str, LineSet]:
        """Lines that each commit changed; those that cannot be read are left out."""
        unread = [(sha, None) for sha in self._sets if sha in shas and sha not in self._lines]
        self._lines |= line_sets(self._room.path, unread)
        return self._lines
