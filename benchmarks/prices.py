"""Whether prices and reasons are right, and what they cost: python benchmarks/prices.py SAMPLES [--requests 10000000]
(SAMPLES holds openrouter-cassettes/ and claude-code-entire/)"""

import argparse
import gzip
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
from measure import timed

from retro import queries, tables, warehouse
from retro.analyses import prices
from retro.config import GatewaySettings, Settings, parse_settings
from retro.pipeline.derived import make_views
from retro.pipeline.mining import Silent
from retro.pipeline.prices import price
from retro.sources.accounts import Account
from retro.sources.gateway.places import LogFile
from retro.sources.gateway.reading import read_log

MODELS = (
    "claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001", "gpt-5.1", "gpt-5-mini",
    "openai/gpt-4.1-mini", "gemini-2.5-flash", "stepfun/step-3.5-flash", "z-ai/glm-4.6",
    "openrouter/moonshotai/kimi-k2.5", "vertex_ai/claude-sonnet-4-5@20250929", "my-internal-model",
)  # fmt: skip
PRICED = (
    "import sys; from pathlib import Path; from retro import warehouse; from retro.config import load_settings\n"
    "from retro.pipeline.mining import Silent; from retro.pipeline.prices import price\n"
    "root = Path(sys.argv[1])\n"
    "with warehouse.one_writer(root / warehouse.FILE), warehouse.rewrite(root / warehouse.FILE) as connection:\n"
    "    price(connection, load_settings(root), Silent())\n"
)
COPIED = PRICED.replace("    price(connection, load_settings(root), Silent())\n", "    pass\n")
REWRITTEN = COPIED.replace("    pass\n", "    connection.execute('create table again as from gateway_requests')\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", type=Path)
    parser.add_argument("--requests", type=int, default=10_000_000)
    given = parser.parse_args()
    sections = [openrouter_section(given.samples), transcript_section(given.samples), speed_section(given.requests)]
    intro = "Prices and verdicts of `retro/analyses/prices`."
    versions = f"Last run {date.today()}, Python {sys.version.split()[0]}, {os.cpu_count()} cores."
    text = f"# prices\n\n{intro} {versions}\n{''.join(sections)}"
    Path(__file__).with_suffix(".md").write_text(text)
    print(text)


def openrouter_section(samples: Path) -> str:
    """Every answer of OpenRouter that tells its cost, and the verdict on it."""
    answers = openrouter_answers(samples / "openrouter-cassettes")
    with priced(openrouter_frame(answers)) as connection:
        sums = connection.execute(
            """
            select reason, count(*), sum(logged_cost_usd), sum(expected_cost_usd), sum(variance_usd)
            from request_costs group by all order by count(*) desc, reason
            """
        ).fetchall()
        others = connection.execute(
            """
            select model, provider, logged_cost_usd, expected_cost_usd, array_to_string(reasons, ', '), reason_detail
            from request_costs where reason <> 'ok' order by reason, model, request_key
            """
        ).fetchall()
    about = (
        f"{len(answers)} distinct answers of real tests, with the cost that OpenRouter billed. What the log names beside the "
        "cost of prompt and completion is an extra charge; `ok` is within 1 %."
    )
    head = ("verdict", "answers", "logged $", "expected $", "difference $")
    listed = ("model", "served by", "logged $", "expected $", "reasons", "seen by")
    return table("OpenRouter's own bills", about, head, sums) + table("Those that are not ok", "", listed, others)


def openrouter_frame(answers: Sequence[dict]) -> pl.DataFrame:
    """The answers as the source reads them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.jsonl"
        path.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
        log = LogFile(GatewaySettings(kind="openrouter", path="answers.jsonl"), path, "answers.jsonl", None)
        return pl.concat(read_log(log, b"", Account()))


def openrouter_answers(folder: Path) -> list[dict]:
    found: dict[str, dict] = {}
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        for line in path.read_text("utf-8").splitlines():
            answer = json.loads(line)
            if "cost" in (answer.get("usage") or {}):
                found.setdefault(answer["id"], answer)
    return list(found.values())


def transcript_section(samples: Path) -> str:
    """The sample of transcripts, whose totals ccusage gives too."""
    frame = pl.DataFrame(list(transcript_requests(samples / "claude-code-entire" / "usage_lines.jsonl.gz")))
    frame = frame.with_columns(pl.col("requested_at").str.to_datetime(time_zone="UTC"))
    with priced(frame) as connection:
        rows = connection.execute(
            """
            select priced_model, count(*), count(distinct price_date), sum(expected_cost_usd)
            from request_costs group by rollup (priced_model) order by priced_model nulls last
            """
        ).fetchall()
        ((groups,),) = connection.execute("select count(distinct (price_date, model)) from request_costs").fetchall()
    rows[-1] = ("all", *rows[-1][1:])
    about = f"Transcripts of the sample, {groups} groups of day and model. ccusage 20.0.24: $1564.3646826 in 81 groups."
    return table("Transcripts", about, ("model", "requests", "days", "expected $"), rows)


def transcript_requests(path: Path) -> Iterator[dict[str, object]]:
    """A row for each message and request id: its largest output, its first time."""
    found: dict[tuple, list] = {}
    with gzip.open(path) as lines:
        for line in map(json.loads, lines):
            holder = line if "usage" in (line.get("message") or {}) else (line.get("data") or {}).get("message") or {}
            message = holder.get("message") or {}
            if "usage" in message and not message["model"].startswith("<"):
                known = found.setdefault((message["id"], holder.get("requestId")), [line["timestamp"], message])
                known[0] = min(known[0], line["timestamp"])
                if message["usage"]["output_tokens"] > known[1]["usage"]["output_tokens"]:
                    known[1] = message
    for key, (moment, message) in found.items():
        usage = message["usage"]
        for_an_hour = (usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens", 0)
        yield {
            "source": "claude-code",
            "request_key": ":".join(map(str, key)),
            "requested_at": moment,
            "model": message["model"],
            "provider": "anthropic",
            "uncached_input_tokens": usage["input_tokens"],
            "cache_read_tokens": usage.get("cache_read_input_tokens", 0),
            "cache_write_5m_tokens": usage.get("cache_creation_input_tokens", 0) - for_an_hour,
            "cache_write_1h_tokens": for_an_hour,
            "output_tokens": usage["output_tokens"],
            "status": "ok",
            "file": path.name,
        }


def speed_section(count: int) -> str:
    """CPU of pricing invented requests: 97 of 100 right, the others at a default, at nothing or without the cache."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "retro.toml").write_text('[project]\nname = "bench"\n')
        # Elsewhere, since a process starts with the memory peak of the one that starts it.
        writer = multiprocessing.get_context("spawn").Process(
            target=write_requests, args=(root / warehouse.FILE, count)
        )
        writer.start()
        writer.join()
        rows = []
        for what, code in (
            ("copy the file and swap it in", COPIED),
            ("the same, and DuckDB writes the requests once more", REWRITTEN),
            ("the same, and price them", PRICED),
            ("price them again, nothing new", PRICED),
        ):
            if code == PRICED and not rows[-1][0].startswith("the same, and price"):
                with duckdb.connect(str(root / warehouse.FILE)) as connection:
                    connection.execute("drop table again")
            cost = timed([sys.executable, "-c", code, folder])
            rows.append((what, f"{cost.cpu:.1f}", f"{cost.wall:.1f}", f"{cost.peak_mb:,.0f}"))
    about = f"{count:,} requests of 12 models on 100 days, 3 of 100 billed wrongly."
    return table("Speed", about, ("work", "CPU s", "wall s", "peak MB"), rows)


def write_requests(path: Path, count: int) -> None:
    book = prices.PriceBook(settings())
    lookups = [("", model, "", date(2026, 1, 1)) for model in MODELS]
    rates = prices.model_prices(lookups, book).filter(pl.col("from_input_tokens") == 0).with_row_index("place")
    with warehouse.one_writer(path), warehouse.rewrite(path) as connection:
        connection.register("rates", rates)
        connection.execute(REQUESTS, {"count": count})
        connection.unregister("rates")


REQUESTS = """
    insert into gateway_requests by name
    with drawn as (
        select
            number,
            (hash(number) % 12)::bigint as place,
            (hash(number * 3) % 900 + 20)::bigint as input,
            (hash(number * 5) % 30000)::bigint as read,
            (hash(number * 11) % 1500)::bigint as written,
            (hash(number * 13) % 2000 + 20)::bigint as output,
            (hash(number * 17) % 1000)::bigint as luck
        from range($count) as numbers (number)
    )
    select
        'litellm' as source,
        'chatcmpl-' || hash(number)::text || '-' || number::text as request_key,
        'resp-' || hash(number)::text as response_id,
        timestamptz '2026-01-01 00:00+00' + to_microseconds((number * 100.0 * 86400000000 / $count)::bigint)
            as requested_at,
        model,
        input as uncached_input_tokens,
        read as cache_read_tokens,
        written as cache_write_5m_tokens,
        0 as cache_write_1h_tokens,
        output as output_tokens,
        output // 3 as reasoning_tokens,
        input + read + written + output as logged_total_tokens,
        (case
            when luck < 15 then (input + read + written) * 3 + output * 15
            when luck < 20 then 0
            when luck < 30 then (input + read + written) * input_usd + output * output_usd
            else input * input_usd + read * coalesce(cache_read_usd, input_usd)
                + written * coalesce(cache_write_5m_usd, input_usd) + output * output_usd
        end * 0.000001::decimal(7, 6))::decimal(18, 12) as logged_cost_usd,
        logged_cost_usd as logged_cost,
        'USD' as logged_currency,
        'ok' as status,
        map([]::text[], []::text[]) as tags,
        'logs/requests.jsonl' as file,
        number as line
    from drawn
    inner join rates on rates.place = drawn.place
    order by number
"""


def settings() -> Settings:
    return parse_settings(b'[project]\nname = "bench"\n', Path("/bench/retro.toml"))


def priced(frame: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with the requests, priced."""
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    for text in tables.ddl().values():
        connection.execute(text)
    make_views(connection, (queries.shipped("queries"),))
    given = "frame" if "tags" in frame.columns else "(select *, map([]::text[], []::text[]) as tags from frame)"
    connection.execute(f"insert into gateway_requests by name select * from {given}")
    price(connection, settings(), Silent())
    return connection


def table(title: str, about: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(shown, row))} |" for row in rows]
    return f"\n## {title}\n\n" + (f"{about}\n\n" if about else "") + "\n".join(lines) + "\n"


def shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
