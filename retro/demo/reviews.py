"""The demo's pull requests as GitHub's GraphQL API answers: who reviewed what, what was asked, and what became of it.

Times follow the plan: a pull request is opened as a draft with its first commit, ready with the last one that review did not
ask for, and merged when the plan says. Six steps of the plan were done because review asked: each answers a comment on the
line that it changes. Number 101 was rejected in words, and approved after both points were gone.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from difflib import SequenceMatcher

from retro.demo.content import number_of
from retro.demo.history import Commit, Planned, difference, reviewer_of
from retro.demo.story import Step, toml

REPOSITORY = "harbor-labs/platform"
_ASSISTANT = {"__typename": "Bot", "login": "coderabbitai"}
_REJECTED = 101
_REJECTION = (
    "The judge has a duplicate import of json, and the page on it still holds placeholder text. Both have to go."
)
_DECLINED = {90: "The palette of #64 already opens by touch; two of them would drift apart."}
_OPEN = frozenset({158})
_UNREVIEWED = frozenset({34, 85, 118, 123, 139})
_SELF_MERGED = frozenset({42, 76, 84, 118, 152})
# What was asked for, by the mark of the step that answered; the assistant saw two of the six.
_ASKED = {
    "cast": "These arrive as text: they need an explicit cast to a number, or the sum is wrong.",
    "race": "Two calls can both pass this check before either takes the lease: a race.",
    "duplicate-import": "json is imported twice; drop this duplicate import.",
    "missing-key": "An unknown entry ends in a 500 here. Answer 404 instead.",
    "stale-reference": "This still calls the reader by its old name: a stale reference, it will fail at the first call.",
}
_SEEN_BY_ASSISTANT = frozenset({78, 79})
_QUESTIONS = ("How large does this get in the morning peak?", "Who else calls this today?", "Why this default?")
_REMARKS = ("Consider a shorter name here, for readability.", "Nit: the constant could be private.")
_MINUTE = 60


def pull_request_dumps(planned: list[Planned], id_of: Callable[[Commit], str]) -> dict[str, str]:
    """Files by name: the answer of the API for each sprint."""
    nodes: dict[str, list[dict]] = {"sprint-1.json": [], "sprint-2.json": []}
    for one in sorted(planned, key=lambda each: each.block.number):
        nodes["sprint-1.json" if one.block.number < 58 else "sprint-2.json"].append(_Conversation(one, id_of).node())
    return {name: json.dumps(_answer(found), indent=1, ensure_ascii=False) + "\n" for name, found in nodes.items()}


def _answer(nodes: list[dict]) -> dict:
    page = {"totalCount": len(nodes), "pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": nodes}
    return {"data": {"repository": {"nameWithOwner": REPOSITORY, "pullRequests": page}}}


class _Conversation:
    """One pull request and what was said about it."""

    def __init__(self, planned: Planned, id_of: Callable[[Commit], str]) -> None:
        self._block, self._commits, self._landed = planned.block, planned.commits, planned.landed
        self._base, self._id_of = planned.base, id_of
        self._number = planned.block.number
        self._seed = number_of(planned.block.branch)
        self._reviewer = _person(reviewer_of(planned.block))
        asked = [place for place, step in enumerate(planned.block.steps) if _is_answer(step, self._number)]
        # The last commit before an answer; a merge of main into the branch stands between others, never before one.
        self._reviewed = self._commits[asked[0] - 1] if asked else self._commits[-1]
        self._answers = [(planned.block.steps[place], self._commits[place]) for place in asked]
        self._ready_at = self._reviewed.at + (2 + self._seed % 3) * _MINUTE
        self._opened_at = min(self._commits[0].at + (1 + self._seed % 4) * _MINUTE, self._ready_at)

    def node(self) -> dict:
        """The pull request as the API answers."""
        block, head = self._block, self._commits[-1]
        changes = difference(self._base.tree, head.tree)
        state = "MERGED" if self._landed else "OPEN" if self._number in _OPEN else "CLOSED"
        reviews, threads = [*self._reviews()], [*self._threads()]
        return {
            "__typename": "PullRequest",
            "number": self._number,
            "url": f"https://github.com/{REPOSITORY}/pull/{self._number}",
            "title": block.steps[0].subject,
            "state": state,
            "isDraft": False,
            "author": _person(block.author),
            "createdAt": _text(self._opened_at),
            "updatedAt": _text(block.at),
            "mergedAt": _text(block.at) if self._landed else None,
            "closedAt": None if state == "OPEN" else _text(block.at),
            "mergedBy": self._merger() if self._landed else None,
            "mergeCommit": {"oid": self._id_of(self._landed)} if self._landed else None,
            "baseRefName": "main",
            "headRefName": block.branch,
            "headRefOid": self._id_of(head),
            "isCrossRepository": False,
            "additions": sum(_line_count(head.tree.get(path)) for path in changes if path not in self._base.tree),
            "deletions": sum(_line_count(self._base.tree.get(path)) for path, text in changes.items() if text is None),
            "changedFiles": len(changes),
            "commits": _listing([{"commit": {"oid": self._id_of(commit)}} for commit in self._commits]),
            "reviews": _listing(reviews),
            "reviewThreads": _listing(threads),
            "comments": _listing([]),
            "timelineItems": _listing([*self._events()]),
        }

    def _merger(self) -> dict:
        return _person(self._block.author) if self._number in _SELF_MERGED else self._reviewer

    def _events(self) -> Iterator[dict]:
        if self._ready_at > self._opened_at:
            yield {
                "__typename": "ReadyForReviewEvent",
                "id": f"RE_{self._number}",
                "createdAt": _text(self._ready_at),
                "actor": _person(self._block.author),
            }

    def _reviews(self) -> Iterator[dict]:
        if self._number in _UNREVIEWED:
            return
        if self._has_assistant():
            yield self._review(1, _ASSISTANT, "COMMENTED", (self._reviewed, self._ready_at + 3 * _MINUTE))
        first = self._first_look_at()
        if self._number == _REJECTED:
            yield self._review(2, self._reviewer, "CHANGES_REQUESTED", (self._reviewed, first), _REJECTION)
        elif self._answers and self._number not in _SEEN_BY_ASSISTANT:
            yield self._review(2, self._reviewer, "COMMENTED", (self._reviewed, first))
        if self._number in _DECLINED:
            yield self._review(3, self._reviewer, "CHANGES_REQUESTED", (self._reviewed, first), _DECLINED[self._number])
        elif self._landed:
            last = self._commits[-1]
            at = (last.at + 2 * self._block.at) // 3 if self._answers else first
            yield self._review(3, self._reviewer, "APPROVED", (last, at))

    def _review(self, place: int, author: dict, state: str, seen: tuple[Commit, int], body: str = "") -> dict:
        """A review; `seen` is the commit that was looked at, and when."""
        commit, at = seen
        return {
            "fullDatabaseId": str(self._number * 100 + place),
            "state": state,
            "body": body,
            "author": author,
            "submittedAt": _text(at),
            "commit": {"oid": self._id_of(commit)},
        }

    def _threads(self) -> Iterator[dict]:
        for step, commit in self._answers:
            if self._number != _REJECTED:
                by_assistant = self._number in _SEEN_BY_ASSISTANT
                author = _ASSISTANT if by_assistant else self._reviewer
                at = self._ready_at + 3 * _MINUTE if by_assistant else self._first_look_at()
                path, line = _changed_line(commit)
                yield self._thread(1, (author, at), (path, line), _ASKED[step.marks[0]], is_resolved=True)
        if not self._answers and self._number not in _UNREVIEWED:
            yield from self._other_threads()

    def _other_threads(self) -> Iterator[dict]:
        """Questions and remarks that led to no change."""
        paths = sorted(path for path, text in self._commits[0].changes.items() if isinstance(text, str))
        if self._seed % 5 == 1 and self._landed and self._block.author != "bot":
            text = _QUESTIONS[self._seed % len(_QUESTIONS)]
            yield self._thread(2, (self._reviewer, self._first_look_at()), (paths[0], 3), text, self._seed % 2 == 0)
        if self._has_assistant() and self._seed % 2:
            text = _REMARKS[self._seed % len(_REMARKS)]
            yield self._thread(3, (_ASSISTANT, self._ready_at + 3 * _MINUTE), (paths[-1], 5), text, self._seed % 3 == 0)

    def _thread(self, place: int, said: tuple[dict, int], where: tuple[str, int], text: str, is_resolved: bool) -> dict:
        author, at = said
        comment = {
            "fullDatabaseId": str(self._number * 1000 + place),
            "body": text,
            "author": author,
            "createdAt": _text(at),
            "path": where[0],
            "originalLine": where[1],
            "originalCommit": {"oid": self._id_of(self._reviewed)},
        }
        return {
            "path": where[0],
            "originalLine": where[1],
            "isResolved": is_resolved,
            "isOutdated": bool(self._answers),
            "comments": _listing([comment]),
        }

    def _has_assistant(self) -> bool:
        if self._block.author == "bot" or self._number in _UNREVIEWED:
            return False
        return self._number in _SEEN_BY_ASSISTANT or (self._number % 3 == 0 and not self._answers)

    def _first_look_at(self) -> int:
        """When a person looked first: at once at a bumped version, else after a part of the time that there is."""
        if self._block.author == "bot":
            return self._ready_at + 50 + self._seed % 50
        end = self._answers[0][1].at if self._answers else self._block.at
        if self._number == _REJECTED:
            return self._ready_at + 3 * 60 * _MINUTE
        return self._ready_at + (end - self._ready_at) * (30 + self._seed % 55) // 100


def _is_answer(step: Step, number: int | None) -> bool:
    return step.subject.endswith("as review asked") or (number == _REJECTED and len(step.marks) > 1)


def _changed_line(commit: Commit) -> tuple[str, int]:
    """Path and line, as the commit's parent has it, of the first thing that a commit takes out or changes."""
    path = next(path for path in sorted(commit.changes) if path in commit.parents[0].tree)
    before, after = (text.splitlines() for text in (commit.parents[0].tree[path], commit.changes[path]))
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return path, next(low + 1 for tag, low, _, _, _ in steps if tag != "equal")


def _person(key: str) -> dict:
    if key == "bot":
        return {"__typename": "Bot", "login": "dependabot"}
    name = toml("people.toml")["people"][key]["email"].partition("@")[0]
    return {"__typename": "User", "login": name.replace(".", "-")}


def _listing(nodes: list[dict]) -> dict:
    return {"totalCount": len(nodes), "pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": nodes}


def _line_count(text: object) -> int:
    return len(text.splitlines()) if isinstance(text, str) else 0


def _text(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
