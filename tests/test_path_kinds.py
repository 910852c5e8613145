"""Kinds of files: by name, and by what a file says of itself."""

import time

import pytest

from retro.analyses.path_kinds import KINDS, NOT_WRITTEN, generated_rule, path_kind

PATHS = """
node_modules/left-pad/index.js                    vendored       dependency-folder
vendor/github.com/pkg/errors/errors.go            vendored       dependency-folder
web/third-party/lib.c                             vendored       dependency-folder
ios/Pods/AFNetworking/a.m                         vendored       dependency-folder
deps/zlib/inflate.c                               vendored       dependency-folder
gradlew                                           vendored       wrapper-script
static/jquery-3.7.1.min.js                        vendored       known-library
static/js/bootstrap.bundle.js                     vendored       known-library
docs/js/sidecar-1.5.0.js                          vendored       known-library
css/normalize.css                                 vendored       known-library
js/require-2.3.6.js                               vendored       known-library
scripts/bootstrap.js                              code           suffix
src/normalize.js                                  code           suffix
lib/prototype.rb                                  code           suffix
src/vendoring/app.py                              code           suffix
src/cache/lru.py                                  code           suffix
src/external/client.py                            code           suffix
src/jquery.py                                     code           suffix
kubernetes/pods/list.go                           code           suffix
app/deps/auth.py                                  code           suffix
test/node_modules/hello/index.js                  test           fixture-folder
tests/apps/lib/site-packages/a.py                 test           fixture-folder
tests/vendor/chai.js                              vendored       dependency-folder
types/index.d.ts                                  code           suffix
package-lock.json                                 lock           lock-file
go.sum                                            lock           lock-file
uv.lock                                           lock           lock-file
Cargo.lock                                        lock           lock-file
.terraform.lock.hcl                               lock           lock-file
src/lock.py                                       code           suffix
src/app_pb2.py                                    generated      protocol-buffers
api/v1/api.pb.go                                  generated      protocol-buffers
app/static/site.min.css                           generated      minified
src/api.generated.ts                              generated      generated-name
internal/status_gen.go                            generated      generated-name
internal/gen.go                                   code           suffix
src/__generated__/query.ts                        generated      generated-folder
web/dist/main.js                                  generated      generated-folder
tests/__snapshots__/a.test.tsx.snap               generated      snapshot
docs/generated/.gitignore                         configuration  dot-file
test/nodejs-bundle.js                             test           test-folder
tests/cassettes/login.yaml                        generated      snapshot
lib/tool.so                                       generated      compiled
.github/workflows/ci.yml                          ci             ci-folder
.github/scripts/check.sh                          ci             ci-folder
.azure-pipelines.yml                              ci             ci-file
.github/dependabot.yml                            ci             ci-file
scripts/ci/diff.sh                                ci             ci-file
mkdocs.yml                                        documentation  site-settings
website/docs/_category_.json                      documentation  documentation-folder
scripts/release.js                                build          build-script
src/release.js                                    code           suffix
cli/build.rs                                      build          build-file
README.md                                         documentation  named-document
tests/README.md                                   documentation  named-document
LICENSE-APACHE                                    documentation  named-document
changelog.d/12.fixed.md                           documentation  change-notes
src/changes.py                                    code           suffix
scripts/install                                   code           script-folder
tests/fixtures/big.json                           test           test-folder
tests/fixtures/page.md                            test           test-folder
cmd/integration_test/hooks.go                     test           test-folder
src/test/java/org/FooIT.java                      test           test-folder
ios/AppTests/LoginTests.swift                     test           test-folder
contest/main.py                                   code           suffix
spec/models/user_spec.rb                          test           spec-folder
docs/api_spec.md                                  documentation  documentation-folder
dev/ui_spec.md                                    documentation  suffix
cmd/run_test.go                                   test           test-name
cmd/test_load.go                                  code           suffix
lizard/test_java.py                               test           test-name
src/Button.spec.tsx                               test           test-name
src/main/java/FooTest.java                        test           test-name
src/Contest.java                                  code           suffix
jest.config.js                                    test           test-settings
pyproject.toml                                    build          build-file
docs/requirements.txt                             build          build-file
requirements/dev.txt                              build          build-folder
web/vite.config.mts                               build          build-file
web/vite-env.d.ts                                 code           suffix
Dockerfile.dev                                    build          build-file
docs/conf.py                                      documentation  documentation-folder
docs/logo.png                                     documentation  documentation-folder
examples/hello.py                                 documentation  example-folder
notes/plan.md                                     documentation  suffix
.claude/commands/review.md                        configuration  agent-settings
.gitignore                                        configuration  dot-file
.vscode/settings.json                             configuration  dot-folder
tsconfig.base.json                                configuration  settings-name
config/prod.json                                  configuration  settings-folder
deploy/values.yaml                                configuration  suffix
app.toml.example                                  configuration  suffix
web/locales/de.json                               data           translation
prices.json                                       data           suffix
assets/logo.svg                                   asset          suffix
migrations/001.sql                                code           suffix
templates/page.html.j2                            code           suffix
bin/console                                       code           script-folder
src/parser.RS                                     code           suffix
Containerfile.prod.weird                          other          none
strange.xyz                                       other          none
"""


@pytest.mark.parametrize(("path", "kind", "rule"), [line.rsplit(None, 2) for line in PATHS.strip().splitlines()])
def test_kind_is_that_of_the_first_rule_that_matches(path, kind, rule):
    assert path_kind(path) == (kind, rule)


def test_every_kind_is_shown_by_a_path_and_no_other():
    assert {line.split()[-2] for line in PATHS.strip().splitlines()} == set(KINDS)
    assert set(KINDS) > NOT_WRITTEN


@pytest.mark.parametrize("path", ["", "/", "a", ".", "..", "a\nb.py", "\\xff.py", "README", "a/.b/", "äöü.py"])
def test_strange_path_has_a_kind(path):
    assert path_kind(path)[0] in KINDS


@pytest.mark.parametrize(
    "part", ["a", "-", "test", "README-", "a.", "vendor", "/", "/a", "min.", "requirements", "_test/", "1."]
)
def test_hostile_path_takes_no_time(part):
    started = time.process_time()
    path_kind((part * 4096)[:4096] + "!")
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("path", "without", "kind"),
    [
        ("tests/__snapshots__/a.test.tsx.snap", {"generated"}, ("test", "test-folder")),
        ("docs/conf.py", {"documentation"}, ("code", "suffix")),
        ("docs/guide.md", {"documentation"}, ("documentation", "suffix")),
        ("vendor/lib.py", {"generated"}, ("vendored", "dependency-folder")),
    ],
)
def test_kind_that_a_path_is_not_is_passed_over(path, without, kind):
    assert path_kind(path, frozenset(without)) == kind


@pytest.mark.parametrize(
    ("path", "head", "rule"),
    [
        ("a.go", "// Code generated by protoc-gen-go. DO NOT EDIT.\npackage a\n", "go-header"),
        ("a.go", "// Copyright\n\n// Code generated by enumer; DO NOT EDIT.\r\npackage a\n", "go-header"),
        ("a.go", "package a\n\n// generated by gen.go;  DO NOT EDIT\n", "do-not-edit"),
        ("a.ts", "/**\n * @generated SignedSource<<1>>\n */\n", "generated-tag"),
        ("a.txt", "#\n# This file is autogenerated by pip-compile with Python 3.11\n", "generated-header"),
        ("a.ts", "/* eslint-disable */\n// Auto-generated by the compiler\n", "generated-header"),
        ("a.py", "# Generated by Django 4.2 on 2026-01-01 10:00\n", "generated-header"),
        ("a.rs", "// This file was automatically generated from schema.fbs.\n// Do not modify.\n", "do-not-edit"),
        ("a.md", "<!-- This file is generated by tool -->\n# Title\n", "generated-header"),
        ("a.js", "/* MIT */" + "a=1;" * 500, "long-lines"),
        ("a.py", 'HEADER = "# Code generated by gen. DO NOT EDIT."\n', None),
        ("gen.go", "package a\n\nimport b\n\nvar t = `\n// Code generated by gen. DO NOT EDIT.\n`\n", None),
        ("a.py", '"""Reads what is generated by the server."""\n', None),
        ("a.py", "import a\n    # message is generated by the judge\n", None),
        ("a.md", "# Generated code\n\nDo not edit it.\n", None),
        ("a.js", "x = 1;\n" * 500, None),
        ("a.js", "short = " + "1" * 300, None),
        ("a.py", "a = 1\n" + "1" * 3000, None),
        ("a.py", "", None),
        ("a.py", "\ufffd\0\n", None),
    ],
)
def test_file_says_of_itself_that_it_is_generated(path, head, rule):
    assert generated_rule(path, head.encode()) == rule


@pytest.mark.parametrize(
    "part", ["/*", "# generated ", '"""', "<!--", "do not edit ", "// @generated", " ", "\n", "(*"]
)
def test_hostile_head_takes_no_time(part):
    started = time.process_time()
    generated_rule("a.py", (part * 4096).encode())
    assert time.process_time() - started < 0.5
