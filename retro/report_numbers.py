"""The frozen numbers of a page: what every figure showed on the day it was built, to compare later rebuilds with."""

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import datetime

from retro.page.parts import Page

COLUMNS = (
    "sprint",
    "anchor",
    "query",
    "parameters",
    "query_digest",
    "inputs_digest",
    "evidence",
    "built_at",
    "row_number",
    "column_name",
    "value",
)


def frozen_numbers(page: Page, built_at: datetime) -> bytes:
    """Parquet with one row per value of each figure of the page: see COLUMNS.

    `parameters` and `value` are JSON texts, `row_number` counts from 1, digests are SHA-256 of the SQL and of the
    inputs, `evidence` is that of the row where rows carry their own. Rows that did not travel with the figure (over
    300) are left out.
    """
    import polars as pl

    rows = [row for block in page.figures for row in _values(block, page.head.get("sprint"))]
    kinds = {name: pl.Int64 if name == "row_number" else pl.String for name in COLUMNS if name != "built_at"}
    frame = pl.DataFrame(rows, schema=kinds, orient="row") if rows else pl.DataFrame(schema=kinds)
    file = io.BytesIO()
    frame.with_columns(pl.lit(built_at).dt.convert_time_zone("UTC").alias("built_at")).select(COLUMNS).write_parquet(
        file
    )
    return file.getvalue()


def _values(block: dict, sprint: str | None) -> Iterator[tuple]:
    names = [column["name"] for column in block["columns"]]
    parameters = json.dumps(block["parameters"], sort_keys=True)
    digest = hashlib.sha256(block["sql"].encode()).hexdigest()
    start = (
        sprint or block["parameters"].get("sprint"),
        block["anchor"],
        block["query"],
        parameters,
        digest,
        block["snapshot"],
    )
    for number, row in enumerate(block["rows"], 1):
        known = dict(zip(names, row, strict=True))
        evidence = known.get("evidence") or block["evidence"]
        for column in block["columns"]:
            yield (*start, evidence, number, column["name"], _json_text(column["kind"], known[column["name"]]))


def _json_text(kind: str, value: object) -> str:
    """The value as JSON. An exact decimal travels as text and becomes a number with all its digits."""
    return value if kind == "number" and isinstance(value, str) else json.dumps(value, ensure_ascii=False)
