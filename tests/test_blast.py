"""retro blast: how far a commit, a range, a pull request, a theme, a sprint or a branch reached."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from command_line import retro
from repositories import History, Repository, git, project

from retro.errors import UsageError, WarehouseError
from retro.pipeline.mining import mine
from retro.pipeline.reach import reach

AREAS = """
[areas.app]
"Tests" = ["tests/**"]
"Backend" = ["src/**"]
"Docs" = ["docs/**"]

[[themes]]
name = "Payments"
words = ["payment"]
"""
TITLES = ["Reach", "Areas", "Kinds", "Languages", "Repositories", "Files", "Usually together"]


def history() -> History:
    """Two landed commits, a pull request merged as a merge, and a branch that is not merged."""
    made = History()
    made.commit("feat: start", {"src/a.py": "a\n", "src/b.py": "b\n", "uv.lock": "1\n" * 9})
    base = made.commit("feat: take a payment", {"src/a.py": "a\na\n"})
    made.commit("work", {"src/c.py": "c\n", "tests/test_c.py": "c\n"}, branch="topic", parents=[base])
    head = made.commit("more", {"docs/c.md": "c\n", "src/c.py": "c\nd\n"}, branch="topic")
    made.commit("Merge pull request #7 from acme/topic\n\nAdd c", {}, parents=[base, head])
    made.commit("wip", {"src/new.py": "n\n" * 5, "docs/new.md": "n\n", "uv.lock": "2\n"}, branch="open", parents=[base])
    made.tag("v1", base)
    return made


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return history().write(tmp_path_factory.mktemp("source") / "app")


@pytest.fixture(scope="module")
def root(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = project(tmp_path_factory.mktemp("project"), repository, more=AREAS)
    mine(made)
    return made


def totals(root: Path, target: str, *names: str) -> tuple:
    (row,) = reach(root, target)["Reach"].to_dicts()
    return tuple(row[name] for name in names)


SIZES = ("commit_count", "file_count", "own_file_count", "own_added_lines", "own_deleted_lines", "effective_areas")


@pytest.mark.parametrize(
    ("target", "sizes"),
    [
        ("v1", (1, 1, 1, 1, 0, 1.0)),
        ("v1~1", (1, 3, 2, 2, 0, 1.0)),
        ("#7", (2, 3, 3, 4, 0, 3.0)),
        ("!7", (2, 3, 3, 4, 0, 3.0)),
        ("main", (2, 3, 3, 4, 0, 3.0)),
        ("main^2", (1, 2, 2, 2, 0, 2.0)),
        ("v1..main", (2, 3, 3, 4, 0, 3.0)),
        ("v1~1..v1", (1, 1, 1, 1, 0, 1.0)),
        ("open", (1, 3, 2, 6, 0, 2.0)),
        ("main..open", (1, 3, 2, 6, 0, 2.0)),
        ("theme:payments", (1, 1, 1, 1, 0, 1.0)),
        ("sprint:1", (4, 6, 5, 7, 0, 2.586409)),
    ],
)
def test_target_reaches_so_far(root: Path, target: str, sizes: tuple) -> None:
    assert totals(root, target, *SIZES) == sizes


def test_id_and_its_first_letters_mean_the_same_commit(root: Path, repository: Repository) -> None:
    sha = repository.shas[2]
    whole, short, shouted = (reach(root, name)["Reach"].to_dicts() for name in (sha, sha[:10], sha[:10].upper()))
    assert whole == short == shouted


def test_sections_tell_areas_kinds_languages_repositories_and_files(root: Path) -> None:
    sections = reach(root, "#7")
    assert list(sections) == TITLES
    third = 1 / 3
    assert sections["Areas"].rows() == [
        ("app", "Backend", 1, third, 1, 2, 0),
        ("app", "Docs", 1, third, 1, 1, 0),
        ("app", "Tests", 1, third, 1, 1, 0),
    ]
    assert sections["Kinds"].rows() == [
        ("code", 1, third, 1, 2, 0),
        ("documentation", 1, third, 1, 1, 0),
        ("test", 1, third, 1, 1, 0),
    ]
    assert sections["Repositories"].rows() == [("app", 3, 1.0, 3, 4, 0)]
    assert sections["Files"].rows() == [
        ("app", "src/c.py", "Backend", "code", "Python", True, "AM", 2, 2, 0),
        ("app", "docs/c.md", "Docs", "documentation", "Markdown", True, "A", 1, 1, 0),
        ("app", "tests/test_c.py", "Tests", "test", "Python", True, "A", 1, 1, 0),
    ]


def test_branch_that_is_not_merged_is_judged_by_the_same_rules(root: Path) -> None:
    assert reach(root, "open")["Files"].rows() == [
        ("app", "src/new.py", "Backend", "code", "Python", True, "A", 1, 5, 0),
        ("app", "docs/new.md", "Docs", "documentation", "Markdown", True, "A", 1, 1, 0),
        ("app", "uv.lock", "other", "lock", None, False, "M", 1, 1, 9),
    ]
    names = ("people_count", "created_file_count", "function_count", "has_tests_along")
    assert totals(root, "open", *names) == (0, 2, None, False)


def test_pull_request_and_view_tell_the_same(root: Path) -> None:
    names = ("own_file_count", "effective_areas", "people_count", "created_file_count", "earlier_change_count")
    columns = ", ".join(names)
    answer = retro("sql", f"select {columns} from change_reach where change_key = '#7'", "-C", root, "-f", "json")
    (row,) = json.loads(answer.out)
    assert totals(root, "#7", *names) == tuple(row[name] for name in names)


WRONG = {
    "empty": ("", "nothing is asked for; name a commit, tag or branch"),
    "blank": ("  ", "nothing is asked for"),
    "unknown": ("mian", "'mian' is no revision in app; branches and tags there: main, open, topic, v1; did you mean main?"),
    "too many steps back": ("main~99", "'main~99' is no revision in app"),
    "unknown id": ("deadbeef00", "'deadbeef00' is no revision in app"),
    "an option": ("--upload-pack=x", "'--upload-pack=x' is no revision in app"),
    "a reflog entry": ("main@{1}", "'main@{1}' is no revision in app"),
    "a path": ("main:src/a.py", "'main:src/a.py' is no revision in app"),
    "a search": (":/start", "':/start' is no revision in app"),
    "a line break": ("main\nopen", r"'main\nopen' is no revision in app"),
    "very long": ("a" * 10_000, "is no revision in app"),
    "three dots": ("v1...main", "'v1...main': three dots mean two things; write A..B"),
    "no end": ("v1..", "'v1..': a range has two ends: A..B"),
    "no start": ("..v1", "'..v1': a range has two ends: A..B"),
    "many ends": ("v1..main..open", "'v1..main..open': a range has two ends: A..B"),
    "backwards": ("main..v1", "'main..v1' runs backwards: v1 lies behind main; write v1..main"),
    "empty range": ("v1..v1", "'v1..v1' is empty: v1 has no commit, merges apart, that v1 has not"),
    "unknown end": ("v1..nothing", "'v1..nothing' is no revision in app"),
    "unknown number": ("#8", "no pull request #8 in app; 1 is known, from #7 to #7"),
    "number too large": ("#99999999999999999999999", "no pull request #99999999999999999999999 in app"),
    "unknown theme": ("theme:Payment", "no theme 'Payment'; did you mean Payments? (known: "),
    "no theme": ("theme:", "no theme '' (known: "),
    "unknown sprint": ("sprint:9", "no sprint '9' (the newest: 1)"),
}  # fmt: skip


@pytest.mark.parametrize(("target", "told"), WRONG.values(), ids=WRONG.keys())
def test_target_that_means_nothing_is_told_with_what_there_is(root: Path, target: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        reach(root, target)
    assert told in str(caught.value)


def test_unknown_repository_is_told_with_those_that_there_are(root: Path) -> None:
    with pytest.raises(UsageError) as caught:
        reach(root, "main", "ap")
    assert str(caught.value) == "no repository 'ap'; did you mean app? (known: app)"


def test_letters_that_fit_several_commits_ask_for_more(tmp_path: Path) -> None:
    made = History()
    for number in range(700):
        made.commit(f"step {number}", {"a.txt": f"{number}\n"})
    source = made.write(tmp_path / "many")
    shas = sorted(source.shas.values())
    first, second = next(pair for pair in pairwise(shas) if pair[0][:4] == pair[1][:4])
    root = project(tmp_path / "project", source)
    mine(root)
    with pytest.raises(UsageError) as caught:
        reach(root, first[:4])
    assert f"'{first[:4]}' fits several commits: " in str(caught.value)
    assert first in str(caught.value) and second in str(caught.value)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of two repositories with a branch and a pull request of the same name each."""
    folder = tmp_path_factory.mktemp("two")
    repositories = []
    for name, text in (("api", "a\n"), ("web", "b\n")):
        made = History()
        made.commit("feat: start", {f"{name}.py": text})
        made.commit("feat: pay PAY-12 (#3)", {f"{name}.py": text * 2, "README.md": text})
        repositories.append(made.write(folder / name))
    root = project(folder / "project", *repositories)
    mine(root)
    return root


@pytest.mark.parametrize("target", ["main", "main~1..main", "#3"])
def test_target_of_several_repositories_asks_for_one(two: Path, target: str) -> None:
    with pytest.raises(UsageError) as caught:
        reach(two, target)
    assert (
        str(caught.value)
        == f"{target if target[0] == '#' else repr(target)} is there in several repositories: api, web; choose one with --repo"
    )
    assert reach(two, target, "web")["Repositories"].rows() == [("web", 2, 1.0, 2, 2, 0)]


def test_sprint_spans_repositories_and_a_ticket_joins_them(two: Path) -> None:
    assert reach(two, "sprint:1")["Repositories"].rows() == [("api", 2, 0.5, 2, 3, 0), ("web", 2, 0.5, 2, 3, 0)]
    answer = retro("query", "sprint_change_sets", "-s", "1", "-C", two, "-f", "json")
    (row,) = json.loads(answer.out)
    told = {name: row[name] for name in ("repos", "changes", "links", "own_file_count", "areas")}
    assert told == {
        "repos": ["api", "web"],
        "changes": ["api #3", "web #3"],
        "links": ["ticket PAY-12"],
        "own_file_count": 4,
        "areas": ["api /", "web /"],
    }


def test_repository_that_is_gone_leaves_the_answers_of_the_warehouse(tmp_path: Path) -> None:
    source = history().write(tmp_path / "app")
    root = project(tmp_path / "project", source, more=AREAS)
    mine(root)
    source.path.rename(tmp_path / "moved")
    assert totals(root, "theme:Payments", "own_file_count") == (1,)
    assert totals(root, "#7", "own_file_count") == (3,)


def test_pull_request_that_has_not_landed_is_read_from_its_branch_as_far_as_it_is_there(tmp_path: Path) -> None:
    source = history().write(tmp_path / "app")
    sha = source.raw_commit(parents=[source.shas[5]])  # an empty tree: deletes every file
    source.set_ref("refs/pull/9/head", sha)
    root = project(tmp_path / "project", source, more=AREAS)
    mine(root)
    assert totals(root, "#9", *SIZES[:5], "unread_commit_count") == (1, 3, 2, 0, 3, 0)
    source.remove_object(sha)
    with pytest.raises(UsageError) as caught:
        reach(root, "#9")
    assert str(caught.value) == "#9 in app (no title known): none of its commits is in the clone"


def test_commit_that_changed_no_file_has_no_reach(tmp_path: Path) -> None:
    made = History()
    made.commit("feat: start", {"a.py": "a\n"})
    made.commit("nothing", {})
    root = project(tmp_path / "project", made.write(tmp_path / "app"))
    mine(root)
    with pytest.raises(UsageError, match=r"^commit [0-9a-f]{12} in app: changed no file$"):
        reach(root, "main")


def test_without_a_warehouse_the_next_command_is_named(tmp_path: Path, repository: Repository) -> None:
    with pytest.raises(WarehouseError, match=r"there is no warehouse yet; `retro mine` makes it$"):
        reach(project(tmp_path / "project", repository), "main")


def test_command_prints_every_section_in_each_form(root: Path) -> None:
    table = retro("blast", "#7", "-C", root)
    assert table.status == 0 and table.err == ""
    shown = [line for line in table.out.splitlines() if line.partition(":")[0] in TITLES]
    assert [line.partition(":")[0] for line in shown] == TITLES
    told = json.loads(retro("blast", "#7", "-C", root, "-f", "json").out)
    assert list(told) == TITLES and told["Reach"][0]["own_file_count"] == 3
    assert retro("blast", "#7", "-C", root, "-f", "md").out.count("## ") == len(TITLES)
    areas = retro("blast", "#7", "-C", root, "-f", "csv", "--section", "areas")
    assert areas.out.splitlines()[1].startswith("app,Backend,1,")
    assert retro("blast", "#7", "-C", root, "-f", "csv").out.startswith("target,")


def test_command_prints_its_sql(root: Path) -> None:
    answer = retro("blast", "--sql", "-C", root)
    assert answer.status == 0 and "asked_commits" in answer.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "name either what changed (`retro blast HEAD`) or a text (`retro blast --literal TEXT`)"),
        (["main", "--literal", "x"], "name either what changed (`retro blast HEAD`) or a text"),
        (["main", "--at", "v1"], "--at belongs to --literal"),
        (["main", "--section", "people"], "no section 'people' (there are: Reach, Areas"),
        (["main", "-f", "pdf"], "--format 'pdf': unknown; choose one of table, csv"),
        (["--", "-x"], "'-x' is no revision in app"),
    ],
)
def test_wrong_call_is_told_and_exits_with_2(root: Path, words: list[str], told: str) -> None:
    answer = retro("blast", "-C", root, *words)
    assert (answer.status, answer.out) == (2, "")
    assert told in answer.err


def test_source_stays_as_it_was(repository: Repository, root: Path) -> None:
    before = git(repository.path, "for-each-ref")
    reach(root, "main..open")
    assert git(repository.path, "for-each-ref") == before
