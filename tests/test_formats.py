"""Rows as text and files: exact, and without effect on the program that shows them."""

import csv
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from retro.formats import FORMATS, cell_text, json_value, markdown_text, printable, write
from retro.queries import execute

ESCAPE, BIDI, LINE_SEPARATOR, CONTROL_1 = "\x1b[31mred", "\N{RIGHT-TO-LEFT OVERRIDE}gpj", "\u2028", "\x9b2J"
DAY = date(2026, 3, 9)
MOMENT = datetime(2026, 3, 9, 23, 5, 6, tzinfo=UTC)


def written(frame: pl.DataFrame, kind: str) -> str:
    out = io.BytesIO()
    write(frame, kind, out)
    return out.getvalue().decode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, naïve \N{PARTY POPPER} 日本語", "plain, naïve \N{PARTY POPPER} 日本語"),
        ("a tab\tand\na line", "a tab\tand\na line"),
        (ESCAPE, "\\x1b[31mred"),
        ("\x00\r\x7f", "\\x00\\x0d\\x7f"),
        (CONTROL_1, "\\x9b2J"),
        (BIDI, "\\u202egpj"),
        (LINE_SEPARATOR, "\\u2028"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff", "\\udcff"),
        ("hard\u00a0blank", "hard\u00a0blank"),
    ],
)
def test_characters_that_act_are_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (1192, "1192"),
        (0.5, "0.5"),
        (1 / 3, "0.3333"),
        (Decimal("0.000075000000"), "0.000075000000"),
        (Decimal("0E-12"), "0.000000000000"),
        (Decimal("7.5E-8"), "0.000000075"),
        (True, "True"),
        (DAY, "2026-03-09"),
        (MOMENT, "2026-03-09 23:05:06 UTC"),
        (datetime(2026, 3, 9, 23, 5, 6), "2026-03-09 23:05:06"),
        (["feat: a", None, ESCAPE], "feat: a; ; \\x1b[31mred"),
        ([], ""),
        (BIDI, "\\u202egpj"),
    ],
)
def test_cell_reads_as_a_person_expects(value: object, shown: str) -> None:
    assert cell_text(value) == shown


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("+1", "'+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "\\x0d=1"),
        ("\0=1", "\\x00=1"),
        ("feat: a = b", "feat: a = b"),
        ('quoted "so", and\non', 'quoted "so", and\non'),
        (ESCAPE, "\\x1b[31mred"),
        (BIDI, "\\u202egpj"),
    ],
)
def test_csv_text_runs_in_no_spreadsheet_and_no_terminal(text: str, cell: str) -> None:
    rows = list(csv.reader(io.StringIO(written(pl.DataFrame({"subject": [text]}), "csv"), newline="")))
    assert rows == [["subject"], [cell]]


def test_csv_keeps_every_digit_and_tells_null_from_empty() -> None:
    frame = pl.DataFrame(
        {
            "cost_usd": [Decimal("-0.000000075000"), None],
            "commit_share": [1 / 3, None],
            "commit_count": [-5, None],
            "committed_at": [MOMENT, None],
            "subjects": [["a", "b"], []],
            "subject": ["", None],
        },
        schema_overrides={"cost_usd": pl.Decimal(18, 12)},
    )
    assert written(frame, "csv").splitlines() == [
        "cost_usd,commit_share,commit_count,committed_at,subjects,subject",
        '-0.000000075000,0.3333333333333333,-5,2026-03-09 23:05:06+00:00,a; b,""',
        ',,,,"",',
    ]


def test_json_keeps_text_and_acts_on_no_terminal() -> None:
    texts = [ESCAPE, CONTROL_1, BIDI, LINE_SEPARATOR, "\U000e0041", "naïve\nline", "</script>", "\x7f"]
    out = written(pl.DataFrame({"subject": texts}), "json")
    assert [row["subject"] for row in json.loads(out)] == texts
    assert "naïve" in out
    assert [character for character in out if not character.isprintable() and character != "\n"] == []


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (MOMENT, "2026-03-09T23:05:06+00:00"),
        (DAY, "2026-03-09"),
        (Decimal("0E-12"), "0.000000000000"),
        (Decimal("0.003552000000"), "0.003552000000"),
        (float("nan"), None),
        (float("inf"), None),
        (0.1, 0.1),
        (2**63, 2**63),
        (True, True),
        (None, None),
        ([DAY, [Decimal("1.50")]], ["2026-03-09", ["1.50"]]),
        ({"day": DAY}, {"day": "2026-03-09"}),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=1), "1:00:00"),
    ],
)
def test_json_has_a_form_for_every_value(value: object, kept: object) -> None:
    assert json_value(value) == kept


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "table"])
def test_every_type_that_sql_gives_can_be_written(kind: str) -> None:
    sql = """
        select 1 / 0 as ratio, interval 1 hour as waited, time '09:30' as noon, {'a': 1} as pair, 'x'::blob as bytes,
            uuid() as id, 170141183460469231731687303715884105727 as huge, [date '2026-03-09'] as days, null as nothing
    """
    with duckdb.connect(":memory:") as connection:
        frame = execute(connection, sql, {}, "your SQL")
    out = io.BytesIO()
    write(frame, kind, out)
    assert out.getvalue()


def test_markdown_cell_cannot_leave_its_cell_or_become_markup() -> None:
    text = (
        "a | b\n<img src=x onerror=alert(1)> [x](javascript:1) `code` *bold* _it_ ![i](u) #1 @team \\ ~~s~~ $m$ &amp; "
        + BIDI
    )
    assert written(pl.DataFrame({"subject": [text], "commit_count": [7]}), "md") == (
        "| subject | commit_count |\n| --- | --- |\n"
        "| a \\| b \\<img src=x onerror=alert(1)\\> \\[x\\](javascript:1) \\`code\\` \\*bold\\* \\_it\\_ "
        "\\!\\[i\\](u) \\#&#8203;1 @&#8203;team \\\\ \\~\\~s\\~\\~ \\$m\\$ \\&amp; \\\\u202egpj | 7 |\n"
    )


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("- item", "\\- item"),
        ("1. one", "1\\. one"),
        ("== rule", "\\== rule"),
        ("a - b (c) 1.5", "a - b (c) 1.5"),
        ("@team fixes #12 and group!3", "@&#8203;team fixes \\#&#8203;12 and group\\!&#8203;3"),
        ("two\nlines", "two lines"),
    ],
)
def test_markdown_text_starts_no_block_calls_nobody_and_closes_no_issue(text: str, markdown: str) -> None:
    assert markdown_text(text) == markdown


def test_parquet_keeps_rows_and_types() -> None:
    frame = pl.DataFrame({"committed_at": [MOMENT], "subjects": [[ESCAPE]], "cost_usd": [Decimal("0.000075")]})
    out = io.BytesIO()
    write(frame, "parquet", out)
    assert pl.read_parquet(io.BytesIO(out.getvalue())).equals(frame)


@pytest.mark.parametrize(
    ("kind", "expected"), [("csv", "a,b\n"), ("json", "[]\n"), ("md", "| a | b |\n| --- | --- |\n")]
)
def test_no_rows_are_written_as_such(kind: str, expected: str) -> None:
    assert written(pl.DataFrame(schema={"a": pl.String, "b": pl.Int64}), kind) == expected
