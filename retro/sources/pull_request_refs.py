"""Which refs hold heads of pull requests; kept apart from the reading, so that finding nothing new costs nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

BRANCH = re.compile(r"^refs/(heads|remotes/origin)/")
_FOLDERS = ("refs/pull/", "refs/merge-requests/")  # the first wins a number
_HEAD = "/head"
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")  # no 007: a forge writes no zeros, and fits into 64 bits


def pull_request_refs(refs: Mapping[str, str]) -> tuple[dict[int, str], Counter[str]]:
    """Names of the refs with heads by number, and why others that look like one are left out, with counts.

    A repository that moved from GitLab to GitHub can have a merge request and a pull request of one number: the pull request
    counts.
    """
    found: dict[int, str] = {}
    reasons: Counter[str] = Counter()
    for folder in _FOLDERS:
        for name in refs:
            if not (name.startswith(folder) and name.endswith(_HEAD)):
                continue
            middle = name[len(folder) : -len(_HEAD)]
            if _NUMBER.fullmatch(middle):
                if found.setdefault(int(middle), name) is not name:
                    reasons["merge requests with the number of a pull request"] += 1
            elif middle and "/" not in middle:
                reasons["pull-request refs without a plain number"] += 1
    return found, reasons


def branch_refs(refs: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Names of the branches (local ones and those of origin) that stand where one of the refs `names` does."""
    heads = {refs[name] for name in names}
    return [name for name, sha in refs.items() if sha in heads and BRANCH.match(name)]


def read_refs(refs: Mapping[str, str]) -> list[str]:
    """Names of all refs that decide what is told of pull requests."""
    names = pull_request_refs(refs)[0].values()
    return sorted({*names, *branch_refs(refs, names)})
