"""The commits that the story tells of: import, model swap, governance file, releases, revert, bulk files."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from retro.demo import bulk
from retro.demo.content import Changes, Subject, Tree, fill, folder_of, module_text, ordinary_changes
from retro.demo.story import FOLDER, Step, toml

GOVERNANCE = "services/gateway/governance.py"
_PRICES = "services/billing/price_lookup.py"
_OLD_MODEL, _NEW_MODEL = "anthropic/claude-sonnet-4.5", "stepfun/step-3.5-flash"
_OLD_PRICE = '"claude-sonnet-4.5": (Decimal("3.00"), Decimal("15.00"))'
_NEW_PRICE = '"step-3.5-flash": (Decimal("0.10"), Decimal("0.30"))'
# First columns of governance.txt that a version keeps.
_VERSIONS = {"base": " abc", "windows": " ACb", "tiers": " BCa", "merged": " ABC"}
_BUMP = re.compile(r"bump (\S+) from (\S+) to (\S+)")
_BUMPED_FILES = ("requirements.txt", "dashboard/package.json")


@dataclass(frozen=True)
class Filler:
    """How many recordings the last bulk commit adds, and their lines in sum."""

    file_count: int
    line_count: int


def changes_of(step: Step, subject: Subject, tree: Tree, filler: Filler) -> Changes:
    """What a planned commit changes in the tree of its parent."""
    bump = _BUMP.search(step.subject)
    if bump:
        return _bumped(tree, *bump.groups())
    told = [_told_changes(mark, subject, tree, filler) for mark in step.marks]
    if any(changes is not None for changes in told):
        return {path: text for changes in told for path, text in changes.items()}
    return ordinary_changes(step, subject, tree)


def _told_changes(mark: str, subject: Subject, tree: Tree, filler: Filler) -> Changes | None:
    name, _, value = mark.partition("=")
    if name == "recordings":
        return bulk.recordings(filler.file_count, filler.line_count)
    if name in bulk.SETS:
        return bulk.SETS[name]()
    return _SPECIALS[name](tree, value, subject) if name in _SPECIALS else None


def governance_text(version: str, is_repaired: bool = False) -> str:
    """The governance file: `base`, `windows`, `tiers`, or `merged` as git joins both; the repair takes lines out."""
    rows = (FOLDER / "governance.txt").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row[0] in _VERSIONS[version] and not (is_repaired and row[1] == "x")]
    return "".join(f"{row[2:]}\n" for row in kept)


def merged_text(path: str) -> str:
    """What a merge leaves in a file that both sides changed; only the governance file is one."""
    if path != GOVERNANCE:
        raise ValueError(f"the plan of the demo changes {path!r} on both sides of a merge")
    return governance_text("merged")


def _import(tree: Tree, value: str, subject: Subject) -> Changes:
    changes: Changes = dict(toml("base.toml")["files"])
    changes |= {GOVERNANCE: governance_text("base")}
    changes |= bulk.client_models("2.2", aspect_count=4, field_count=24)
    changes |= {path: _model_file(path, _OLD_MODEL) for path in _model_paths()}
    for branch, names in toml("base.toml")["modules"].items():
        modules = [Subject(folder_of(branch), name) for name in names]
        changes |= {module.path("module"): module_text(module) for module in modules}
    return changes


def _model_paths() -> list[str]:
    lines = (FOLDER / "swap.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _model_file(path: str, model: str) -> str:
    place = PurePosixPath(path)
    template = "test" if place.name.startswith("test_") else place.suffix
    return fill(toml("base.toml")["model_files"][template], place.name.partition(".")[0], model=model)


def _swap(tree: Tree, value: str, subject: Subject) -> Changes:
    return {path: tree[path].replace(_OLD_MODEL, _NEW_MODEL) for path in _model_paths()}


def _price(tree: Tree, value: str, subject: Subject) -> Changes:
    return {_PRICES: tree[_PRICES].replace(_OLD_PRICE, _NEW_PRICE)}


def _release(tree: Tree, value: str, subject: Subject) -> Changes:
    version = re.sub(r'^version = ".*"$', f'version = "{value}"', tree["pyproject.toml"], flags=re.MULTILINE)
    news = tree["CHANGELOG.md"].replace("# Changelog\n", f"# Changelog\n\n## {value}\n\n- What the sprint brought.\n")
    return {"pyproject.toml": version, "CHANGELOG.md": news}


def _rename(tree: Tree, value: str, subject: Subject) -> Changes:
    old, new = (Subject(subject.folder, name).path("module") for name in value.split(">"))
    return {old: None, new: tree[old]}


def _revert(tree: Tree, value: str, subject: Subject) -> Changes:
    """Takes out the files that the feature of this name brought."""
    return {subject.path(part): None for part in ("module", "companion")}


def _bumped(tree: Tree, name: str, old: str, new: str) -> Changes:
    path = next(path for path in _BUMPED_FILES if re.search(rf"\b{re.escape(name)}\b", tree[path]))
    return {path: re.sub(rf"({re.escape(name)}\W+){re.escape(old)}", rf"\g<1>{new}", tree[path])}


_SPECIALS = {
    "import": _import,
    "swap": _swap,
    "price": _price,
    "release": _release,
    "rename": _rename,
    "revert": _revert,
    "windows": lambda tree, value, subject: {GOVERNANCE: governance_text("windows")},
    "tiers": lambda tree, value, subject: {GOVERNANCE: governance_text("tiers")},
    "repair": lambda tree, value, subject: {GOVERNANCE: governance_text("merged", is_repaired=True)},
}
