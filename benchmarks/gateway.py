"""What does reading a gateway log cost beside DuckDB's own reader of JSON, on the same file?

    python benchmarks/gateway.py [--rows 1000000]

Makes a log of LiteLLM spend logs (about 700 bytes a row, usage and tags as JSON within JSON, as the proxy writes them) in a
temporary folder, then runs each reader in a process of its own: DuckDB loads the whole file as it is into a database file;
DuckDB reads four columns of it; Retro reads it into rows without a warehouse; `retro mine` brings a warehouse up to date with
it, then finds nothing new. The totals of the four are compared, to the last digit where both keep decimals. Prints a table.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from measure import RETRO, Cost, timed, write_table

_GENERATE = """
    copy (
        with numbers as (
            select
                range as n,
                hash(range) % 20000 + 50 as given,
                hash(range + 1) % 2000 + 1 as answered,
                timestamp '2026-01-01' + to_microseconds((range * 700003)::bigint) as begun
            from range({rows})
        )
        select
            'chatcmpl-' || md5(n::text) as request_id,
            'acompletion' as call_type,
            md5((n % 40)::text) as api_key,
            (given * 3e-6 + answered * 15e-6)::decimal(18, 9) as spend,
            given + answered as total_tokens,
            given as prompt_tokens,
            answered as completion_tokens,
            strftime(begun, '%Y-%m-%d %H:%M:%S.%f') as "startTime",
            strftime(begun + to_microseconds((hash(n + 2) % 20000000)::bigint), '%Y-%m-%d %H:%M:%S.%f') as "endTime",
            ['gpt-4o', 'claude-sonnet-4-5', 'stepfun/step-3.5-flash', 'gemini-2.5-pro'][n % 4 + 1] as model,
            'openai' as custom_llm_provider,
            'user-' || n % 200 as user,
            '' as end_user,
            'team-' || n % 5 as team_id,
            'session-' || n // 30 as session_id,
            'False' as cache_hit,
            '["sprint=' || n // 100000 || '", "session_type=code_review", "User-Agent: litellm"]' as request_tags,
            '{{"status": "success", "usage_object": {{"prompt_tokens": ' || given || ', "completion_tokens": ' || answered
                || ', "prompt_tokens_details": {{"cached_tokens": ' || given // 2
                || '}}, "completion_tokens_details": {{"reasoning_tokens": ' || answered // 3 || '}}}}}}' as metadata,
            '{{}}' as messages,
            '{{}}' as response
        from numbers
    ) to '{file}' (format json)
"""
_LOAD = """
import duckdb
duckdb.connect({database!r}).execute("create table logs as select * from read_json({file!r}, format = 'newline_delimited')")
"""
_SCAN = """
import duckdb
duckdb.sql("select sum(spend), sum(prompt_tokens), sum(completion_tokens), max(startTime) from read_json({file!r})").fetchall()
"""
_READ = """
from pathlib import Path
from retro.config.models import GatewaySettings
from retro.sources.accounts import Account
from retro.sources.gateway.places import find_logs
from retro.sources.gateway.reading import read_log
(log,) = find_logs(Path("/"), [GatewaySettings(kind="litellm", path={file!r})])
for frame in read_log(log, b"k" * 32, Account()):
    pass
"""
_TOTALS = "select count(*), sum({cost}::decimal(18, 9)), sum({given}), sum({answered}) from {table}"


def main() -> None:
    """Makes the log, measures, compares, prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), rows)


def measure(folder: Path, rows: int) -> None:
    """Runs the readers one after another in `folder`."""
    (folder / "logs").mkdir()
    file, raw = str(folder / "logs" / "spend.jsonl"), str(folder / "raw.duckdb")
    duckdb.sql(_GENERATE.format(rows=rows, file=file))
    (folder / "retro.toml").write_text(
        f'[project]\nname = "bench"\n[[repos]]\npath = "{_empty_repository(folder)}"\n'
        '[[gateway]]\nkind = "litellm"\npath = "logs/*.jsonl"\n'
    )
    costs = {
        "DuckDB loads all columns": timed([sys.executable, "-c", _LOAD.format(database=raw, file=file)]),
        "DuckDB sums four columns": timed([sys.executable, "-c", _SCAN.format(file=file)]),
        "Retro reads rows": timed([sys.executable, "-c", _READ.format(file=file)]),
        "`retro mine`, whole": timed([*RETRO, "mine", "--project", str(folder)]),
        "`retro mine`, nothing new": timed([*RETRO, "mine", "--project", str(folder)]),
    }
    check(raw, str(folder / "data" / "retro.duckdb"))
    intro = (
        f"{rows:,} rows, {Path(file).stat().st_size >> 20:,} MB; requests, money and tokens equal in both databases."
    )
    head = ("reader", "CPU s", "wall s", "peak MB", "CPU us a row", "times DuckDB's load")
    write_table(__file__, intro, head, table(costs, rows))


def table(costs: dict[str, Cost], rows: int) -> list[tuple[str, ...]]:
    """A line for each reader."""
    base = costs["DuckDB loads all columns"].cpu
    return [
        (
            what,
            f"{one.cpu:.1f}",
            f"{one.wall:.1f}",
            f"{one.peak_mb:.0f}",
            f"{one.cpu / rows * 1e6:.1f}",
            f"{one.cpu / base:.2f}",
        )
        for what, one in costs.items()
    ]


def check(raw: str, warehouse: str) -> None:
    """Stops when the two databases do not have the same requests, money and tokens."""
    with duckdb.connect(raw, read_only=True) as connection:
        wanted = connection.execute(
            _TOTALS.format(cost="spend", given="prompt_tokens", answered="completion_tokens", table="logs")
        ).fetchall()
    with duckdb.connect(warehouse, read_only=True) as connection:
        given = "uncached_input_tokens + cache_read_tokens"
        found = connection.execute(
            _TOTALS.format(cost="logged_cost_usd", given=given, answered="output_tokens", table="gateway_requests")
        ).fetchall()
    if wanted != found:
        sys.exit(f"DuckDB {wanted}, Retro {found}")


def _empty_repository(folder: Path) -> Path:
    subprocess.run(["git", "init", "-q", "--bare", folder / "repo.git"], check=True)
    return folder / "repo.git"


if __name__ == "__main__":
    main()
