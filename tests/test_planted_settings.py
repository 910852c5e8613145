"""What somebody planted in a repository, in the machine's settings or in the environment changes no row, runs nothing.

Each planted program touches a marker file. That the plants are live is shown first: each of them misleads plain git.
"""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from repositories import START, Entry, History, Moved, Repository, fingerprint, git, mined_rows, project, query

from retro.pipeline import mine

# Line counts that differ between the algorithms of git.
BEFORE, AFTER = "d\nc\nd\na\nd\na\nc\nd\n", "b\nb\nb\na\nb\nb\nd\nc\n"


@dataclass
class Ground:
    """Where something is planted: the repository, a program that leaves a mark, a folder, the caller's environment."""

    repository: Repository
    tool: Path
    folder: Path
    environment: pytest.MonkeyPatch

    def configure(self, text: str) -> None:
        """Adds to the repository's own configuration."""
        with (self.repository.git_dir / "config").open("a") as config:
            config.write(text)

    def inform(self, name: str, text: str) -> None:
        """Writes a file below the repository's info folder."""
        (self.repository.git_dir / "info").mkdir(exist_ok=True)
        (self.repository.git_dir / "info" / name).write_text(text)


NUMBERS = """
[diff]
    algorithm = histogram
    renameLimit = 1
    noprefix = true
    orderFile = {order}
    ignoreSubmodules = all
[log]
    showRoot = false
    mailmap = true
    diffMerges = first-parent
    decorate = full
[core]
    bigFileThreshold = 1
    abbrev = 4
    attributesFile = {attributes}
[color]
    ui = always
[i18n]
    logOutputEncoding = ISO-8859-1
[mailmap]
    file = {mailmap}
[format]
    pretty = email
"""


def numbers(ground: Ground) -> str:
    """Settings that change what git counts and prints."""
    (ground.folder / "order").write_text("*.txt\n")
    (ground.folder / "attributes").write_text("* -diff\n")
    (ground.folder / "mailmap").write_text("Somebody <else@example.org> <ada@example.org>\n")
    return NUMBERS.format(**{name: ground.folder / name for name in ("order", "attributes", "mailmap")})


def settings_of_the_repository(ground: Ground) -> None:
    ground.configure(numbers(ground))


def settings_of_the_user(ground: Ground) -> None:
    (ground.folder / ".gitconfig").write_text(numbers(ground))
    ground.environment.setenv("HOME", str(ground.folder))


def settings_of_the_desktop(ground: Ground) -> None:
    (ground.folder / "git").mkdir()
    (ground.folder / "git" / "config").write_text(numbers(ground))
    ground.environment.setenv("XDG_CONFIG_HOME", str(ground.folder))


def attributes_of_the_desktop(ground: Ground) -> None:
    (ground.folder / "git").mkdir()
    (ground.folder / "git" / "attributes").write_text("* -diff\n")
    ground.environment.setenv("XDG_CONFIG_HOME", str(ground.folder))


def settings_of_the_machine(ground: Ground) -> None:
    (ground.folder / "system").write_text(numbers(ground))
    ground.environment.setenv("GIT_CONFIG_SYSTEM", str(ground.folder / "system"))


def settings_of_the_call(ground: Ground) -> None:
    ground.environment.setenv("GIT_CONFIG_COUNT", "1")
    ground.environment.setenv("GIT_CONFIG_KEY_0", "diff.algorithm")
    ground.environment.setenv("GIT_CONFIG_VALUE_0", "histogram")


def renames_switched_off(ground: Ground) -> None:
    ground.configure("[diff]\n\trenames = false\n\trelative = true\n")


def attributes_of_the_repository(ground: Ground) -> None:
    ground.inform("attributes", "*.py -diff\n")


def attributes_that_are_checked_out(ground: Ground) -> None:
    (ground.repository.path / ".gitattributes").write_text("*.py -diff\n")


def attributes_that_are_committed(ground: Ground) -> None:
    git(ground.repository.path, "checkout", "-q", "attributes", "--", ".gitattributes")


def file_monitor(ground: Ground) -> None:
    ground.configure(f"[core]\n\tfsmonitor = {ground.tool}\n")


def text_conversion(ground: Ground) -> None:
    ground.configure(f'[diff "x"]\n\ttextconv = {ground.tool}\n\tcachetextconv = true\n')
    ground.inform("attributes", "* diff=x\n")


def external_diff(ground: Ground) -> None:
    ground.configure(f'[diff]\n\texternal = {ground.tool}\n[diff "x"]\n\tcommand = {ground.tool}\n')
    ground.inform("attributes", "* diff=x\n")


def signature_program(ground: Ground) -> None:
    ground.configure(f"[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {ground.tool}\n")


def content_filters(ground: Ground) -> None:
    ground.configure(f'[filter "x"]\n\tclean = {ground.tool}\n\tsmudge = {ground.tool}\n\trequired = true\n')
    ground.inform("attributes", "* filter=x\n")


def merge_driver(ground: Ground) -> None:
    ground.configure(f'[merge]\n\tdefault = x\n[merge "x"]\n\tdriver = {ground.tool}\n')


def hooks(ground: Ground) -> None:
    folder = ground.repository.git_dir / "hooks"
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout", "pre-auto-gc"):
        (folder / name).write_bytes(ground.tool.read_bytes())
        (folder / name).chmod(0o755)


def hooks_elsewhere(ground: Ground) -> None:
    (ground.folder / "hooks").mkdir()
    (ground.folder / "hooks" / "post-index-change").symlink_to(ground.tool)
    ground.configure(f"[core]\n\thooksPath = {ground.folder / 'hooks'}\n")


def included_settings(ground: Ground) -> None:
    (ground.folder / "more").write_text(f"[core]\n\tfsmonitor = {ground.tool}\n")
    ground.configure(f"[include]\n\tpath = {ground.folder / 'more'}\n")


def settings_of_the_work_tree(ground: Ground) -> None:
    ground.configure("[extensions]\n\tworktreeConfig = true\n")
    (ground.repository.git_dir / "config.worktree").write_text(f"[core]\n\tfsmonitor = {ground.tool}\n")


def another_work_tree(ground: Ground) -> None:
    ground.configure(f"[core]\n\tworktree = {ground.folder}\n")


def settings_that_git_refuses(ground: Ground) -> None:
    ground.configure("[core]\n\trepositoryformatversion = 99\n[extensions]\n\tunheard = of\n")


def settings_that_nobody_can_parse(ground: Ground) -> None:
    ground.configure("[[[ \0 ]\n")


def replaced_commit(ground: Ground) -> None:
    shas = ground.repository.shas
    ground.repository.set_ref(f"refs/replace/{shas[3]}", shas[1])


def replaced_blob(ground: Ground) -> None:
    blob = git(ground.repository.path, "rev-parse", "main~2:a.py").decode().strip()
    ground.repository.set_ref(f"refs/replace/{blob}", ground.repository.write_object("blob", b"1\n"))


def grafted_parents(ground: Ground) -> None:
    ground.inform("grafts", f"{ground.repository.shas[4]}\n")


def grafts_of_the_call(ground: Ground) -> None:
    (ground.folder / "grafts").write_text(f"{ground.repository.shas[4]}\n")
    ground.environment.setenv("GIT_GRAFT_FILE", str(ground.folder / "grafts"))


def shortened_commit_graph(ground: Ground) -> None:
    """A commit graph in which no commit has a parent."""
    git(ground.repository.path, "commit-graph", "write", "--reachable")
    path = ground.repository.git_dir / "objects" / "info" / "commit-graph"
    graph = bytearray(path.read_bytes())
    chunks = {
        bytes(graph[at : at + 4]): int.from_bytes(graph[at + 4 : at + 12], "big")
        for at in range(8, 8 + 12 * graph[6], 12)
    }
    count = int.from_bytes(graph[chunks[b"OIDF"] + 255 * 4 : chunks[b"OIDF"] + 256 * 4], "big")
    for start in range(chunks[b"CDAT"], chunks[b"CDAT"] + 36 * count, 36):
        graph[start + 20 : start + 28] = bytes.fromhex("70000000") * 2
    path.chmod(0o644)
    path.write_bytes(graph)


def another_repository_of_the_call(ground: Ground) -> None:
    ground.environment.setenv("GIT_DIR", str(ground.folder / "nowhere"))
    ground.environment.setenv("GIT_WORK_TREE", str(ground.folder))


def other_objects_of_the_call(ground: Ground) -> None:
    for name in ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"):
        ground.environment.setenv(name, str(ground.folder))


def shallow_file_of_the_call(ground: Ground) -> None:
    (ground.folder / "cut").write_text(f"{ground.repository.shas[3]}\n")
    ground.environment.setenv("GIT_SHALLOW_FILE", str(ground.folder / "cut"))


def external_diff_of_the_call(ground: Ground) -> None:
    ground.environment.setenv("GIT_EXTERNAL_DIFF", str(ground.tool))
    ground.environment.setenv("GIT_DIFF_OPTS", "-u99")


def other_programs_of_the_call(ground: Ground) -> None:
    (ground.folder / "git-log").symlink_to(ground.tool)
    ground.environment.setenv("GIT_EXEC_PATH", str(ground.folder))
    ground.environment.setenv("GIT_CONFIG_PARAMETERS", f"'core.fsmonitor={ground.tool}'")
    ground.environment.setenv("GIT_TRACE", str(ground.tool.parent / "marker"))


PLANTS: list[Callable[[Ground], None]] = [
    settings_of_the_repository, settings_of_the_user, settings_of_the_desktop, attributes_of_the_desktop,
    settings_of_the_machine, settings_of_the_call, renames_switched_off, attributes_of_the_repository,
    attributes_that_are_checked_out, attributes_that_are_committed, file_monitor, text_conversion, external_diff,
    signature_program, content_filters, merge_driver, hooks, hooks_elsewhere, included_settings,
    settings_of_the_work_tree, another_work_tree, settings_that_git_refuses, settings_that_nobody_can_parse,
    replaced_commit, replaced_blob, grafted_parents, grafts_of_the_call, shortened_commit_graph,
    another_repository_of_the_call, other_objects_of_the_call, shallow_file_of_the_call, external_diff_of_the_call,
    other_programs_of_the_call,
]  # fmt: skip


def sensitive() -> History:
    """A history in which every one of the settings would show."""
    made = History()
    made.commit(
        "root",
        {
            "a.py": BEFORE,
            "b.txt": "é\n",
            "c.py": "".join(f"{n} c\n" for n in range(20)),
            "d.py": "".join(f"{n} d\n" for n in range(20)),
        },
    )
    made.commit("rewrite", {"a.py": AFTER})
    made.commit("rename both", {"sub/c.py": Moved("c.py"), "sub/d.py": Moved("d.py")})
    made.commit(
        "edit both",
        {
            "sub/c.py": None,
            "sub/d.py": None,
            "e.py": "".join(f"{n} c\n" for n in range(17)),
            "f.py": "".join(f"{n} d\n" for n in range(17)),
        },
    )
    made.commit("müde", {"lib": Entry("160000", "1" * 40)})
    left = made.commit("left", {"a.py": AFTER + "left\n"}, branch="left", parents=[5])
    right = made.commit("right", {"a.py": "right\n" + AFTER})
    made.commit("merge", {"a.py": "right\n" + AFTER + "left\n"}, parents=[right, left])
    made.commit("attributes", {".gitattributes": "*.py -diff\n"}, branch="attributes", parents=[1])
    return made


def build(folder: Path) -> Repository:
    """The clone, its newest commit signed, its files checked out."""
    repository = sensitive().write(folder, is_bare=False)
    tip = repository.raw_commit(
        tree=git(repository.path, "rev-parse", "main^{tree}").decode().strip(),
        parents=[repository.shas[8]],
        committer=b"Bob <bob@example.org> %d +0000" % (START + 90_000),
        more=b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n",
    )
    git(repository.path, "update-ref", "refs/heads/main", tip)
    git(repository.path, "reset", "-q", "--hard", "main")
    return repository


@pytest.fixture(scope="module", autouse=True)
def no_settings_of_this_machine(tmp_path_factory):
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            environment.delenv(name)
        for name in ("HOME", "XDG_CONFIG_HOME"):
            environment.setenv(name, str(tmp_path_factory.getbasetemp() / "home"))
        yield


@pytest.fixture
def ground(tmp_path, monkeypatch) -> Ground:
    (tmp_path / "planted").mkdir()
    tool = tmp_path / "tool"
    tool.write_text(f"#!/bin/sh\ntouch '{tmp_path / 'marker'}'\n")
    tool.chmod(0o755)
    return Ground(build(tmp_path / "repo"), tool, tmp_path / "planted", monkeypatch)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory) -> tuple[dict, list]:
    """Rows of the clone in which nothing was planted, and what plain git says of it."""
    folder = tmp_path_factory.mktemp("untouched")
    repository = build(folder / "repo")
    root = project(folder / "project", repository)
    mine(root)
    return mined_rows(root), looks(repository)


LOOKS = (
    ("log", "--raw", "--numstat", "-M", "main"),
    ("log", "--format=%H %P %an", "main"),
    ("log", "-p", "main"),
    ("log", "-p", "--remerge-diff", "main"),
    ("diff", "HEAD~2", "HEAD"),
    ("status",),
    ("update-index", "--refresh", "--force-write-index"),
)


def looks(repository: Repository) -> list[tuple]:
    """What plain git, called by this process in the repository, says to somebody who looks around."""
    done = [
        subprocess.run(["git", *look], cwd=repository.path, capture_output=True, timeout=20, check=False)
        for look in LOOKS
    ]
    return [(one.returncode, one.stdout) for one in done]


def test_plain_git_sees_no_difference_where_nothing_is_planted(ground, untouched):
    (ground.repository.path / "a.py").touch()
    assert looks(ground.repository) == untouched[1]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_no_row_changes_and_nothing_runs(ground, untouched, tmp_path, plant):
    rows, clean_looks = untouched
    marker = tmp_path / "marker"
    plant(ground)
    (ground.repository.path / "a.py").touch()
    assert looks(ground.repository) != clean_looks or marker.exists()
    marker.unlink(missing_ok=True)
    before = fingerprint(ground.repository.path)
    root = project(tmp_path / "project", ground.repository)
    assert mine(root).failures == {}
    assert mined_rows(root) == rows
    assert not marker.exists()
    assert fingerprint(ground.repository.path) == before


@pytest.mark.parametrize("url", ["ext::{tool} x", "file:///nonexistent", "ssh://example.invalid/x"])
def test_promised_object_that_is_missing_is_not_fetched(ground, tmp_path, url):
    address = url.format(tool=ground.tool)
    ground.configure(
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n[protocol]\n\tallow = always\n"
        f'[remote "origin"]\n\tpromisor = true\n\turl = {address}\n\tuploadpack = {ground.tool}\n'
        f"[core]\n\tsshCommand = {ground.tool}\n"
    )
    blob = git(ground.repository.path, "rev-parse", "main~2:a.py").decode().strip()
    ground.repository.remove_object(blob)
    marker = tmp_path / "marker"
    subprocess.run(
        ["git", "log", "-p", "main"], cwd=ground.repository.path, capture_output=True, timeout=20, check=False
    )
    assert marker.exists() or not url.startswith(("ext", "ssh"))
    marker.unlink(missing_ok=True)
    before = fingerprint(ground.repository.path)
    root = project(tmp_path / "project", ground.repository)
    assert mine(root).failures == {}
    assert not marker.exists()
    assert fingerprint(ground.repository.path) == before
    lost = query(root, "select distinct commit_sha, path from commit_files where lines_status = 'missing'")
    shas = git(ground.repository.path, "log", "--format=%H", f"--find-object={blob}", "main").decode().split()
    assert lost == sorted((sha, "a.py") for sha in shas)
