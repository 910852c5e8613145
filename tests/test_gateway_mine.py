"""Logs of gateways in the warehouse: every request once, unchanged files not read again, rows kept until they are pruned."""

import gzip
import os
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from command_line import retro
from gateway_logs import lines, spend_log
from repositories import plain_history, project, query

from retro import tables, warehouse
from retro.errors import WarehouseError
from retro.keyed_hashes import keyed_hash, read_key
from retro.pipeline import mine
from retro.project import doctor
from retro.project.logs import propose_logs

GATEWAY = '[[gateway]]\nkind = "litellm"\npath = "logs/**/*.jsonl*"\n'
REPEATED = "a request told before, counted once"
REQUESTS = "select request_key, output_tokens, file, line from gateway_requests order by all"
LOG = """
    select item, status, rows_read, rows_loaded, reason from load_log where source = 'gateway'
    qualify row_number() over (partition by item order by started_at desc) = 1 order by item
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    return plain_history(3).write(tmp_path_factory.mktemp("repository") / "repo.git").path


@pytest.fixture
def root(tmp_path, repository):
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    return project(tmp_path, repository, more=GATEWAY)


def write(root: Path, name: str, content: str | bytes) -> Path:
    file = root / "logs" / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def key(number: int) -> str:
    return f"chatcmpl-{number} {1773043200 + number}000000"


def test_every_request_counts_once_over_lines_files_and_packing(root):
    streamed = [spend_log(1, completion_tokens=count) for count in (3, 20, 9)]
    write(root, "a.jsonl", lines(*streamed, spend_log(2)))
    write(root, "deep/b.jsonl.gz", gzip.compress(lines(spend_log(2), spend_log(3)).encode()))
    assert mine(root).requests == 3
    assert query(root, REQUESTS) == [
        (key(1), 20, "logs/a.jsonl", 2),
        (key(2), 20, "logs/a.jsonl", 4),
        (key(3), 20, "logs/deep/b.jsonl.gz", 2),
    ]
    assert query(root, LOG) == [
        ("litellm: logs/a.jsonl", "loaded", 4, 2, f"{REPEATED}: 2 (first at line 1)"),
        ("litellm: logs/deep/b.jsonl.gz", "loaded", 2, 1, f"{REPEATED}: 1 (at line 1)"),
    ]


def test_two_ids_13_milliseconds_apart_stay_two_and_so_do_two_starts_of_one_id(root):
    write(root, "a.jsonl", lines(
        spend_log(1, startTime="2026-03-09 08:00:00.100"), spend_log(2, startTime="2026-03-09 08:00:00.113"),
        spend_log(1, startTime="2026-03-09 08:00:07.000", model="the fallback"),
    ))  # fmt: skip
    mine(root)
    assert query(root, "select request_key, model from gateway_requests order by all") == [
        ("chatcmpl-1 1773043200100000", "gpt-4o"),
        ("chatcmpl-1 1773043207000000", "the fallback"),
        ("chatcmpl-2 1773043200113000", "gpt-4o"),
    ]


def test_equal_rows_without_an_id_are_as_many_requests_and_their_copies_none(root):
    nameless = lines(*[spend_log(1, request_id=None)] * 3)
    write(root, "a.jsonl", nameless)
    mine(root)
    write(root, "b.jsonl", nameless[: len(nameless) // 3 * 2])
    mine(root)
    mine(root, full=True)
    found = query(root, "select file, count(*), count(distinct request_key) from gateway_requests group by all")
    assert found == [("logs/a.jsonl", 3, 3)]


def test_equal_rows_without_an_id_stay_when_another_log_grows(root):
    nameless, other, later = (lines(spend_log(number, request_id=None)) for number in (1, 2, 3))
    write(root, "day.jsonl", nameless * 3)
    write(root, "backup.jsonl", nameless * 2)
    write(root, "z.jsonl", other)
    mine(root)
    write(root, "z.jsonl", other + later)
    mine(root)
    asked = "select requested_at, file, count(*), count(distinct request_key) from gateway_requests group by all order by all"
    expected = [
        ("2026-03-09 08:00:01", "logs/backup.jsonl", 2, 2),
        ("2026-03-09 08:00:01", "logs/day.jsonl", 1, 1),
        ("2026-03-09 08:00:02", "logs/z.jsonl", 1, 1),
        ("2026-03-09 08:00:03", "logs/z.jsonl", 1, 1),
    ]
    assert query(root, asked.replace("requested_at,", "strftime(requested_at, '%Y-%m-%d %H:%M:%S') as at,")) == expected
    write(root, "backup.jsonl", nameless)
    mine(root)
    assert query(root, "select count(*), count(distinct request_key) from gateway_requests") == [(5, 5)]


def test_logs_that_did_not_change_are_not_read_again(root):
    write(root, "a.jsonl", lines(spend_log(1)))
    mine(root)
    before = (root / warehouse.FILE).stat().st_mtime_ns
    assert (mine(root).is_written, (root / warehouse.FILE).stat().st_mtime_ns) == (False, before)
    write(root, "b.jsonl", lines(spend_log(2)))
    mined = mine(root)
    assert (mined.requests, mined.is_written) == (1, True)
    assert query(root, "select item, count(*) from load_log where source = 'gateway' group by all order by all") == [
        ("litellm: logs/a.jsonl", 1),
        ("litellm: logs/b.jsonl", 1),
    ]


def test_rows_stay_when_a_log_grows_is_rotated_or_goes_until_they_are_pruned(root):
    file = write(root, "a.jsonl", lines(spend_log(1), spend_log(2)))
    write(root, "b.jsonl", lines(spend_log(9)))
    mine(root)
    write(root, "a.jsonl", lines(spend_log(2, completion_tokens=4), spend_log(3)))
    mine(root)
    rotated = [(key(1), 20, "logs/a.jsonl", 1), (key(2), 4, "logs/a.jsonl", 1), (key(3), 20, "logs/a.jsonl", 2)]
    assert query(root, REQUESTS) == [*rotated, (key(9), 20, "logs/b.jsonl", 1)]
    file.unlink()
    assert (mine(root).is_written, mine(root).is_written) == (True, False)
    mine(root, full=True)
    assert query(root, REQUESTS) == [*rotated, (key(9), 20, "logs/b.jsonl", 1)]
    gone = "no longer there or no longer named in retro.toml; its rows are kept until `retro mine --prune`"
    assert query(root, LOG)[0] == ("litellm: logs/a.jsonl", "loaded", 0, 0, gone)
    write(root, "b.jsonl", lines(spend_log(8)))
    mine(root, prune=True)
    assert query(root, REQUESTS) == [(key(8), 20, "logs/b.jsonl", 1)]
    assert [row[0] for row in query(root, LOG)] == ["litellm: logs/b.jsonl"]


def test_request_of_a_pruned_log_stays_where_another_log_tells_of_it(root):
    file = write(root, "a.jsonl", lines(spend_log(1), spend_log(2)))
    write(root, "b.jsonl", lines(spend_log(2)))
    mine(root)
    assert query(root, REQUESTS) == [(key(1), 20, "logs/a.jsonl", 1), (key(2), 20, "logs/a.jsonl", 2)]
    file.unlink()
    mine(root, prune=True)
    assert query(root, REQUESTS) == [(key(2), 20, "logs/b.jsonl", 1)]


def test_rows_of_a_section_taken_out_stay_and_are_told_until_they_are_pruned(root, repository):
    write(root, "a.jsonl", lines(spend_log(1)))
    mine(root)
    project(root, repository)
    assert (mine(root).is_written, mine(root).is_written) == (True, False)
    assert query(root, REQUESTS) == [(key(1), 20, "logs/a.jsonl", 1)]
    told = [(check.level, check.detail, check.mend) for check in doctor(root) if check.what == "bills of litellm"]
    detail = "1 request still in the bill, though no section of retro.toml has this name"
    assert told == [("warn", detail, "name it again, or run `retro mine --prune` to remove them")]
    mine(root, prune=True)
    assert query(root, REQUESTS) == query(root, LOG) == []
    assert [check for check in doctor(root) if check.what == "bills of litellm"] == []


def test_another_map_or_name_of_a_section_replaces_its_rows(root, repository):
    write(root, "a.jsonl", lines(spend_log(1)))
    mine(root)
    mapped = '[[gateway]]\nkind = "jsonl"\nname = "house"\npath = "logs/a.jsonl"\n[gateway.columns]\nrequested_at = "startTime"\n'
    project(root, repository, more=mapped + 'id = "request_id"\n')
    mine(root)
    project(
        root,
        repository,
        more=mapped.replace('name = "house"', 'name = "house"\ntimezone = "UTC"') + 'id = "startTime"\n',
    )
    mine(root)
    assert query(root, "select source, request_key from gateway_requests") == [("house", "2026-03-09 08:00:01.000000")]


def test_log_that_cannot_be_read_is_told_and_keeps_its_rows(root):
    file = write(root, "a.jsonl", content := lines(spend_log(1)))
    moment = file.stat().st_mtime_ns
    write(root, "b.jsonl", lines(spend_log(2)))
    mine(root)
    file.unlink()
    os.mkfifo(file)
    mine(root)
    assert query(root, LOG)[0] == ("litellm: logs/a.jsonl", "failed", 0, 0, "cannot be read: no regular file")
    assert query(root, "select count(*) from gateway_requests") == [(2,)]
    file.unlink()
    write(root, "a.jsonl", content)
    os.utime(file, ns=(moment, moment))
    mine(root)
    assert query(root, LOG)[0] == ("litellm: logs/a.jsonl", "loaded", 1, 1, None)


def test_what_is_wrong_in_a_log_stands_in_the_load_log_and_in_doctor(root):
    write(root, "a.jsonl", lines(spend_log(1, prompt_tokens=-1)) + "half")
    mine(root)
    reason = "a half line at the end: 1 (at line 2); input_tokens is negative, set to NULL: 1 (at line 1)"
    assert query(root, LOG) == [("litellm: logs/a.jsonl", "loaded", 2, 1, reason)]
    write(root, "b.jsonl", lines(spend_log(2)))
    told = [(check.level, check.what, check.detail) for check in doctor(root) if check.what.startswith("gateway")]
    assert told == [
        ("ok", "gateway litellm", '2 files at "logs/**/*.jsonl*", 0 MB'),
        ("warn", "gateway logs", "1 file new or changed since mining"),
        ("warn", "gateway litellm: logs/a.jsonl", f"1 row skipped; {reason}"),
    ]


def test_mine_ends_with_what_it_left_out_and_where_to_read_of_it(root):
    where = "in 1 log: `retro doctor` says what and why"
    write(root, "a.jsonl", lines(spend_log(1)) + "half")
    assert retro("mine", "-C", root).err.splitlines()[-1] == f"note: 1 row skipped {where}"
    assert retro("mine", "-C", root).err == "nothing new\n"
    write(root, "b.jsonl", lines(spend_log(2, prompt_tokens=-1)))
    assert retro("mine", "-C", root).err.splitlines()[-1] == f"note: something left out {where}"


def test_doctor_tells_of_a_path_without_a_file(root):
    assert [(check.level, check.detail) for check in doctor(root) if check.what == "gateway litellm"] == [
        ("warn", 'no file at "logs/**/*.jsonl*"')
    ]


def test_exports_of_a_provider_are_buckets_and_never_requests(root, repository):
    page = {"data": [{"start_time": 1773014400, "end_time": 1773100800, "results": [
        {"amount": {"value": 0.06, "currency": "usd"}, "line_item": "input"}]}]}  # fmt: skip
    write(root, "costs.jsonl", lines(page))
    project(root, repository, more='[[gateway]]\nkind = "openai-usage"\npath = "logs"\n')
    mine(root)
    mine(root, full=True)
    assert query(root, "select source, meter, billed_cost_usd, file, line from usage_buckets") == [
        ("openai-usage", "input", Decimal("0.060000000000"), "logs/costs.jsonl", 1)
    ]
    assert query(root, "select count(*) from gateway_requests") == [(0,)]


def test_people_are_keyed_hashes_and_the_key_lies_outside_the_warehouse(root):
    write(root, "a.jsonl", lines(spend_log(1, user="grace@example.org", end_user="eve")))
    mine(root)
    file = root / "data" / "keys" / "identity.key"
    secret = read_key(root / "data")
    assert (file.stat().st_mode & 0o777, len(secret), file.read_bytes()) == (0o600, 32, secret)
    assert (file.parent / ".gitignore").read_text().endswith("*\n")
    assert query(root, "select user_hash, end_user_hash from gateway_requests") == [
        (keyed_hash(secret, "grace@example.org"), keyed_hash(secret, "eve"))
    ]
    assert b"grace@example" not in (root / warehouse.FILE).read_bytes()
    assert keyed_hash(b"another" * 5, "eve") != keyed_hash(secret, "eve")


def test_key_of_another_length_is_refused(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "identity.key").write_bytes(b"short")
    with pytest.raises(WarehouseError, match="5 bytes where 32 are wanted, so it is no key; put the true one back"):
        read_key(tmp_path)


def test_maps_go_into_the_warehouse_and_back():
    values = [{"sprint": "2", "feature": ""}, {}, {"sprint": "1"}]
    frame = pl.DataFrame({"tags": values}, schema={"tags": tables.schema("gateway_requests")["tags"]})
    with duckdb.connect() as connection:
        connection.execute("create table tagged (tags map(text, text) not null)")
        connection.execute("insert into tagged by name select * from frame")
        assert connection.sql("from tagged").pl().equals(frame)
        assert connection.execute("select tags['sprint'] from tagged").fetchall() == [("2",), (None,), ("1",)]


def test_init_names_the_logs_that_it_sees_and_opens_none(tmp_path):
    (tmp_path / "logs").mkdir()
    for name in ("a.jsonl", "b.jsonl", ".hidden.jsonl", "notes.txt"):
        os.mkfifo(tmp_path / "logs" / name)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "costs.csv.gz").touch()
    assert propose_logs(tmp_path).splitlines()[3:] == [
        "# [[gateway]]  # 1 file of this name",
        '# kind = "litellm"  # what wrote them',
        '# path = "data/*.csv.gz"',
        "#",
        "# [[gateway]]  # 2 files of this name",
        '# kind = "litellm"  # what wrote them',
        '# path = "logs/*.jsonl"',
        '# tags = { sprint = "sprint", feature = "feature" }  # Retro\'s names and the log\'s',
    ]
