"""`retro init`: what it finds in real repositories, and the file that it writes."""

import os
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from retro import project
from retro.config import load_settings
from retro.errors import UsageError
from retro.project.proposal import propose_cadence
from retro.project.surroundings import View, local_timezone

FRIDAY = datetime(2026, 3, 20, 18, 0, tzinfo=UTC)
Commit = tuple[str, str, list[str | bytes]]  # day, subject, paths

HISTORY: list[Commit] = [
    ("2026-01-05", "feat(fleet): add a canary", ["services/fleet/run.py", "services/fleet/test_run.py"]),
    ("2026-01-19", "fix(fleet): wait for it", ["services/fleet/run.py"]),
    ("2026-02-02", "feat(fleet, web): show it", ["services/fleet/run.py", "web/app.ts", "web/app.test.ts"]),
    ("2026-02-16", "docs: tell it", ["docs/index.md", "README.md"]),
    ("2026-03-02", "Tidy up", ["web/app.ts", ".github/workflows/ci.yml", "gone/old.py"]),
    ("2026-03-16", "feat(web): paint it", ["web/app.ts"]),
]


@pytest.fixture(autouse=True)
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, input=stdin, env=environment, check=True, capture_output=True)


def quoted(path: str | bytes) -> bytes:
    raw = path if isinstance(path, bytes) else path.encode()
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def repository(folder: Path, commits: list[Commit], tags: dict[str, str] | None = None, branch: str = "main") -> Path:
    """A bare repository with one commit a day at 10:00 UTC; `tags` are annotated, name -> day, on the newest commit."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare", f"--initial-branch={branch}")
    stream = b""
    for number, (day, subject, paths) in enumerate(commits):
        stream += f"commit refs/heads/{branch}\nmark :{number + 1}\n{signature('committer', day)}".encode()
        stream += b"data %d\n%s\n" % (len(subject.encode()), subject.encode())
        stream += b"".join(b"M 644 inline %s\ndata 2\n%d\n\n" % (quoted(path), number) for path in paths)
    for name, day in (tags or {}).items():
        stream += f"tag {name}\nfrom :{len(commits)}\n{signature('tagger', day)}data 0\n".encode()
    git(folder, "fast-import", "--quiet", stdin=stream)
    return folder


def signature(role: str, day: str) -> str:
    return f"{role} A <a@example.org> {int(datetime.fromisoformat(f'{day}T10:00:00+00:00').timestamp())} +0000\n"


WRITTEN = """\
# The settings of this project's retrospectives, written by `retro init` on 2026-03-20 from what it found here.
# Change whatever is wrong: a mistake is told with its line, and `retro doctor` shows what is found and what is missing.

[project]
name = "platform"
timezone = "Europe/Berlin"  # days and sprints begin at midnight of this zone

[sprints]
# Releases tell no regular rhythm, so 14 days, in step with this week's Monday; set your own first day.
first = 2025-12-22
days = 14

# A sprint of its own name and days wins over the cadence; both days belong to it.
# [[sprints.named]]
# id = 1
# start = 2025-12-22
# end = 2026-01-04
# goal = "What this sprint was for"

[[repos]]
path = "platform.git"
name = "platform"
branch = "trunk"  # without this line: the branch that the repository calls its own
release_tags = ["v[0-9]*"]  # 2 of 3 tags; which tags are releases

[areas.platform]
# What the last 6 commits changed most, 5 to 10 parts read best. The first area with a glob that
# matches takes a file; globs are those of .gitignore, the names on the left are yours to choose.
Tests = ["test_*.py", "*.test.*"]
Docs = ["docs/", "*.md"]
CI = [".github/"]
services = ["services/**"]
web = ["web/**"]
gone = ["gone/**"]

# Themes are your own names for what the work was for. The first theme with a rule that matches takes a
# commit; rules are scopes, paths (globs), words, branches (globs), tickets (prefixes) and labels. To use
# one, take the `# ` away.
#
# [[themes]]  # 3 of the last 6 subjects
# name = "fleet"
# scopes = ["fleet"]

# Logs of model requests tell what the sprint cost. Nothing of them is read until you name them; kinds are
# litellm, openrouter, langfuse, otel, openai-usage, anthropic-usage, focus, helicone, portkey, cloudflare, csv, jsonl, parquet.
#
# [[gateway]]
# kind = "litellm"
# path = "logs/*.jsonl"
# tags = { sprint = "sprint", feature = "feature" }  # Retro's names and the log's
"""


def test_the_written_file_tells_what_was_found(tmp_path):
    tags = {"v1.0": "2026-02-01", "v1.1rc1": "2026-03-01", "nice-day": "2026-03-02"}
    bare = repository(tmp_path / "platform.git", HISTORY, tags, branch="trunk")
    written = project.init(tmp_path, FRIDAY)
    assert written.file == tmp_path / "retro.toml"
    assert written.file.read_text() == WRITTEN
    assert written.notes == (f"platform: {bare}, branch trunk, last commit 2026-03-16, 2 release tags",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["platform.git", "retro.toml"]


def test_an_existing_file_is_never_overwritten(tmp_path):
    repository(tmp_path / "a.git", HISTORY)
    file = tmp_path / "retro.toml"
    for make in (lambda: file.write_text("mine"), lambda: file.symlink_to("nowhere")):
        make()
        with pytest.raises(UsageError) as caught:
            project.init(tmp_path, FRIDAY)
        expected = f"{file}: is already there and is never overwritten; edit it, or move it away first"
        assert str(caught.value) == expected
        file.unlink()


def test_a_file_that_appears_meanwhile_is_kept(tmp_path, monkeypatch):
    repository(tmp_path / "a.git", HISTORY)
    monkeypatch.setattr("retro.project.parse_settings", lambda source, file: file.write_text("theirs"))
    with pytest.raises(UsageError, match="is already there"):
        project.init(tmp_path, FRIDAY)
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()} == {"retro.toml": "theirs"}


def test_the_repository_is_found_here_below_or_above(tmp_path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repository(tmp_path / "source" / "a.git", HISTORY)), "clone")
    (clone / "team").mkdir()
    for folder, path in ((clone, "."), (clone / "team", "..")):
        file = project.init(folder, FRIDAY).file
        repo = load_settings(folder).repos[0]
        assert (repo.path, repo.name, repo.branch) == (clone, "clone", "main")
        assert f'path = "{path}"\n' in file.read_text()
    above = project.init(tmp_path / "source", FRIDAY).file.parent
    assert [(repo.path, repo.name) for repo in load_settings(above).repos] == [(above / "a.git", "a")]


def test_nothing_is_written_among_the_files_of_git(tmp_path):
    bare = repository(tmp_path / "a.git", HISTORY)
    git(tmp_path, "clone", "-q", str(bare), "clone")
    above = f"in the folder above, or in a folder that holds a link to it (`ln -s {bare}`)"
    for folder, place in ((bare, above), (tmp_path / "clone" / ".git", f"in {tmp_path / 'clone'}")):
        before = sorted(folder.iterdir())
        with pytest.raises(UsageError) as caught:
            project.init(folder, FRIDAY)
        told = f"{folder}: holds git's own files, and Retro writes nothing there; run `retro init` {place}"
        assert (str(caught.value), sorted(folder.iterdir())) == (told, before)


def test_several_clones_get_names_of_their_own(tmp_path):
    for name in ("Api.git", "api", "web"):
        repository(tmp_path / name, HISTORY[:1])
    settings = load_settings(project.init(tmp_path, FRIDAY).file.parent)
    assert [(repo.path.name, repo.name) for repo in settings.repos] == [
        ("Api.git", "Api"),
        ("api", "api-2"),
        ("web", "web"),
    ]
    assert list(settings.areas) == ["Api", "api-2", "web"]
    assert settings.project.name == tmp_path.name


def test_a_repository_with_several_folders_is_listed_once(tmp_path):
    git(tmp_path, "clone", "-q", str(repository(tmp_path / "source" / "a.git", HISTORY)), "main clone")
    git(tmp_path / "main clone", "worktree", "add", "-q", str(tmp_path / "feature"))
    (tmp_path / "link").symlink_to("main clone")
    repos = load_settings(project.init(tmp_path, FRIDAY).file.parent).repos
    assert [(repo.path, repo.name) for repo in repos] == [(tmp_path / "main clone", "main clone")]


def test_folders_with_odd_names_are_written_so_that_they_are_found(tmp_path):
    odd = [("2026-03-16", "Odd", [" lead/x", "trail /x", "~home/x"])]
    repository(tmp_path / "~root", odd)
    repository(tmp_path / " ", HISTORY)
    settings = load_settings(project.init(tmp_path, FRIDAY).file.parent)
    assert [(repo.path, repo.name) for repo in settings.repos] == [(tmp_path / "~root", "~root")]
    assert settings.areas == {"~root": {"~home": ("~home/**",)}}


def test_a_broken_repository_does_not_stop_the_others(tmp_path):
    repository(tmp_path / "good", HISTORY)
    (tmp_path / "bad" / ".git").mkdir(parents=True)
    git(tmp_path, "init", "-q", "empty")
    written = project.init(tmp_path, FRIDAY)
    problem = f"{tmp_path}/bad: not a git repository; name a clone or a bare repository in retro.toml"
    assert written.notes == (
        f"bad: {tmp_path}/bad: {problem}",
        f"empty: {tmp_path}/empty: it has no commit yet",
        f"good: {tmp_path}/good, branch main, last commit 2026-03-16, 0 release tags",
    )
    assert f'[[repos]]\n# Not read in full: "{problem}"\npath = "bad"\n' in written.file.read_text()
    assert [repo.name for repo in load_settings(tmp_path).repos] == ["bad", "empty", "good"]


def test_without_a_repository_nothing_is_written(tmp_path):
    with pytest.raises(UsageError) as caught:
        project.init(tmp_path, FRIDAY)
    expected = f"{tmp_path}: no git repository here, directly below or above; run `retro init` in a clone"
    assert str(caught.value) == expected
    with pytest.raises(UsageError, match="no such folder"):
        project.init(tmp_path / "nowhere", FRIDAY)
    assert list(tmp_path.iterdir()) == []


def test_hostile_names_are_written_as_harmless_text(tmp_path):
    paths: list[str | bytes] = ['q"uo\\te[1]/x', "new\nline/x", b"caf\xe9/x", "Tests/x", "#é/x"]
    commit: Commit = ("2026-03-16", 'feat(a"] x = 1 \x1b[2J\u202e#): x', paths)
    bare = repository(tmp_path / 'we"ird\n.git', [commit] * 3, {'v1"': "2026-03-01"}, branch='br"anch')
    settings = load_settings(project.init(tmp_path, FRIDAY).file.parent)
    assert [(repo.path, repo.name, repo.branch) for repo in settings.repos] == [(bare, 'we"ird', 'br"anch')]
    assert settings.areas == {
        'we"ird': {
            'q"uo\\te[1]': ('q"uo\\\\te\\[1\\]/**',),
            "Tests": ("Tests/**",),
            "#é": ("\\#é/**",),
        }
    }
    assert '# name = "a\\"] x = 1 [2j#"\n# scopes = ["a\\"] x = 1 [2j#"]\n' in (tmp_path / "retro.toml").read_text()


def test_folders_that_nobody_in_the_team_writes_propose_no_area(tmp_path):
    paths = [
        "web/a.ts",
        "vendor/lib/a.go",
        "api/generated/a.py",
        "api/b.py",
        "locks/uv.lock",
        "node_modules/x/tests/a.js",
    ]
    repository(tmp_path / "app.git", [("2026-03-16", "work", paths)] * 3)
    settings = load_settings(project.init(tmp_path, FRIDAY).file.parent)
    assert settings.areas == {"app": {"api": ("api/**",), "web": ("web/**",)}}


def view(release_days: list[date], last_day: date | None) -> View:
    return View(Path("/x"), "x", release_days=release_days, last_day=last_day)


def test_regular_releases_set_the_cadence():
    days = [date(2026, 1, 8) + timedelta(days=21 * number + number % 2) for number in range(8)]
    cadence = propose_cadence([view([], None), view(days, date(2026, 6, 10))], date(2026, 6, 12))
    assert (cadence.first, cadence.days) == (date(2026, 2, 2), 21)
    assert cadence.why == "Releases come about every 21 days; sprints begin on the Monday after one."
    assert (days[-1], cadence.first.weekday()) == (date(2026, 6, 5), 0)


@pytest.mark.parametrize(
    "gaps",
    [[14] * 4, [1] * 20, [90] * 9, [3, 30, 9, 60, 14, 2, 40]],
    ids=["too few", "every day", "every quarter", "irregular"],
)
def test_other_releases_leave_two_weeks_from_this_monday_back(gaps):
    days = [date(2025, 1, 1)]
    for gap in gaps:
        days.append(days[-1] + timedelta(days=gap))
    cadence = propose_cadence([view(days, date(2026, 3, 18))], date(2026, 3, 20))
    assert (cadence.first, cadence.days) == (date(2025, 12, 22), 14)
    assert (date(2026, 3, 16) - cadence.first).days == 6 * 14


@pytest.mark.parametrize(
    "last_day, first",
    [
        (None, date(2025, 12, 22)),
        (date(2020, 1, 1), date(2019, 10, 7)),
        (date(2090, 1, 1), date(2025, 12, 22)),
        (date(1970, 1, 1), date(1970, 9, 28)),
    ],
    ids=["no commit", "years ago", "in the future", "at the beginning of time"],
)
def test_the_cadence_covers_six_sprints_before_the_newest_commit(last_day, first):
    assert propose_cadence([view([], last_day)], date(2026, 3, 20)).first == first


def test_the_time_zone_comes_from_the_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("TZ", ":America/Sao_Paulo")
    assert local_timezone() == "America/Sao_Paulo"
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/posix/Africa/Cairo")
    monkeypatch.setattr("retro.project.surroundings._LOCAL_ZONE", link)
    for rule in ("", "CET-1CEST", "../../etc/passwd"):
        monkeypatch.setenv("TZ", rule)
        assert local_timezone() == "Africa/Cairo"
    monkeypatch.setattr("retro.project.surroundings._LOCAL_ZONE", tmp_path / "none")
    assert local_timezone() == "UTC"
