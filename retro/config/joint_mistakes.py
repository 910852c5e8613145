"""What is wrong with several values of retro.toml together (dates, ids, names), each as a sentence with its place.

They are checked as plain values, so that one wrong type does not hide another mistake.
"""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path as FilePath

from retro.config.gateways import BUCKET_KINDS, FIXED_KINDS, MAPPED_KINDS
from retro.config.literals import closest, shown_value, toml_key
from retro.config.mistakes import Mistake, Table, repeated, tables_at
from retro.config.models import Theme
from retro.config.values import folder_name, locate

_SELECTORS = tuple(name for name in Theme.model_fields if name != "name")


def joint_mistakes(raw: dict[str, object], root: FilePath) -> Iterator[Mistake]:
    """The mistakes that only several values together make."""
    yield from _cadence_mistakes(raw.get("sprints"))
    yield from _named_sprint_mistakes(tables_at(raw, "sprints", "named"))
    yield from _theme_mistakes(tables_at(raw, "themes"))
    yield from _repo_mistakes(raw, root)
    yield from _gateway_mistakes(tables_at(raw, "gateway"))
    yield from _agent_mistakes(raw, root)
    yield from _price_mistakes(tables_at(raw, "prices"))
    yield from _forge_mistakes(raw, root)
    yield from _watch_mistakes(raw, root)


def _cadence_mistakes(rules: object) -> Iterator[Mistake]:
    if not isinstance(rules, dict):
        return
    for given, absent in (("first", "days"), ("days", "first")):
        if given in rules and absent not in rules:
            yield Mistake(("sprints", given), f"a cadence needs {absent} as well")


def _named_sprint_mistakes(named: list[Table]) -> Iterator[Mistake]:
    identified = [((*path, "id"), _id_text(item["id"])) for path, item in named if type(item.get("id")) in (str, int)]
    yield from repeated(identified, "this id is taken by another sprint")
    dated = [(path, item) for path, item in named if _is_day(item.get("start")) and _is_day(item.get("end"))]
    for path, item in dated:
        if item["end"] < item["start"]:
            yield Mistake((*path, "end"), f"the last day lies before the first, {item['start']}")
    yield from _overlaps([(path, item) for path, item in dated if item["start"] <= item["end"]])


def _id_text(value: str | int) -> str:
    return value if isinstance(value, str) else shown_value(value)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _overlaps(dated: list[Table]) -> Iterator[Mistake]:
    """Each sprint that begins before an earlier one is over, told at the one that stands later in the file."""
    longest: Table | None = None
    for one in sorted(dated, key=lambda table: table[1]["start"]):
        if longest and one[1]["start"] <= longest[1]["end"]:
            (other_path, other), (path, item) = sorted((longest, one), key=lambda table: table[0])
            why = f"{_sprint_label(item)} overlaps {_sprint_label(other)} of {other['start']} to {other['end']}"
            yield Mistake((*path, "start"), why, (*other_path, "start"))
        if longest is None or one[1]["end"] > longest[1]["end"]:
            longest = one


def _sprint_label(item: dict[str, object]) -> str:
    return f"sprint {shown_value(item['id'])}" if "id" in item else "a sprint without an id"


def _theme_mistakes(themes: list[Table]) -> Iterator[Mistake]:
    named = [((*path, "name"), item["name"].casefold()) for path, item in themes if isinstance(item.get("name"), str)]
    yield from repeated(named, "this name is taken by another theme")
    for path, item in themes:
        if not any(item.get(selector) for selector in _SELECTORS):
            yield Mistake(
                (*path, "name"), f"a theme without a rule takes no commit; give it one of {', '.join(_SELECTORS)}"
            )


def _repo_mistakes(raw: dict[str, object], root: FilePath) -> Iterator[Mistake]:
    repos = [(path, _repo_path(item, root), item) for path, item in tables_at(raw, "repos")]
    located = [((*path, "path"), str(found)) for path, found, _ in repos if found]
    yield from repeated(located, "this repository is already listed")
    named = [((*path, "name"), name) for path, found, item in repos if (name := _repo_name(found, item))]
    folded = [(path, name.casefold()) for path, name in named]
    yield from repeated(folded, "another repository has this name; give each its own")
    yield from _area_mistakes(raw.get("areas"), _repo_names(raw, root))


def _repo_names(raw: dict[str, object], root: FilePath) -> list[str]:
    named = (_repo_name(_repo_path(item, root), item) for _, item in tables_at(raw, "repos"))
    return [name for name in named if name] or [folder_name(root)]


def _repo_path(item: dict[str, object], root: FilePath) -> FilePath | None:
    path = item.get("path")
    try:
        return locate(root, path) if isinstance(path, str) else None
    except (OSError, RuntimeError, ValueError):
        return None


def _repo_name(path: FilePath | None, item: dict[str, object]) -> str | None:
    name = item.get("name", folder_name(path) if path else None)
    return name if isinstance(name, str) else None


def _area_mistakes(areas: object, repos: list[str]) -> Iterator[Mistake]:
    for name in areas if isinstance(areas, dict) else ():
        if name not in repos:
            known = ", ".join(toml_key(repo) for repo in repos)
            yield Mistake(("areas", name), f"no repository has this name{closest(name, repos)} (known: {known})")


def _gateway_mistakes(sections: list[Table]) -> Iterator[Mistake]:
    """Keys that a kind has no use for, and a map without the time, which tells what belongs to a sprint."""
    for path, item in sections:
        kind, columns = item.get("kind"), item.get("columns", {})
        if kind in (*FIXED_KINDS, *BUCKET_KINDS):
            for key in ("columns", "cache_in_input", "reasoning_in_output"):
                if key in item:
                    why = f"the format of {kind} settles this; take it out, or read the log as {' or '.join(MAPPED_KINDS)}"
                    yield Mistake((*path, key), why)
        elif kind in MAPPED_KINDS and isinstance(columns, dict) and "requested_at" not in columns:
            where = (*path, "columns") if "columns" in item else (*path, "kind")
            why = "the columns lack requested_at; say which field of the log holds the time of a request"
            yield Mistake(where, why)


def _agent_mistakes(raw: dict[str, object], root: FilePath) -> Iterator[Mistake]:
    """Two sections that would share their rows, and sessions of a repository that is not listed."""
    sections, repos = tables_at(raw, "agents"), _repo_names(raw, root)
    named = [
        ((*path, "name" if "name" in item else "kind"), item.get("name", item.get("kind"))) for path, item in sections
    ]
    why = "another section of agents has this name; give each a name of its own"
    yield from repeated([(path, name) for path, name in named if isinstance(name, str)], why)
    for path, item in sections:
        repo = item.get("repo")
        if isinstance(repo, str) and repo not in repos:
            known = ", ".join(toml_key(name) for name in repos)
            yield Mistake((*path, "repo"), f"no repository has this name{closest(repo, repos)} (known: {known})")


def _price_mistakes(prices: list[Table]) -> Iterator[Mistake]:
    for path, item in prices:
        start, end = item.get("start"), item.get("end")
        if _is_day(start) and _is_day(end) and end < start:
            yield Mistake((*path, "end"), f"the last day lies before the first, {start}", (*path, "start"))


def _forge_mistakes(raw: dict[str, object], root: FilePath) -> Iterator[Mistake]:
    """Sections without a source, with two or with a clone that is not listed; two that would share their pages."""
    sections, repos = tables_at(raw, "forge"), _repo_names(raw, root)
    for path, item in sections:
        if "repo" not in item and "path" not in item:
            yield Mistake((*path, "repo"), 'missing; write repo = "owner/name" to ask the forge, or path to read dumps')
        if "base_url" in item and "path" in item:
            yield Mistake((*path, "base_url"), "dumps are read without the network; take it or path out")
        clone = item.get("clone")
        if isinstance(clone, str) and clone not in repos:
            known = ", ".join(toml_key(repo) for repo in repos)
            yield Mistake((*path, "clone"), f"no repository has this name{closest(clone, repos)} (known: {known})")
    named = [((*path, "name"), item["name"]) for path, item in sections if isinstance(item.get("name"), str)]
    yield from repeated(named, "another forge has this name; give each its own")


def _watch_mistakes(raw: dict[str, object], root: FilePath) -> Iterator[Mistake]:
    """Two watches of one name, and one of a repository that is not listed."""
    sections, repos = tables_at(raw, "watch"), _repo_names(raw, root)
    named = [((*path, "name"), item["name"].casefold()) for path, item in sections if isinstance(item.get("name"), str)]
    yield from repeated(named, "another watch has this name; give each its own")
    for path, item in sections:
        repo = item.get("repo")
        if isinstance(repo, str) and repo not in repos:
            known = ", ".join(toml_key(name) for name in repos)
            yield Mistake((*path, "repo"), f"no repository has this name{closest(repo, repos)} (known: {known})")
