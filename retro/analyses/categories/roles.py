"""What a path is for, by its name."""

import re
from functools import cache

# First match wins, on the path in lower case. Everything without a role is code.
_ROLES = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (
            "ci",
            r"/\.(github/(workflows|actions|scripts)|circleci|gitlab|buildkite|azure-pipelines|woodpecker|drone|"
            r"semaphore|teamcity)/|/(\.gitlab-ci\.ya?ml|\.travis\.yml|jenkinsfile[^/]*|azure-pipelines[^/]*\.ya?ml|"
            r"vsts[^/]*\.ya?ml|bitbucket-pipelines\.yml|\.?codecov\.ya?ml|\.?appveyor\.yml|\.drone\.yml|\.cirrus\.yml|"
            r"\.pre-commit-config\.yaml|cloudbuild\.ya?ml|dependabot\.yml|\.?renovate\.json5?|\.mergify\.yml|tox\.ini|"
            r"noxfile\.py)$|/ci/[^/]+\.(sh|ya?ml|toml)$"
        ),
        ("docs", r"/(docs?|specs?|plans?|rfcs?)/.*\.(md|mdx|rst|adoc|txt)$"),
        (
            "test",
            r"/(tests?|specs?|__tests__|__mocks__|__snapshots__|testing|testdata|test-data|fixtures|e2e|cypress|"
            r"test[-_]utils|[a-z]+[-_]tests?|qa)/|/(test_[^/]*|conftest)\.py$|[._-](test|tests|spec)s?\.[a-z]+$|\.snap$"
        ),
        (
            "docs",
            r"/(docs?|documentation|man|examples?|website/docs)/|\.(md|mdx|rst|adoc|tex)$|/(readme|changelog|changes|"
            r"news|authors|contributors|maintainers|contributing|licen[cs]e|copying|notice|history|code_of_conduct|"
            r"security)(\.[a-z]+)?$|/mkdocs\.ya?ml$"
        ),
        (
            "build",
            r"/(pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.(txt|in)|[^/]*\.lock|package(-lock)?\.json|"
            r"pnpm-(lock|workspace)\.yaml|lerna\.json|\.?npmrc|go\.(mod|sum)|cargo\.toml|gemfile|pom\.xml|"
            r"build\.gradle(\.kts)?|settings\.gradle(\.kts)?|gradle\.properties|cmakelists\.txt|makefile|"
            r"dockerfile[^/]*|docker-compose[^/]*\.ya?ml|manifest\.in|meson\.build|meson_options\.txt|kbuild|"
            r"build(\.bazel)?|build\.rs|workspace|webpack[^/]*\.[cm]?js|vite\.config\.[jt]s|rollup[^/]*\.[cm]?[jt]s|"
            r"esbuild[^/]*\.[cm]?[jt]s|babel\.config\.js|gulpfile\.[jt]s|tsconfig[^/]*\.json|\.?goreleaser\.ya?ml|"
            r"flake\.(nix|lock)|[^/]*\.nix|[^/]*\.gemspec|\.nvmrc|\.node-version|\.python-version|"
            r"rust-toolchain(\.toml)?|\.dockerignore|\.npmignore)$|\.(cmake|mk|gradle|csproj|sln|bazel)$|"
            r"/scripts?/[^/]*(build|release|publish|prepare|bundle|package)[^/]*$"
        ),
        ("chore", r"/\.[^/]+$|/(\.idea|\.vscode|\.changeset|\.devcontainer)/"),
    )
)  # fmt: skip


_CAMEL_CASE_TEST = re.compile(r"[a-z0-9](?:Tests?|IT|Spec)\.(?i:java|kt|scala|groovy|cs|swift|php)$")


@cache
def path_role(path: str) -> str:
    """What a path is for: ci, test, docs, build, chore or code."""
    lower, is_test = f"/{path.lower()}", bool(_CAMEL_CASE_TEST.search(path))
    for role, pattern in _ROLES:
        if pattern.search(lower) or (is_test and role == "test"):
            return role
    return "code"
