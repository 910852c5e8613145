"""A project in which strangers wrote whatever they could into every text that Retro reads."""

import json
import subprocess
from itertools import cycle
from pathlib import Path

from results import HOSTILE

from retro.demo import write_demo

TEXTS = (
    *HOSTILE,
    "'\"><svg onload=window.hacked=5> <iframe srcdoc='<script>parent.hacked=6</script>'></iframe>",
    "\x1b[31mred\x1b]0;title\x07 \x9b2J",
    "=cmd|'/c calc'!A1",
    "@SUM(1+1)*cmd|'/c calc'!A1",
    "**bold** | cell | `code` # 1. - x ~~s~~ $m$ ![i](https://spy.example/x.png) <!-- -->",
    "]]> --> &lt;b&gt; &#x3c;script&#x3e; </style></title></textarea>",
    "```\n# heading\n- [x] @everyone fixes #1",
    "\N{FOX FACE}\u200d\N{FOX FACE} \u0e49\u0e49\u0e49\u0e49 \u2028line \u2066isolated \u202d",
)
# What a JSON string of these keys says is free text of a person or a program.
FREE_KEYS = {
    "title",
    "body",
    "bodyText",
    "headRefName",
    "baseRefName",
    "login",
    "name",
    "model",
    "session_id",
    "team_id",
}
NUL = "\0"


def write_hostile_project(root: Path) -> Path:
    """The demo, hostile: settings, notes, pull requests, bills, and six commits more with authors, paths and tags."""
    write_demo(root)
    texts = cycle(TEXTS)
    shown = cycle(text for text in TEXTS if text.isprintable())  # settings refuse the others, naming the line
    _rewrite_toml(root / "retro.toml", {"name": shown, "goal": shown})
    for notes in sorted((root / "notes").glob("*.toml")):
        notes.write_text(notes.read_text("utf-8").partition("[[overrides]]")[0], "utf-8")  # they name old themes
        words = dict.fromkeys(("title", "surfaced_by", "impact", "root_cause", "text"), texts)
        _rewrite_toml(notes, words | {"owner": shown})
    _rewrite_dump(root / "data" / "prs" / "sprint-2.json", texts)
    _rewrite_log(root / "logs" / "gateway.jsonl", texts)
    stream = "".join(_commit(number, text) for number, text in enumerate(TEXTS))
    fast_import = ["git", "-C", str(root / "platform.git"), "fast-import", "--quiet", "--force"]
    subprocess.run(fast_import, input=(stream + _tags()).encode(), check=True)
    return root


def _rewrite_toml(path: Path, wanted: dict) -> None:
    """Puts a text behind (or before) what each line `key = "..."` of these keys says; names of the sources stay."""
    lines = []
    for line in path.read_text("utf-8").splitlines():
        key, mark, value = line.partition(" = ")
        if mark and key in wanted and value.startswith('"') and value.rstrip().endswith('"') and value != '"platform"':
            said = json.loads(value.replace("\t", " "))
            line = f"{key} = {json.dumps(next(wanted[key]) + ' ' + said, ensure_ascii=False)}"
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _rewrite_dump(path: Path, texts: cycle) -> None:
    path.write_text(json.dumps(_hostile(json.loads(path.read_text("utf-8")), texts)), "utf-8")


def _hostile(value: object, texts: cycle, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _hostile(part, texts, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_hostile(part, texts) for part in value]
    return f"{next(texts)} {value}{NUL}" if key in FREE_KEYS and isinstance(value, str) else value


def _rewrite_log(path: Path, texts: cycle) -> None:
    """Every third request names a hostile session, model and tags."""
    lines = path.read_text("utf-8").splitlines()
    for number in range(0, len(lines), 3):
        row = _hostile(json.loads(lines[number]), texts)
        tags = json.loads(row["request_tags"])
        row["request_tags"] = json.dumps([*tags[:1], *(f"{tag} {next(texts)}" for tag in tags[1:])])
        lines[number] = json.dumps(row)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _commit(number: int, text: str) -> str:
    """A commit, and every other time the merge of a branch with a hostile name, late on the sprint's last day."""
    author = "".join(letter for letter in text if letter not in "<>\n\0")
    path = "services/" + text.replace("/", "\u2215").replace("\0", "")
    body = f"feat({text.splitlines()[0]}): {text}\n\nCo-authored-by: {text} <x@example.org>\nTicket: {text}"
    if number % 2:
        body = f"Merge branch '{text}' into main\n\n{text}"
    who = f"{author} <{number}@example.org> {1773925000 + 60 * number} +0100"
    parent = "from refs/heads/main^0\n" if number == 0 else ""
    return (
        f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n{_data(body)}{parent}"
        f"M 100644 inline {_quoted(path)}\n{_data('x = 1')}"
    )


def _tags() -> str:
    refs = ("tags/v9.9.9-<script>window.hacked=7</script>", "heads/<img/src=x/onerror=hacked()>")
    return "".join(f"reset refs/{ref}\nfrom refs/heads/main\n\n" for ref in refs)


def _quoted(path: str) -> str:
    """A path as git quotes it."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
