"""Damage as rows of `findings`."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from retro import tables
from retro.analyses.damage import Asked, Checked, Damage, rules_digest
from retro.analyses.damage.confidence import confidence

_PATH_CHARACTERS = 400


def finding_key(damage: Damage) -> str:
    """What tells a damage apart from others of its rule and repository."""
    return f"{damage.commit_sha} {damage.path} {damage.symptom.name}"[:_PATH_CHARACTERS]


def finding_rows(
    repo: str,
    damages: Iterable[Damage],
    asked: Mapping[str, Asked],
    repairs: Mapping[str, tuple[str, datetime | None]],
    pull_requests: Mapping[str, int],
) -> pl.DataFrame:
    """Rows of `findings`; `repairs` are commits and their times by rule and key joined, `pull_requests` numbers by commit."""
    rows, digest = tables.empty_rows("findings"), rules_digest()
    for damage in damages:
        symptom, one = damage.symptom, asked[damage.commit_sha]
        key = finding_key(damage)
        resolved = repairs.get(f"{symptom.rule} {key}", (None, None))
        values = {
            "rule": symptom.rule,
            "repo": repo,
            "finding_key": key,
            "kind": symptom.kind,
            "commit_sha": damage.commit_sha,
            "parent_shas": list(one.parents),
            "pr_number": pull_requests.get(damage.commit_sha),
            "path": damage.path or None,
            "line": symptom.line or None,
            "detail": symptom.detail,
            "severity": symptom.severity,
            "evidence": "inferred",
            "method": symptom.method,
            "confidence": confidence(symptom.rule, symptom.method),
            "introduced_at": one.authored_at,
            "resolved_sha": resolved[0],
            "resolved_at": resolved[1],
            "rules_digest": digest,
        }
        for column, held in rows.items():
            held.append(values.get(column))
    return tables.frame("findings", rows)


def check_rows(repo: str, checked: Iterable[Checked]) -> pl.DataFrame:
    """Rows of `damage_checks`."""
    rows, digest = tables.empty_rows("damage_checks"), rules_digest()
    for one in checked:
        values = (repo, one.commit_sha, one.is_whole, one.file_count, one.unread_count, digest)
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("damage_checks", rows)
