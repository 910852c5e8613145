"""The command line, called in this process."""

from dataclasses import dataclass
from pathlib import Path

from repositories import query
from typer.testing import CliRunner

from retro.cli import app


@dataclass(frozen=True)
class Answer:
    """What a command gave: exit code, results, everything else."""

    status: int
    out: str
    err: str


def retro(*words: object, stdin: str | None = None) -> Answer:
    """The answer to `retro WORDS`; an exception that the command line does not word fails the test."""
    result = CliRunner().invoke(app, [str(word) for word in words], input=stdin, catch_exceptions=False)
    return Answer(result.exit_code, result.stdout, result.stderr)


def failing(root: Path, name: str = "broken") -> str:
    """The error that `retro mine` tells of one repository, exit 1; the log has the same."""
    answer = retro("mine", "-C", root)
    assert answer.status == 1 and answer.out == ""
    (told,) = [text.removeprefix(f"error: {name}: ") for text in answer.err.splitlines() if text.startswith("error: ")]
    columns = "status, rows_read, rows_loaded, reason"
    logged = f"select {columns} from load_log where item = '{name}' order by started_at desc limit 1"
    assert query(root, logged) == [("failed", 0, 0, told)]
    return told
