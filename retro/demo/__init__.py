"""The demo: a small invented project that retells the founding story, as raw files that Retro reads like any other.

`story` reads the plan (sprint-1.txt, sprint-2.txt), `content`, `specials` and `bulk` write what a commit changes,
`history` plays the plan commit by commit, `fast_import` gives it to git, `bills` writes what the gateway logged, `reviews`
what the forge tells. The plan has fewer files and lines than the story tells; recorded runs fill both up, so that a sentence
changed in a template does not change the totals.
"""

import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from retro.demo.bills import spend_logs
from retro.demo.fast_import import create_repository, open_stream
from retro.demo.history import Commit, History
from retro.demo.reviews import pull_request_dumps
from retro.demo.specials import Filler
from retro.demo.story import FOLDER, moment, read_story
from retro.errors import UsageError

_SPRINT = range(moment("2026-03-09T00:00"), moment("2026-03-20T00:00"))
# The story tells 1,192 files and 212 thousand lines; our count of a changed file's lines may differ by some from git's.
_FILE_COUNT, _LINE_COUNT = 1_192, 212_500


def write_demo(folder: Path) -> Path:
    """The folder of a new demo project: retro.toml, the bare repository platform.git, the same commit ids each time,
    the gateway's log in logs/ and the pull requests in data/prs/.

    The folder must be absent or empty, else UsageError; GitError when git cannot write the repository. A failure leaves
    the folder empty.
    """
    history = plan_history()
    try:
        _refuse_filled(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            _write_files(Path(unfinished), history)
            for path in Path(unfinished).iterdir():
                path.rename(folder / path.name)
    except OSError as error:
        raise UsageError(f"the demo cannot be written to '{folder}': {error.strerror}; name another folder") from error
    return folder


def plan_history() -> History:
    """The whole history; ValueError when the plan alone has more files or lines than the story tells."""
    story = read_story()
    bare = History(story, Filler(0, 0))
    file_count, line_count = _sprint_totals(bare.main[-1])
    filler = Filler(_FILE_COUNT - file_count, _LINE_COUNT - line_count)
    if filler.line_count < 20 * filler.file_count or filler.file_count <= 0:
        raise ValueError(f"the plan of the demo leaves no room for recorded runs: {filler}")
    return History(story, filler)


def _refuse_filled(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(
            f"the demo cannot be written to '{folder}': it is a file; name a folder that is absent or empty"
        )
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"the demo cannot be written to '{folder}': the folder is not empty; name another one")


def _write_files(folder: Path, history: History) -> None:
    shutil.copyfile(FOLDER / "project.toml", folder / "retro.toml")
    (folder / "logs").mkdir()
    (folder / "logs" / "gateway.jsonl").write_text(spend_logs(read_story()), encoding="utf-8", newline="\n")
    shutil.copytree(FOLDER / "notes", folder / "notes")
    create_repository(folder / "platform.git")
    with open_stream(folder / "platform.git") as stream:
        for commit in history.commits:
            stream.add_commit(commit)
        for ref, commit in history.refs.items():
            stream.add_ref(ref, commit)
        for tag in history.tags:
            stream.add_tag(tag)
        dumps = pull_request_dumps(history.pull_requests, stream.id_of)
    (folder / "data" / "prs").mkdir(parents=True)
    for name, text in dumps.items():
        (folder / "data" / "prs" / name).write_text(text, encoding="utf-8", newline="\n")


def _sprint_totals(head: Commit) -> tuple[int, int]:
    """Distinct paths and added lines of sprint 2's commits without merges, as reached from a commit."""
    commits = [commit for commit in _reached(head) if len(commit.parents) == 1 and commit.at in _SPRINT]
    paths = {path for commit in commits for path in commit.changes.keys() - _moved_paths(commit)}
    return len(paths), sum(_added_lines(commit, path) for commit in commits for path in commit.changes)


def _reached(head: Commit) -> set[Commit]:
    found, waiting = {head}, [head]
    while waiting:
        waiting += [parent for parent in waiting.pop().parents if parent not in found]
        found.update(waiting)
    return found


def _moved_paths(commit: Commit) -> set[str]:
    """Old paths of renamed files; git counts a rename at its new path."""
    before, kept = commit.parents[0].tree, set(commit.changes.values())
    return {path for path, text in commit.changes.items() if text is None and before[path] in kept}


def _added_lines(commit: Commit, path: str) -> int:
    text, before = commit.changes[path], commit.parents[0].tree
    if not isinstance(text, str) or text in (before[old] for old in _moved_paths(commit)):
        return 0
    return (Counter(text.splitlines()) - Counter(before.get(path, "").splitlines())).total()
