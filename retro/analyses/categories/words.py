"""Words that tell what kind of work a commit was, as data; the rules that use them are in `observed.py`."""


def _kind_of_word(words_of_kind: dict[str, str]) -> dict[str, str]:
    return {word: kind for kind, words in words_of_kind.items() for word in words.split()}


# A subject that begins with one of these says what was done.
LEADING = _kind_of_word({
    "fix": (
        "fix fixes fixed fixing fixup bugfix bugfixes hotfix patch patches correct corrects corrected correcting "
        "resolve resolves resolved resolving repair repairs repaired prevent prevents prevented preventing avoid "
        "avoids avoided avoiding workaround handle handles handled handling ensure ensures ensured ensuring guard "
        "restore restores restored stop never don't do wrong incorrect missing recover tolerate respect preserve "
        "unbreak clamp escape sanitize should"
    ),
    "feat": (
        "add adds added adding implement implements implemented implementing introduce introduces introduced "
        "introducing support supports supported supporting allow allows allowed allowing enable enables enabled "
        "enabling new create creates created creating provide provides expose exposes extend extends extended "
        "show display enhance enhances enhanced port advertise"
    ),
    "refactor": (
        "refactor refactors refactored refactoring rename renames renamed renaming move moves moved moving remove "
        "removes removed removing delete deletes deleted drop drops dropped simplify simplifies simplified "
        "simplifying extract extracts extracted clean cleans cleaned cleaning cleanup cleanups restructure "
        "restructured reorganize reorganise reorganized reorder rewrite rewrites rewritten replace replaces "
        "replaced convert converts converted converting migrate migrates migrated split splits merge merges "
        "inline inlines reuse unify unifies deduplicate dedupe consolidate consolidates tidy format reformat lint "
        "style sort rework reworked decouple modernize streamline encapsulate abstract isolate centralize switch "
        "standardize use uses using adopt eliminate shorten prune export constify demote invert turn kill"
    ),
    "perf": "optimize optimise optimizes optimized optimised speed speedup speeds cache parallelize memoize",
    "docs": (
        "document documents documented documenting clarify clarifies docs doc docstring docstrings readme typo "
        "typos changelog"
    ),
    "test": "test tests testing tested xfail",
    "build": "bump bumps bumped bumping upgrade upgrades upgraded upgrading pin unpin pins release releases",
    "ci": "ci",
    "revert": "revert reverts reverted rollback backout",
    "vague": (
        "update updates updated change changes changed improve improves improved make makes tweak tweaks adjust "
        "adjusts set sets refine increase decrease reduce bring give include mark pass decorate"
    ),
})  # fmt: skip

# Anywhere in the subject. A cosmetic word takes the edge off a fix: "fix a typo", "fix lint".
ANYWHERE = _kind_of_word({
    "fix": (
        "bug bugs bugfix fix fixes fixed fixing crash crashes crashing crashed regression regressions deadlock "
        "deadlocks leak leaks leaking race races broken breaks incorrect incorrectly wrong wrongly panic panics "
        "overflow overflows underflow segfault hang hangs stuck flicker flickering failure failures fails failed "
        "failing fault missing invalid unexpected properly correctly correction workaround glitch mismatch "
        "uninitialized infinite doesn't isn't hotfix corrupt corruption stale"
    ),
    "cosmetic docs": "typo typos spelling grammar wording docstring docstrings javadoc",
    "cosmetic refactor": "lint linter linting indentation formatting prettier eslint clippy",
    "near docs": "comment comments doc docs documentation readme",
    "near refactor": "whitespace warning warnings",
    "docs": "changelog tutorial",
    "test": "test tests testing unittest unittests coverage fixture fixtures e2e flaky",
    "ci": "ci workflow workflows travis circleci jenkins appveyor codecov",
    "build": (
        "dependency dependencies dep deps packaging docker dockerfile makefile cmake webpack gradle maven "
        "lockfile"
    ),
    "perf": "perf performance faster optimization optimizations optimisation latency",
    "refactor": "refactor refactoring refactored cleanup cleanups unused deprecated redundant unnecessary",
    "feat": "add adds support feature features implement allow enable",
})  # fmt: skip

# Skipped at the beginning.
UNINFORMATIVE = frozenset(
    "a an the some minor small also more please few properly temporarily explicitly really".split()
)
