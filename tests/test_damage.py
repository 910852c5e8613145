"""Damage of commits and merges, told from real repositories, and what is no damage."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from damages import at, loose
from repositories import START, Entry, History, Repository, git

from retro.analyses import damage
from retro.analyses.damage import Asked
from retro.git import Room, open_room
from retro.git.remerges import remerges

GOOD = "import os\n\n\ndef size(path):\n    return os.path.getsize(path)\n"
BROKEN = GOOD + "\n\ndef half(:\n"
CONFLICT = "<<<<<<< HEAD\nleft\n=======\nright\n>>>>>>> topic\n"


def asked_of(room: Room, is_whole: bool = True, edited: dict[str, tuple[str, ...]] | None = None) -> list[Asked]:
    """Every commit of main in the order of history."""
    found = []
    told = room.run(
        "log", "--reverse", "--topo-order", "--format=%H|%P|%at|%ct|%s", room.refs["refs/heads/main"]
    ).decode()
    for line in told.splitlines():
        sha, parents, *times, subject = line.split("|", 4)
        written, made = (datetime.fromtimestamp(int(seconds), UTC) for seconds in times)
        found.append(
            Asked(sha, tuple(parents.split()), written, made, made, subject, is_whole, (edited or {}).get(sha, ()))
        )
    return found


def hits(made: Repository, tmp_path: Path, is_whole: bool = True, **more: frozenset[str]) -> list[tuple]:
    """Commit, path, rule, name and line of each damage, and the commit that repaired it; commits as marks."""
    room = open_room(made.path, tmp_path / "rooms")
    asked = asked_of(room, is_whole)
    merges = [one.commit_sha for one in asked if len(one.parents) == 2]
    remade = [merge for part in remerges(room.path, room.place.objects, merges) for merge in part]
    edited = {one.commit_sha: tuple(f.path for f in one.files or () if not f.conflict_kind) for one in remade}
    asked = asked_of(room, is_whole, edited)
    marks = {sha: mark for mark, sha in made.shas.items()}
    with damage.Texts(room.path) as texts:
        scanned = list(damage.scan(room, texts, asked, more.get("left_out", frozenset())))
        found = [one for some in scanned for one in some.damages]
        steps = [damage.Step(one.commit_sha, one.parents, one.landed_at) for one in asked]
        repairs = damage.find_repairs(room, texts, found, damage.History(steps))
    return [
        (
            marks[one.commit_sha],
            one.path,
            one.symptom.rule,
            one.symptom.name,
            one.symptom.line,
            marks.get(repairs.get(place)),
        )
        for place, one in enumerate(found)
    ]


def changed(tmp_path: Path, path: str, *versions: str | bytes | Entry) -> list[tuple]:
    """What is told of a file that gets one version after the other, without the path."""
    made = History()
    for version in versions:
        made.commit(changes={path: version})
    return [(mark, *rest) for mark, _, *rest in hits(made.write(tmp_path / "repository"), tmp_path)]


def test_text_that_stops_parsing_is_told_with_its_repair(tmp_path):
    assert changed(tmp_path, "a.py", GOOD, BROKEN, BROKEN + "# more\n", GOOD) == [(2, "no longer parses", "", 8, 4)]


def test_new_file_that_never_parsed_is_not_told(tmp_path):
    assert changed(tmp_path, "a.py", BROKEN, BROKEN + "# more\n") == []


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("a.js", "function f() { return 1 }\n", "function f() { return 1\n"),
        ("a.ts", "const a: number = 1\n", "const a: number = (1\n"),
        ("a.tsx", "const a = <b>{1}</b>\n", "const a = <b>{1</b>\n"),
        ("a.go", "package a\n\nfunc f() {}\n", "package a\n\nfunc f() {\n"),
        ("A.java", "class A { int a; }\n", "class A { int a;\n"),
        ("a.rs", "fn f() {}\n", "fn f() {\n"),
        ("a.c", "int f(void) { return 1; }\n", "int f(void) { return 1;\n"),
        ("a.cpp", "class A { int a; };\n", "class A { int a;\n"),
        ("a.rb", "def f\n  1\nend\n", "def f\n  1 +\nend)\n"),
        ("a.php", "<?php function f() { return 1; }\n", "<?php function f() { return 1;\n"),
        ("a.json", '{"a": 1}\n', '{"a": 1\n'),
        ("a.yaml", "a: [1, 2]\n", "a: [1, 2\nb: 3\n"),
        ("a.toml", 'a = "1"\n', "a = [1\n"),
    ],
)
def test_every_language_with_a_parser_is_told(tmp_path, path, good, bad):
    assert [row[:2] + row[4:] for row in changed(tmp_path, path, good, bad, good)] == [(2, "no longer parses", 3)]


@pytest.mark.parametrize(
    ("path", "good", "other"),
    [
        ("a.py", "print('a')\n", "print 'a'\n"),  # Python 2
        ("a.py", "a = 1\n", "a = unicode('1')\n"),
        ("a.py", "a = 1\n", "try:\n    a = 1\nexcept OSError, e:\n    a = e\n"),
        ("a.py", "a = 1\n", "raise a[0], a[1], a[2]\n"),
        ("a.py", "a = app\n", "@app.route('/')\ndef f():\n    pass\n\n\n@app.route('/b')\ndef f():\n    pass\n\n\na = app\n"),
        ("a.ts", "let a = 1\n", "let a = 1 of\n"),  # one parser's word, brackets in order
        ("tsconfig.json", '{"a": 1}\n', '{"a": 1, // why\n "b": [2,],\n}\n'),
        ("vendor/a.py", GOOD, BROKEN),
        ("a_pb2.py", GOOD, BROKEN),
        ("a.py", GOOD, f"# Generated by a tool. DO NOT EDIT.\n{BROKEN}"),
        ("tests/data/a.py", GOOD, BROKEN),
        ("tests/test_invalid_syntax.py", GOOD, BROKEN),
        ("templates/a.py", GOOD, "import {{ name }}\n"),
        ("{{cookiecutter.name}}/a.py", GOOD, "import {{ name }}\n"),
        ("chart.yaml", "a: 1\n", "{{- if a }}\na: [1\n{{- end }}\n"),
        ("a.min.js", "a()\n", "a(\n"),
        ("a.py", "a = 1\n", b"a = 1\0\n"),
        ("a.py", "a = 1\n", "a = '''\n" + CONFLICT + "'''\n"),
        ("a.md", "a\n", f"```\n{CONFLICT}```\n"),
        ("a.md", "a\n", CONFLICT.replace("HEAD", "SEARCH").replace("topic", "REPLACE")),
        ("a.rst", "a\n", "Title\n=======\n\n>>>>>>> not one\n"),
        ("a.py", "# -*- coding: latin-1 -*-\na = 1\n", "# -*- coding: latin-1 -*-\na = '\u00e9'\n".encode("latin-1")),
        ("a.py", "a = 1\n", Entry("120000", "b.py")),
        ("a.py", "a = 1\n", "a = 1\n" * 200_000 + "def (\n"),  # over 1 MB
    ],
    ids=range(24),
)  # fmt: skip
def test_what_is_no_damage_is_not_told(tmp_path, path, good, other):
    assert changed(tmp_path, path, good, other) == []


@pytest.mark.parametrize("path", ["a.md", "a.py", "a.css", "a.unknown"])
def test_conflict_marker_is_told_once_in_code_and_prose(tmp_path, path):
    found = changed(tmp_path, path, "a = 1\n", f"a = 1\n{CONFLICT}", "a = 1\n")
    assert found == [(2, "conflict marker", "", 2, 3)]


def test_name_that_is_used_and_not_defined_is_told_and_a_parameter_is_no_redefinition(tmp_path):
    worse = GOOD + "\n\ndef length(os):\n    return missing(os)\n"
    assert changed(tmp_path, "a.py", GOOD, worse, GOOD) == [(2, "undefined name", "missing", 9, 3)]


@pytest.mark.parametrize(
    "text",
    [
        "def setup_module(mod):\n    mod.root = 1\n\n\ndef test_a():\n    assert root\n",
        "def setUpModule(m):\n    m.root, m.other = 1, 2\n\n\ndef test_a():\n    assert root and other\n",
        "import sys\n\n\ndef fill(m):\n    m.b = 1\n\n\nfill(sys.modules[__name__])\nprint(b)\n",
        "def f(a):\n    for one in a:\n        if one > a[0]:\n            print(last)\n        last = one\n",
        "while True:\n    if a:\n        print(b)\n    for a, b in []:\n        pass\n",
        "def f(a):\n    try:\n        return a()\n    except StandardError:\n        return 0\n",
    ],
)
def test_name_that_the_module_gets_when_it_runs_is_not_told(tmp_path, text):
    assert changed(tmp_path, "a.py", "a = 1\n", f"a = 1\n\n\n{text}") == []


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("def setup_module(mod):\n    mod.root = 1\n\n\ndef test_a():\n    assert other\n", "other", 6),
        ("def setup_class(cls):\n    cls.root = 1\n\n\ndef test_a():\n    assert root\n", "root", 6),
        ("def f(a):\n    for b in a:\n        a = b\n    print(last)\n    last = a\n", "last", 4),
        ("def f(a):\n    for b in a:\n        print(c)\n        a.c = a[c] = b\n", "c", 3),
        ("def f(a):\n    for b in a:\n        def g():\n            c = b\n        print(c)\n", "c", 5),
        ("for b in []:\n    try:\n        b()\n    except OSError as e:\n        pass\nraise e\n", "e", 6),
    ],
)
def test_name_that_nothing_in_reach_binds_is_told(tmp_path, text, name, line):
    assert changed(tmp_path, "a.py", "a = 1\n", text) == [(2, "undefined name", name, line, None)]


@pytest.mark.parametrize(("head", "severity"), [("", "error"), ("from __future__ import annotations\n\n", "note")])
def test_name_of_an_annotation_that_is_never_looked_up_is_a_note(tmp_path, head, severity):
    made = History()
    made.commit(changes={"a.py": "a = 1\n"})
    made.commit(changes={"a.py": f"{head}def f(a: Missing) -> int:\n    return a\n"})
    room = open_room(made.write(tmp_path / "repository").path, tmp_path / "rooms")
    with damage.Texts(room.path) as texts:
        scanned = list(damage.scan(room, texts, asked_of(room), frozenset()))
    assert [one.symptom.severity for some in scanned for one in some.damages] == [severity]


def test_variable_of_a_comprehension_is_no_redefinition(tmp_path):
    assert changed(tmp_path, "a.py", "a = 1\n", "from a import one\n\nb = [one for one in range(3)]\n") == []


def test_default_of_an_import_that_may_fail_is_no_redefinition(tmp_path):
    text = "try:\n    ssl = None\n    SNI = False\n    import ssl\n    from ssl import SNI\nexcept ImportError:\n    pass\n"
    assert changed(tmp_path, "a.py", "a = 1\n", text) == []
    told = changed(tmp_path / "other", "a.py", "a = 1\n", "def f():\n    pass\n\n\nfrom a import f\n")
    assert told == [(2, "defined twice", "f", 5, None)]


def test_function_and_import_defined_twice_are_told(tmp_path):
    twice = "import os\nimport os\n\n\ndef f():\n    return os\n\n\ndef f():\n    return 1\n"
    assert changed(tmp_path, "a.py", GOOD, twice) == [
        (2, "defined twice", "os", 2, None),
        (2, "defined twice", "f", 9, None),
    ]


def test_name_built_into_python_2_is_told_neither_when_the_rest_stops_parsing_nor_later(tmp_path):
    assert changed(tmp_path, "a.py", "print 'a'\nb\n", "print('a')\nb\n") == []


def test_repair_under_another_name_is_found(tmp_path):
    made = History()
    made.commit(changes={"a.py": GOOD})
    made.commit(changes={"a.py": BROKEN})
    made.commit(changes={"a.py": None, "b.py": BROKEN})
    made.commit(changes={"b.py": GOOD})
    assert hits(made.write(tmp_path / "repository"), tmp_path) == [(2, "a.py", "no longer parses", "", 8, 4)]


def test_damage_is_told_of_the_commit_that_brought_it_and_not_of_the_merge_that_carries_it(tmp_path):
    made = History()
    base = made.commit(changes={"a.py": GOOD, "b.py": "b = 1\n"})
    topic = made.commit(changes={"a.py": BROKEN}, branch="topic", parents=[base])
    main = made.commit(changes={"b.py": "b = 2\n"})
    made.commit(changes={"a.py": BROKEN}, parents=[main, topic])
    assert hits(made.write(tmp_path / "repository"), tmp_path) == [(2, "a.py", "no longer parses", "", 8, None)]


def merged(tmp_path: Path, base: dict, ours: dict, theirs: dict, result: dict, *after: dict) -> list[tuple]:
    """What is told of a merge and of the commits after it."""
    made = History()
    start = made.commit(changes=base)
    topic = made.commit(changes=theirs, branch="topic", parents=[start])
    main = made.commit(changes=ours)
    made.commit("Merge branch 'topic'", result, parents=[main, topic])
    for changes in after:
        made.commit(changes=changes)
    return hits(made.write(tmp_path / "repository"), tmp_path)


def test_import_dropped_by_one_side_and_used_by_the_other_is_told_of_the_merge(tmp_path):
    use = GOOD + "\n\n# A line that keeps the two changes apart.\nA = 1\nB = 2\nC = 3\n"
    ours = use.replace("import os\n", "").replace("os.path.getsize(path)", "path.stat().st_size")
    theirs = use + "HERE = os.getcwd()\n"
    both = ours + "HERE = os.getcwd()\n"
    found = merged(tmp_path, {"a.py": use}, {"a.py": ours}, {"a.py": theirs}, {"a.py": both}, {"a.py": use})
    assert found == [(4, "a.py", "undefined name", "os", 11, 5)]


def test_import_from_a_module_that_lost_the_name_on_the_other_side_is_told_across_files(tmp_path):
    base = {"pkg/a.py": "def old():\n    pass\n\n\ndef kept():\n    pass\n", "pkg/b.py": "b = 1\n"}
    ours = {"pkg/a.py": "def new():\n    pass\n\n\ndef kept():\n    pass\n"}
    theirs = {"pkg/b.py": "from pkg.a import kept, old\n\nb = old()\n"}
    repaired = {"pkg/b.py": "from pkg.a import kept, new\n\nb = new()\n"}
    found = merged(tmp_path, base, ours, theirs, theirs, repaired)
    assert found == [(4, "pkg/b.py", "removed name", "old", 1, 5)]


def test_import_from_a_module_that_went_to_another_folder_is_not_told(tmp_path):
    module = "def old():\n    pass\n\n\ndef kept():\n    pass\n"
    base = {"pkg/a.py": module, "b.py": "b = 1\n"}
    ours = {"pkg/a.py": None, "src/pkg/a.py": module}
    theirs = {"b.py": "from pkg.a import kept, old\n\nb = old()\n"}
    assert merged(tmp_path, base, ours, theirs, theirs, {"c.py": "c = 1\n"}) == []


def test_import_that_a_try_guards_is_not_told(tmp_path):
    base = {"pkg/a.py": "def old():\n    pass\n", "pkg/b.py": "b = 1\n"}
    ours = {"pkg/a.py": "def new():\n    pass\n"}
    theirs = {"pkg/b.py": "try:\n    from pkg.a import old\nexcept ImportError:\n    old = None\n"}
    assert merged(tmp_path, base, ours, theirs, theirs) == []


def test_block_that_both_sides_added_and_the_result_has_twice_is_told(tmp_path):
    block = "function grow(a) {\n  const more = a + 1\n  const most = more * 2\n  log(more)\n  log(most)\n  return most\n}\n"
    base, tail = "start()\n", "middle()\nfinish()\n"
    ours, theirs = base + block + tail, base + tail + block
    both = base + block + tail + block
    found = merged(tmp_path, {"a.js": base + tail}, {"a.js": ours}, {"a.js": theirs}, {"a.js": both}, {"a.js": ours})
    assert [row for row in found if row[2] == "block twice"] == [
        (4, "a.js", "block twice", "function grow(a) {", 11, 5)
    ]


def test_change_that_a_merge_lost_without_a_conflict_is_told_until_it_is_back(tmp_path):
    base = {"a.txt": "one\ntwo\n", "b.txt": "b1\n"}
    theirs = {"a.txt": "one\ntwo\nthree\nfour\n"}
    found = merged(tmp_path, base, {"b.txt": "b2\n"}, theirs, {"a.txt": "one\ntwo\n", "c.txt": "other\n"}, theirs)
    assert found == [
        (4, "a.txt", "lost change", "parent 2", 0, 5),
        (4, "c.txt", "content of neither side", "", 1, None),
    ]


def test_merge_that_keeps_one_tree_whole_is_a_note(tmp_path):
    base = {"a.txt": "one\ntwo\n"}
    found = merged(tmp_path, base, {"b.txt": "b2\n"}, {"a.txt": "one\ntwo\nthree\n"}, {"a.txt": "one\ntwo\n"})
    assert found == [(4, "", "one side taken", "", 0, None)]


def test_lines_of_neither_side_in_a_file_without_a_conflict_are_a_note(tmp_path):
    base = {"a.txt": "one\ntwo\n"}
    theirs = {"a.txt": "one\ntwo\nthree\n"}
    found = merged(tmp_path, base, {"b.txt": "b2\n"}, theirs, {"a.txt": "one\ntwo\nthree\nsmuggled\n"})
    assert found == [(4, "a.txt", "content of neither side", "", 4, None)]


def test_lines_that_moved_to_another_file_in_a_merge_are_of_a_side(tmp_path):
    base = {"a.txt": "one\ntwo\n", "b.txt": "start\n"}
    ours, theirs = {"a.txt": "one\ntwo\nthree\n"}, {"b.txt": "start\nend\n"}
    result = {"a.txt": "one\ntwo\n", "b.txt": "start\nthree\nend\n"}
    found = merged(tmp_path, base, ours, theirs, result)
    assert [row for row in found if row[2] == "content of neither side"] == []


def stale(tmp_path: Path, subject: str) -> list[tuple]:
    """What is told of a commit that was written before the change that it takes back."""
    old, new = {"a.txt": "one\ntwo\n"}, {"a.txt": "one\ntwo\nthree\nfour\n"}
    made = History()
    made.commit(changes=old, at=START)
    made.commit(changes=new, at=START + 7200)
    at = START + 9000
    made.commit(subject, old, at=at)
    late = b"%d +0100" % (at - 60)
    made.stream = made.stream.replace(late, b"%d +0100" % (START + 3600))
    made.commit(changes=new)
    return hits(made.write(tmp_path / "repository"), tmp_path)


def test_commit_that_takes_back_a_later_change_is_told(tmp_path):
    ((mark, path, rule, _, line, repair),) = stale(tmp_path, "work on something else")
    assert (mark, path, rule, line, repair) == (3, "a.txt", "stale change", 0, 4)


def test_declared_revert_is_not_told(tmp_path):
    assert stale(tmp_path, "Revert the change of a.txt") == []


def test_octopus_and_criss_cross_and_submodule_merges_are_survived(tmp_path):
    made = History()
    base = made.commit(changes={"a.py": GOOD, "lib": Entry("160000", "1" * 40)})
    sides = [made.commit(changes={f"{name}.py": GOOD}, branch=name, parents=[base]) for name in ("x", "y", "z")]
    made.commit(parents=[base, *sides], changes={f"{name}.py": GOOD for name in ("x", "y", "z")} | {"a.py": BROKEN})
    one = made.commit(changes={"a.py": GOOD})
    two = made.commit(changes={"b.py": GOOD}, branch="two", parents=[one])
    three = made.commit(changes={"c.py": GOOD, "lib": Entry("160000", "2" * 40)}, parents=[one])
    left = made.commit(changes={"b.py": GOOD}, parents=[three, two])
    right = made.commit(changes={"c.py": GOOD}, branch="two", parents=[two, three])
    made.commit(parents=[left, right])
    found = hits(made.write(tmp_path / "repository"), tmp_path)
    assert found == [(5, "a.py", "no longer parses", "", 8, 6)]


def test_missing_blob_costs_only_its_own_file(tmp_path):
    made = History()
    made.commit(changes={"a.py": GOOD, "b.py": GOOD})
    made.commit(changes={"a.py": BROKEN, "b.py": GOOD + "# here\n"})
    made.commit(changes={"b.py": BROKEN})
    repository = made.write(tmp_path / "repository")
    oid = at(repository, f"{repository.shas[2]}:b.py")
    packs = repository.git_dir / "objects" / "pack"
    contents = [path.read_bytes() for path in packs.glob("*.pack")]
    for path in list(packs.iterdir()):
        path.unlink()
    for content in contents:
        git(repository.path, "unpack-objects", "-q", stdin=content)
    loose(repository, oid).unlink()
    assert hits(repository, tmp_path) == [(2, "a.py", "no longer parses", "", 8, None)]


def test_python_alone_is_looked_at_unless_asked_for_more(tmp_path):
    made = History()
    made.commit(changes={"a.py": GOOD, "a.js": "f()\n"})
    made.commit(changes={"a.py": BROKEN, "a.js": "f(\n"})
    repository = made.write(tmp_path / "repository")
    assert [row[1] for row in hits(repository, tmp_path, is_whole=False)] == ["a.py"]
    assert [row[1] for row in hits(repository, tmp_path)] == ["a.js", "a.py"]


def test_paths_that_the_team_calls_generated_are_not_looked_at(tmp_path):
    made = History()
    made.commit(changes={"a.py": GOOD})
    made.commit(changes={"a.py": BROKEN})
    assert hits(made.write(tmp_path / "repository"), tmp_path, left_out=frozenset({"a.py"})) == []


def test_copy_of_the_same_damage_by_a_rebase_is_told_once(tmp_path):
    made = History()
    base = made.commit(changes={"a.py": GOOD})
    made.commit(changes={"a.py": BROKEN})
    twin = made.commit(changes={"a.py": BROKEN}, branch="topic", parents=[base])
    made.commit(parents=[2, twin])
    assert len(hits(made.write(tmp_path / "repository"), tmp_path)) == 1
