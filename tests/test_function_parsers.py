"""Functions of texts in many languages, and workers that a hostile text may end."""

import os
import signal
from pathlib import Path

import pytest

from retro.analyses import functions, script_functions
from retro.analyses.function_parser import judged
from retro.analyses.function_workers import Source, Workers, _Worker


def names(suffix: str, text: str) -> list[tuple[str, int, int, int, int]] | str:
    return judged(suffix, text.encode())


PYTHON = """
class Board:
    @property
    def size(self):
        return [x for x in self.rows if x]

    def draw(self, pen, *, dry=False):
        def line():
            pass
        if dry and pen:
            line()

    class Cell:
        def draw(self): ...

if True:
    def main():
        pass
"""
TYPESCRIPT = """
export class Board<T> extends Base {
  draw(pen: Pen, dry = false): void { if (dry && pen) { } }
  private redraw = async (x) => x ?? 1;
  get size() { return this.rows.map((x) => x ? 1 : 2) }
}
export const Panel: React.FC<P> = memo(({ a, b }) => {
  const close = useCallback(() => { for (const x of a) { } }, []);
  return <div onClick={() => b()}>{a}</div>;
});
const actions = register({ save() { }, "load": (x) => x });
function plain() { switch (a) { case 1: case 2: break; default: } do { } while (a) }
app.start = function () { try { } catch (e) { } };
interface Shape { area(): number }
"""


def test_python_functions_carry_their_class():
    assert names("py", PYTHON) == [
        ("Board.size", 4, 5, 3, 1),
        ("Board.draw.line", 8, 9, 1, 0),
        ("Board.draw", 7, 11, 3, 3),
        ("main", 17, 18, 1, 0),
    ]


def test_class_within_a_function_stands_behind_it():
    text = """
class Suite:
    def test_it(self):
        class Transport:
            def __init__(self):
                def inner():
                    pass

def test_other():
    class Transport(Base):
        async def send(self):
            pass
    text = '''
def stray():
'''
    def after():
        pass
"""
    assert names("py", text) == [
        ("Suite.test_it.Transport.__init__.inner", 6, 7, 1, 0),
        ("Suite.test_it.Transport.__init__", 5, 7, 1, 1),
        ("Suite.test_it", 3, 7, 1, 1),
        ("test_other.Transport.send", 11, 12, 1, 1),
        ("test_other.after", 16, 17, 1, 0),
        ("test_other", 9, 17, 1, 0),
    ]


def test_script_functions_are_named_by_what_holds_them():
    assert names("tsx", TYPESCRIPT) == [
        ("Board.draw", 3, 3, 3, 2),
        ("Board.redraw", 4, 4, 2, 1),
        ("Board.size", 5, 5, 1, 0),
        ("Board.size.(anonymous)", 5, 5, 2, 1),
        ("Panel", 7, 10, 1, 1),
        ("Panel.close", 8, 8, 2, 0),
        ("Panel.(anonymous)", 9, 9, 1, 0),
        ("actions.save", 11, 11, 1, 0),
        ("actions.load", 11, 11, 1, 1),
        ("plain", 12, 12, 4, 0),
        ("app.start", 13, 13, 2, 0),
    ]


@pytest.mark.parametrize(
    ("suffix", "text", "expected"),
    [
        (
            "go",
            "package a\n\nfunc (m *Map[K, V]) Get(k K) V {\n\tif a {\n\t}\n\treturn 1\n}\n\nfunc New() {}\n",
            [("Map.Get", 3, 7, 2, 1), ("New", 9, 9, 1, 0)],
        ),
        (
            "rs",
            "impl<T> Draw for Board<T> {\n  fn draw(&self) { if a && b { } }\n}\nfn main() { }\n",
            [("Board.draw", 2, 2, 3, 1), ("main", 4, 4, 1, 0)],
        ),
        (
            "kt",
            "data class P(val x: Int)\nfun top() { }\nclass Q : R() {\n  fun f(x: Int) { }\n}\n",
            [("top", 2, 2, 1, 0), ("Q.f", 4, 4, 1, 1)],
        ),
        ("rb", "module A\n  class B < C\n    def m(x)\n      x if y\n    end\n  end\nend\n", [("A.B.m", 3, 5, 2, 1)]),
        (
            "swift",
            "extension A: B {\n  func f() {\n  }\n}\nfunc g() {\n}\n",
            [("A.f", 2, 3, 1, 0), ("g", 5, 6, 1, 0)],
        ),
        ("java", "class A {\n  int f(int a) {\n    return a > 0 ? 1 : 2;\n  }\n}\n", [("A::f", 2, 4, 2, 1)]),
        ("c", "int f(int a) {\n  while (a) { a--; }\n  return 1;\n}\n", [("f", 1, 4, 2, 1)]),
        (
            "vue",
            "<template>\n<a v-if='b'/>\n</template>\n<script lang='ts'>\nconst f = (x: number) => x || 1\n</script>\n",
            [("f", 5, 5, 2, 1)],
        ),
        ("js", "a => b", [("(anonymous)", 1, 1, 1, 1)]),
    ],
)
def test_functions_of_a_language(suffix, text, expected):
    assert names(suffix, text) == expected


def test_every_language_of_the_list_has_a_parser():
    for suffix in functions.PARSED:
        assert names(suffix, "\n") == []
    assert not functions.PARSED & functions.UNPARSED
    assert script_functions.SUFFIXES <= functions.PARSED


def test_directive_in_a_text_hides_no_function():
    text = "def a():\n    pass\n\n\n# lizard forgives\ndef b():\n    pass\n\n\n# GENERATED CODE\ndef c():\n    pass\n"
    assert [name for name, *_ in names("py", text)] == ["a", "b", "c"]


def test_comment_with_odd_line_ends_moves_no_line():
    assert names("py", '# a\x0cb\u2028c\x1dd\n"""x\n\x85y"""\ndef f():\n    pass\n') == [("f", 4, 5, 1, 0)]


def test_name_is_cut_and_of_twins_on_a_line_the_longest_stays():
    assert names("ts", f"function {'x' * 500}() {{ }}") == [("x" * 200, 1, 1, 1, 0)]
    assert names("js", "f(() => {\n a }, () => {\n b\n}); g(() => 1, () => {\n})") == [
        ("(anonymous)", 1, 2, 1, 0),
        ("(anonymous)", 2, 4, 1, 0),
        ("(anonymous)", 4, 5, 1, 0),
    ]


@pytest.mark.parametrize(
    ("suffix", "content", "reason"),
    [
        ("py", b"def f():\n\0", "binary"),
        ("ts", b"\0\0", "binary"),
        ("rb", b"do " * 300_000, "nested too deeply"),
        ("py", b"\xff\xfe def f(", []),
        ("js", b"function f( {{{ `", []),
    ],
)
def test_text_that_is_no_program_is_told_so(suffix, content, reason):
    assert judged(suffix, content) == reason


def parsed_by(workers: Workers, *sources: Source) -> dict:
    return dict(workers.parse(sources))


ONE = b"def f():\n    pass\n"
F = [("f", 1, 2, 1, 0)]


def test_workers_answer_each_text():
    with Workers() as workers:
        asked = [Source(number, "py", b"\n" * number + ONE) for number in range(40)]
        assert parsed_by(workers, *asked) == {n: [("f", n + 1, n + 2, 1, 0)] for n in range(40)}
        assert parsed_by(workers, Source("again", "py", ONE)) == {"again": F}
        assert parsed_by(workers) == {}


@pytest.mark.parametrize(("number", "reason"), [(signal.SIGKILL, "parser ended"), (signal.SIGPROF, "out of time")])
def test_text_that_ends_a_worker_costs_itself_alone(monkeypatch, number, reason):
    def ask(worker: _Worker, source: Source) -> None:
        if source.key == "bad":
            worker._process.send_signal(number)
            worker._process.wait()
        asked(worker, source)

    asked = _Worker.ask
    monkeypatch.setattr(_Worker, "ask", ask)
    sources = [Source(key, "py", ONE * 20_000 if key == "bad" else ONE) for key in ("a", "bad", "b", "c")]
    with Workers() as workers:
        assert parsed_by(workers, *sources) == {"a": F, "bad": reason, "b": F, "c": F}


def test_text_that_takes_too_long_ends_its_worker():
    with Workers(1) as workers:
        sources = [Source("hostile", "c", b"/* a" * 250_000), Source("good", "py", ONE)]
        assert parsed_by(workers, *sources) == {"hostile": "out of time", "good": F}


def test_worker_is_told_no_secret(monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", "geheim")
    worker = _Worker()
    try:
        environment = Path(f"/proc/{worker._process.pid}/environ")
        if environment.exists():
            worker.ask(Source(1, "py", ONE))
            worker.answer()
            assert b"geheim" not in environment.read_bytes()
    finally:
        worker.end()


def test_no_worker_outlives_its_use():
    with Workers() as workers:
        parsed_by(workers, Source(1, "py", ONE))
        pids = [worker._process.pid for worker in workers._idle]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
