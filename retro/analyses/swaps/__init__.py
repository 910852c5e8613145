"""Swaps that commits made: one identifier put in the place of another in several files.

Lines that a commit replaced are paired in their order; where all that differs on a line is one identifier, that is a
substitution, and the same one in three files of a change is a swap. Lines that were wrapped anew, and two substitutions on a
line, are missed: a lower bound. What a token is: tokens.py; which class a swap has: classes.py; what it left behind:
residues.py.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import polars as pl

from retro import tables
from retro.analyses.swaps.classes import group_key, swap_class
from retro.analyses.swaps.models import Models
from retro.analyses.swaps.tokens import is_telling, substitution
from retro.git.patches import Pair, Patch, replaced_lines
from retro.git.room import Room
from retro.masking import SUSPICION, mask

__all__ = ["LEAST_FILES", "Found", "Models", "Scanned", "check_rows", "rules_digest", "scan", "swap_rows"]

LEAST_FILES = 3
_RULES_VERSION = 1
_SUSPICION = re.compile(SUSPICION.encode())
_OPAQUE = re.compile(r"(?=\w*[0-9])(?=\w*[A-Za-z])(?![0-9a-f]{40}$|[0-9a-f]{64}$)[A-Za-z0-9_]{32,}")
_LABEL = re.compile(r"\[([a-z-]+):([0-9a-f]{8})\]")  # what a secret becomes (retro.masking)
_MASKED = re.compile(r"masked-[a-z-]+-[0-9a-f]{8}")

Key = tuple[str, str]  # old and new token


@cache
def rules_digest(prices: str) -> str:
    """SHA-256 of what decides a row: the version of these rules, that of the price list, and the team's own prices."""
    return hashlib.sha256(repr(("swaps", _RULES_VERSION, version("genai-prices"), prices)).encode()).hexdigest()


@dataclass(frozen=True)
class Found:
    """A substitution of a commit: lines by path. `is_masked`: a token held a secret and cannot be looked for."""

    commit_sha: str
    old_token: str
    new_token: str
    lines: Mapping[str, int]
    is_masked: bool = False

    @property
    def key(self) -> Key:
        """Old and new token."""
        return self.old_token, self.new_token


@dataclass(frozen=True)
class Scanned:
    """A commit that was read: its substitutions, and files without their content in the clone."""

    commit_sha: str
    found: list[Found]
    unread_count: int


def scan(room: Room, shas: Sequence[str]) -> Iterator[Scanned]:
    """Substitutions of commits other than merges, in their order; those of any number of files. Raises GitError."""
    for patch in replaced_lines(room.path, shas):
        yield Scanned(patch.commit_sha, list(_found(patch)), patch.lost_count)


def _found(patch: Patch) -> Iterator[Found]:
    lines: dict[tuple[bytes, bytes], dict[str, int]] = {}
    for path, pairs in patch.pairs.items():
        for pair in pairs:
            if (tokens := _tokens(pair)) is not None:
                by_path = lines.setdefault(tokens, {})
                by_path[path] = by_path.get(path, 0) + 1
    for (old, new), by_path in lines.items():
        (old_text, old_masked), (new_text, new_masked) = _text(old), _text(new)
        yield Found(patch.commit_sha, old_text, new_text, by_path, old_masked or new_masked)


def _tokens(pair: Pair) -> tuple[bytes, bytes] | None:
    """Both tokens of a substitution; a secret is masked with its line, since what stands before it may tell it."""
    old, new = pair
    if _SUSPICION.search(old) or _SUSPICION.search(new):
        old, new = (_masked(text.decode("utf-8", "backslashreplace")).encode() for text in pair)
    tokens = substitution(old, new)
    return tokens if tokens and all(map(is_telling, tokens)) else None


def _masked(text: str) -> str:
    """A text with each secret as one word."""
    return _LABEL.sub(r"masked-\1-\2", mask(text)[0])


def _text(token: bytes) -> tuple[str, bool]:
    """A token as it may be stored, and whether it was masked; long ones that look drawn by lot may be secrets of any kind."""
    text = token.decode("utf-8", "backslashreplace")
    if _OPAQUE.fullmatch(text):
        return f"masked-opaque-{hashlib.sha256(token).hexdigest()[:8]}", True
    masked = _masked(text)
    return masked, bool(_MASKED.search(masked))


def swap_rows(repo: str, found: Iterable[Found], models: Models, not_own: frozenset[str], digest: str) -> pl.DataFrame:
    """Rows of `token_swaps`; `not_own` are paths that nobody in the team wrote."""
    rows = tables.empty_rows("token_swaps")
    for one in found:
        paths = sorted(one.lines)
        kind, rule = swap_class(one.old_token, one.new_token, models)
        values = {
            "repo": repo,
            "commit_sha": one.commit_sha,
            "old_token": one.old_token,
            "new_token": one.new_token,
            "swap_class": kind,
            "class_rule": rule,
            "group_key": group_key(one.old_token, one.new_token),
            "file_count": len(paths),
            "own_file_count": sum(path not in not_own for path in paths),
            "line_count": sum(one.lines.values()),
            "paths": paths,
            "path_line_counts": [one.lines[path] for path in paths],
            "is_masked": one.is_masked,
            "evidence": "inferred",
            "rules_digest": digest,
        }
        for column, held in rows.items():
            held.append(values[column])
    return tables.frame("token_swaps", rows)


def check_rows(repo: str, scanned: Iterable[Scanned], digest: str) -> pl.DataFrame:
    """Rows of `swap_checks`."""
    rows = tables.empty_rows("swap_checks")
    for one in scanned:
        values = (repo, one.commit_sha, one.unread_count, digest)
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("swap_checks", rows)
