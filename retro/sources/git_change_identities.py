"""Which commits hold the same change -> `change_identities`.

A squash, a rebase and a cherry-pick leave two commits or more for one change; whoever counts commits, lines or cost would count
it twice. Three things link them:

- the patch-id: a rebase and a cherry-pick keep author, author time and (but for line numbers) the patch. Only commits that
  share the first two, and the files, are compared;
- the message: `git cherry-pick -x` leaves the line "(cherry picked from commit 0f0d1e29...)";
- the pull request: the commits of a squashed branch are parts of the commit that landed it.

A commit that reverts another is no copy, and neither is one that applies a change again after a revert: it stands on the first
one. A commit without a change has no copies.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from retro import tables
from retro.git import Room
from retro.git.authors import Author, read_authors, read_picks
from retro.git.diffs import file_sets, patch_ids
from retro.sources.git_mainline import Mainline


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request: the commit that landed it and how (merge, squash, rebase), None for one that did not land, and its
    commits, oldest first."""

    merged_sha: str | None
    merged_how: str | None
    commits: Sequence[str]


@dataclass(frozen=True, slots=True)
class Link:
    """The commit that stands for another one, and why."""

    canonical: str
    relation: str
    method: str


def identities(
    room: Room, repo: str, mainline: Mainline, branches: Sequence[PullRequest], known: Mapping[str, str]
) -> pl.DataFrame:
    """Frame of all commits of the repository that share their change with another one.

    `mainline` holds the commits of the default branch and of releases, `branches` all pull requests, `known` the change ids of an
    earlier run by commit: they are not made again. Commits of a branch need not be in the clone any more. Raises GitError when
    git fails as a whole.
    """
    beside = {sha: None for branch in branches for sha in branch.commits if sha not in mainline.commits}
    authors = read_authors(room.path, [*mainline.commits, *beside])
    copies = _read_copies(room, authors, known)
    links = _part_links(mainline, branches, copies)
    _add_copy_links(mainline, copies, links)
    _add_pick_links(mainline, read_picks(room.path, list(authors)), links, authors)
    return _frame(repo, _resolved(links), copies)


class Copies:
    """Commits of one author and author time, grouped, and which of them hold the same change."""

    def __init__(self, authors: Mapping[str, Author]) -> None:
        self.authors = authors
        self.by_author: dict[Author, list[str]] = defaultdict(list)
        for sha, author in authors.items():
            self.by_author[author].append(sha)
        self.change_ids: dict[str, str] = {}  # patch-id, by commit
        self.digests: dict[str, bytes] = {}  # blobs before and after, of commits whose patch-id was not known

    def candidates(self) -> list[str]:
        """Commits that share author and author time with another one."""
        return [sha for sha, author in self.authors.items() if len(self.by_author[author]) > 1]

    def groups(self) -> dict[tuple, list[str]]:
        """Commits that hold the same change, by what tells so; two at least."""
        found: dict[tuple, list[str]] = defaultdict(list)
        for sha in self.change_ids.keys() | self.digests.keys():
            found[self.authors[sha], self.change_ids.get(sha) or self.digests[sha]].append(sha)
        return {key: shas for key, shas in found.items() if len(shas) > 1}


def _read_copies(room: Room, authors: Mapping[str, Author], known: Mapping[str, str]) -> Copies:
    copies = Copies(authors)
    candidates = copies.candidates()
    unknown = [sha for sha in candidates if sha not in known]
    fresh = {authors[sha] for sha in unknown}
    sets = file_sets(room.path, [(sha, None) for sha in candidates if authors[sha] in fresh])
    # Only changes of the same files can have the same patch, and equal blobs make equal patches: one of them is enough.
    alike = Counter((authors[sha], change.paths) for sha, change in sets.items())
    unknown = [sha for sha in unknown if sha in sets and sets[sha].paths and alike[authors[sha], sets[sha].paths] > 1]
    copies.digests = {sha: sets[sha].digest for sha in unknown}
    first: dict[bytes, str] = {}
    for sha, digest in copies.digests.items():
        first.setdefault(digest, sha)
    made = patch_ids(room.path, list(first.values()))
    found = {sha: made[first[digest]] for sha, digest in copies.digests.items() if first[digest] in made}
    copies.change_ids = {sha: known[sha] for sha in candidates if sha in known} | found
    return copies


def _part_links(mainline: Mainline, branches: Sequence[PullRequest], copies: Copies) -> dict[str, Link]:
    """Links of the commits of merged branches that did not land themselves; of several branches the first to land counts."""
    links: dict[str, Link] = {}
    landed = [branch for branch in branches if branch.merged_sha in mainline.landings]
    for branch in sorted(landed, key=lambda branch: mainline.place(branch.merged_sha)):
        for sha in branch.commits:
            if sha not in mainline.landings and sha not in links:
                links[sha] = _part_link(mainline, branch, sha, copies)
    return links


def _part_link(mainline: Mainline, branch: PullRequest, sha: str, copies: Copies) -> Link:
    """To the squash, or to the commit's own copy on the default branch; a fixup that was folded into others has none."""
    if branch.merged_how != "squash":
        written = copies.by_author.get(copies.authors.get(sha), ())
        landed = [other for other in written if other in mainline.landings]
        twins = [other for other in landed if mainline.place(other) <= mainline.place(branch.merged_sha)]
        change_id = copies.change_ids.get(sha)
        same = [twin for twin in twins if change_id and copies.change_ids.get(twin) == change_id]
        if same:
            return Link(mainline.latest(same), "rebase", "patch-id")
        if twins:
            return Link(mainline.latest(twins), "rebase", "pull request")
    return Link(branch.merged_sha, "squash-part", "pull request")


def _add_copy_links(mainline: Mainline, copies: Copies, links: dict[str, Link]) -> None:
    """Links the copies of each change to the first of them, but for those that apply it anew."""
    for shas in copies.groups().values():
        originals: list[str] = []
        # Of those beside the default branch one that a pull request landed comes first: it leads to what landed.
        for sha in sorted(shas, key=lambda sha: (_rank(mainline, sha)[0], sha not in links, _rank(mainline, sha))):
            first = next((original for original in originals if not _stands_on(mainline, sha, original)), None)
            if first is None:
                originals.append(sha)
            elif sha not in links:
                relation = "cherry-pick" if sha in mainline.commits else "rebase"
                links[sha] = Link(first, relation, "patch-id" if sha in copies.change_ids else "same blobs")


def _add_pick_links(
    mainline: Mainline, picks: Mapping[str, str], links: dict[str, Link], authors: Mapping[str, Author]
) -> None:
    """Links what a message calls picked; a copy that is known by its patch only learns that it was picked."""
    for copy, source in picks.items():
        if source not in authors:
            continue
        first, second = sorted((copy, source), key=lambda sha: _rank(mainline, sha))
        if second in links:
            if links[second].canonical == first and links[second].relation == "rebase":
                links[second] = replace(links[second], relation="cherry-pick")
        elif links.get(first, Link("", "", "")).canonical != second and not _stands_on(mainline, second, first):
            links[second] = Link(first, "cherry-pick", "message")


def _rank(mainline: Mainline, sha: str) -> tuple:
    """Order in which commits stand for a change: as they landed; then releases, by time; then what lies on branches."""
    if sha in mainline.landings:
        return 0, mainline.place(sha), mainline.time(sha), sha
    if sha in mainline.commits:
        return 1, 0, mainline.time(sha), sha
    return 2, 0, 0, sha


def _stands_on(mainline: Mainline, later: str, earlier: str) -> bool:
    """Whether a landed commit is a descendant of another: then it did not copy the change but made it again."""
    if later not in mainline.landings or earlier not in mainline.landings:
        return False
    place, seen, waiting = mainline.place(earlier), {later}, [later]
    while waiting:
        sha = waiting.pop()
        if sha == earlier or (sha in mainline.line and mainline.line[sha] >= place):
            return True  # the line reaches all that landed before
        around = [p for p in mainline.commits[sha].parents if p in mainline.landings and mainline.place(p) >= place]
        waiting += [parent for parent in around if parent not in seen]
        seen.update(around)
    return False


def _resolved(links: Mapping[str, Link]) -> dict[str, Link]:
    """The same links, each to the commit at the end of its chain."""
    ends = {}
    for sha, link in links.items():
        seen = {sha}
        end = link.canonical
        while end in links and end not in seen:
            seen.add(end)
            end = links[end].canonical
        if end != sha:
            ends[sha] = replace(link, canonical=end)
    return ends


def _frame(repo: str, links: Mapping[str, Link], copies: Copies) -> pl.DataFrame:
    by_method = sorted(links.values(), key=lambda link: link.method, reverse=True)  # the first by name stays
    originals = {link.canonical: Link(link.canonical, "original", link.method) for link in by_method}
    rows = tables.empty_rows("change_identities")
    for sha, link in sorted((originals | dict(links)).items()):
        values = (repo, sha, copies.change_ids.get(sha), link.canonical, link.relation, link.method, "inferred")
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("change_identities", rows)
