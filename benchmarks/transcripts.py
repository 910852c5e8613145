"""Reading of agents' transcripts, beside ccusage on the same files: time, memory, and tokens by day and model.

    python benchmarks/transcripts.py FOLDER [CCUSAGE]

FOLDER is a Claude home (it holds `projects/`), CCUSAGE the program to compare with. They run in turn, each in a process of its
own, so that the load of the machine meets all; the best of the runs counts. Beside the reading as it is, which fills five
tables, runs one that looks for requests alone, as ccusage does, by the same rules. Results: benchmarks/transcripts.md.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson

from retro.sources.agents import KINDS, rows
from retro.sources.agents.checkouts import Checkouts
from retro.sources.agents.claude_lines import Line
from retro.sources.agents.claude_usage import UNBILLED_MODEL, read_request, request_key
from retro.sources.agents.facts import Collected, Session
from retro.sources.agents.files import Tally, find_files
from retro.sources.agents.reading import read_files
from retro.sources.agents.values import mapping, micros

RUNS = 5
NOWHERE = Session("")
TOKENS = (
    ("uncached_input_tokens",),
    ("output_tokens",),
    ("cache_write_5m_tokens", "cache_write_1h_tokens"),
    ("cache_read_tokens",),
)
KEY = b"benchmark" + bytes(23)
USAGE = b'"usage":{'


def main() -> None:
    """Runs all in turn and prints a line for each, and whether their groups are equal."""
    home, ccusage = Path(sys.argv[1]), sys.argv[2:3]
    commands = {name: [sys.executable, __file__, str(home), f"--{name}"] for name in ("tables", "requests")}
    if ccusage:
        commands["ccusage"] = [*ccusage, "claude", "daily", "--offline", "--json", "--breakdown", "--timezone", "UTC"]
    told: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
    answers = {}
    for _ in range(RUNS):
        for name, command in commands.items():
            answers[name], figures = timed(command, home)
            told[name].append(figures)
    for name, runs in told.items():
        wall, cpu, memory = (min(column) for column in zip(*runs, strict=True))
        print(f"{name}: {wall:.2f} s wall, {cpu:.2f} s CPU, {memory >> 10} MB")
    own = json.loads(answers["tables"])
    print(json.dumps(own["figures"], indent=1), "load", os.getloadavg())
    mine = {tuple(key): tuple(value) for key, value in own["groups"]}
    others = {"requests": {tuple(key): tuple(value) for key, value in json.loads(answers["requests"])}}
    if ccusage:
        others["ccusage"] = groups_of(json.loads(answers["ccusage"]))
    for name, theirs in others.items():
        same = sum(mine.get(key) == value for key, value in theirs.items())
        print(f"groups of day and model: {len(mine)}, of {name} {len(theirs)}, {same} equal")


def timed(command: list[str], home: Path) -> tuple[bytes, tuple[float, float, int]]:
    """Output of a command, its wall seconds, its CPU seconds and its peak memory in kilobytes."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"CLAUDE_CONFIG_DIR": str(home)})
    output = process.stdout.read()
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return output, (time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss)


def groups_of(answer: dict) -> dict[tuple, tuple]:
    """Input, output, written and read tokens by day and model, as ccusage has them."""
    return {
        (day.get("date") or day["period"], model["modelName"]): (
            model["inputTokens"],
            model["outputTokens"],
            model["cacheCreationTokens"],
            model["cacheReadTokens"],
        )
        for day in answer["daily"]
        for model in day["modelBreakdowns"]
    }


def read(home: Path) -> None:
    """Reads all that Retro keeps of the transcripts and prints tokens by day and model, and how many rows there are."""
    began, cpu = time.perf_counter(), time.process_time()
    kind = KINDS["claude-code"]
    collected = Collected("claude-code", "claude-code", KEY, Checkouts({}, None))
    tallies = read_files(collected, find_files(home / "projects", kind.patterns, home))
    reading = time.perf_counter() - began, time.process_time() - cpu
    frames = rows.frames(collected, tallies, only_configured=False)
    figures = {name: frame.height for name, frame in frames.items()}
    figures |= {"lines": sum(tally.account.read for tally in tallies), "files": len(tallies)}
    figures |= {"reading_wall_seconds": round(reading[0], 2), "reading_cpu_seconds": round(reading[1], 2)}
    groups = grouped((one.requested_at, one.model, one.tokens) for one in collected.requests.values())
    print(json.dumps({"groups": groups, "figures": figures}))


def read_requests(home: Path) -> None:
    """Reads requests alone, in one process: of each file only lines with `usage` are looked into, and there are no frames."""
    collected, seen = Collected("claude-code", "claude-code", KEY, Checkouts({}, None)), set()
    for file in find_files(home / "projects", KINDS["claude-code"].patterns, home):
        tally = Tally(file)
        for place, raw in usage_lines(file.path.read_bytes()):
            if (digest := hash(raw)) not in seen:
                seen.add(digest)
                take_request(collected, raw, tally, place)
    requests = collected.requests.values()
    print(json.dumps(grouped((one.requested_at, one.model, one.tokens) for one in requests)))


def usage_lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Place and text of each line that holds `usage`."""
    found = content.find(USAGE)
    while found >= 0:
        start, end = content.rfind(b"\n", 0, found) + 1, content.find(b"\n", found)
        line = content[start:] if end < 0 else content[start:end]
        yield start, line
        found = content.find(USAGE, start + len(line))


def take_request(collected: Collected, raw: bytes, tally: Tally, place: int) -> None:
    """Adds the request of a line, its own or that of the subagent which it carries."""
    try:
        record = orjson.loads(raw)
    except ValueError:
        return
    if record.get("type") == "progress":
        record = mapping(record.get("data")).get("message") or record
    message, at = mapping(record.get("message")), micros(record.get("timestamp"))
    if record.get("type") != "assistant" or at is None or not message.get("usage"):
        return
    line = Line(record, NOWHERE, at, tally, place, False)
    key = request_key(message, line)
    known = collected.requests.get(key)
    if known and message["usage"]["output_tokens"] <= known.weight:
        known.requested_at = min(known.requested_at, at)
    elif message.get("model") != UNBILLED_MODEL:
        collected.add_request(key, read_request(message, line, None))


def grouped(requests: Iterable[tuple[int, str, dict]]) -> list:
    """Input, output, written and read tokens by day and model."""
    groups: dict[tuple[str, str], list[int]] = {}
    for at, model, tokens in requests:
        day = datetime.fromtimestamp(at / 1e6, UTC).strftime("%Y-%m-%d")
        sums = groups.setdefault((day, model), [0, 0, 0, 0])
        for place, names in enumerate(TOKENS):
            sums[place] += sum(tokens[name] or 0 for name in names)
    return sorted(groups.items())


if __name__ == "__main__":
    if sys.argv[2:] == ["--tables"]:
        read(Path(sys.argv[1]))
    elif sys.argv[2:] == ["--requests"]:
        read_requests(Path(sys.argv[1]))
    else:
        main()
