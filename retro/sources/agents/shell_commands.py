"""What a shell command does, as far as its words tell, and whether its exit status says anything.

    go test ./... 2>&1 | tail -20       a test run whose exit status is that of `tail`: masked
    git add . && git commit -m "x"      a commit

Only the words are read: nothing is run, and text within quotes and here-documents counts for nothing.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_LONGEST_COMMAND = 20_000
_HERE_DOCUMENT = re.compile(r"<<-?[ \t]{0,9}(['\"]?)(\w{1,80})\1[^\n]*\n[\s\S]*?(?:^[ \t]*\2\b|\Z)", re.MULTILINE)
_QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"")
_OPERATOR = re.compile(r"(\|\||&&|;|\n|\|&?|&(?<![>&]&)(?![>&\d]))")
_ASSIGNMENT = re.compile(r"\w+=\S*")
_COMMIT = re.compile(r"\bgit\b[^\n|;&]{0,200}?\bcommit\b")
_MESSAGE = re.compile(
    r"\s(?:-[a-zA-Z]{0,9}m|--message)(?:=|[ \t]{0,9})"
    r"(?:\"\$\(cat <<-?[ \t]{0,9}['\"]?\w{1,80}['\"]?[ \t]{0,9}\n(?P<here>[^\n]*)"
    r"|\"(?P<double>(?:\\.|[^\"\\\n])*)|'(?P<single>[^'\n]*))"
)
_PREFIXES = {
    "sudo", "time", "env", "nice", "command", "exec", "then", "do", "else", "if", "!", "(", "{", "npx", "bunx", "pnpx",
    "uvx", "xvfb-run", "builtin", "nohup",
}  # fmt: skip
_RUNNERS = {("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("pdm", "run"), ("hatch", "run"), ("rye", "run"),
            ("bundle", "exec"), ("pnpm", "exec"), ("yarn", "exec"), ("npm", "exec"), ("go", "tool"), ("pnpm", "dlx")}  # fmt: skip
_SCRIPT_RUNNERS = {"npm", "yarn", "pnpm", "bun", "make", "gmake", "just", "task", "mise", "rake", "deno", "composer"}
_TESTERS = {
    "pytest", "py.test", "tox", "nox", "jest", "vitest", "mocha", "ava", "rspec", "phpunit", "pest", "ctest",
    "gotestsum", "bats", "karma", "behave", "cypress", "ginkgo",
}  # fmt: skip
_LINTERS = {
    "ruff", "flake8", "pylint", "mypy", "pyright", "basedpyright", "eslint", "prettier", "biome", "golangci-lint", "gofmt",
    "gofumpt", "goimports", "shellcheck", "rubocop", "black", "isort", "pre-commit", "staticcheck", "hadolint", "yamllint",
    "markdownlint", "stylelint", "ktlint", "detekt", "oxlint", "swiftlint", "clippy", "actionlint", "bandit", "ty", "standardrb",
}  # fmt: skip
_BUILDERS = {"webpack", "rollup", "esbuild", "cmake", "ninja", "meson", "hugo", "mkdocs", "sphinx-build"}
_PAIRS = {
    ("go", "test"): "test", ("cargo", "test"): "test", ("cargo", "nextest"): "test", ("dotnet", "test"): "test",
    ("swift", "test"): "test", ("mix", "test"): "test", ("bazel", "test"): "test", ("gradle", "test"): "test",
    ("gradlew", "test"): "test", ("gradle", "check"): "test", ("gradlew", "check"): "test", ("mvn", "test"): "test",
    ("mvn", "verify"): "test", ("mvnw", "test"): "test", ("mvnw", "verify"): "test", ("playwright", "test"): "test",
    ("node", "--test"): "test", ("flutter", "test"): "test", ("zig", "test"): "test", ("rails", "test"): "test",
    ("go", "vet"): "lint", ("cargo", "clippy"): "lint", ("cargo", "fmt"): "lint", ("terraform", "fmt"): "lint",
    ("terraform", "validate"): "lint", ("tsc", "--noemit"): "lint", ("go", "fmt"): "lint", ("dotnet", "format"): "lint",
    ("go", "build"): "build", ("go", "install"): "build", ("cargo", "build"): "build", ("cargo", "check"): "build",
    ("dotnet", "build"): "build", ("swift", "build"): "build", ("bazel", "build"): "build", ("docker", "build"): "build",
    ("docker", "buildx"): "build", ("gradle", "build"): "build", ("gradlew", "build"): "build",
    ("gradle", "assemble"): "build", ("gradlew", "assemble"): "build", ("mvn", "package"): "build",
    ("mvn", "compile"): "build", ("mvn", "install"): "build", ("vite", "build"): "build", ("next", "build"): "build",
    ("git", "commit"): "commit", ("git", "push"): "push",
}  # fmt: skip
_MODULES = {"pytest": "test", "unittest": "test", "nose2": "test", "build": "build", "compileall": "build"}
_SCRIPT_KINDS = {"test": "test", "tests": "test", "t": "test", "check": "test", "lint": "lint", "fmt": "lint", "format": "lint",
                 "typecheck": "lint", "type-check": "lint", "vet": "lint", "build": "build", "compile": "build"}  # fmt: skip
# Runs nothing: collects, lists, compiles only, or explains itself.
_NO_RUN = {"--collect-only", "--co", "--no-run", "--help", "-h", "--version", "--list", "--listTests", "--showConfig"}
_ORDER = ("test", "lint", "build", "commit", "pull_request", "push", "other")
VERDICT_KINDS = frozenset({"test", "lint", "build"})


@dataclass(frozen=True, slots=True)
class Command:
    """A shell command: the foremost of the kinds of its parts, all of them, and whether its exit status is hidden."""

    kind: str
    kinds: frozenset[str]
    is_masked: bool


def read_command(command: str) -> Command:
    """What the words of `command` tell."""
    return _read(command[:_LONGEST_COMMAND])


@lru_cache(maxsize=512)
def _read(command: str) -> Command:
    text = _QUOTED.sub("Q", _HERE_DOCUMENT.sub("<<\n", command))
    pieces = _OPERATOR.split(text.replace("\\\n", " "))
    kinds = [_kind(piece.split()) for piece in pieces[::2]]
    kind = next((one for one in _ORDER if one in kinds), "other")
    judged = max((index for index, one in enumerate(kinds) if one == kind), default=0)
    if kind == "other":
        judged = next((index for index, one in enumerate(kinds) if one == "other"), 0)
    hidden = any(_hides(pieces, index) for index in range(2 * judged + 1, len(pieces), 2))
    return Command(kind, frozenset(kinds) - {None}, hidden and "pipefail" not in text)


def commit_subject(command: str) -> str | None:
    """The first line of the message that `git commit -m` is given; None when the words do not tell it."""
    command = command[:_LONGEST_COMMAND]
    call = _COMMIT.search(command)
    found = _MESSAGE.search(command, call.end()) if call else None
    if found is None:
        return None
    if found["here"] is not None:
        return found["here"].strip() or None
    subject = found["single"] if found["single"] is not None else re.sub(r"\\(.)", r"\1", found["double"])
    return None if "$(" in subject or "`" in subject else subject.strip() or None


def _hides(pieces: list[str], index: int) -> bool:
    """Whether the operator at `index` lets something else decide the exit status."""
    if pieces[index] == "&&":
        return False
    return pieces[index] == "&" or bool(pieces[index + 1].strip())


def _kind(words: list[str]) -> str | None:
    """Kind of a simple command; None for one that does nothing by itself (cd, echo, a comment)."""
    words = _without_prefixes(words)
    if (
        not words
        or words[0].startswith("#")
        or words[0] in ("cd", "export", "echo", "set", "source", "pushd", "true", "fi")
    ):
        return None
    program = words[0].rpartition("/")[2]
    if program in ("timeout", "gtimeout"):
        rest = words[1:]
        while rest and (rest[0].startswith("-") or rest[0][:1].isdigit()):
            rest = rest[1:]
        return _kind(rest)
    kind = _known_kind(program, words[1:])
    if kind == "test" and (not _NO_RUN.isdisjoint(words) or (program == "go" and "-c" in words)):
        return "other"
    return kind


def _without_prefixes(words: list[str]) -> list[str]:
    while words:
        if _ASSIGNMENT.fullmatch(words[0]) or words[0] in _PREFIXES:
            words = words[1:]
        elif tuple(words[:2]) in _RUNNERS:
            words = words[2:]
            while words and words[0].startswith("-"):
                words = words[1:]
        else:
            return words
    return words


def _known_kind(program: str, rest: list[str]) -> str:
    if program in _TESTERS:
        return "test"
    if program in _LINTERS:
        return "lint"
    if program in _BUILDERS:
        return "build"
    if program.startswith("python") and "-m" in rest[:3]:
        module = rest[rest.index("-m") + 1 : rest.index("-m") + 2]
        return _MODULES.get(module[0] if module else "", _known_kind(module[0], []) if module else "other")
    action = _action(program, rest)
    if program in ("gh", "glab"):
        return "pull_request" if rest[:2] in (["pr", "create"], ["mr", "create"]) else "other"
    if program in _SCRIPT_RUNNERS:
        return _script_kind(program, rest)
    if program == "tsc":
        return "lint" if "--noEmit" in rest else "build"
    return _PAIRS.get((program, action), "other")


def _action(program: str, rest: list[str]) -> str:
    """The word after the options of the program itself: `git -C path commit`."""
    index = 0
    while index < len(rest) and rest[index].startswith("-") and (program, rest[index].lower()) not in _PAIRS:
        index += 2 if rest[index] in ("-C", "-c", "-f", "-p", "--git-dir", "--work-tree") else 1
    return rest[index].lower() if index < len(rest) else ""


def _script_kind(program: str, rest: list[str]) -> str:
    names = [word for word in rest if not word.startswith("-") and word not in ("run", "run-script", "r", "x", "watch")]
    if not names:
        return "build" if program in ("make", "gmake") else "other"
    head = re.split(r"[:_\-.]", names[0].lower())[0]
    return _SCRIPT_KINDS.get(
        names[0].lower(), _SCRIPT_KINDS.get(head, "build" if program in ("make", "gmake") else "other")
    )
