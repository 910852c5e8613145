"""Logs that lie in a project's folder by their names, as lines of a retro.toml to take the `# ` away from. Nothing is opened."""

from collections import Counter
from pathlib import Path

from retro.config.gateways import GATEWAY_KINDS
from retro.config.literals import toml_text

_FOLDERS = ("logs", "data", "billing", "usage")
_ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".csv", ".csv.gz", ".parquet")


def propose_logs(root: Path) -> str:
    """A comment on `[[gateway]]` with a section for each kind of file found in the usual folders of the project at `root`."""
    lines = [
        "# Logs of model requests tell what the sprint cost. Nothing of them is read until you name them; kinds are",
        f"# {', '.join(GATEWAY_KINDS)}.",
    ]
    found = _found(root)
    for pattern, count in sorted(found.items()):
        lines += [
            "#",
            f"# [[gateway]]  # {count} {'file' if count == 1 else 'files'} of this name",
            '# kind = "litellm"  # what wrote them',
            f"# path = {toml_text(pattern)}",
        ]
    if not found:
        lines += ["#", "# [[gateway]]", '# kind = "litellm"', '# path = "logs/*.jsonl"']
    return "\n".join(
        [*lines, '# tags = { sprint = "sprint", feature = "feature" }  # Retro\'s names and the log\'s', ""]
    )


def _found(root: Path) -> Counter[str]:
    """How many files each glob of a usual folder and ending matches."""
    found: Counter[str] = Counter()
    for folder in _FOLDERS:
        names = [path.name for path in (root / folder).glob("*") if not path.is_dir()]
        for name in names:
            ending = max((end for end in _ENDINGS if name.endswith(end)), key=len, default=None)
            if ending and not name.startswith("."):
                found[f"{folder}/*{ending}"] += 1
    return found
