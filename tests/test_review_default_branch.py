"""What the default branch did of late: reading only the files that a question can turn on changes no answer."""

import random
from collections.abc import Callable, Sequence

import pytest

from retro.analyses.review_branches import Landing
from retro.analyses.review_default_branch import DefaultBranch, Question
from retro.analyses.review_scope import relandings
from retro.git.diffs import Comparison
from retro.git.line_changes import FileLines

DAY = 86_400
PATHS = ["a.py", "b.py", "c.py"]
KINDS = dict.fromkeys(PATHS, "code")
Files = dict[str, FileLines]


class Reader:
    """Stands for the one of git: files by commit; `is_whole` gives those too that nobody wants."""

    def __init__(self, files: dict[str, Files], is_whole: bool) -> None:
        self._files, self._is_whole = files, is_whole
        self.given = 0

    def read(self, asked: Sequence[Comparison], wants: Callable[[str, str], bool]) -> dict[str, Files]:
        found = {
            sha: {path: lines for path, lines in self._files[sha].items() if self._is_whole or wants(sha, path)}
            for sha, _ in asked
        }
        self.given += sum(map(len, found.values()))
        return found


def some_lines(chance: random.Random) -> FileLines:
    removed, added = (chance.choices(range(9), k=chance.randrange(4)) for _ in range(2))
    return FileLines(removed, added, False)


def some_files(chance: random.Random) -> Files:
    return {path: some_lines(chance) for path in chance.sample(PATHS, chance.randrange(1, 3))}


def answers(files: dict[str, Files], landings: list[Landing], asked: list[tuple[Question, Files]], is_whole: bool):
    """What comes back and what is twice, for each question, and how many files were read for it."""
    reader = Reader(files, is_whole)
    line = DefaultBranch(reader, landings, [question for question, _ in asked])
    found = [
        relandings([branch], KINDS, line.until(question.at, question.own), question.at) for question, branch in asked
    ]
    return found, reader.given


@pytest.mark.parametrize("seed", range(60))
def test_answers_are_those_of_a_full_reading(seed: int) -> None:
    chance = random.Random(seed)
    times = sorted(chance.randrange(1, 400 * DAY) for _ in range(60))
    landings = [Landing(f"{place:040}", None, at) for place, at in enumerate(times)]
    files = {landing.sha: some_files(chance) for landing in landings}
    asked = []
    for at in sorted(chance.randrange(1, 450 * DAY) for _ in range(25)):
        own = chance.choice([None, *(landing.sha for landing in landings if landing.at < at + 5 * DAY)])
        branch = some_files(chance)
        asked.append((Question(at, own, set(branch)), branch))
    some, given = answers(files, landings, asked, is_whole=False)
    whole, all_given = answers(files, landings, asked, is_whole=True)
    assert some == whole
    assert any(back.line_count or twice.line_count for back, twice in whole)
    assert given < all_given
