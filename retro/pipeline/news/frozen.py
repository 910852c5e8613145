"""Files of frozen numbers and the metrics as they are on disk now."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from retro.pipeline.news.known import Known
from retro.report_numbers import LARGEST_FILE_BYTES, SUFFIX, metric_versions

REPORTS = "reports"


@dataclass(frozen=True)
class FrozenFile:
    """A file of frozen numbers: its page below reports/ (sprint-2, sprint-2/cost), where it is, SHA-256 of its content.

    Of one that is too large to be read its size stands for the digest.
    """

    page: str
    path: Path
    digest: str


def find_frozen(root: Path) -> list[FrozenFile]:
    """The files below `reports/` of the project at `root`, by page; those that cannot be read have no digest."""
    folder = root / REPORTS
    paths = sorted([*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*/*{SUFFIX}")])
    return [
        FrozenFile(str(path.relative_to(folder)).removesuffix(SUFFIX), path, _digest(path))
        for path in paths
        if not path.name.startswith(".")
    ]


def current_metrics(places: Sequence[Path]) -> dict[str, str]:
    """Version of each metric, as the files in these folders are now."""
    macros, views, metrics = (
        {path.stem: path.read_text("utf-8") for place in reversed(places) for path in (place / kind).glob("*.sql")}
        for kind in ("macros", "views", "metrics")
    )
    return metric_versions(metrics, {**macros, **views})


def query_texts(places: Sequence[Path]) -> str:
    """SHA-256 over names and texts of the files from which `current_metrics` makes the versions."""
    digest = hashlib.sha256()
    for place in places:
        for path in sorted(place.glob("*/*.sql")):
            digest.update(f"{path}\0".encode("utf-8", "surrogateescape"))
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def has_frozen_news(root: Path, places: Sequence[Path], texts: str, known: Known) -> bool:
    """True when a file or a metric is another than the warehouse knows; a broken file is always new, a removed one never.

    `texts` is what `query_texts` says of the places: while it is what it was, no version is made anew.
    """
    if known.query_texts != texts and known.metrics != current_metrics(places):
        return True
    return any(known.frozen.get(file.page) != file.digest for file in find_frozen(root))


def _digest(path: Path) -> str:
    try:
        size = path.stat().st_size
        return f"{size} bytes" if size > LARGEST_FILE_BYTES else hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
