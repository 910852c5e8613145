"""What kind of file a path is, by name alone, and whether a file says of itself that a tool wrote it.

`path_kind("src/app_pb2.py")` gives `("generated", "protocol-buffers")`: the first rule of a table that matches, and the rule's
name. Strong names come first (a lock file is one wherever it lies), then what a folder is for, then the suffix; `other` means that
no rule knows the path. The conventions are those that GitHub Linguist hides from its statistics, without the ones that hide a
team's own work (`cache/`, `env/`, `external/`, `.github/`, `*.d.ts`, `effects.js`); a team's own word in .gitattributes wins:
see declared_kinds.py.

`generated_rule` looks at a file's first bytes instead. The two are kept apart: a path is known for every change, a content only
where it was read.
"""

import re
from functools import lru_cache

KINDS = (
    "vendored", "lock", "generated", "ci", "test", "build", "configuration", "documentation", "data", "asset", "code", "other",
)  # fmt: skip
NOT_WRITTEN = frozenset({"vendored", "lock", "generated"})  # kinds whose lines nobody in the team wrote
HEAD_BYTES = 4096

# Suffixes, each list for one kind; asked after every rule of _RULES.
_SUFFIXES = {
    "documentation": "md mdx mdc markdown rst adoc asciidoc textile org rdoc pod txt tex bib mmd mermaid puml plantuml dia drawio",
    "asset": (
        "png jpg jpeg gif bmp ico icns cur webp avif svg svgz tif tiff psd ai eps sketch fig xcf mp3 wav ogg flac mp4 webm mov avi "
        "ttf otf woff woff2 eot sfd pdf doc docx ppt pptx odt zip gz gzip tar tgz bz2 xz zst 7z rar stl obj glb gltf blend"
    ),
    "configuration": (
        "yaml yml toml ini cfg conf config cnf properties prefs env plist editorconfig tfvars xcconfig service socket timer jsonc "
        "json5 xml entitlements iml project classpath code-workspace"
    ),
    "data": (
        "json jsonl ndjson csv tsv geojson parquet feather arrow avro sqlite sqlite3 db dat npy npz pkl pickle h5 xls xlsx ods "
        "har log diff patch pem crt cer der p12 po pot xliff xlf ftl strings resx arb"
    ),
    "code": (
        "py pyi pyx pxd ipynb go rs c h cc cpp cxx hh hpp hxx m mm cu cl java kt kts scala sc groovy clj cljs cljc cs vb fs fsx js "
        "mjs cjs jsx ts mts cts tsx vue svelte astro coffee rb rake php pl pm t lua r jl swift dart ex exs erl hrl elm hs lhs ml mli "
        "nim zig d cr f f90 f95 f03 for pas asm s v sv vhd vhdl sol vy sh bash zsh fish ps1 psm1 bat cmd awk sed sql prisma "
        "graphql gql proto thrift avsc fbs capnp tf hcl rego cue nix el lisp scm rkt tcl vim gd css scss sass less styl html htm "
        "xhtml jsp jspx tag ejs erb haml slim pug jade hbs handlebars mustache liquid j2 jinja jinja2 twig xsl xslt xsd dtd y l g4 "
        "rl st ttcn wxs jmx alloy robot feature"
    ),
}  # fmt: skip
_KIND_OF_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_WRAPPERS = frozenset(
    "template tmpl tpl example sample dist in default".split()
)  # app.toml.example is judged as app.toml

_CODE = "|".join(_SUFFIXES["code"].split())
_LIBRARIES = (
    "jquery|jquery[.-]ui|bootstrap-datepicker|angular(?:-[a-z]+)?|d3|react|react-dom|vue|backbone|underscore|lodash|"
    "mootools|dojo|modernizr|html5shiv|knockout|handlebars|moment|leaflet|ckeditor|tinymce|mathjax|"
    "font-?awesome|materialize|bulma|htmx|alpine|select2|qunit|jasmine|mocha"
)
_ORDINARY = "bootstrap|prototype|respond|require|normalize|animate|foundation"  # libraries whose names are also words
_LOCKS = (
    "package-lock.json|npm-shrinkwrap.json|pnpm-lock.ya?ml|bun.lockb?|go.(?:work.)?sum|cartfile.resolved|package.resolved|"
    "packages.lock.json|project.assets.json|gradle.lockfile|conda-lock.yml|juliamanifest.toml|manifest-v\\d+.\\d+.toml|"
    "cabal.project.freeze|mise(?:.[^/]+)?.lock"
)
_BUILDS = (
    "pyproject.toml|setup.(?:py|cfg)|manifest.in|pipfile|environment.ya?ml|(?:[^/]*[-_.])?(?:requirements|constraints)[^/]*.(?:txt|in)|"
    "hatch.toml|tox.ini|noxfile.py|package.json|lerna.json|nx.json|turbo.json|pnpm-workspace.yaml|bower.json|component.json|"
    "(?:webpack|vite|rollup|esbuild|babel|gulpfile|gruntfile|tsup|postcss|tailwind)(?:.[^/]+)?.[cm]?[jt]s|go.(?:mod|work)|cargo.toml|"
    "gemfile|[^/]*.gemspec|rakefile|composer.json|mix.exs|rebar.config|build.sbt|package.swift|pubspec.yaml|podfile|cartfile|"
    "pom.xml|[^/]*.gradle(?:.kts)?|gradle.properties|[^/]*.(?:cs|fs|vb|vcx)proj|[^/]*.sln|directory.build.(?:props|targets)|"
    "nuget.config|(?:gnu)?makefile(?:.[^/]+)?|[^/]*.mk|cmakelists.txt|[^/]*.cmake|meson.build|meson_options.txt|"
    "build(?:.bazel)?|workspace(?:.bazel)?|module.bazel|[^/]*.bzl|configure.ac|[^/]*.am|dockerfile[^/]*|[^/]*.dockerfile|"
    "containerfile|(?:docker-)?compose[^/]*.ya?ml|vagrantfile|procfile|brewfile|justfile|taskfile.ya?ml|.?mise.toml|"
    ".?goreleaser.ya?ml|snapcraft.yaml|[^/]*.podspec|project.clj|deps.edn|dune(?:-project)?|stack.yaml|[^/]*.cabal|[^/]*.nix|build.rs"
)


def _folder(names: str) -> str:
    return rf"/(?:{names})/"


def _name(names: str) -> str:
    return rf"/(?:{names})$"


def _exact(names: str) -> str:  # a dot in a list of file names stands for itself
    return _name(re.sub(r"(?<!\\)\.", r"\\.", names))


# (kind, rule, pattern); first match wins. Asked of "/" + the path in lower case, or as it is written where the line ends in _CASED.
_CASED = True
_RULES = tuple(
    (kind, rule, re.compile(pattern), bool(cased))
    for kind, rule, pattern, *cased in (
        ("test", "fixture-folder", r"/(?:tests?|__tests__|tests?[-_]?suites?|test[-_]?data|fixtures)/(?:[^/]+/)*(?:node_modules|(?:site|dist)-packages)/"),
        ("vendored", "dependency-folder", _folder(r"node_modules|bower(?:_components)?|jspm_packages|_?vendor(?:s|ed)?|(?:3rd|third)[-_]?party|externs?|externals|godeps|site-packages|dist-packages|\.?venv|flow-typed|\.yarn/(?:releases|plugins|sdks|unplugged|cache|versions)") + "|^/deps/"),
        ("vendored", "dependency-folder", _folder(r"Pods|Carthage"), _CASED),
        ("vendored", "wrapper-script", _exact(r"gradlew(?:.bat)?|mvnw(?:.cmd)?|.pnp.[^/]+") + "|" + _folder(r"gradle/wrapper|\.mvn/wrapper")),
        ("vendored", "autotools", _exact(r"configure|config.(?:guess|sub)|(?:aclocal|libtool|lt(?:options|sugar|version)|lt~obsolete).m4")),
        ("vendored", "known-library", rf"/(?:{_LIBRARIES})(?:[.-]v?\d[\w.]*)?(?:[.-](?:min|slim|bundle|custom|esm|all|development|production))*\.(?:js|css|less|scss)$|[a-z]-v?\d+\.\d+\.\d+(?:[.-]\w+)*\.(?:js|css)$"),
        ("vendored", "known-library", rf"/(?:{_ORDINARY})(?:\.css|[.-](?:v?\d[\w.]*|min|slim|bundle|custom|esm|all)(?:[.-]\w+)*\.(?:js|css|less|scss))$"),
        ("lock", "lock-file", _exact(_LOCKS) + r"|[^/]\.lock(?:\.(?:json|hcl|ya?ml))?$|[-.]lock\.(?:json|ya?ml|toml)$"),
        ("configuration", "dot-file", r"/\.git(?:ignore|keep|attributes)$"),  # by hand, also in a folder of generated files
        ("generated", "minified", r"(?:[.-]min|\.bundle)\.(?:[cm]?js|css)$"),
        ("generated", "source-map", r"\.(?:[cm]?[jt]s|css)\.map$"),
        ("generated", "protocol-buffers", r"_pb2(?:_grpc)?\.pyi?$|\.pb(?:\.gw|\.validate)?\.\w+$|(?:_pb|_grpc_pb|_grpc_web_pb)(?:\.d)?\.[jt]s$|\.twirp\.go$"),
        ("generated", "generated-name", r"[._-](?:auto)?generated\.\w+$|/zz_generated|\.gen\.\w+$|_gen\.go$|_?easyjson\.go$|bindata\.go$|\.g\.(?:dart|cs|ts)$|\.freezed\.dart$|\.designer\.(?:cs|vb)$|\.feature\.cs$|_tlb\.pas$|/\.secrets\.baseline$"),
        ("generated", "generated-folder", _folder(r"_{0,2}generated(?:__)?|\.generated|htmlcov|\.sqlx|__pycache__|[^/]*\.egg-info|dist|storybook-static|\.next|\.svn")),
        ("generated", "snapshot", _folder(r"__snapshots__|cassettes") + r"|\.(?:snap|ambr|golden)$"),
        ("generated", "compiled", r"\.(?:pyc|pyo|class|o|a|so|dylib|dll|exe|jar|war|whl|egg|wasm|nib|xcuserstate|tsbuildinfo|protoset|binpb)$|/(?:\.ds_store|thumbs\.db|\.coverage)$"),
        ("ci", "ci-folder", _folder(r"\.github/(?:workflows|actions|scripts)|\.(?:circleci|gitlab|buildkite|azure-pipelines|teamcity|semaphore|woodpecker|ci)")),
        ("ci", "ci-file", _exact(r".gitlab-ci.ya?ml|.travis.ya?ml|jenkinsfile[^/]*|.?azure-pipelines[^/]*.ya?ml|.?codecov.ya?ml|.?appveyor.ya?ml|bitbucket-pipelines.ya?ml|.(?:drone|cirrus|woodpecker).ya?ml|cloudbuild.ya?ml|circle.ya?ml|.pre-commit-config.yaml|vsts[^/]*.ya?ml|dependabot.ya?ml|.?renovate.json5?|.mergify.ya?ml") + r"|/ci/[^/]+\.(?:sh|ya?ml|toml)$"),
        ("documentation", "named-document", _name(r"(?:README|CHANGE(?:S|LOG)|HISTORY|NEWS|AUTHORS|CONTRIBUT(?:ORS|ING)|LICEN[CS]E|COPYING|NOTICE|INSTALL|CITATION|CODE_OF_CONDUCT|SECURITY|SUPPORT|MAINTAINERS|ROADMAP)(?:[-_.][\w.-]*)?"), _CASED),
        ("documentation", "named-document", _name(r"readme|licen[cs]e|copying|changelog|authors")),
        ("documentation", "site-settings", _exact(r"mkdocs.ya?ml|.?readthedocs.ya?ml|docusaurus.config.[jt]s|book.toml")),
        ("documentation", "change-notes", _folder(r"\.changeset|changelog\.d|changes\.d|newsfragments")),
        ("test", "test-folder", _folder(r"(?:[^/]*[-_.])?tests?(?:[-_.]?(?:data|env|fixtures?|utils?|helpers?|suites?|support|resources|assets|integration|cases?|e2e))?|__tests__|__mocks__|mocks|testing|fixtures|e2e|cypress|playwright|integration[-_]tests?")),
        ("test", "test-folder", _folder(r"[A-Za-z]\w*Tests?"), _CASED),
        ("test", "spec-folder", _folder("specs?") + rf".*\.(?:{_CODE})$"),
        ("test", "test-name", rf"/(?:tests?|conftest)\.(?:py|[jt]sx?|rb|sh|php|lua)$|/test[_-][^/]*\.(?:py|[cm]?[jt]sx?|rb|sh|php|lua|pl|c|cc|cpp|rs|exs?|jl|r)$|[._-](?:tests?|specs?|e2e|cy)\.(?:{_CODE})$"),
        ("test", "test-name", r"[a-z0-9](?:Test|Tests|TestCase|IT|Spec|Specs)\.(?:java|kts?|scala|groovy|cs|swift|php|vb|fs)$", _CASED),
        ("test", "test-settings", _exact(r"pytest.ini|(?:jest|vitest|playwright|cypress|karma|wdio)[^/]*.(?:conf|config).[^/]+|phpunit.xml[^/]*|cypress.json|.rspec|.coveragerc|.nycrc[^/]*|vitest[^/]*.ts")),
        ("build", "build-file", _exact(_BUILDS)),
        ("build", "build-folder", _folder(r"requirements[^/]*") + r"[^/]*\.(?:txt|in)$|^/debian/"),
        ("build", "build-script", r"/scripts?/[^/]*(?:build|release|publish|prepare|bundle|package)[^/]*$"),
        ("documentation", "documentation-folder", r"^/(?:(?:[\w.-]+[-_])?(?:docs?|documentation|man|wiki)|website/docs)/|" + _folder("documentation|javadoc|groovydoc")),
        ("documentation", "example-folder", r"^/(?:examples?|samples?|demos?)/"),
        ("configuration", "agent-settings", _folder(r"\.(?:claude|cursor|codex|gemini|aider|windsurf|roo|continue|agents?|opencode|kiro)") + "|" + _exact(r".cursorrules|.windsurfrules|.mcp.json|.aider[^/]*")),
        ("documentation", "suffix", r"\.(?:md|mdx|markdown|rst|adoc|asciidoc)$"),
        ("configuration", "dot-file", r"/\.[^/]+$"),
        ("configuration", "dot-folder", r"/\.[^/.][^/]*/"),
        ("data", "translation", _folder(r"locales?|i18n|translations?|[^/]*\.lproj") + r".*\.(?:json|ya?ml|properties)$|/messages[^/]*\.properties$"),
        ("configuration", "settings-name", _exact(r"[tj]sconfig[^/]*.json|[^/]*.(?:conf|config|rc).(?:[cm]?[jt]s|json|ya?ml)|[^/]*lintrc[^/]*|codeowners|(?:config|settings|manifest|renovate|vercel|firebase|netlify|app).json|robots.txt|humans.txt|runtime.txt|cname|web.config|py.typed")),
        ("configuration", "settings-folder", _folder(r"configs?|conf|settings|web-inf|meta-inf") + r"[^/]*\.(?:json|xml|env|txt)$"),
    )
)  # fmt: skip
_SCRIPT_FOLDER = re.compile(r"(?:^|/)(?:bin|scripts?|tools|hack|[\w-]*tasks?)/(?:[^/.]+/)*[^/.]+$", re.IGNORECASE)

# What a file says of itself in the comments before its first line of code; the first is Go's documented form (`go help generate`).
_LEAD = re.compile(
    r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/|<!--.*?-->|--[^\n]*|;[^\n]*|%[^\n]*|\"\"\".*?\"\"\"|'''.*?'''|\(\*.*?\*\)|@?rem [^\n]*|"
    r"<\?\w+|package [\w.;]+)*",
    re.IGNORECASE | re.DOTALL,
)
_PROSE_LEAD = re.compile(r"(?:\s|<!--.*?-->|---\n.*?\n---)*", re.DOTALL)  # in Markdown a line with # is a heading
_HEADINGS = frozenset("md mdx mdc markdown adoc org textile".split())
_GENERATED = tuple(
    (rule, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for rule, pattern in (
        ("go-header", r"^(?://|#) code generated .* do not edit\.?\r?$"),
        ("generated-tag", r"(?<![\w@.])@(?:partially-)?generated\b(?![\w(.])"),
        ("do-not-edit", r"\bgenerated\b[^\n]*(?:\n[^\n]*)?\bdo not (?:edit|modify|change)\b|\bdo not (?:edit|modify|change)\b[^\n]*(?:\n[^\n]*)?\bgenerated\b"),
        ("generated-header", r"^[^\w\n]*(?:(?:this|the following) (?:file|code|module|class|script|document) (?:is|was|has been) (?:automatically |machine[- ]|auto[- ]?)?generated\b|(?:auto(?:matically)?[- ]?|machine[- ])?generated (?:by|from|using|with|on|at)\b|generated code\b)"),
    )
)  # fmt: skip
_MINIFIED_LINE, _MINIFIED_LEAST = 110, 1000


@lru_cache(maxsize=1 << 16)
def path_kind(path: str, without: frozenset[str] = frozenset()) -> tuple[str, str]:
    """Kind of a path, one of KINDS, and the name of the rule that decided (`none` for the kind `other`).

    Rules of the kinds `without` are not asked: what a repository says its files are not. Suffixes always are.
    """
    written = f"/{path}"
    lower = written.lower()
    for kind, rule, pattern, is_cased in _RULES:
        if kind not in without and pattern.search(written if is_cased else lower):
            return kind, rule
    suffix = _suffix(path)
    if suffix in _KIND_OF_SUFFIX:
        return _KIND_OF_SUFFIX[suffix], "suffix"
    return ("code", "script-folder") if _SCRIPT_FOLDER.search(path) else ("other", "none")


def generated_rule(path: str, head: bytes) -> str | None:
    """Rule by which the first HEAD_BYTES of a file say that a tool wrote it; None when they say nothing of the kind."""
    text = head[:HEAD_BYTES].decode("utf-8", "replace")
    lead = (_PROSE_LEAD if _suffix(path) in _HEADINGS else _LEAD).match(text)[0]
    for rule, pattern in _GENERATED:
        if pattern.search(lead):
            return rule
    is_script = _suffix(path) in {"js", "mjs", "cjs", "css"}
    if is_script and len(text) >= _MINIFIED_LEAST and len(text) / (text.count("\n") + 1) > _MINIFIED_LINE:
        return "long-lines"
    return None


def _suffix(path: str) -> str:
    """Last suffix of a file name in lower case, that of what it is a template of when it is one; empty without."""
    parts = path.rpartition("/")[2].lower().split(".")
    while len(parts) > 2 and parts[-1] in _WRAPPERS:
        parts.pop()
    return parts[-1] if len(parts) > 1 else ""
