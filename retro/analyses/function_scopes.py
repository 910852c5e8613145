"""Which class a function belongs to, for the languages where lizard names the function alone.

Seven methods `__init__` of one file are seven functions. lizard itself qualifies C++, C#, Java, PHP and Scala; here the class is
told by indentation (Python, Ruby), by the receiver (Go: `func (s *Server) Start()`), or by braces (JavaScript, TypeScript,
Kotlin, Rust, Swift). It is a guess on lines and tokens, no parser: a wrong guess gives a name that is longer or shorter than
it should be, never another function.
"""

import re
from collections.abc import Iterable, Iterator

# Lines that open a class or a function, and those at the margin that open another block and so end every class.
_INDENTED = {
    "py": re.compile(
        r"^([ \t]*)(?:class[ \t]+(\w+)|(?:async[ \t]+)?def\b(?:[ \t]+(\w+))?)"
        r"|^(?:if|elif|else|try|except|finally|for|while|with)\b"
    ),
    "gd": re.compile(r"^([ \t]*)(?:class[ \t]+(\w+)|(?:static[ \t]+)?func\b(?:[ \t]+(\w+))?)"),
    "rb": re.compile(r"^([ \t]*)(?:(?:class|module)[ \t]+(\w+)|def\b(?:[ \t]+(\w+))?)"),
}
_RECEIVER = re.compile(r"^func[ \t]*\(\s*(?:\w+\s+)?\*?\s*(?:\w+\.)?(\w+)", re.MULTILINE)
_BRACED = {
    "js": {"class"},
    "ts": {"class", "namespace"},
    "kt": {"class", "object", "interface"},
    "rs": {"impl", "trait"},
    "swift": {"class", "struct", "enum", "extension", "protocol", "actor"},
}
_SAME = {"jsx": "js", "mjs": "js", "cjs": "js", "vue": "ts", "tsx": "ts", "kts": "kt"}
_NOT_A_BODY = {"fun", "func", "fn", "function", "val", "var", "let", "const", ";", "}"}


class Scopes:
    """The class in which each line of a text lies, as far as a function starts there.

    For a language with braces it is found while lizard's tokens pass through `watch`.
    """

    def __init__(self, suffix: str, text: str) -> None:
        language = _SAME.get(suffix, suffix)
        self._by_line: dict[int, str] = {}  # without an entry where there is no class
        self._nested: dict[int, tuple[list[str], str]] = {}  # functions around, if any, and the path with classes
        self._keywords = _BRACED.get(language, set())
        self._is_last_name = language == "rs"
        if language in _INDENTED:
            self._read_indented(_INDENTED[language], text)
        elif language == "go":
            self._by_line = dict(_receivers(text))
        elif not any(keyword in text for keyword in self._keywords):
            self._keywords = set()

    def qualified(self, line: int, name: str) -> str:
        """The name of a function that starts at a line, with the classes and functions around it.

        `name` is lizard's, which tells a function within another as a.b, and one within that as a.a.b.c. Where lines look like
        functions that lizard does not know, in a string say, it counts.
        """
        functions, path = self._nested.get(line, ([], ""))
        *around, own = name.split(".")
        if functions and list(dict.fromkeys(around)) == list(dict.fromkeys(functions)):
            return f"{path}.{own}"
        scope = self._by_line.get(line)
        return f"{scope}.{name}" if scope else name

    def watch(self, tokens: Iterable[str], _reader: object) -> Iterator[str]:
        """The tokens as they are; lizard calls this as one of its processors."""
        return self._watched(tokens) if self._keywords else iter(tokens)

    def _watched(self, tokens: Iterable[str]) -> Iterator[str]:
        braces, line = _Braces(self._keywords, self._is_last_name), 1
        for token in tokens:
            if not token.isspace() and (name := braces.follow(token)):
                self._by_line[line] = max(self._by_line.get(line, ""), name, key=len)
            line += token.count("\n")
            yield token

    def _read_indented(self, pattern: re.Pattern[str], text: str) -> None:
        for line, around in _indented(pattern, text):
            classes = [name for name, is_class in around if is_class]
            functions = [name for name, is_class in around if not is_class]
            if classes:
                self._by_line[line] = ".".join(classes)
            if functions:
                self._nested[line] = functions, ".".join(name for name, _ in around)


def _receivers(text: str) -> Iterator[tuple[int, str]]:
    """Type of the receiver of each Go method, by the line of its `func`."""
    line, start = 1, 0
    for found in _RECEIVER.finditer(text):
        line += text.count("\n", start, found.start())
        start = found.start()
        yield line, found[1]


def _indented(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, list[tuple[str, bool]]]]:
    """What is around each line that opens a class or a function: those before it that are indented less, as name and whether
    it is a class."""
    is_open: list[tuple[int, str, bool]] = []
    for number, line in enumerate(text.split("\n"), 1):
        found = pattern.match(line)
        if not found:
            continue
        indent = len((found[1] or "").expandtabs(8))
        while is_open and is_open[-1][0] >= indent:
            is_open.pop()
        if is_open:
            yield number, [(name, is_class) for _, name, is_class in is_open]
        if found[2] or found[3]:
            is_open.append((indent, found[2] or found[3], bool(found[2])))


class _Braces:
    """Classes that hold what stands between the braces after their name."""

    def __init__(self, keywords: set[str], is_last_name: bool) -> None:
        self._keywords, self._is_last_name = keywords, is_last_name
        self._open: list[str] = []
        self._is_pending, self._name, self._nested = False, "", 0
        self._last = self._path = ""

    def follow(self, token: str) -> str:
        """Path of the classes that are open after this token."""
        if self._is_pending:
            self._read_head(token)
        elif token in self._keywords and self._last not in (".", "::"):
            self._is_pending, self._name, self._nested = True, "", 0
        if token in ("{", "${"):
            self._open.append(self._name if self._is_pending else "")
            self._is_pending = False
            self._path = ".".join(filter(None, self._open))
        elif token == "}" and self._open:
            self._open.pop()
            self._path = ".".join(filter(None, self._open))
        self._last = token
        return self._path

    def _read_head(self, token: str) -> None:
        """Takes the name from `class A<T>(x) : B`, the last of `impl A for B` in Rust; gives up where no body follows."""
        self._nested += (token in ("(", "[", "<")) - (token in (")", "]", ">"))
        if self._nested > 0:
            return
        if token in _NOT_A_BODY:
            self._is_pending = False
        elif token.isidentifier() and not self._name:
            self._name = token
        elif self._is_last_name and token == "for":
            self._name = ""
