"""retro.toml: what is accepted, and what is told about a file that cannot be read."""

import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from retro.config import NamedSprint, Project, RepoSettings, SprintRules, Theme, find_project, load_settings
from retro.config.literals import toml_key, toml_text
from retro.config.positions import find_positions
from retro.errors import SettingsError

WHOLE = """\
[project]
name = "Gateway"
timezone = "Europe/Berlin"

[sprints]                       # a cadence and a named one
first = 2026-02-23
days = 14
[[sprints.named]]
id = 2
start = 2026-03-09
end = 2026-03-19
goal = "Fleet management"

[[repos]]
path = "clones/platform.git"
branch = "trunk"
release_tags = ["v*"]

[[repos]]
path = "."
name = "site"
alternates = true

[areas.platform]
"Tests" = ["**/tests/**", "tests/**"]
Docs = ["docs/**", "*.md"]

[[themes]]
name = "Fleet management"
scopes = ["fleet"]
paths = ["services/fleet/**"]
words = ["autoscal", "canary"]

[[gateway]]
kind = "litellm"
path = "logs/*.jsonl"
tags = { sprint = "sprint", feature = "feature" }

[[agents]]
kind = "claude-code"

[[forge]]
kind = "github"
repo = "owner/name"
"""

PROJECT = '[project]\nname = "Gateway"\n'


def write(root: Path, text: str | bytes) -> Path:
    root.joinpath("retro.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def mistakes(root: Path, text: str | bytes) -> list[str]:
    """The lines of the error, without the file's path."""
    with pytest.raises(SettingsError) as caught:
        load_settings(write(root, text))
    return [line.removeprefix(f"{root}/retro.toml:") for line in str(caught.value).splitlines()]


def test_every_section_of_the_design_is_read_as_typed_values(tmp_path):
    settings = load_settings(write(tmp_path, WHOLE))
    assert settings.root == tmp_path
    assert settings.project == Project(name="Gateway", timezone="Europe/Berlin", invented=False)
    named = NamedSprint(id="2", start=date(2026, 3, 9), end=date(2026, 3, 19), goal="Fleet management")
    assert settings.sprints == SprintRules(first=date(2026, 2, 23), days=14, named=(named,))
    assert settings.repos == (
        RepoSettings(
            path=tmp_path / "clones/platform.git",
            name="platform",
            branch="trunk",
            release_tags=("v*",),
            alternates=False,
        ),
        RepoSettings(path=tmp_path, name="site", branch=None, release_tags=None, alternates=True),
    )
    assert settings.areas == {"platform": {"Tests": ("**/tests/**", "tests/**"), "Docs": ("docs/**", "*.md")}}
    assert settings.themes == (
        Theme(
            name="Fleet management", scopes=("fleet",), paths=("services/fleet/**",), words=("autoscal", "canary"),
            branches=(), tickets=(), labels=(),
        ),
    )  # fmt: skip
    assert [one.model_dump() for one in (*settings.gateway, *settings.agents, *settings.forge)] == [
        {
            "kind": "litellm", "path": "logs/*.jsonl", "name": "litellm", "timezone": None, "currency": None,
            "tags": {"sprint": "sprint", "feature": "feature"}, "columns": {}, "cache_in_input": None,
            "reasoning_in_output": None,
        },
        {"kind": "claude-code", "path": None, "name": "claude-code", "repo": None},
        {"kind": "github", "repo": "owner/name", "path": None, "name": None, "clone": None, "base_url": None},
    ]  # fmt: skip


def test_without_repos_the_project_folder_is_the_repository(tmp_path):
    settings = load_settings(write(tmp_path, PROJECT))
    assert settings.repos == (RepoSettings(path=tmp_path, name=tmp_path.name),)
    assert settings.project == Project(name="Gateway", timezone="UTC", invented=False)


def test_a_repository_path_may_lead_home_or_up(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    inner = tmp_path / "inner"
    inner.mkdir()
    text = PROJECT + '[[repos]]\npath = "~/work/api"\n[[repos]]\npath = "../web/.git"\n[[repos]]\npath = "./~"\n'
    settings = load_settings(write(inner, text))
    assert [(repo.path, repo.name) for repo in settings.repos] == [
        (tmp_path / "home/work/api", "api"),
        (tmp_path / "web/.git", "web"),
        (inner / "~", "~"),
    ]


def test_settings_cannot_be_changed(tmp_path):
    with pytest.raises(ValueError, match="frozen"):
        load_settings(write(tmp_path, PROJECT)).project.name = "Other"


UNREADABLE = {
    "open string": (
        '[project]\nname = "Gateway\n',
        '2: not valid TOML (Illegal character \'\\n\'): "name = \\"Gateway"; mend this line or the one before',
    ),
    "value without quotes": (
        "[project]\nname = Gateway\n",
        '2: not valid TOML (Invalid value): "name = Gateway"; mend this line or the one before',
    ),
    "end of the file": (
        '[project]\nname = "Gateway"\n[[repos]]\npath = [',
        '4: not valid TOML (Invalid value): "path = ["; mend this line or the one before',
    ),
    "key given twice": (
        '[project]\nname = "a"\nname = "b"\n\n',
        '3: not valid TOML (Cannot overwrite a value): "name = \\"b\\""; mend this line or the one before',
    ),
    "impossible date": (
        "[sprints]\nfirst = 2026-02-30\n",
        '2: not valid TOML (Invalid date or datetime): "first = 2026-02-30"; mend this line or the one before',
    ),
    "not UTF-8": (b'[project]\nname = "a\xffb"\n', "2: byte 0xff is not UTF-8; save the file as UTF-8"),
    "byte order mark": (
        b"\xef\xbb\xbf[project]\n",
        "1: begins with a byte order mark; save the file as UTF-8 without one",
    ),
    "UTF-16": (
        "[project]\n".encode("utf-16"),
        "1: begins with a byte order mark; save the file as UTF-8 without one",
    ),
    "number of 5,000 digits": (
        "a = " + "9" * 5000,
        " a number is too long or lists are nested too deeply; shorten them",
    ),
    "lists in lists": ("a = " + "[" * 5000, " a number is too long or lists are nested too deeply; shorten them"),
    "more than 1 MB": (b"#" * 1_000_001, " larger than 1,000,000 bytes; shorten it"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_is_no_toml_is_told_with_its_line(kind, tmp_path):
    text, expected = UNREADABLE[kind]
    assert mistakes(tmp_path, text) == [expected]


def test_a_missing_file_leads_to_retro_init(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert str(caught.value) == f"{tmp_path}/retro.toml: no such file; run `retro init` in {tmp_path} to write one"


def test_a_folder_or_a_pipe_of_that_name_is_refused_without_waiting(tmp_path):
    file = tmp_path / "retro.toml"
    file.mkdir()
    with pytest.raises(SettingsError, match=r"retro\.toml: not a regular file; put a text file there$"):
        load_settings(tmp_path)
    file.rmdir()
    subprocess.run(["mkfifo", file], check=True)
    with pytest.raises(SettingsError, match=r"retro\.toml: not a regular file; put a text file there$"):
        load_settings(tmp_path)


def test_a_link_that_leads_to_itself_is_refused(tmp_path):
    tmp_path.joinpath("retro.toml").symlink_to("retro.toml")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/retro.toml: cannot be read (Too many levels of symbolic links)")


def test_the_project_is_found_from_a_folder_below_it(tmp_path, monkeypatch):
    inner = write(tmp_path, PROJECT) / "notebooks" / "deep"
    inner.mkdir(parents=True)
    assert find_project(inner) == tmp_path
    monkeypatch.chdir(inner)
    assert find_project() == tmp_path


def test_outside_a_project_the_way_to_one_is_told(tmp_path):
    with pytest.raises(SettingsError) as caught:
        find_project(tmp_path)
    assert str(caught.value) == (
        f"no retro.toml in {tmp_path} or a folder above it, so this is no project; "
        "run `retro init` in the project's folder to write one"
    )


POSITIONED = """\
top.a = 1\r
[project]\r
"n\\u0061me" = 'x'  # a comment
deep.er = {x = 1, y = [
  2, # one
  {z = 3, "q.r".s = [[4]]}
]}
[[a.b]]
[[a.b]]
[a.b.c]
d = \"\"\"
[not.a.table]
\"\"\"
[[a.b.e]]
f = 1
[a]
g = 2"""


def paths_of(value: object, path: tuple = ()) -> set[tuple]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(paths_of(item, (*path, key)) for key, item in items))


def test_positions_and_values_have_the_same_paths():
    for text in (POSITIONED, WHOLE):
        assert {(), *find_positions(text.encode())} == paths_of(tomllib.loads(text))


def test_positions_are_those_of_the_keys():
    lines = {path: place[0] for path, place in find_positions(POSITIONED.encode()).items()}
    assert lines == {
        ("top",): 1,
        ("top", "a"): 1,
        ("project",): 2,
        ("project", "name"): 3,
        ("project", "deep"): 4,
        ("project", "deep", "er"): 4,
        ("project", "deep", "er", "x"): 4,
        ("project", "deep", "er", "y"): 4,
        ("project", "deep", "er", "y", 0): 5,
        ("project", "deep", "er", "y", 1): 6,
        ("project", "deep", "er", "y", 1, "z"): 6,
        ("project", "deep", "er", "y", 1, "q.r"): 6,
        ("project", "deep", "er", "y", 1, "q.r", "s"): 6,
        ("project", "deep", "er", "y", 1, "q.r", "s", 0): 6,
        ("project", "deep", "er", "y", 1, "q.r", "s", 0, 0): 6,
        ("a",): 8,
        ("a", "b"): 8,
        ("a", "b", 0): 8,
        ("a", "b", 1): 9,
        ("a", "b", 1, "c"): 10,
        ("a", "b", 1, "c", "d"): 11,
        ("a", "b", 1, "e"): 14,
        ("a", "b", 1, "e", 0): 14,
        ("a", "b", 1, "e", 0, "f"): 15,
        ("a", "g"): 17,
    }


@pytest.mark.parametrize(
    "text", ["", 'a"b\\c', "tab\tnewline\n\r", "\x00\x1b\x7f\x85", "\u202e\u2028", "é 漢 😀", "a.b c#"]
)
def test_any_text_written_as_toml_is_read_back(text):
    written = f"{toml_key(text)} = {toml_text(text)}"
    assert tomllib.loads(written) == {text: text}
    assert written.isprintable()


def test_text_that_is_not_unicode_is_still_written():
    assert toml_text("a\udcffb") == '"a?b"'


def test_reading_settings_without_a_mistake_does_not_load_the_position_parser(tmp_path):
    code = "import sys; from retro.config import load_settings; from pathlib import Path; "
    code += (
        "load_settings(Path(sys.argv[1])); print([name for name in ('tree_sitter', 'pathspec') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(write(tmp_path, PROJECT))]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert answer.stdout == "[]\n"
