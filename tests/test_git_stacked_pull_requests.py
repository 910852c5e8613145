"""Pull requests that stand on others, and those inside a branch that was squashed: what landed them and where they begin."""

from pull_request_histories import BODY, Project, edited, merged, read, told

from retro.sources.git_pull_requests import Hints, Told

PART = "inside a merged branch"


def begun(row: dict) -> tuple:
    """Where the change of a record begins, and its commits."""
    return row["base_sha"], row["commits"]


def numbered(count: int) -> str:
    return "".join(f"{number}\n" for number in range(count))


def test_stacked_one_begins_at_the_head_below_however_large_its_own_part_is(tmp_path):
    project = Project()
    lower = project.branch({"low.txt": numbered(20)})
    upper = project.branch({"high.txt": numbered(100)}, at=lower, of="upper")
    top = project.branch({"top.txt": numbered(300)}, at=upper, of="top")
    squashes = [
        project.main("Low", {"low.txt": numbered(20)}),
        project.main("High", {"high.txt": numbered(100)}),
        project.main("Top", {"top.txt": numbered(299) + "touched up\n"}),
    ]
    for number, mark in ((20, lower), (21, upper), (22, top)):
        project.open(number, mark)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    rows, _ = read(repository, tmp_path / "rooms")
    methods = ("same blobs", "same blobs", "similar lines")
    assert [told(row) for row in rows.values()] == [
        merged("squash", sha[mark], method) for mark, method in zip(squashes, methods, strict=True)
    ]
    assert [begun(row) for row in rows.values()] == [
        (sha[project.base], [sha[lower]]), (sha[lower], [sha[upper]]), (sha[upper], [sha[top]]),
    ]  # fmt: skip


def test_stacked_commits_that_were_rebased_one_by_one_are_each_their_own(tmp_path):
    project = Project()
    lower = project.branch({"b.txt": edited((1, "x"))})
    upper = project.branch({"c.txt": edited((1, "y"))}, at=lower, of="upper")
    moved = project.main("on", {"b.txt": edited((25, "z"))})
    copies = []
    for mark, change in ((lower, {"b.txt": edited((1, "x"), (25, "z"))}), (upper, {"c.txt": edited((1, "y"))})):
        copies.append(project.main(f"copy {mark}", change))
    project.open(1, lower)
    project.open(2, upper)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    rows, _ = read(repository, tmp_path / "rooms")
    assert (rows[1]["merged_sha"], rows[2]["merged_sha"]) == (sha[copies[0]], sha[copies[1]]) and moved < copies[0]
    assert begun(rows[1]) == (sha[project.base], [sha[lower]])
    assert begun(rows[2]) == (sha[lower], [sha[upper]])


def test_branch_that_is_beaten_by_the_one_it_stands_on_is_looked_for_by_its_own_part(tmp_path):
    project = Project()
    lines = [(line, f"low {line}") for line in range(1, 13)]
    lower = project.branch({"b.txt": edited(*lines)})
    upper = project.branch({"b.txt": edited(*lines), "c.txt": edited((1, "y"))}, at=lower, of="upper")
    left = project.branch({"b.txt": edited(*lines), "c.txt": edited((9, "never"))}, at=lower, of="left")
    project.main("on", {"b.txt": edited((25, "moved on"))})
    low = project.main("Low", {"b.txt": edited(*lines, (25, "moved on"))})
    high = project.main("High", {"c.txt": edited((1, "y"))})
    for number, mark in ((1, lower), (2, upper), (3, left)):
        project.open(number, mark)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("squash", sha[low], "same lines")
    assert (told(rows[2]), begun(rows[2])) == (merged("squash", sha[high], "same blobs"), (sha[lower], [sha[upper]]))
    assert told(rows[3]) == ("unmerged", None, None, None, None)
    assert begun(rows[3]) == (sha[lower], [sha[left]])


def test_branch_that_grew_into_one_that_was_squashed_was_not_merged_itself(tmp_path):
    project = Project()
    lower = project.branch({"b.txt": edited((1, "x"))})
    upper = project.branch({"c.txt": edited((1, "y"))}, at=lower, of="upper")
    moved = project.main("on", {"a.txt": edited((1, "q"))})
    both = {"a.txt": edited((1, "q")), "b.txt": edited((1, "x")), "c.txt": edited((1, "y"))}
    synced = project.history.commit("merge main", both, branch="synced", parents=[upper, moved])
    squash = project.main("Both (#2)", {"b.txt": edited((1, "x")), "c.txt": edited((1, "y"))})
    for number, mark in ((1, lower), (2, upper), (3, synced)):
        project.open(number, mark)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    rows, _ = read(repository, tmp_path / "rooms", Hints(named={sha[squash]: frozenset({2})}))
    reason = "its change landed by pull request 2"
    assert told(rows[1]) == told(rows[3]) == ("unmerged", None, None, None, reason)
    assert told(rows[2]) == merged("squash", sha[squash], "same blobs")
    assert begun(rows[2]) == (sha[project.base], [sha[lower], sha[upper]])


class Gathered:
    """A branch (40) that merged one pull request (7), had another squashed into it (8), and was itself squashed."""

    def __init__(self) -> None:
        made = self.project = Project()
        self.seven = made.branch({"seven.txt": BODY}, of="seven")
        commit = made.history.commit
        self.merge = commit("merge", {"seven.txt": BODY}, branch="dev", parents=[made.base, self.seven])
        self.eight = made.branch({"eight.txt": "eight\n"}, {"eight.txt": numbered(9)}, at=self.merge, of="eight")
        self.inner = commit("Eight (#8)", {"eight.txt": numbered(9)}, branch="dev", parents=[self.merge])
        self.open = made.branch({"nine.txt": numbered(9)}, at=self.inner, of="nine")
        for number, mark in ((7, self.seven), (8, self.eight), (9, self.open), (40, self.inner)):
            made.open(number, mark)


def test_pull_requests_inside_a_squashed_branch_landed_with_it(tmp_path):
    story = Gathered()
    story.project.main("on", {"a.txt": edited((1, "x"))})
    squash = story.project.main("Dev", {"seven.txt": BODY, "eight.txt": numbered(9)})
    repository = story.project.write(tmp_path / "repo")
    sha, base = repository.shas, repository.shas[story.project.base]
    rows, _ = read(repository, tmp_path / "rooms")
    assert [(number, told(row), row["confidence"], row["base_ref"]) for number, row in rows.items()] == [
        (7, merged("squash", sha[squash], PART), None, None),
        (8, merged("squash", sha[squash], PART), None, None),
        (9, ("unmerged", None, None, None, None), None, None),
        (40, merged("squash", sha[squash], "same blobs"), 0.99, "refs/heads/main"),
    ]
    assert {number: begun(row) for number, row in rows.items()} == {
        7: (base, [sha[story.seven]]),
        8: (sha[story.merge], [sha[story.eight - 1], sha[story.eight]]),
        9: (sha[story.inner], [sha[story.open]]),
        40: (base, [sha[story.seven], sha[story.merge], sha[story.inner]]),
    }


def test_squash_that_is_only_like_a_branch_lands_nothing_inside_it(tmp_path):
    story = Gathered()
    squash = story.project.main("Dev", {"seven.txt": BODY, "eight.txt": numbered(8)})
    repository = story.project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[40]) == merged("squash", repository.shas[squash], "similar lines")
    assert told(rows[7]) == ("unmerged", None, None, None, "its change landed by pull request 40")


def test_later_run_says_of_stacked_and_gathered_ones_what_one_run_says(tmp_path):
    story = Gathered()
    made = story.project
    upper = made.branch({"high.txt": numbered(50)}, at=story.open, of="upper")
    made.open(10, upper)
    steps = [
        made.main("on", {"a.txt": edited((1, "x"))}),
        made.main("Dev", {"seven.txt": BODY, "eight.txt": numbered(9)}),
        made.main("Nine", {"nine.txt": numbered(9)}),
        made.main("High", {"high.txt": numbered(50)}),
    ]
    repository = made.write(tmp_path / "repo")
    at_once, _ = read(repository, tmp_path / "rooms")
    stepwise, tip = {}, None
    for mark in steps:
        repository.set_ref("refs/heads/main", repository.shas[mark])
        hints = {number: Told(row["head_sha"], row["base_sha"], row["merged_sha"]) for number, row in stepwise.items()}
        stepwise |= read(repository, tmp_path / "rooms", Hints(tip=tip, told=hints))[0]
        tip = repository.shas[mark]
    assert stepwise == at_once
    assert [row["base_sha"] for row in at_once.values()][2:4] == [
        repository.shas[story.inner],
        repository.shas[story.open],
    ]
