"""Shell commands by their words alone, and summaries of test runners."""

import pytest

from retro.sources.agents.shell_commands import commit_subject, read_command
from retro.sources.agents.test_summaries import Summary, read_summary

KINDS = {
    "pytest -q": "test",
    "cd /x && CI=1 uv run --frozen pytest tests/test_a.py::test_b": "test",
    "python3 -m pytest": "test",
    "python -m unittest discover": "test",
    "go test -race ./...": "test",
    "mise run test:ci": "test",
    "npm run test:unit -- --watch=false": "test",
    "npm t": "test",
    "npx vitest run": "test",
    "timeout 60 cargo test": "test",
    "./gradlew test": "test",
    "make test": "test",
    "bundle exec rspec": "test",
    "ruff check . && pytest": "test",
    "git stash && go test ./... && git commit -m x": "test",
    "go test -c ./x": "other",
    "pytest --collect-only": "other",
    "cargo test --no-run": "other",
    "echo pytest": "other",
    "grep -rn 'go test' .": "other",
    "cat <<'EOF'\npytest\nEOF": "other",
    'echo "pytest && make"': "other",
    "golangci-lint run ./...": "lint",
    "gofmt -l .": "lint",
    "tsc --noEmit": "lint",
    "cargo clippy": "lint",
    "mise run lint": "lint",
    "python -m mypy retro": "lint",
    "go build ./...": "build",
    "tsc": "build",
    "make": "build",
    "npm run build": "build",
    "docker build -t x .": "build",
    "git -C /x -c user.name=y commit -m 'a'": "commit",
    "git add . && git commit -m a && git push": "commit",
    "git commit-graph write": "other",
    "git push -u origin x": "push",
    "gh pr create --fill": "pull_request",
    "gh pr view 3": "other",
    "": "other",
    "# make test": "other",
    "unclosed 'quote && pytest": "test",
}


@pytest.mark.parametrize(("command", "kind"), KINDS.items())
def test_kind_of_a_command_goes_by_the_words_that_run(command, kind):
    assert read_command(command).kind == kind


@pytest.mark.parametrize(
    ("command", "is_masked"),
    [
        ("pytest", False),
        ("cd x && pytest && echo ok", False),
        ("pytest 2>&1", False),
        ("pytest &> log", False),
        ("pytest;", False),
        ("pytest | tail -5", True),
        ("pytest |& tail -5", True),
        ("pytest; echo done", True),
        ("pytest\necho done", True),
        ("pytest || true", True),
        ("pytest &", True),
        ("set -o pipefail; pytest | tail", False),
        ("ls | head", True),
        ("git log | head -3 && pytest", False),
    ],
)
def test_exit_status_is_masked_when_something_else_decides_it(command, is_masked):
    assert read_command(command).is_masked is is_masked


def test_hostile_command_costs_little_and_is_read_in_part():
    assert read_command("<<A\n" * 100_000).kind == "other"
    assert read_command("'" * 50_001 + '"' * 50_001).kind == "other"
    assert commit_subject("git commit " * 10_000) is None


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        ("git commit -m 'fix: a'", "fix: a"),
        ('git commit -am "fix: \\"a\\""', 'fix: "a"'),
        ("git commit -m \"$(cat <<'EOF'\nfix: a\n\nbody\nEOF\n)\"", "fix: a"),
        ('git commit --message="fix: a"', "fix: a"),
        ("git commit --amend --no-edit", None),
        ('git commit -m "$(date)"', None),
        ("git commit", None),
    ],
)
def test_subject_of_a_commit_is_read_where_the_command_tells_it(command, subject):
    assert commit_subject(command) == subject


SUMMARIES = {
    "==== 3 failed, 5 passed, 1 skipped in 0.12s ====": Summary("failed", 5, 3, 1),
    "2 passed in 0.05s": Summary("ok", 2, 0, 0),
    "1 failed, 2 errors, 4 xfailed in 1.0s": Summary("failed", 0, 3, 4),
    "collected 0 items\n\n=== no tests ran in 0.01s ===": Summary("green_empty", 0, 0, 0),
    "Tests:       1 failed, 2 passed, 3 total\nTime: 1 s": Summary("failed", 2, 1, 0),
    " Test Files  1 passed (1)\n      Tests  4 passed | 1 skipped (5)\n": Summary("ok", 4, 0, 1),
    "test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured\ntest result: FAILED. 1 passed; 2 failed; 0 ignored": Summary(
        "failed", 5, 2, 1
    ),
    "Ran 3 tests in 0.001s\n\nFAILED (failures=1, errors=1)": Summary("failed", 1, 2, 0),
    "Ran 3 tests in 0.001s\n\nOK (skipped=1)": Summary("ok", 2, 0, 1),
    "Ran 0 tests in 0.000s\n\nNO TESTS RAN": Summary("green_empty", 0, 0, 0),
    "5 examples, 1 failure, 1 pending": Summary("failed", 3, 1, 1),
    "Tests run: 5, Failures: 0, Errors: 1, Skipped: 1": Summary("failed", 3, 1, 1),
    "Passed!  - Failed:     0, Passed:     5, Skipped:     0, Total:     5": Summary("ok", 5, 0, 0),
    "  5 passing (20ms)\n  2 failing\n": Summary("failed", 5, 2, 0),
    "# pass 3\n# fail 0": Summary("ok", 3, 0, 0),
    "DONE 12 tests, 1 skipped, 2 failures in 1.2s": Summary("failed", 9, 2, 1),
    "ok  \ta/b\t0.5s\nFAIL\ta/c\t0.1s\nFAIL": Summary("failed"),
    "ok  \ta/b\t0.5s\n?   \ta/c\t[no test files]": Summary("ok"),
    "ok  \ta/b\t(cached)\nok  \ta/c\t0.1s [no tests to run]": Summary("green_empty"),
    "--- PASS: TestA (0.00s)\n--- SKIP: TestB (0.00s)\nPASS\nok  \ta/b\t0.5s": Summary("ok", 1, 0, 1),
    "--- PASS: TestA\n    --- FAIL: TestA/x\nFAIL": Summary("failed", 1, 1, 0),
    "FAIL\ta/b [build failed]": Summary("failed"),
}


@pytest.mark.parametrize(("output", "summary"), SUMMARIES.items())
def test_summary_of_a_test_runner_is_read(output, summary):
    assert read_summary(output) == summary


def test_the_last_of_several_runs_counts():
    assert read_summary("1 failed in 1s\n...\n3 passed in 1s") == Summary("ok", 3, 0, 0)


@pytest.mark.parametrize("output", ["", "3 files changed", "all good", "x" * 200_000])
def test_output_without_a_summary_says_nothing(output):
    assert read_summary(output) is None
