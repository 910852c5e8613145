"""Words that speak for a bug fixed, or against it, as data; what each is worth is in `bug_fixes.py`."""


def _evidence_of_word(words_of_evidence: dict[str, str]) -> dict[str, str]:
    return {word: evidence for evidence, words in words_of_evidence.items() for word in words.split()}


# A subject that begins with one of these. Other verbs are told apart in words.py.
FIRST = _evidence_of_word({
    "first:fix": "fix fixes fixed fixing fixup bugfix bugfixes hotfix bug bugs unbreak",
    "first:repair": (
        "correct corrects corrected correcting resolve resolves resolved resolving repair repairs repaired prevent "
        "prevents prevented preventing avoid avoids avoided avoiding workaround restore restores restored recover "
        "wrong incorrect incorrectly missing properly correctly"
    ),
    "first:guard": (
        "handle handles handled handling ensure ensures ensured ensuring guard stop never don't respect preserve "
        "tolerate clamp escape sanitize should address normalize only always check validate skip ignore reset "
        "account wait free hold retry fallback strip trim"
    ),
})  # fmt: skip

# Later in the subject.
SUBJECT = _evidence_of_word({
    "subject:fix": "fix fixes fixed fixing bugfix bugfixes hotfix bug bugs",
    "subject:defect": (
        "crash crashes crashing crashed regression regressions deadlock deadlocks deadlocked leak leaks leaking "
        "leaked race races racy broken breaks incorrect incorrectly wrong wrongly panic panics panicking overflow "
        "overflows underflow segfault segfaults hang hangs hung stuck flicker flickering failure failures fails "
        "failed failing fault faults missing invalid unexpected unexpectedly correctly correction glitch mismatch "
        "mismatched uninitialized uninitialised infinite doesn't isn't corrupt corrupts corrupted corruption stale "
        "oops lockup livelock dangling uaf bogus misleading garbage truncated duplicate duplicated"
    ),
    "subject:prevent": "prevent prevents prevented preventing avoid avoids avoiding",
    "subject:limit": "not instead after when only while during properly correct",
    "subject:edge case": (
        "never before still until if without error errors null undefined none empty can't cannot should always don't"
    ),
    "subject:new": "support feature features new option implement implements introduce introduces enable enables",
})  # fmt: skip

# Anywhere in the subject: what is mended here is no bug.
COSMETIC = frozenset(
    "typo typos spelling grammar wording docstring docstrings javadoc javadocs lint linter linting indentation prettier "
    "eslint clippy whitespace whitespaces pylint flake8 mypy tslint checkstyle checkpatch rustfmt readme changelog "
    "copyright".split()
)
# Only near its beginning: "fix comments", but not "fix the loss of comments".
COSMETIC_NEAR = frozenset(
    "comment comments docs doc documentation format formatting style naming warning warnings license".split()
)

# In the body.
BODY_FIX = frozenset("fix fixes fixed fixing bugfix".split())
BODY_DEFECT = frozenset(
    "bug bugs crash crashes crashed crashing regression regressions deadlock deadlocks leak leaks leaked leaking broken "
    "breaks broke incorrect incorrectly wrong wrongly panic panics overflow overflows underflow segfault hang hangs hung "
    "stuck oops uaf corrupt corrupts corrupted corruption lockup splat bugzilla syzbot kasan traceback stacktrace "
    "uninitialized fault faults race races racy flicker mistakenly accidentally erroneously erroneous bogus "
    "garbage dangling misbehaves misbehave freezes lost loses".split()
)
BODY_SYMPTOM = frozenset(
    "fails failed failure failures failing fail error errors issue issues problem problems exception exceptions invalid "
    "unexpected unexpectedly missing missed unable impossible cannot can't doesn't didn't isn't wasn't weren't silently "
    "never causes caused causing properly correctly correct forgot forgotten reproduce reproduced triggered triggers "
    "warning warnings".split()
)
