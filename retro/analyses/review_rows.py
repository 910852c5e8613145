"""Pull requests with their facts and a clone -> rows of `pull_request_scopes`, and of `findings` that review caught."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from retro import tables
from retro.analyses.file_kinds import FileRules, file_kinds
from retro.analyses.review_branches import branch_commits, contents, fork_point, mainline, present
from retro.analyses.review_default_branch import DefaultBranch, Question
from retro.analyses.review_findings import RULE, Caught, Flag, caught, kind_of, later_commits, severity_of
from retro.analyses.review_scope import (
    WINDOW_DAYS,
    BranchCommit,
    concerns,
    declared,
    in_batches,
    line_keys,
    relandings,
    size_of,
    split_at_review,
)
from retro.git import Room
from retro.git.diffs import Comparison, file_sets
from retro.git.line_changes import FileLines, LineReader
from retro.masking import mask

_AT_ONCE = 1_000
_COMPARED_AT_ONCE = 5_000
_DAY = 86_400
_MOST_ANSWERS = 10


@dataclass(frozen=True)
class Pull:
    """A pull request as the warehouse has it; times in seconds since 1970. `digest` stands for all of it and the rules.

    Of one that is not `is_of_sprint`, since it ended before the first, the size is told and nothing that it brought back.
    """

    number: int
    head_sha: str | None
    base_sha: str | None
    merged_sha: str | None
    shas: tuple[str, ...]
    ended_at: int | None
    reviewed_sha: str | None
    reviewed_at: int | None
    landed_before_sha: str | None
    has_threads: bool
    is_of_sprint: bool
    flags: tuple[Flag, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class Branch:
    """A pull request's commits: those up to its first review and those after it. `judged_sha` is compared with `base_sha`."""

    pull: Pull
    status: str
    judged: tuple[BranchCommit, ...] = ()
    answers: tuple[BranchCommit, ...] = ()
    judged_sha: str | None = None
    base_sha: str | None = None

    @cached_property
    def ended_at(self) -> int:
        """When it ended; of an open one when its last commit was made."""
        if self.pull.ended_at is not None:
            return self.pull.ended_at
        return max((commit.committed_at or 0 for commit in (*self.judged, *self.answers)), default=0)


@dataclass(frozen=True)
class _Kinds:
    """Kind and area of paths."""

    kinds: Mapping[str, str]
    areas: Mapping[str, str]


def review_rows(
    room: Room, repo: str, tip: str | None, pulls: Sequence[Pull], rules: FileRules
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Rows of `pull_request_scopes` and `findings`, up to 1,000 pull requests at a time, in the order of their ends.

    `tip` is the commit of the default branch. Raises GitError when git does not run; what is not in the clone costs only the
    pull requests that need it.
    """
    branches = _branches(room, pulls)
    ends = [branch.ended_at for branch in branches if branch.judged and branch.pull.is_of_sprint]
    reader = LineReader(room.path, line_keys)
    landings = mainline(room, tip, min(ends) - WINDOW_DAYS * _DAY) if ends else []
    line = DefaultBranch(reader, landings, _questions(branches))
    for start in range(0, len(branches), _AT_ONCE):
        some = [_based(room, branch, tip) for branch in branches[start : start + _AT_ONCE]]
        yield _scopes(room, reader, repo, some, line, rules), _findings(room, repo, some, rules)


def _questions(branches: Sequence[Branch]) -> list[Question]:
    """What the default branch will be asked, in order."""
    asking = [branch for branch in branches if branch.pull.is_of_sprint]
    return [
        Question(branch.ended_at, branch.pull.merged_sha, {path for commit in branch.judged for path in commit.paths})
        for branch in asking
    ]


def _branches(room: Room, pulls: Sequence[Pull]) -> list[Branch]:
    """Branches with their commits, in the order of their ends."""
    there = present(room, {sha for pull in pulls for sha in pull.shas})
    commits = branch_commits(room, [sha for pull in pulls for sha in pull.shas if sha in there])
    branches = [_branch(pull, there, commits) for pull in pulls]
    return sorted(branches, key=lambda branch: (branch.ended_at, branch.pull.number))


def _branch(pull: Pull, there: set[str], commits: Mapping[str, BranchCommit]) -> Branch:
    if not pull.shas:
        return Branch(pull, "no commits known")
    if pull.shas[-1] not in there:
        return Branch(pull, "commits not in the clone")
    own = [commits[sha] for sha in pull.shas if sha in commits]
    judged, answers = split_at_review(own, pull.reviewed_sha, pull.reviewed_at)
    if pull.reviewed_sha in there and pull.reviewed_sha in pull.shas:
        head = pull.reviewed_sha
    else:
        head = judged[-1].sha if answers else pull.shas[-1]
    return Branch(pull, "read", tuple(judged), tuple(answers), head)


def _based(room: Room, branch: Branch, tip: str | None) -> Branch:
    """The branch with the commit to compare it with: where the judged head and its base, or the default branch, parted."""
    base = branch.pull.base_sha
    if branch.status != "read" or branch.judged_sha is None:
        return branch
    if base is None or branch.judged_sha != branch.pull.head_sha:
        other = base or branch.pull.merged_sha or tip
        base = fork_point(room, branch.judged_sha, other) if other else None
        if base == branch.judged_sha:  # it has landed: what it forked from is no longer told by the default branch
            base = fork_point(room, branch.judged_sha, f"{branch.pull.merged_sha}^") if branch.pull.merged_sha else None
    return replace(branch, base_sha=base) if base else replace(branch, status="unreadable")


def _scopes(
    room: Room, reader: LineReader, repo: str, branches: Sequence[Branch], line: DefaultBranch, rules: FileRules
) -> pl.DataFrame:
    whole = [(branch.judged_sha, branch.base_sha) for branch in branches if branch.status == "read"]
    parts = [(commit.sha, None) for branch in branches if branch.pull.is_of_sprint for commit in branch.judged]
    changes = _changes(room, reader, [*whole, *parts])
    known = _kinds(repo, {path for files in changes.values() for path in files} | _paths(branches), rules)
    rows = tables.empty_rows("pull_request_scopes")
    for branch in branches:
        row = _base_row(repo, branch)
        files = changes.get((branch.judged_sha, branch.base_sha)) if branch.status == "read" else None
        if files is not None:
            row |= _scope_row(branch, files, known)
            row |= _relanding_row(branch, changes, known, line) if branch.pull.is_of_sprint else {}
        for column, values in rows.items():
            values.append(row.get(column))
    return tables.frame("pull_request_scopes", rows)


def _changes(room: Room, reader: LineReader, asked: Sequence[Comparison]) -> dict[Comparison, dict[str, FileLines]]:
    """Changed files of each comparison with their lines; what cannot be read is left out.

    Files that are gone have no lines: they count as one each, and of a branch's lines only added ones are compared.
    """
    found = {}
    for batch in in_batches(list(dict.fromkeys(asked)), _COMPARED_AT_ONCE):
        files = reader.read(batch, of_deleted=False)
        same = file_sets(room.path, [(sha, against) for sha, against in batch if sha not in files])
        files |= {sha: {} for sha, sets in same.items() if not sets.paths}
        found |= {(sha, against): files[sha] for sha, against in batch if sha in files}
    return found


def _base_row(repo: str, branch: Branch) -> dict[str, object]:
    pull, own = branch.pull, (*branch.judged, *branch.answers)
    judged = sum(later_commits(flag, own) is not None for flag in pull.flags) if own else 0
    return {
        "repo": repo,
        "pr_number": pull.number,
        "flag_count": len(pull.flags) if pull.has_threads else None,
        "judged_flag_count": judged if pull.has_threads else None,
        "status": "unreadable" if branch.status == "read" else branch.status,
        "evidence": "inferred",
        "rules_digest": pull.digest,
    }


def _relanding_row(
    branch: Branch, changes: Mapping[Comparison, Mapping[str, FileLines]], known: _Kinds, line: DefaultBranch
) -> dict[str, object]:
    parts = [changes[commit.sha, None] for commit in branch.judged if (commit.sha, None) in changes]
    landed = line.until(branch.ended_at, branch.pull.merged_sha)
    back, twice = relandings(parts, known.kinds, landed, branch.ended_at)
    return {
        "readded_lines": back.line_count,
        "readded_sha": back.sha,
        "readded_path": back.path,
        "repeated_lines": twice.line_count,
        "repeated_sha": twice.sha,
    }


def _scope_row(branch: Branch, files: Mapping[str, FileLines], known: _Kinds) -> dict[str, object]:
    size = size_of(files, known.kinds)
    types, scopes = declared(branch.judged)
    return {
        "judged_sha": branch.judged_sha,
        "base_sha": branch.base_sha,
        "concerns": concerns(branch.judged, known.kinds),
        "commit_types": types,
        "commit_scopes": [mask(scope)[0] for scope in scopes],
        "file_kinds": sorted({known.kinds[path] for path in files}),
        "areas": sorted({known.areas[path] for path in files}),
        "judged_commit_count": len(branch.judged),
        "answer_commit_count": len(branch.answers),
        "answer_subjects": [mask(commit.subject)[0] for commit in branch.answers[:_MOST_ANSWERS]],
        "code_lines": size.code,
        "test_lines": size.test,
        "other_lines": size.other,
        "left_out_lines": size.left_out,
        "changed_file_count": size.file_count,
        "landed_before_sha": branch.pull.landed_before_sha,
        "status": "read",
    }


def _findings(room: Room, repo: str, branches: Sequence[Branch], rules: FileRules) -> pl.DataFrame:
    flagged = [
        (branch.pull, flag, later)
        for branch in branches
        for flag in branch.pull.flags
        if (later := later_commits(flag, (*branch.judged, *branch.answers)))
    ]
    wanted = {(commit.sha, flag.path) for _, flag, later in flagged for commit in later}
    wanted |= {(flag.commit_sha, flag.path) for _, flag, _ in flagged if flag.commit_sha}
    there = present(room, {sha for sha, _ in wanted})
    texts = contents(room, {pair for pair in wanted if pair[0] in there})
    known = _kinds(repo, {flag.path for _, flag, _ in flagged}, rules)
    rows = tables.empty_rows("findings")
    for pull, flag, later in flagged:
        if (found := caught(flag, later, texts)) is not None:
            row = _finding_row(repo, pull, found, known.kinds[flag.path])
            for column, values in rows.items():
                values.append(row.get(column))
    return tables.frame("findings", rows)


def _finding_row(repo: str, pull: Pull, found: Caught, file_kind: str) -> dict[str, object]:
    flag, commit = found.flag, found.commit
    kind, told_by = kind_of(flag, file_kind)
    near = "a later commit changed the line" if found.method == "line" else "a later commit changed the file"
    return {
        "rule": RULE,
        "repo": repo,
        "finding_key": flag.key,
        "kind": kind,
        "commit_sha": flag.commit_sha,
        "pr_number": pull.number,
        "path": flag.path,
        "line": flag.line,
        "detail": f"{told_by}; {near}",
        "severity": severity_of(kind),
        "finder_kind": flag.finder_kind,
        "finder_agent": flag.finder_agent,
        "evidence": "inferred",
        "method": found.method,
        "found_at": None if flag.created_at is None else flag.created_at * 1_000_000,
        "resolved_sha": commit.sha,
        "resolved_at": None if commit.committed_at is None else commit.committed_at * 1_000_000,
        "rules_digest": pull.digest,
    }


def _paths(branches: Sequence[Branch]) -> set[str]:
    return {path for branch in branches for commit in branch.judged for path in commit.paths}


def _kinds(repo: str, paths: set[str], rules: FileRules) -> _Kinds:
    frame = file_kinds(repo, sorted(paths), rules)
    return _Kinds(*(dict(zip(frame["path"], frame[column], strict=True)) for column in ("kind", "area")))
