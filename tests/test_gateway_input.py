"""Broken and hostile logs: each record that cannot be used is counted with its line and reason, and costs nothing else."""

import gzip
import json
import os
from decimal import Decimal

import pyarrow
import pytest
from gateway_logs import lines, read, read_files, spend_log
from hypothesis import given, settings
from hypothesis import strategies as some
from pyarrow import parquet

from retro.sources.gateway import documents, reading, streams
from retro.sources.gateway import tables as csv_tables

ONE, TWO, THREE = (lines(spend_log(number)) for number in (1, 2, 3))
TABLE = {"columns": {"requested_at": "t", "model": "m"}}
BROKEN = {
    "no JSON": (ONE + "no json\n" + TWO, [1, 3], 3, "not JSON: 1 (at line 2)"),
    "half line at the end": (ONE + TWO + THREE[:40], [1, 2], 3, "a half line at the end: 1 (at line 3)"),
    "half line at the start": (TWO[50:] + ONE + TWO, [2, 3], 3, "not JSON: 1 (at line 1)"),
    "object that never ends at the start": ('{"a": 1,\n' + ONE + TWO, [2, 3], 3, "not JSON: 1 (at line 1)"),
    "value that never comes at the start": ('{"a": \n' + ONE + TWO, [2, 3], 3, "not JSON: 1 (at line 1)"),
    "last line without an end": (ONE + TWO.rstrip(), [1, 2], 2, None),
    "blank lines": ("\n\n" + ONE + " \n" + TWO, [3, 5], 2, None),
    "byte order mark": ("\ufeff" + ONE + TWO, [1, 2], 2, None),
    "windows line ends": ((ONE + TWO).replace("\n", "\r\n"), [1, 2], 2, None),
    "UTF-16 with a mark": (("\ufeff" + ONE + "?\n" + TWO).encode("utf-16-le"), [1, 3], 3, "not JSON: 1 (at line 2)"),
    "UTF-16 without a mark": ((ONE + TWO).encode("utf-16-be"), [1, 2], 2, None),
    "NUL bytes": (ONE + "\0" * 100 + "\n" + TWO, [1, 3], 3, "not JSON (NUL bytes): 1 (at line 2)"),
    "not UTF-8": (ONE.encode() + b'{"model": "\xff"}\n' + TWO.encode(), [1, 3], 3, "not UTF-8: 1 (at line 2)"),
    "pretty-printed": ("".join(json.dumps(spend_log(n), indent=2) + "\n" for n in (1, 2)), [1, 12], 2, None),
    "array over lines": (json.dumps([spend_log(1), spend_log(2)], indent=1), [2, 13], 2, None),
    "array on one line": (json.dumps([spend_log(1), spend_log(2)]), [1, 1], 2, None),
    "pretty-printed, broken in between": (
        json.dumps(spend_log(1), indent=2) + '\n{\n  "a": ,\n}\n' + json.dumps(spend_log(2), indent=2), [1, 15], 3,
        "a value over several lines that is not JSON: 1 (at line 12)",
    ),
    "pretty-printed behind one line": (ONE + json.dumps(spend_log(2), indent=2) + "\n" + THREE, [1, 2, 13], 3, None),
    "pretty-printed array behind one line": (ONE + json.dumps([spend_log(2), spend_log(3)], indent=1), [1, 2, 2], 3, None),
    "pretty-printed that never ends behind one line": (
        ONE + '{\n "a": 1,\n' + json.dumps(spend_log(2), indent="\t") + "\n" + THREE, [1, 4, 15], 5,
        "not JSON: 2 (first at line 2)",
    ),
    "brackets and nothing else": (ONE + "{\n" * 3 + " [\n", [1], 5, "not JSON: 4 (first at line 2)"),
    "no object": (ONE + "3\nnull\n" + TWO, [1, 4], 4, "no object of JSON: 2 (first at line 2)"),
    "key given twice": (ONE + '{"spend": 1, "spend": 2}\n', [1], 2, "a key given twice in one object: 1 (at line 2)"),
    "nested too deeply": (ONE + "[" * 100_000 + "\n" + TWO, [1, 3], 3, "nested too deeply: 1 (at line 2)"),
    "no time": (ONE + lines(spend_log(2, startTime=None)), [1], 2, "no time: 1 (at line 2)"),
    "unreadable time": (ONE + lines(spend_log(2, startTime="soon")), [1], 2, "a time that cannot be read: 1 (at line 2)"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "kept", "count", "reason"), BROKEN.values(), ids=BROKEN)
def test_broken_records_are_counted_and_the_rest_is_read(tmp_path, content, kept, count, reason):
    rows, account = read(tmp_path, content)
    assert ([row["line"] for row in rows], account.read, account.loaded, account.text()) == (
        kept,
        count,
        len(kept),
        reason,
    )


def test_line_beyond_the_limit_is_skipped_without_being_held(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "LONGEST_LINE_BYTES", 1000)
    rows, account = read(tmp_path, ONE + lines(spend_log(2, messages="x" * 5000)) + THREE)
    assert [row["line"] for row in rows] == [1, 3]
    assert account.reasons == {"a line of 0 MB, longer than 16 MB": 1}
    table = "t,m\n2026-03-09T08:00:00Z,a\n2026-03-09T08:00:00Z," + "x" * 5000 + "\n2026-03-09T08:00:00Z,b\n"
    rows, account = read(tmp_path, table, "csv", "log.csv", **TABLE)
    assert [row["model"] for row in rows] == ["a", "b"]
    assert (account.read, account.reasons["not CSV (a row longer than 16 MB)"]) == (3, 1)


def test_value_over_lines_beyond_the_limit_costs_itself_and_says_how_much_that_is(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "_LONGEST_VALUE", 3 << 20)
    monkeypatch.setattr(documents, "LONGEST_LINE_BYTES", 1 << 20)
    long = json.dumps(spend_log(1, messages="x" * (5 << 20)), indent=1) + "\n"
    rows, account = read(
        tmp_path, json.dumps(spend_log(2), indent=1) + "\n" + long + json.dumps(spend_log(3), indent=1)
    )
    assert [row["response_id"] for row in rows] == ["chatcmpl-2", "chatcmpl-3"]
    assert (account.read, account.text()) == (3, "a value of 5 MB, longer than 3 MB: 1 (at line 12)")
    monkeypatch.setattr(streams, "LONGEST_LINE_BYTES", 1 << 20)
    _, account = read(tmp_path, json.dumps({"data": [spend_log(1, messages="x" * (4 << 20))]}))
    assert (account.read, account.text()) == (1, "a line of 4 MB, longer than 1 MB: 1 (at line 1)")


def test_gzip_and_zstd_are_unpacked_whatever_the_name(tmp_path):
    for packed in (gzip.compress((ONE + TWO).encode()), pyarrow.compress((ONE + TWO).encode(), "gzip", asbytes=True)):
        assert len(read(tmp_path, packed)[0]) == 2
    with pyarrow.CompressedOutputStream(str(tmp_path / "log.jsonl"), "zstd") as out:
        out.write((ONE + TWO).encode())
    assert len(read_files(tmp_path, "litellm", "log.jsonl")[0]) == 2


def test_truncated_gzip_gives_what_it_still_has(tmp_path):
    content = "".join(lines(spend_log(number, padding=os.urandom(200).hex())) for number in range(1, 60))
    packed = gzip.compress(content.encode())
    rows, account = read(tmp_path, packed[: len(packed) // 2])
    assert 10 < len(rows) < 50
    assert account.read == account.loaded + 1
    (reason,) = account.reasons
    assert reason == "the file breaks off (EOFError); the rest of it"


def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "log.jsonl")
    with pytest.raises(OSError, match="no regular file"):
        read_files(tmp_path, "litellm", "log.jsonl")


WRONG_VALUES = {
    "numbers as text": ({"prompt_tokens": "100", "spend": "0.00045"}, {"uncached_input_tokens": 100}, None),
    "numbers with a point": ({"prompt_tokens": 100.0}, {"uncached_input_tokens": 100}, None),
    "negative tokens": ({"prompt_tokens": -5}, {"uncached_input_tokens": None}, "input_tokens is negative, set to NULL"),
    "half a token": ({"completion_tokens": 2.5}, {"output_tokens": None}, "output_tokens is no number that fits, set to NULL"),
    "tokens as a list": ({"completion_tokens": [1]}, {}, "output_tokens is no number that fits, set to NULL"),
    "cost as an object": ({"spend": {"usd": 1}}, {"logged_cost_usd": None}, "cost is no number that fits, set to NULL"),
    "NaN": ({"spend": float("nan")}, {"logged_cost_usd": None}, "cost is no number that fits, set to NULL"),
    "negative cost": ({"spend": -1}, {"logged_cost_usd": None, "logged_currency": None}, "cost is negative, set to NULL"),
    "zero is a cost": ({"spend": 0}, {"logged_cost_usd": Decimal(0)}, None),
    "no cost": ({"spend": None}, {"logged_cost_usd": None, "logged_currency": None}, None),
    "a lone surrogate": ({"model": "gpt\ud800"}, {"model": "gpt?"}, None),
    "more cached than input": (
        {"metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 101}}}},
        {"uncached_input_tokens": None, "cache_read_tokens": None},
        "more cached than input tokens: uncached_input_tokens, cache_read_tokens and cache writes set to NULL",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "wanted", "problem"), WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_values_that_cannot_be_right_are_null_and_named(tmp_path, changed, wanted, problem):
    (row,), account = read(tmp_path, lines(spend_log(1, **changed)))
    assert {name: row.get(name) for name in wanted} == wanted
    assert row.get("usage_problem") == problem
    assert account.text() == (f"{problem}: 1 (at line 1)" if problem else None)


def test_lists_and_objects_in_place_of_a_text_or_a_tag_are_counted(tmp_path):
    log = lines(
        spend_log(1, model={"name": "x"}, startTime=[1]), spend_log(2, model=["gpt-4o"]),
        spend_log(3, request_tags={"sprint": 1, "a": {"b": 1}, "c": ["x"]}),
    )  # fmt: skip
    rows, account = read(tmp_path, log)
    assert [(row["line"], row.get("model"), row["tags"]) for row in rows] == [
        (2, None, {}),
        (3, "gpt-4o", {"sprint": "1"}),
    ]
    assert account.reasons == {
        "model is a list or an object, set to NULL": 2,
        "requested_at is a list or an object, set to NULL": 1,
        "no time": 1,
        "a tag that is a list or an object, or beyond the 64th, left out": 1,
    }


def test_request_without_an_id_is_known_by_its_content(tmp_path):
    log = lines(spend_log(1, request_id=None), spend_log(2, request_id=""), spend_log(1, request_id=None))
    rows, account = read(tmp_path, log)
    keys = [row["request_key"] for row in rows]
    assert all(key.startswith("content:") for key in keys)
    assert (keys[0] == keys[2], keys[0] == keys[1]) == (True, False)
    assert account.text() == "no id, told apart by all that the log says: 3 (first at line 1)"


def test_csv_rows_that_do_not_fit_are_counted(tmp_path):
    table = 't,m,cost\n2026-03-09T08:00:00Z,a,1\n2026-03-09T08:00:00Z,b\n2026-03-09T08:00:00Z,"c"x,3\n2026-03-09T08:00:00Z,d,4\n'
    rows, account = read(
        tmp_path, table, "csv", "log.csv", columns={"requested_at": "t", "model": "m", "cost": "cost"}, currency="USD"
    )
    assert [(row["model"], row["line"]) for row in rows] == [("a", 2), ("d", 5)]
    assert account.reasons["another number of columns than the header"] == 1
    assert (account.read, account.loaded) == (4, 2)


NO_END = "not CSV (unexpected end of data)"
STRAY = {
    # name: (content below the header, models that are read, records, reasons)
    "a quote that nothing closes": (
        'T,a\nT,"b\nT,c\nT,d\n', ["a", "c", "d"], 4, {NO_END: 1},
    ),
    "a quote that a later one closes": (
        'T,"b\nT,c\nT,"d"\nT,e\n', ["c", "d", "e"], 4, {"not CSV (',' expected after '\"')": 1},
    ),
    "a quote that a later one closes as if it were right": (
        'T,"b\nT,c\n",d\nT,e\n', ["c", "e"], 4, {"another number of columns than the header": 1, NO_END: 1},
    ),
    "a text over lines": ('T,"b\nb"\nT,c\n', ["b\nb", "c"], 2, {}),
}  # fmt: skip


@pytest.mark.parametrize(("content", "kept", "count", "reasons"), STRAY.values(), ids=STRAY)
def test_stray_quote_in_a_csv_costs_its_row_alone(tmp_path, content, kept, count, reasons):
    rows, account = read(tmp_path, "t,m\n" + content.replace("T", "2026-03-09T08:00:00Z"), "csv", "log.csv", **TABLE)
    assert [row["model"] for row in rows] == kept
    nameless = {"no id, told apart by all that the log says": len(kept)}
    assert (account.read, account.reasons) == (count, nameless | reasons)


def test_quote_in_the_header_of_a_csv_counts_every_row(tmp_path):
    rows, account = read(tmp_path, 't,"m\n1,2\n3,4\n', "csv", "log.csv", **TABLE)
    assert (rows, account.read) == ([], 3)
    assert account.text().endswith(
        "another number of columns than the header: 2 (first at line 2); not CSV (unexpected end of data): 1 (at line 1)"
    )


def test_csv_whose_every_line_opens_a_quote_is_read_again_only_so_often(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_tables, "_MOST_AGAIN", 1000)
    rows, account = read(tmp_path, "t,m\n" + 'x","z\n' * 500, "csv", "log.csv", **TABLE)
    assert (rows, account.read, account.reasons[NO_END]) == ([], 500, 500)


def test_parquet_maps_are_tags_and_decimals_are_counts(tmp_path):
    tags = pyarrow.array([[("sprint", "1"), ("feature", "x")]], pyarrow.map_(pyarrow.string(), pyarrow.string()))
    count = pyarrow.array([Decimal("1000.000")], pyarrow.decimal128(12, 3))
    table = pyarrow.table(
        {"id": ["a"], "at": ["2026-03-09T08:00:00Z"], "in": count, "tags": tags, "more": [{"x": tags[0]}]}
    )
    parquet.write_table(table, tmp_path / "log.parquet")
    columns = {"id": "id", "requested_at": "at", "input_tokens": "in", "tags": "tags"}
    ((row,), _) = read_files(tmp_path, "parquet", "log.parquet", columns=columns, tags={"team": "more.x.feature"})
    assert (row["uncached_input_tokens"], row["tags"]) == (1000, {"sprint": "1", "feature": "x", "team": "x"})


def test_column_of_the_map_that_no_row_has_is_told(tmp_path):
    columns = {
        "id": "id",
        "requested_at": "at",
        "input_tokens": "usage.inn",
        "cost": "usd",
        "output_tokens": "usage.out",
    }
    log = lines(
        {"id": "a", "at": "2026-03-09T08:00:00Z", "usage": {"in": 1, "out": None}},
        {"id": "b", "at": "2026-03-09T08:00:00Z"},
    )
    _, account = read(tmp_path, log, "jsonl", columns=columns)
    assert account.text() == "no row has what `columns` names: input_tokens = usage.inn, cost = usd"
    assert read(tmp_path, "no json\n", "jsonl", columns=columns)[1].text() == "not JSON: 1 (at line 1)"
    _, account = read(
        tmp_path, lines({"id": "a", "created_at": "2026-03-09T08:00:00Z"}), "portkey", columns={"team": "squad"}
    )
    assert account.text() == "no row has what `columns` names: team = squad"


def test_folder_with_brackets_in_its_name_is_that_folder(tmp_path):
    root = tmp_path / "work[1]"
    (root / "logs" / "prod[eu]").mkdir(parents=True)
    (root / "logs" / "prod[eu]" / "a.jsonl").write_text(ONE)
    (root / "logs" / "b[1].jsonl").write_text(TWO)
    for path in ("logs/prod[eu]", "logs/prod[eu]/*.jsonl", "logs/prod[a-z]eu[a-z]/*", "logs/**/a.jsonl"):
        assert [row["file"] for row in read_files(root, "litellm", path)[0]] == (
            [] if "a-z" in path else ["logs/prod[eu]/a.jsonl"]
        )
    assert [row["file"] for row in read_files(root, "litellm", "logs/b[1].jsonl")[0]] == ["logs/b[1].jsonl"]


def test_parquet_that_is_none_is_counted(tmp_path):
    _, account = read(tmp_path, b"PAR0", "parquet", "log.parquet", columns={"requested_at": "t"})
    assert (account.read, account.loaded, len(account.reasons)) == (1, 0, 1)


def test_log_of_another_kind_says_so(tmp_path):
    _, account = read(tmp_path, '{"resourceSpans": []}\n', "otel")
    assert account.text() == "holds nothing that otel writes of a request"


def test_no_text_of_a_prompt_or_an_answer_reaches_a_row(tmp_path):
    secret = "the-text-of-a-prompt"
    log = spend_log(
        1, messages=[{"content": secret}], response={"choices": [secret]}, proxy_server_request={"body": secret},
        metadata={"requester_metadata": {"note": secret}},
    )  # fmt: skip
    rows, _ = read(tmp_path, lines(log))
    assert rows and secret not in repr(rows)


PIECES = some.sampled_from(
    [ONE, TWO, THREE, "no json\n", "\n", "{}\n", "[]\n", "null\n", '{"a": {\n', "}\n", "\0\n", ONE[:40], " " + TWO, "[\n", "]\n",
     lines(spend_log(9, prompt_tokens=-1, startTime=1773043200)), lines(spend_log(8, model=["x"], spend="x")), ONE.strip()]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(some.lists(PIECES, max_size=12))
def test_small_and_large_batches_give_the_same_rows_and_reasons(tmp_path_factory, pieces):
    folder = tmp_path_factory.mktemp("logs")
    whole = read(folder, "".join(pieces))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_ROWS_AT_ONCE", 1)
        patch.setattr(reading, "_ROWS_IN_CACHE", 1)
        single = read(folder, "".join(pieces))
    assert whole[0] == single[0]
    assert whole[1] == single[1]
    assert whole[1].read >= whole[1].loaded == len(whole[0])
