"""Files of a forge's answers: what holds records, what is cut off, and what is none."""

import gzip
import json
from pathlib import Path

import pytest

from retro.sources.forge.documents import Trouble, dump_files, records

ONE, TWO, THREE = ({"number": number, "deep": {"list": [{"x": "]}"}]}} for number in (1, 2, 3))


def found(path: Path) -> list[object]:
    """Numbers of the records, and reason and place of what cannot be read."""
    return [
        (one.reason, one.place) if isinstance(one, Trouble) else one[0].get("number")
        for one in records(path, path.name)
    ]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ONE, TWO, THREE]),
        json.dumps([[ONE, TWO], [THREE]], indent=1),
        f"{json.dumps([ONE, TWO])}{json.dumps([THREE])}",
        "\n".join(map(json.dumps, (ONE, TWO, THREE))),
        "\n\n".join(map(json.dumps, ([ONE], [TWO, THREE]))) + "\n",
        json.dumps({"url": "https://api.github.com/repos/a/b/pulls", "body": [ONE, TWO, THREE]}),
        "\ufeff" + json.dumps([ONE, TWO, THREE]),
    ],
    ids=["list", "slurped pages", "pages without a break", "lines", "lines of lists", "envelope", "byte order mark"],
)
def test_records_are_found_however_a_tool_writes_them(text: str, tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_text(text, "utf-8")
    assert found(path) == [1, 2, 3]
    packed = tmp_path / "dump.json.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert found(packed) == [1, 2, 3]


@pytest.mark.parametrize("cut", [1, 12, 40])
def test_of_a_list_that_is_cut_off_what_stands_whole_before_the_cut_is_read(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_text(json.dumps([ONE, TWO, THREE])[:-cut], "utf-8")
    whole = [1, 2, 3] if cut == 1 else [1, 2]
    assert found(path) == [*whole, ("files that are cut off or not JSON", "dump.json:1")]


def test_of_a_graphql_page_that_is_cut_off_the_whole_nodes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    page = {"data": {"repository": {"pullRequests": {"nodes": [ONE, TWO, THREE]}}}}
    path.write_text(json.dumps(page)[:-30], "utf-8")
    (record, _), trouble = records(path, "page.json")
    assert record == {"data": {"repository": {"pullRequests": {"nodes": [ONE, TWO]}}}}
    assert trouble == Trouble("files that are cut off or not JSON", "page.json:1")


def test_a_line_that_is_cut_off_or_no_json_costs_that_line(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_text(f'{json.dumps(ONE)}\n{{"number": NaN}}\n{json.dumps(TWO)}\n{json.dumps(THREE)[:-3]}', "utf-8")
    assert found(path) == [
        1,
        ("lines that are not JSON", "dump.jsonl:2"),
        2,
        ("lines that are cut off", "dump.jsonl:4"),
    ]


def test_a_compressed_file_that_is_torn_gives_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl.gz"
    pages = [gzip.compress(json.dumps(one).encode() + b"\n") for one in (ONE, TWO)]
    path.write_bytes(pages[0] + pages[1][: len(pages[1]) // 2])
    read = found(path)
    assert read[0] == ("compressed files that are cut off", "pages.jsonl.gz")
    assert 1 in read and 2 not in read


@pytest.mark.parametrize(
    "content", [b"\xff\xfe{}", b"[" * 200_000, b"", b"not json"], ids=["utf-16", "deep", "empty", "text"]
)
def test_a_file_without_records_is_told_and_stops_nothing(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_bytes(content)
    assert all(isinstance(one, tuple) for one in found(path))


def test_a_page_takes_the_number_from_its_address_or_its_name(tmp_path: Path) -> None:
    named = tmp_path / "pulls-41-commits.json"
    named.write_text('[{"sha": "x"}]')
    ((_, place),) = records(named, "data/pulls-41-commits.json")
    assert (place.number, place.part) == (41, "commits")
    kept = tmp_path / "kept.jsonl"
    url = "https://gitlab.com/api/v4/projects/group%2Fname/merge_requests/3/closes_issues?per_page=100"
    kept.write_text(json.dumps({"url": url, "body": [{"iid": 9}]}))
    ((_, place),) = records(kept, "kept.jsonl")
    assert (place.slug, place.number, place.part) == ("group/name", 3, "closes_issues")


def test_dumps_are_a_file_a_folder_or_a_glob(tmp_path: Path) -> None:
    for name in ("a/x[1].json", "a/b/y.jsonl.gz", "a/notes.txt", "z.ndjson"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    shown = [str(path.relative_to(tmp_path)) for path in dump_files(tmp_path, "a")]
    assert shown == ["a/b/y.jsonl.gz", "a/x[1].json"]
    assert dump_files(tmp_path, "a/x[1].json") == [tmp_path / "a/x[1].json"]
    assert dump_files(tmp_path, "**/*.ndjson") == [tmp_path / "z.ndjson"]
    assert dump_files(tmp_path, "nowhere/*.json") == []
