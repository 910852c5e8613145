"""How often the origin of a bug is right, and at what cost: python benchmarks/bug_origins.py MIRRORS [--speed NAME...]

MIRRORS holds repositories as `owner+name/repo`. Two sets of fixes whose origin is known, since their message names it: the cases
of RETRO_SAMPLES/bug-origins.json, and others mined here, at most 150 a repository and one an origin. The message is kept from the
rules. PyDriller runs on a throw-away clone, since it writes to the repository's settings; `--speed` names repositories for costs.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bug_origin_cases import Case, cases, commits, landings, mined
from git.exc import GitCommandError
from measure import git, git_dir
from pydriller import Git

from retro.analyses.bug_origins import Fix, Origin, choice, found_origins
from retro.git import open_room

SPEED_FIXES, ROUNDS = 60, 1000
DAY_SECONDS = 86_400
STUMBLES = (GitCommandError, LookupError, OSError, ValueError)
KEPT = "\n## Tried and left out\n"
PUBLISHED = """
| published, 1,115 fixes (Rosa et al., arXiv 2102.03300) | precision | recall | F1 |
| --- | --- | --- | --- |
| every blamed commit (B-SZZ) | .387 | .689 | .496 |
| annotation graph (AG-SZZ) | .454 | .603 | .518 |
| largest commit (L-SZZ) | .517 | .450 | .481 |
| most recent commit (R-SZZ) | .660 | .575 | .614 |
| PyDriller | .387 | .669 | .490 |
"""


@dataclass(frozen=True)
class Answer:
    """What was found for a case: every commit given, and our origin where it is ours."""

    case: Case
    given: frozenset[str]
    origin: Origin | None = None

    @property
    def right(self) -> int:
        """1 when the true origin is among what was given."""
        return int(self.case.origin in self.given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("--speed", nargs="*", default=[])
    given = parser.parse_args()
    told = json.loads((Path(os.environ["RETRO_SAMPLES"]) / "bug-origins.json").read_text("utf-8"))
    pairs = defaultdict(list)
    for case in told:
        pairs[given.mirrors / case["repo"].replace("/", "+") / "repo"].append((case["fix"], case["inducing"][0]))
    first = [case for path, some in pairs.items() if path.is_dir() for case in cases(path, some)]
    known = {sha for case in first for sha in (case.fix.commit_sha, case.origin)}
    second = [case for path in sorted(given.mirrors.glob("*/repo")) for case in cases(path, list(mined(path, known)))]
    sets = {f"{len(first)} given (of {len(told)})": first, f"{len(second)} mined": second}
    answers = {name: ours(some) for name, some in sets.items()}
    paths = [given.mirrors / name / "repo" for name in given.speed]
    write([accuracies(sets, answers), PUBLISHED, tiers(answers), nearness(answers), speeds(paths)], second)


def ours(some: Sequence[Case], least_share: float = choice.LEAST_SHARE) -> list[Answer]:
    """Answers of the rules, the message kept from them."""
    usual, choice.LEAST_SHARE = choice.LEAST_SHARE, least_share
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        for repository in dict.fromkeys(case.repository for case in some):
            own = [case for case in some if case.repository == repository]
            room, found = open_room(repository, Path(folder)), {}
            for part in found_origins(room, [case.fix for case in own], {}, with_messages=False):
                found |= part
            for case in own:
                origin = found[case.fix.commit_sha]
                answers.append(Answer(case, frozenset([origin.commit_sha] if origin.commit_sha else []), origin))
    choice.LEAST_SHARE = usual
    return answers


def theirs(some: Sequence[Case]) -> list[Answer]:
    """PyDriller's answers, every commit that it gives."""
    answers = []
    for repository in dict.fromkeys(case.repository for case in some):
        own = [case for case in some if case.repository == repository]
        with tempfile.TemporaryDirectory() as folder:
            found = pydriller(repository, Path(folder) / "clone", [case.fix.commit_sha for case in own])
        answers += [Answer(case, frozenset(found[case.fix.commit_sha])) for case in own]
    return answers


def pydriller(repository: Path, clone: Path, shas: Sequence[str]) -> dict[str, set[str]]:
    subprocess.run(["git", "clone", "-q", "--shared", "--bare", str(git_dir(repository)), str(clone)], check=True)
    reader, found = Git(str(clone)), {}
    for sha in shas:
        try:
            by_path = reader.get_commits_last_modified_lines(reader.get_commit(sha))
            found[sha] = {origin for origins in by_path.values() for origin in origins}
        except STUMBLES as error:  # counts as no answer
            print(f"PyDriller: {repository} {sha}: {type(error).__name__}", file=sys.stderr)
            found[sha] = set()
    reader.clear()
    return found


def measures(answers: Sequence[Answer]) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    right, given = sum(answer.right for answer in answers), sum(len(answer.given) for answer in answers)
    precision, recall = right / max(given, 1), right / max(len(answers), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def interval(answers: Sequence[Answer]) -> str:
    """95 % interval of F1 by resampling origins: several fixes of one are no independent cases."""
    groups = defaultdict(list)
    for answer in answers:
        groups[answer.case.origin].append(answer)
    names, dice = sorted(groups), random.Random(1)
    scores = sorted(
        measures([answer for name in dice.choices(names, k=len(names)) for answer in groups[name]])[2]
        for _ in range(ROUNDS)
    )
    return f"[{scores[ROUNDS // 40]:.3f}, {scores[-ROUNDS // 40]:.3f}]"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A section with one table."""
    lines = [head, ["---"] * len(head), *rows]
    return f"\n## {title}\n\n" + "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def accuracies(sets: dict[str, list[Case]], answers: dict[str, list[Answer]]) -> str:
    rows = []
    for name, some in sets.items():
        tried = {"these rules": answers[name], "without the quarter of the lines": ours(some, 0)}
        if some and some[0] is next(iter(sets.values()))[0]:
            tried["PyDriller, every commit that it gives"] = theirs(some)
        for rule, found in tried.items():
            silent = sum(not answer.given for answer in found)
            precision, recall, f1 = (f"{value:.3f}" for value in measures(found))
            rows.append((name, rule, precision, recall, f"{f1} {interval(found)}", silent))
    return table("Right origins", ("fixes", "rules", "precision", "recall", "F1, 95 % interval", "no answer"), rows)


def wilson(right: int, count: int) -> str:
    if not count:
        return ""
    share, spread = right / count, 1.96**2 / count
    middle, half = share + spread / 2, 1.96 * ((share * (1 - share) + spread / 4) / count) ** 0.5
    return f"{share:.2f} [{(middle - half) / (1 + spread):.2f}, {(middle + half) / (1 + spread):.2f}]"


def tiers(answers: dict[str, list[Answer]]) -> str:
    rows = []
    for name, some in {**answers, "both": [answer for found in answers.values() for answer in found]}.items():
        for tier in ("high", "medium", "low"):
            own = [answer.right for answer in some if answer.origin and answer.origin.tier == tier]
            rows.append((name, tier, len(own), wilson(sum(own), len(own))))
    return table("Tiers", ("fixes", "tier", "n", "precision, 95 % interval"), rows)


def nearness(answers: dict[str, list[Answer]]) -> str:
    """How near an answer is, right or wrong: by the landing (a pull request's, mostly), in time, and by author."""
    rows = []
    for name, some in answers.items():
        given = [answer for answer in some if answer.given]
        near = [of_answer(answer) for answer in given]
        count = max(len(near), 1)
        counts = [sum(answer.right for answer in given), sum(landed_together(answer) for answer in given)]
        counts += [sum(days <= most for days, *_ in near) for most in (7, 14)]
        shares = [number / count for number in (*counts, sum(same for _, same, *_ in near))]
        medians = [f"{sorted(column)[count // 2]:.0f}" for column in list(zip(*near, strict=True))[2:]]
        rows.append((name, *(f"{share:.2f}" for share in shares), *medians))
    head = (
        "fixes",
        "exact",
        "landed together",
        "within 7 days of the true one",
        "within 14",
        "same author",
        "true days to the fix, median",
        "told",
    )
    return table("How far off", head, rows)


def landed_together(answer: Answer) -> bool:
    """Whether ours is the true one, or came to the default branch by the same merge."""
    (sha,) = answer.given
    landing = landings(answer.case.repository)
    return bool(answer.right) or landing.get(sha, sha) == landing.get(answer.case.origin)


def of_answer(answer: Answer) -> tuple[float, bool, float, float]:
    """Days between the true origin and ours, whether one author wrote both, and days from either to the fix."""
    (sha,) = answer.given
    found, author = commits(answer.case.repository, (sha,))[sha]
    true, true_author = commits(answer.case.repository, (answer.case.origin,))[answer.case.origin]
    days = [(answer.case.fix.committed_at - one.committed_at) / DAY_SECONDS for one in (true, found)]
    return abs(days[0] - days[1]), author == true_author, *days


def speeds(repositories: Sequence[Path]) -> str:
    """Milliseconds of CPU a fix; the first run writes the commit graph, the second finds it."""
    head = (
        "repository",
        "commits",
        "fixes",
        "first run",
        "second run",
        "PyDriller",
        "PyDriller / first",
        "PyDriller / second",
    )
    return table("CPU, ms a fix, with all children", head, [speed(repository) for repository in repositories])


def speed(repository: Path) -> list[object]:
    found = git(repository, "log", "--no-merges", "-i", "--grep=fix", f"-n{SPEED_FIXES}", "--format=%H", "HEAD").split()
    fixes = [fix for fix, _ in commits(repository, tuple(found)).values()]
    with tempfile.TemporaryDirectory() as folder:
        rooms, clone = Path(folder) / "rooms", Path(folder) / "clone"
        runs = [cost(lambda: all_of(repository, rooms, fixes)) for _ in range(2)]
        runs.append(cost(lambda: pydriller(repository, clone, [fix.commit_sha for fix in fixes])))
    each = [f"{1000 * run / len(fixes):.0f}" for run in runs]
    ratios = [f"{runs[2] / run:.1f}" for run in runs[:2]]
    return [repository.parent.name, git(repository, "rev-list", "--count", "HEAD").strip(), len(fixes), *each, *ratios]


def all_of(repository: Path, rooms: Path, fixes: Sequence[Fix]) -> None:
    for _ in found_origins(open_room(repository, rooms), fixes, {}):
        pass


def cost(work: Callable[[], object]) -> float:
    before = cpu()
    work()
    return cpu() - before


def cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def write(sections: Sequence[str], second: Sequence[Case]) -> None:
    """Replaces the results; what was tried and left out is kept."""
    path = Path(__file__).with_suffix(".md")
    kept = path.read_text("utf-8").partition(KEPT)[2] if path.exists() else ""
    counts = Counter(case.repository.parent.name for case in second)
    largest = ", ".join(f"{name} {count}" for name, count in counts.most_common(5))
    intro = (
        "# bug_origins\n\nWhether the commit that `bug_origins` names brought the bug in, by `benchmarks/bug_origins.py`. "
        f"Last run {date.today()}, Python {sys.version.split()[0]}, {os.cpu_count()} cores.\n\n"
        f"Mined cases come from {len(counts)} repositories, most from {largest}. Both sets are noisy, since a message can name "
        "another commit than the culprit or mend a test, and favour recent regressions that somebody noticed: among a team's "
        "own fixes more origins are old, so more are of tier low.\n"
    )
    path.write_text(intro + "".join(sections) + (KEPT + kept if kept else ""), "utf-8")


if __name__ == "__main__":
    main()
