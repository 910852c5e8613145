"""The summary that a test runner prints at the end: how many tests passed, failed and were skipped.

===== 3 failed, 5 passed, 1 skipped in 0.12s =====              pytest
Tests:       1 failed, 2 passed, 3 total                        jest
Tests  1 failed | 2 passed (3)                                  vitest
test result: FAILED. 4 passed; 1 failed; 0 ignored              cargo
FAIL    example.com/cli/strategy  0.51s                         go: packages, not tests, so there are no counts
Ran 3 tests in 0.001s / FAILED (failures=1, errors=1)           unittest
"""

import re
from dataclasses import dataclass

_LOOKED_AT = 60_000
_COUNTED = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|ignored|todo|pending|passing|failing)\b")
_PYTEST = re.compile(r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+ ?s", re.MULTILINE)
_DURATION = re.compile(r" in [\d.]+ ?s")  # stands in all that the pattern above finds, and is looked for at once
_PYTEST_NONE = re.compile(r"^(?:=+ )?no tests ran\b|^collected 0 items", re.MULTILINE)
_JEST = re.compile(r"^\s*Tests:?\s+((?:\d+ [a-z]+(?:,| \|)? ?)+)(?:\(\d+\))?", re.MULTILINE)
_CARGO = re.compile(r"^test result: \w+\. ([^\n]*)", re.MULTILINE)
_UNITTEST = re.compile(r"^Ran (\d+) tests? in [^\n]*\n+(?:(OK|FAILED|NO TESTS RAN)(?: \(([^)\n]*)\))?)", re.MULTILINE)
_MOCHA = re.compile(r"^\s*(\d+) (passing|failing|pending)\b", re.MULTILINE)
_RSPEC = re.compile(r"^(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?", re.MULTILINE)
_MAVEN = re.compile(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)")
_DOTNET = re.compile(r"Failed:\s+(\d+), Passed:\s+(\d+), Skipped:\s+(\d+)")
_TAP = re.compile(r"^# (pass|fail|skipped) (\d+)", re.MULTILINE)
_GOTESTSUM = re.compile(r"^DONE (\d+) tests?(?:, (\d+) skipped)?(?:, (\d+) failures?)?", re.MULTILINE)
_GO_RED = re.compile(r"^(?:--- FAIL|FAIL(?:\s|$)|panic: )", re.MULTILINE)
_GO_GREEN = re.compile(r"\nok\s+\S+\s+(?P<time>\(cached\)|[\d.]+s)(?P<rest>[^\n]*)")
_GO_EMPTY = ("no test files", "[no tests to run]", "testing: warning: no tests to run")
_GO_CASE = re.compile(r"^\s*--- (PASS|FAIL|SKIP): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Summary:
    """Outcome ok, failed or green_empty, and counts, None where the runner prints none."""

    outcome: str
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None


def read_summary(output: str) -> Summary | None:
    """What the last summary in `output` says; None when there is none."""
    text = output if len(output) <= _LOOKED_AT else output[: _LOOKED_AT // 3] + "\n" + output[-_LOOKED_AT * 2 // 3 :]
    for look in (_worded, _unittest, _numbered, _counted_lines, _go):
        if (found := look(text)) is not None:
            return found
    return None


def _all(pattern: re.Pattern, text: str, *words: str) -> list:
    """What the pattern finds; each of its matches holds one of the words, and to look for them first is much quicker."""
    return pattern.findall(text) if any(word in text for word in words) else []


def _worded(text: str) -> Summary | None:
    """pytest, jest, vitest, cargo: counts with words beside them; several blocks of cargo are summed."""
    if blocks := _all(_CARGO, text, "test result: "):
        return _from_words(" ".join(blocks))
    for blocks in (_PYTEST.findall(text) if _DURATION.search(text) else (), _all(_JEST, text, "Tests")):
        for block in reversed(blocks):
            if _COUNTED.search(block):
                return _from_words(block)
    return Summary("green_empty", 0, 0, 0) if _all(_PYTEST_NONE, text, "no tests ran", "collected 0 items") else None


def _from_words(text: str) -> Summary:
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for number, word in _COUNTED.findall(text):
        name = {"passed": "passed", "xpassed": "passed", "passing": "passed"}.get(word)
        name = name or ("failed" if word in ("failed", "error", "errors", "failing") else "skipped")
        counts[name] += int(number)
    return _summary(counts["passed"], counts["failed"], counts["skipped"])


def _unittest(text: str) -> Summary | None:
    found = _all(_UNITTEST, text, "Ran ")
    if not found:
        return None
    ran, _, details = found[-1]
    told = {name: int(number) for name, number in re.findall(r"(\w+(?: \w+)?)=(\d+)", details)}
    failed, skipped = told.get("failures", 0) + told.get("errors", 0), told.get("skipped", 0)
    return _summary(max(0, int(ran) - failed - skipped), failed, skipped)


def _numbered(text: str) -> Summary | None:
    """RSpec, Maven, .NET, gotestsum: counts at fixed places."""
    if found := _all(_RSPEC, text, " example"):
        total, failed, skipped = (int(number or 0) for number in found[-1])
        return _summary(total - failed - skipped, failed, skipped)
    if found := _all(_MAVEN, text, "Tests run: "):
        total, failures, errors, skipped = map(int, found[-1])
        return _summary(total - failures - errors - skipped, failures + errors, skipped)
    if found := _all(_DOTNET, text, ", Passed:"):
        failed, passed, skipped = (sum(map(int, column)) for column in zip(*found, strict=True))
        return _summary(passed, failed, skipped)
    if found := _all(_GOTESTSUM, text, "DONE "):
        total, skipped, failed = (int(number or 0) for number in found[-1])
        return _summary(total - failed - skipped, failed, skipped)
    return None


def _counted_lines(text: str) -> Summary | None:
    """Mocha and TAP: a line for each count."""
    found = [(word, number) for number, word in _all(_MOCHA, text, "passing", "failing", "pending")]
    found = found or _all(_TAP, text, "# pass", "# fail", "# skipped")
    counts = {word: int(number) for word, number in found}
    if not counts:
        return None
    failed = counts.get("failing", counts.get("fail", 0))
    return _summary(
        counts.get("passing", counts.get("pass", 0)), failed, counts.get("pending", counts.get("skipped", 0))
    )


def _go(text: str) -> Summary | None:
    """Go prints packages; only with -v are there tests to count, and cached results ran nothing."""
    cases = _all(_GO_CASE, text, "--- ")
    is_verbose = "PASS" in cases
    counts = (cases.count("PASS"), cases.count("FAIL"), cases.count("SKIP")) if is_verbose else (None, None, None)
    if ("FAIL" in text or "panic: " in text) and _GO_RED.search(text):
        return Summary("failed", *counts)
    green = list(_GO_GREEN.finditer("\n" + text))
    if not green and not _is_empty(text):
        return None
    ran = [one for one in green if one["time"] != "(cached)" and not _is_empty(one["rest"])]
    return Summary("ok", *counts) if ran else Summary("green_empty", *counts)


def _is_empty(text: str) -> bool:
    return any(words in text for words in _GO_EMPTY)


def _summary(passed: int, failed: int, skipped: int) -> Summary:
    outcome = "failed" if failed else "ok" if passed else "green_empty"
    return Summary(outcome, max(0, passed), failed, skipped)
