"""Watched identifiers: counted at the end of each sprint, again only when something has changed; mistakes are named."""

from pathlib import Path

import pytest
from repositories import START, History, project, query

from retro.config import load_settings
from retro.errors import SettingsError
from retro.pipeline import mine, watches

DAY = 86_400
SPRINTS = '[[sprints.named]]\nid = "2"\nstart = 2026-03-09\nend = 2026-03-22\n'
WATCH = '[[watch]]\nname = "Model"\nliterals = ["gpt-4o", "gpt-4o-2024-08-06"]\nkeep = ["docs/**"]\n'
COUNTS = """
    select watch, sprint, commit_sha, place_count, file_count, areas, own_place_count, variant_count, kept_count
    from watch_counts
"""


def history() -> History:
    """Sprint 1 ends with four places, sprint 2 with one; a branch that landed later does not count before."""
    made = History()
    lines = {"src/a.py": "gpt-4o\ngpt-4o gpt-4o\n", "src/b.py": "gpt-4o-mini\n", "docs/c.md": "gpt-4o\n"}
    base = made.commit(changes={**lines, "t/test_x.py": "gpt-4o-2024-08-06\n"}, at=START)
    side = made.commit(changes={"side.py": "gpt-4o\n"}, branch="side", parents=[base], at=START + DAY)
    changes = {"src/a.py": "MODEL = 'gpt-4o'\n", "t/test_x.py": None}
    last = made.commit(changes=changes, branch="main", parents=[base], at=START + 15 * DAY)
    made.commit("Merge branch 'side'", {"side.py": "gpt-4o\n"}, parents=[last, side], at=START + 30 * DAY)
    return made


def test_places_are_counted_in_the_tree_that_a_sprint_ended_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    find = watches.find_lines
    monkeypatch.setattr(watches, "find_lines", lambda room, sha, texts: searched.append(sha) or find(room, sha, texts))
    repository = history().write(tmp_path / "app")
    root = project(tmp_path / "project", repository, more=SPRINTS + WATCH)
    mine(root)
    first, second = repository.shas[1], repository.shas[3]
    ended = [
        ("Model", "1", first, 3, 2, ("src", "t"), 2, 1, 1),
        ("Model", "2", second, 1, 1, ("src",), 1, 1, 1),
    ]
    assert query(root, COUNTS) == ended
    assert sorted(searched) == sorted([first, second])
    searched.clear()
    made = history()
    made.commit(changes={"z.txt": "1"}, at=START + 40 * DAY)
    repository.grow(made)
    mine(root)
    assert (query(root, COUNTS), searched) == (ended, [])
    text = (root / "retro.toml").read_text()
    (root / "retro.toml").write_text(text.replace('keep = ["docs/**"]', 'paths = ["src/**"]'))
    mine(root)
    assert [row[3:6] for row in query(root, COUNTS)] == [(2, 1, ("src",)), (1, 1, ("src",))]
    (root / "retro.toml").write_text(text.replace(WATCH, ""))
    mine(root)
    assert query(root, COUNTS) == []


@pytest.mark.parametrize(
    ("watch", "told"),
    [
        ('name = "a"\n', "literals: missing"),
        ('name = "a"\nliterals = []\n', "the list is empty"),
        ('name = "a"\nliterals = [""]\n', "is empty; write the text to look for"),
        ('name = "a"\nliterals = ["a\\nb"]\n', "holds a line break"),
        ('name = "a"\nliterals = ["a", "a"]\n', "stands here twice"),
        ('name = "a"\nliterals = ["a"]\nrepo = "ap"\n', "no repository has this name; did you mean app?"),
        ('name = "a"\nliterals = ["a"]\nkeep = ["!x"]\n', None),
        ('name = "a"\nliterals = ["a"]\n[[watch]]\nname = "A"\nliterals = ["a"]\n', "another watch has this name"),
    ],
)
def test_mistake_in_a_watch_is_named(tmp_path: Path, watch: str, told: str | None) -> None:
    root = project(tmp_path / "project", tmp_path / "app", more=f"[[watch]]\n{watch}")
    if told is None:
        assert load_settings(root).watch[0].name == "a"
        return
    with pytest.raises(SettingsError, match=told.replace("?", r"\?")):
        load_settings(root)
