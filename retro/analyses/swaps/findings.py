"""Swaps that look incomplete, as rows of `findings`: a hint to look, never a gate.

Measured over 101 swaps of ten public repositories (benchmarks/swaps.md): of the files that are the last one to three to name the
old identifier, 21 % named it less often 30 days later, against 5.5 % of random identifiers of the same shape in the same files.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from retro import tables

RULE = "swap_incomplete"
FEW_FILES = 3
_CONFIDENCE = 0.21  # share that was followed up within 30 days; others may be right as well
_KEY_CHARACTERS = 400
_FIRST_KINDS = frozenset({"code", "configuration", "data", "build", "ci"})


@dataclass(frozen=True)
class Residue:
    """What a swap left behind: a file with its first line, or, without a path, a model without a price."""

    change_key: str
    commit_sha: str
    pr_number: int | None
    swapped_at: datetime | None
    swap_class: str
    old_token: str
    new_token: str
    swapped_file_count: int
    path: str | None = None
    kind: str | None = None
    line: int | None = None
    place_count: int = 0
    is_price_file: bool = False
    has_new: bool = False
    open_file_count: int = 0  # files that the swap left with the old identifier, those of `keep` left out
    removed_sha: str | None = None
    removed_at: datetime | None = None

    @property
    def is_told(self) -> bool:
        """Whether it is a finding: a model without a price, a price file that lacks it, or one of the last three files."""
        if self.path is None or (self.is_price_file and not self.has_new):
            return True
        return 1 <= self.open_file_count <= FEW_FILES


def finding_rows(repo: str, residues: Iterable[Residue], digest: str) -> pl.DataFrame:
    """Rows of `findings` for the residues that are told."""
    rows = tables.empty_rows("findings")
    for one in residues:
        if not one.is_told:
            continue
        kind, method, detail, confidence = _words(one)
        values = {
            "rule": RULE,
            "repo": repo,
            "finding_key": f"{one.commit_sha} {one.path or ''} {one.old_token} > {one.new_token}"[:_KEY_CHARACTERS],
            "kind": kind,
            "commit_sha": one.commit_sha,
            "pr_number": one.pr_number,
            "path": one.path,
            "line": one.line,
            "detail": detail,
            "severity": "warning" if one.path is None or one.kind in _FIRST_KINDS else "note",
            "evidence": "inferred",
            "method": method,
            "confidence": confidence,
            "introduced_at": one.swapped_at,
            "resolved_sha": one.removed_sha,
            "resolved_at": one.removed_at,
            "rules_digest": digest,
        }
        for column, held in rows.items():
            held.append(values.get(column))
    return tables.frame("findings", rows)


def _words(one: Residue) -> tuple[str, str, str, float | None]:
    """Kind, method, detail and confidence of a residue."""
    swap = f"{one.old_token} became {one.new_token} in {one.swapped_file_count} files"
    if one.path is None:
        return "model without a price", "price data", f"{swap}; no price of {one.new_token} is known", None
    if one.is_price_file and not one.has_new:
        return "price file", "path and numbers", f"{swap}; this file prices or limits the old one alone", None
    still = f"{swap}; {one.open_file_count} {'file' if one.open_file_count == 1 else 'files'} still named the old one"
    return one.kind or "other", "last 1 to 3 files", still, _CONFIDENCE
