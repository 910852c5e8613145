"""Names of Python texts by their lines, also of texts that no parser takes: what a module defines and what it imports."""

import re

_DEFINED = re.compile(rb"^(?:(?:async\s+def|def|class)\s+(\w+)|(\w+)\s*(?::[^=\n]+)?=(?!=))", re.MULTILINE)
_INNER = re.compile(rb"^[ \t]*(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)
_FROM = re.compile(rb"from[ \t]")  # looked for first: a pattern that begins with a word is found ten times as fast
_IMPORT = re.compile(rb"from[ \t]+(?P<module>\.*[\w.]*)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n#;]+)")
_NO_NAMES = re.compile(rb"#[^\n]*|\\\n|[()]")
_OPEN_ENDED = re.compile(rb"\bimport[ \t]+\*|\b__getattr__\b|\bglobals\(\)")
_GUARD = re.compile(rb"(?:^|\n)[ \t]*(?:try|except[^\n]*|if[^\n]*TYPE_CHECKING[^\n]*)[ \t]*:[ \t]*(?:#[^\n]*)?\n\Z")
Import = tuple[str, str]  # module and name


def defined_names(text: bytes) -> set[str]:
    """Names of functions, classes and variables at the left edge."""
    return {(one or other).decode("utf-8", "replace") for one, other in _DEFINED.findall(text)}


def definitions(text: bytes) -> set[str]:
    """Names of functions and classes, at any depth."""
    return {name.decode("utf-8", "replace") for name in _INNER.findall(text)}


def imports(text: bytes) -> dict[Import, int]:
    """Modules and names of `from module import name`, leading dots kept, with the offset of the statement."""
    found: dict[Import, int] = {}
    for start in _FROM.finditer(text):
        line = text.rfind(b"\n", 0, start.start()) + 1
        if text[line : start.start()].strip(b" \t") or not (match := _IMPORT.match(text, start.start())):
            continue
        names = match["names"]
        if b"#" in names or b"(" in names or b"\\" in names:
            names = _NO_NAMES.sub(b" ", names)
        module = match["module"].decode()
        for part in names.split(b","):
            words = part.split()
            if words and words[0] != b"*":
                found.setdefault((module, words[0].decode("utf-8", "replace")), line)
    return found


def is_optional(text: bytes, offset: int) -> bool:
    """Whether a `try` or `TYPE_CHECKING` right before makes the import at this offset a question."""
    return bool(_GUARD.search(text[max(0, offset - 200) : offset]))


def is_open_ended(text: bytes) -> bool:
    """Whether a module can have names that no line of it shows."""
    return bool(_OPEN_ENDED.search(text))


def has_word(text: bytes, name: str) -> bool:
    """Whether the name stands anywhere in the text."""
    return re.search(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)", text) is not None


def word_line(text: bytes, name: str) -> int:
    """Line, from 1, where the name stands first; 1 when it does not."""
    match = re.search(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)", text)
    return text.count(b"\n", 0, match.start()) + 1 if match else 1


def module_paths(module: str, importer: str) -> tuple[str, ...]:
    """Ends of the paths that a module can have, seen from the file that imports it; empty when that cannot be told."""
    name = module.lstrip(".")
    dots = len(module) - len(name)
    place = name.replace(".", "/")
    if dots:
        folders = importer.split("/")[:-dots]
        place = "/".join([*folders, *([place] if place else [])])
        return (f"{place}.py", f"{place}/__init__.py") if len(importer.split("/")) >= dots else ()
    if "/" not in place:
        folder = importer.rpartition("/")[0]
        beside = f"{folder}/{place}" if folder else place
        return tuple(dict.fromkeys((f"{beside}.py", f"{place}.py", f"{place}/__init__.py", f"src/{place}/__init__.py")))
    return (f"{place}.py", f"{place}/__init__.py", f"src/{place}.py", f"src/{place}/__init__.py")
