"""The summary and the findings: what is said, and when it is not said."""

from datetime import UTC, date, datetime

import pytest
from results import COVERAGE, SPRINT, make_result

from retro.figures.knowledge_sentences import KNOWLEDGE_FINDINGS
from retro.figures.sentences import finding, is_unusual, provenance_sentence, summary_sentences

BEFORE = {"sprint": "1", "commit_count": 54, "merge_count": 17, "active_day_count": 10}
NOW = {"sprint": "2", "commit_count": 319, "merge_count": 1, "active_day_count": 9}
THEMES = [
    {"theme": "Security", "feature_commit_count": 12, "commit_count": 56},
    {"theme": "Fleet", "feature_commit_count": 18, "commit_count": 84},
    {"theme": "Docs", "feature_commit_count": 0, "commit_count": 4},
    {"theme": "uncategorized", "feature_commit_count": 99, "commit_count": 16},
]
RELEASES = [
    {
        "tag_name": "v2",
        "released_at": datetime(2026, 3, 17, 23, 30, tzinfo=UTC),
        "commit_count": 9,
        "pull_request_count": 59,
    },
    {
        "tag_name": "v1",
        "released_at": datetime(2026, 3, 10, 9, 0, tzinfo=UTC),
        "commit_count": 99,
        "pull_request_count": None,
    },
]
DAYS = [
    {"date": date(2026, 3, 9), "commit_count": 3, "own_added_lines": 112_677},
    {"date": date(2026, 3, 10), "commit_count": 5, "own_added_lines": 4},
    {"date": date(2026, 3, 11), "commit_count": 0, "own_added_lines": 0},
]
AREAS = [
    {"area": "Docs", "commit_count": 1, "changed_file_count": 1, "own_changed_file_count": 1},
    {"area": "Backend", "commit_count": 7, "changed_file_count": 20, "own_changed_file_count": 18},
]
KINDS = [
    {"kind": "code", "is_own": True, "added_lines": 25},
    {"kind": "lock", "is_own": False, "added_lines": 75},
]


def said(*results) -> list[str]:
    return [sentence.text for sentence in summary_sentences(*results)]


def test_the_summary_says_one_thing_per_fact_in_the_order_of_the_page():
    results = [
        make_result("coverage_shares", [COVERAGE]),
        make_result("area_changes", AREAS),
        make_result("day_changes", DAYS),
        make_result("release_contents", RELEASES),
        make_result("theme_commits", THEMES),
        make_result("sprint_headline", [BEFORE, NOW]),
        make_result("sprint_details", [SPRINT]),
    ]
    assert said(*results) == [
        "319 commits were made on 9 days, 1 merge among them; 265 more than in sprint 1 (54).",
        "Too few sprints to tell what is unusual: 1 earlier sprint of the 4 that it takes.",
        "Most feature work went to Fleet (18 commits), then Security (12); 16 of 160 commits fit no theme (10\u202f%).",
        "2 releases; the largest, v2 on Wed 18 March, carried 59 pull requests.",
        "Tue 10 March was the busiest day, with 5 commits; 1 of 3 days had no commit.",
        "Backend was touched most: 7 commits changed 18 files there, and 2 generated, vendored or lock files; 2 areas were "
        "touched in all.",
        "Least is known of themes: 3 of 12 are commits that no theme rule matches.",
    ]
    assert [sentence.anchor for sentence in summary_sentences(*results)] == [
        "sprint-headline",
        "sprint-headline",
        "theme-commits",
        "release-contents",
        "day-changes",
        "area-changes",
        "coverage-shares",
    ]


def test_a_first_sprint_has_nothing_to_compare_with():
    (first, _) = said(make_result("sprint_headline", [NOW]))
    assert first == "319 commits were made on 9 days, 1 merge among them; there is no earlier sprint to compare with."


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (54, ", as many as in sprint 1."),
        (50, "; 4 fewer than in sprint 1 (54)."),
        (55, "; 1 more than in sprint 1 (54)."),
    ],
)
def test_a_sprint_is_compared_with_the_one_before(count, text):
    (first, _) = said(make_result("sprint_headline", [BEFORE, NOW | {"commit_count": count}]))
    assert first.endswith(text)


def test_an_empty_sprint_says_so_and_nothing_else():
    empty = NOW | {"commit_count": 0, "merge_count": 0, "active_day_count": 0}
    results = [
        make_result("sprint_headline", [empty]),
        make_result("day_changes", [{"date": date(2026, 3, 9), "commit_count": 0, "own_added_lines": 0}]),
        make_result("theme_commits", []),
    ]
    assert said(*results) == [
        "No commit was made in this sprint.",
        "Too few sprints to tell what is unusual: no earlier sprints of the 4 that it takes.",
    ]


def test_what_stands_out_is_far_from_the_sprints_before():
    usual = [BEFORE | {"commit_count": count} for count in (100, 104, 96, 101)]
    (_, odd) = said(make_result("sprint_headline", [*usual, NOW]))
    assert odd == "Unusual against the 4 sprints before: commits (319, usually about 100)."
    (_, calm) = said(make_result("sprint_headline", [*usual, BEFORE | {"commit_count": 99}]))
    assert calm == "Nothing stands out against the 4 sprints before."


@pytest.mark.parametrize(
    ("earlier", "now", "is_odd"),
    [
        ([10, 10, 10, 10], 400, False),
        ([8, 10, 12, 14], 21, False),
        ([8, 10, 12, 14], 22, True),
        ([8, 10, 12, 14], 0, True),
    ],
)
def test_unusual_means_three_and_a_half_robust_deviations(earlier, now, is_odd):
    assert is_unusual(earlier, now) == is_odd


def test_themes_without_features_are_not_called_led():
    rows = [THEMES[2], THEMES[3] | {"feature_commit_count": 0}]
    assert said(make_result("theme_commits", rows)) == [
        "No feature commit carries a theme; 16 of 20 commits fit no theme (80\u202f%)."
    ]
    assert finding(make_result("theme_commits", rows)) is None


def test_one_release_without_pull_requests_counts_its_commits():
    assert said(make_result("release_contents", RELEASES[1:])) == ["One release, v1, on Tue 10 March, with 99 commits."]


def test_a_release_near_midnight_belongs_to_the_day_in_the_projects_zone():
    zone = make_result("sprint_details", [SPRINT | {"timezone": "America/New_York"}])
    assert said(zone, make_result("release_contents", RELEASES[:1])) == [
        "One release, v2, on Tue 17 March, with 59 pull requests."
    ]


def test_full_coverage_is_said_too():
    full = COVERAGE | {"judged_count": 12, "judged_share": 1.0}
    assert said(make_result("coverage_shares", [full])) == ["Everything that was read could be judged."]


@pytest.mark.parametrize(
    ("name", "rows", "topic", "text"),
    [
        ("theme_commits", THEMES, None, "Fleet led with 18 feature commits"),
        ("day_changes", DAYS, None, "Tue 10 March saw the most commits: 5"),
        ("day_changes", DAYS, "day-lines", "Mon 9 March added the most lines: 113\u202fk"),
        ("release_contents", RELEASES, None, "v2 carried the most: 59 pull requests"),
        ("area_changes", AREAS, None, "Backend was touched by 7 commits"),
        ("language_changes", [{"language": "unknown", "changed_file_count": 9}], None, None),
        (
            "language_changes",
            [{"language": "Go", "own_changed_file_count": 1}],
            None,
            "Go came first, with 1 changed file",
        ),
        ("kind_changes", KINDS, None, "Generated, vendored and lock files took 75\u202f% of the lines added"),
        ("kind_changes", KINDS[:1], None, "No line was added to generated, vendored or lock files"),
        ("kind_changes", [KINDS[0] | {"added_lines": 0}], None, None),
        ("file_changes", [{"commit_count": 4}], None, "The busiest file changed in 4 commits"),
        ("uncategorized_commits", [{"subject": "wip"}], None, "1 commit fits no theme"),
        (
            "work_type_commits",
            [{"compared_commit_count": 9, "agreed_commit_count": 4}],
            None,
            "4 of 9 declared types that could be compared match what was observed",
        ),
        ("my_own_query", [{"commit_count": 4}], None, None),
        ("theme_commits", [], None, None),
    ],
)
def test_a_finding_is_told_where_one_is_known(name, rows, topic, text):
    assert finding(make_result(name, rows), topic) == text


def test_the_provenance_line_tells_sources_time_and_coverage():
    empty = COVERAGE | {"subject": "lines", "judged_share": None}
    assert provenance_sentence(SPRINT, [COVERAGE, empty]) == (
        "From 1 repository, read Fri 20 March 2026, 19:02 CET; judged: themes 75\u202f%."
    )
    assert provenance_sentence(SPRINT | {"repo_count": 2, "mined_at": None}, []) == "From 2 repositories."


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, " 1 commit brings a change that had landed before and is left out."),
        (3, " 3 commits bring changes that had landed before and are left out."),
    ],
)
def test_commits_left_out_as_copies_are_told_and_are_not_called_unknown(count, told):
    copies = {
        "subject": "distinct changes",
        "judged_count": 1,
        "total_count": 1 + count,
        "judged_share": 1 / (1 + count),
    }
    full = COVERAGE | {"judged_count": 12, "judged_share": 1.0}
    assert provenance_sentence(SPRINT, [copies, full]) == (
        f"From 1 repository, read Fri 20 March 2026, 19:02 CET; judged: themes 100\u202f%.{told}"
    )
    assert said(make_result("coverage_shares", [copies, full])) == ["Everything that was read could be judged."]
    assert finding(make_result("coverage_shares", [copies, full])) == "All 1 subject could be judged whole"


def test_a_teams_own_query_with_other_columns_has_no_finding_and_fails_no_page():
    assert finding(make_result("source_loads", [{"source": "git", "run_count": 1}])) is None


def test_a_teams_query_with_other_columns_costs_the_summary_only_its_own_sentence():
    own = make_result("theme_commits", [{"topic": "Fleet", "amount": 3}])
    told = summary_sentences(own, make_result("day_changes", DAYS))
    assert [sentence.anchor for sentence in told] == ["day-changes"]


@pytest.mark.parametrize(
    ("earlier", "idle", "told"),
    [
        (0, 0, ""),
        (51, 0, "; 51 earlier sprints are not shown"),
        (1, 25, "; 1 earlier sprint is not shown; nothing happened in 25 sprints at the ends of the plan"),
        (0, 1, "; nothing happened in 1 sprint at the ends of the plan"),
    ],
)
def test_trends_say_which_sprints_they_leave_out(earlier: int, idle: int, told: str) -> None:
    row = {"earlier_sprint_count": earlier, "idle_sprint_count": idle}
    assert KNOWLEDGE_FINDINGS["headline_trends"]([row]) == f"The headline numbers, sprint by sprint{told}"
