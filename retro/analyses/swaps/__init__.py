"""Swaps that commits made: one identifier put in the place of another in several files.

Lines that a commit replaced are paired in their order; where all that differs on a line is one identifier, that is a
substitution, and the same one in three files of a change is a swap. Missed are lines that were wrapped anew, two
substitutions on a line, and what changed in a file that got another name: a lower bound. What a token is: tokens.py; which
class a swap has: classes.py; what it left behind: residues.py.
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
from retro.git.blob_pairs import SUBMODULE, BlobPair
from retro.git.diffs import raw_records
from retro.git.patches import Pair, replaced_lines
from retro.git.room import Room
from retro.masking import SUSPICION, mask

__all__ = ["LEAST_FILES", "Found", "Models", "Scanned", "check_rows", "rules_digest", "scan", "swap_rows"]

LEAST_FILES = 3
_COMMITS_AT_ONCE = 5_000
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
    """A commit that was read, and its substitutions."""

    commit_sha: str
    found: list[Found]


def scan(room: Room, shas: Sequence[str]) -> Iterator[Scanned]:
    """Substitutions of commits other than merges, in their order; those of any number of files.

    A file whose content is not in the clone has none. Raises GitError when a tree cannot be read.
    """
    for start in range(0, len(shas), _COMMITS_AT_ONCE):
        some = shas[start : start + _COMMITS_AT_ONCE]
        files = {sha: list(_changed(rows)) for sha, rows in raw_records(room.path, [(sha, None) for sha in some])}
        # Versions of a file one after the other: they share what git unpacks.
        pairs = sorted(((path, pair) for own in files.values() for path, pair in own), key=lambda file: file[0])
        tokens = replaced_lines(room.path, list(dict.fromkeys(pair for _, pair in pairs)), _tokens)
        for sha in some:
            yield Scanned(sha, list(_found(sha, files.get(sha, []), tokens)))


def _changed(rows: Sequence[bytes]) -> Iterator[tuple[bytes, BlobPair]]:
    """Paths that stand before and after with the same kind of content: only there a line can take another's place."""
    for data, path in zip(rows[::2], rows[1::2], strict=True):
        *pair, kind = data[1:].split(b" ")
        if kind == b"M" and pair[0] != SUBMODULE:
            yield path, BlobPair(*pair)


def _found(
    sha: str, files: Iterable[tuple[bytes, BlobPair]], tokens: Mapping[BlobPair, Mapping[tuple[bytes, bytes], int]]
) -> Iterator[Found]:
    lines: dict[tuple[bytes, bytes], dict[str, int]] = {}
    for path, pair in files:
        for both, count in tokens.get(pair, {}).items():
            lines.setdefault(both, {})[path.decode("utf-8", "backslashreplace")] = count
    for (old, new), by_path in lines.items():
        (old_text, old_masked), (new_text, new_masked) = _text(old), _text(new)
        yield Found(sha, old_text, new_text, by_path, old_masked or new_masked)


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


def check_rows(repo: str, checked: Iterable[tuple[str, int]], digest: str) -> pl.DataFrame:
    """Rows of `swap_checks` for commits, each with how many of its files have no content in the clone."""
    rows = tables.empty_rows("swap_checks")
    for sha, unread_count in checked:
        values = (repo, sha, unread_count, digest)
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("swap_checks", rows)
