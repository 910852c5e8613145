"""Sessions and commits through mining: real repositories, transcripts as the agent writes them, and what views make of both."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from agent_transcripts import answer, call, result, said, write_lines
from repositories import History, Repository, git, project, query

from retro.analyses.commit_fingerprints import commit_fingerprints
from retro.analyses.session_marks import read_records
from retro.analyses.session_themes import label_themes
from retro.config.models import Theme
from retro.git import open_room
from retro.keyed_hashes import line_hash
from retro.pipeline import mine

NINE = int(datetime(2026, 3, 9, 9, tzinfo=UTC).timestamp())  # where agent_transcripts counts from
SESSION = "6d1a3f52-0c4b-4e7f-9a57-2b8e6c9d0f11"
SECTION = '\n[[agents]]\nkind = "claude-code"\npath = "transcripts"\nrepo = "repo"\n'
LINKS = "select session_id, commit_sha, method, matched_share, matched_lines from session_commits order by all"
STATES = "select commit_sha, status from commit_fingerprints order by all"
CODE = "def first_function():\n    return 'a long line'\n\ndef second_function():\n    return 'another line'\n"
KEY = b"k" * 32


def wrote(seconds: float, path: str, text: str, name: str, branch: str = "main") -> list[dict]:
    """Lines of a transcript: an answer that writes a file, and its result."""
    whole = {"filePath": f"/home/ada/platform/{path}", "content": text, "structuredPatch": [], "type": "create"}
    facts = {"sessionId": SESSION, "gitBranch": branch}
    written = call(name, "Write", file_path=whole["filePath"], content=text)
    return [answer(seconds, f"m-{name}", 5, written, **facts), result(seconds + 1, name, "ok", detail=whole, **facts)]


def committed(seconds: float, subject: str, name: str, sha: str, branch: str = "main") -> list[dict]:
    """Lines of a transcript: an answer that runs `git commit`, and what git printed."""
    facts = {"sessionId": SESSION, "gitBranch": branch}
    run = call(name, "Bash", command=f"git commit -m '{subject}'")
    text = f"[{branch} {sha}] {subject}\n 1 file changed, 5 insertions(+)"
    detail = {"stdout": text, "stderr": "", "interrupted": False}
    return [answer(seconds, f"m-{name}", 5, run, **facts), result(seconds + 1, name, text, detail=detail, **facts)]


@dataclass
class Work:
    """A project with one repository and one transcript."""

    root: Path
    repository: Repository
    history: History

    def tell(self, *lines: dict) -> None:
        write_lines(self.root / "transcripts" / "a.jsonl", said(0, "go", sessionId=SESSION), *lines)


@pytest.fixture
def work(tmp_path) -> Work:
    history = History()
    history.commit("begin", {"README": "hello\n"}, at=NINE - 90 * 86_400)
    history.commit("feat: add functions", {"code.py": CODE}, at=NINE + 600)
    history.commit("docs: by hand", {"notes.txt": "written by a person\n"}, at=NINE + 1200)
    history.commit("fix: later", {"code.py": "nothing of it is left\n"}, at=NINE + 40 * 86_400)
    repository = history.write(tmp_path / "repo")
    root = project(tmp_path, repository, more=SECTION)
    (root / "retro.toml").write_text((root / "retro.toml").read_text().replace("end = 2026-03-08", "end = 2026-03-22"))
    return Work(root, repository, history)


def test_session_meets_the_commit_that_it_wrote_and_ran(work):
    shas = work.repository.shas
    work.tell(*wrote(60, "code.py", CODE, "t1"), *committed(540, "feat: add functions", "t2", shas[2][:7]))
    mine(work.root)
    assert query(work.root, LINKS) == [
        (SESSION, shas[2], "line_share", 1.0, 4),
        (SESSION, shas[2], "own_commit", None, None),
    ]
    assert query(work.root, STATES) == sorted([(shas[2], "read"), (shas[3], "read")])
    links = "select commit_sha, method, methods, matched_share, is_primary from commit_sessions"
    assert query(work.root, links) == [(shas[2], "own_commit", ("own_commit", "line_share"), 1.0, True)]


def test_second_run_and_full_run_give_the_same(work):
    work.tell(*wrote(60, "code.py", CODE, "t1"))
    mine(work.root)
    first = query(work.root, LINKS)
    assert first and not mine(work.root).is_written
    mine(work.root, full=True)
    assert query(work.root, LINKS) == first


def test_session_that_comes_later_meets_commits_that_were_far(work):
    work.tell(said(1, "hello", sessionId=SESSION))
    mine(work.root)
    assert query(work.root, LINKS) == [] == query(work.root, STATES)
    work.tell(*wrote(60, "code.py", CODE, "t1"))
    mine(work.root)
    assert query(work.root, LINKS) == [(SESSION, work.repository.shas[2], "line_share", 1.0, 4)]


def test_commit_of_a_branch_that_never_landed_is_found_and_its_cost_is_open(work):
    work.history.commit("feat: on a branch", {"branch.py": CODE}, branch="feature", parents=[3], at=NINE + 2400)
    repository = work.repository.grow(work.history)
    repository.set_ref("refs/pull/5/head", repository.shas[5])
    work.tell(
        *wrote(1800, "branch.py", CODE, "t1", "feature"),
        *committed(2340, "feat: on a branch", "t2", "fffffff", "feature"),
    )
    mine(work.root)
    assert {row[1:3] for row in query(work.root, LINKS)} == {
        (repository.shas[5], "line_share"),
        (repository.shas[5], "own_commit"),
        (repository.shas[5], "branch_file"),
    }
    asked = "select request_key, branch, commit_sha, pr_number, pr_method, target_kind, outcome, sprint from request_attributions"
    assert query(work.root, asked) == [
        (f"m-{name}:req_m-{name}", "feature", repository.shas[5], 5, "commit", "change_request", "thrown_away", "1")
        for name in ("t1", "t2")
    ]


def test_parts_of_requests_sum_to_the_bill(work):
    work.history.commit("feat: two", {"two.py": CODE}, at=NINE + 601)
    work.history.commit("feat: three", {"three.py": CODE * 2}, at=NINE + 602)
    work.repository.grow(work.history)
    files = [("code.py", CODE), ("two.py", CODE), ("three.py", CODE * 2)]
    work.tell(
        *(line for place, (path, text) in enumerate(files) for line in wrote(60 + place, path, text, f"t{place}"))
    )
    mine(work.root)
    (parts,) = query(
        work.root, "select count(*), count(distinct request_key), sum(request_share) from request_attributions"
    )
    assert parts[:2] == (9, 3) and parts[2] == pytest.approx(3)
    ((bill, split),) = query(
        work.root,
        "select (select sum(cost_usd) from billed_requests), (select sum(cost_usd) from request_attributions)",
    )
    assert bill == split > Decimal(0)


def test_record_in_a_branch_of_the_repository_names_the_session(work):
    records = {
        "00/c9e2351016/0/metadata.json": json.dumps({"session_id": f"2026-03-09-{SESSION}"}),
        "00/c9e2351016/1/metadata.json": "no json",
        "00/c9e2351016/metadata.json": json.dumps(["no record"]),
        "00/c9e2351016/0/full.jsonl": "never read",
    }
    work.history.orphan("entire/checkpoints/v1")
    work.history.commit("Checkpoint", records, branch="entire/checkpoints/v1", at=NINE)
    work.history.commit("feat: told\n\nEntire-Checkpoint: 00c9e2351016", {"x.py": "x\n"}, at=NINE + 700, parents=[4])
    work.repository.grow(work.history)
    room = open_room(work.repository.path, work.root / "rooms")
    assert read_records(room, ["Entire-Checkpoint: 00c9e2351016", "Entire-Checkpoint: ../x"]) == {
        "entire-checkpoint: 00c9e2351016": [f"2026-03-09-{SESSION}"]
    }
    work.tell(*wrote(60, "other.py", CODE, "t1"))
    mine(work.root)
    assert query(work.root, LINKS) == [(SESSION, work.repository.shas[6], "trailer", None, None)]


def test_fingerprint_tells_paths_and_long_lines_of_every_kind_of_change(tmp_path):
    history = History()
    history.commit("one", {"moved.py": CODE, "gone.py": CODE, "blob.bin": b"\0\1"})
    history.commit(
        "two\n\nAgent-Session: x-1234567",
        {
            "moved.py": None,
            'sub dir/\u00e4 "q".py': CODE + "short\n++ a line with signs\n",
            "gone.py": None,
            "blob.bin": b"\0\2",
        },
    )
    repository = history.write(tmp_path / "repo")
    room = open_room(repository.path, tmp_path / "rooms")
    (rows,) = commit_fingerprints(room, "repo", [repository.shas[2]], [repository.shas[1]], KEY)
    near, far = rows.rows(named=True)
    assert (far["status"], far["paths"], far["line_hashes"]) == ("far", None, None)
    assert (near["status"], near["session_marks"]) == ("read", ["Agent-Session: x-1234567"])
    assert near["subject_hash"] == line_hash(KEY, "two")
    changed = dict(zip(near["paths"], near["line_hashes"], strict=True))
    assert changed.pop('sub dir/\u00e4 "q".py') == [line_hash(KEY, "++ a line with signs")]
    assert set(changed) - {"moved.py"} <= {"gone.py", "blob.bin"} and not any(changed.values())


def test_commit_that_cannot_be_read_costs_no_other(tmp_path):
    history = History()
    history.commit("one", {"a.py": CODE})
    history.commit("two", {"b.py": CODE + "a line of its own\n"})
    repository = history.write(tmp_path / "repo")
    shas = repository.shas
    pack = git(repository.path, "pack-objects", "--all", "--stdout", "-q")
    for file in (repository.path / "objects" / "pack").iterdir():
        file.unlink()
    git(repository.path, "unpack-objects", "-q", stdin=pack)
    repository.remove_object(git(repository.path, "rev-parse", f"{shas[2]}:b.py").decode().strip())
    room = open_room(repository.path, tmp_path / "rooms")
    (rows,) = commit_fingerprints(room, "repo", [shas[1], "f" * 40, shas[2]], [], KEY)
    assert rows.select("commit_sha", "status").rows() == [(shas[1], "read"), (shas[2], "unreadable")]


def test_feature_and_branch_find_their_theme_by_the_rules_of_themes():
    themes = [
        Theme(name="Fleet management", scopes=("fleet",), words=("merge", "canary")),
        Theme(name="Payments", tickets=("PAY",), branches=("billing/*",), paths=("**",)),
    ]
    labels = [
        ("feature", "fleet-management"), ("feature", "Fleet"), ("feature", "PAY-7"), ("feature", "canary"),
        ("branch", "fleet/canary"), ("branch", "ada/PAY-12-refund"), ("branch", "billing/x"), ("branch", "canary"),
    ]  # fmt: skip
    rows = label_themes(labels, themes).select("kind", "label", "theme", "theme_rule").rows()
    assert rows == [
        ("feature", "fleet-management", "Fleet management", "name:Fleet management"),
        ("feature", "Fleet", "Fleet management", "scope:fleet"),
        ("feature", "PAY-7", "Payments", "ticket:PAY"),
        ("branch", "fleet/canary", "Fleet management", "scope:fleet"),
        ("branch", "ada/PAY-12-refund", "Payments", "ticket:PAY"),
        ("branch", "billing/x", "Payments", "branch:billing/*"),
    ]


def test_commit_that_a_rewritten_branch_left_behind_is_forgotten(work):
    work.history.commit("feat: first try", {"branch.py": CODE}, branch="feature", parents=[3], at=NINE + 2400)
    work.history.commit("feat: second try", {"branch.py": CODE}, branch="feature", parents=[3], at=NINE + 2500)
    repository = work.repository.grow(work.history)
    work.tell(*wrote(1800, "branch.py", CODE, "t1", "feature"))
    repository.set_ref("refs/pull/5/head", repository.shas[5])
    mine(work.root)
    assert {row[1] for row in query(work.root, LINKS)} == {repository.shas[5]}
    repository.set_ref("refs/pull/5/head", repository.shas[6])
    mine(work.root)
    assert {row[1] for row in query(work.root, LINKS)} == {repository.shas[6]}
    assert {row[0] for row in query(work.root, STATES)} == {repository.shas[number] for number in (2, 3, 6)}
