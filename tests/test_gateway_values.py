"""Text of a log as times, counts, money and tags, and tokens of every convention: pure functions, whole columns."""

from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from gateway_logs import HASH_KEY, at
from hypothesis import given, settings
from hypothesis import strategies as some

from retro.keyed_hashes import keyed_hash
from retro.sources.accounts import Account
from retro.sources.gateway import values
from retro.sources.gateway.batches import Batch, Reading
from retro.sources.gateway.frames import request_frame
from retro.sources.gateway.tags import read_tags, without_people

NAIVE = "a time without a zone (set timezone in retro.toml)"
MOMENTS = {
    "2026-03-09T08:00:00Z": ("2026-03-09T08:00:00", None),
    "2026-03-09 08:00:00.847371+00:00": ("2026-03-09T08:00:00.847371", None),
    "2026-03-09T08:00:00.1-0530": ("2026-03-09T13:30:00.1", None),
    "2026-03-09 08:00:00 UTC": ("2026-03-09T08:00:00", None),
    "1773043200": ("2026-03-09T08:00:00", None),
    "1773043200.25": ("2026-03-09T08:00:00.25", None),
    "1773043200123": ("2026-03-09T08:00:00.123", None),
    "1773043200123456": ("2026-03-09T08:00:00.123456", None),
    "1773043200123456789": ("2026-03-09T08:00:00.123456", None),
    "2026-03-09 08:00:00": (None, NAIVE),
    "2026-03-09": (None, NAIVE),
    "3/9/26": (None, "a time that cannot be read"),
    "2026-02-30T08:00:00Z": (None, "a time that cannot be read"),
    "2026-03-09T08:00:00+25:00": (None, "a time that cannot be read"),
    "99999-01-01T00:00:00Z": (None, "a time that cannot be read"),
    "1999-12-31T23:59:59Z": (None, "a time outside 2000 to 2100"),
    "2100-01-01T00:00:00Z": (None, "a time outside 2000 to 2100"),
    None: (None, "no time"),
}


def test_times_of_every_form_are_read_or_refused_with_a_reason():
    times, why = values.moments(pl.Series(list(MOMENTS), dtype=pl.String), None)
    found = dict(zip(MOMENTS, zip(times, why, strict=True), strict=True))
    assert found == {text: (at(time) if time else None, reason) for text, (time, reason) in MOMENTS.items()}


def test_times_without_a_zone_are_those_of_the_zone_that_is_told():
    column = pl.Series(
        ["2026-03-09 08:00:00", "2026-03-29T02:30:00", "2026-10-25 02:30:00", "2026-03-09", "2026-03-09T08:00Z"]
    )
    times, why = values.moments(column, "Europe/Berlin")
    assert list(zip(times, why, strict=True)) == [
        (at("2026-03-09T07:00:00"), None),
        (None, "a time that cannot be read"),  # an hour that the clock skips
        (at("2026-10-25T00:30:00"), None),  # the earlier of the two
        (at("2026-03-08T23:00:00"), None),
        (at("2026-03-09T08:00:00"), None),
    ]


def test_counts_are_whole_numbers_from_zero():
    texts = ["0", "5", " 7 ", "12.0", "1e3", "1000.000", "-4"]
    texts += ["5.7", "x", "1,000", "true", "9" * 30, "1000000000001", "1.000", "1.000.000", None]
    numbers, is_odd, is_negative = values.counts(pl.Series(texts, dtype=pl.String))
    assert numbers.to_list() == [0, 5, 7, 12, 1000, 1000, *[None] * 10]
    assert [text for text, odd in zip(texts, is_odd, strict=True) if odd] == texts[7:15]
    assert [text for text, negative in zip(texts, is_negative, strict=True) if negative] == ["-4"]


def test_money_is_read_from_the_text_and_never_through_a_float():
    texts = [
        "1e-05",
        "0.00022500000000000002",
        "12345.678901234567890",
        "1E+2",
        ".5",
        "0",
        "NaN",
        "Infinity",
        "1_0",
        "$3",
        "1e9",
    ]
    amounts, is_odd, _ = values.money(pl.Series(texts, dtype=pl.String))
    wanted = ["0.00001", "0.000225", "12345.678901234568", "100", "0.5", "0", *[None] * 5]
    assert amounts.to_list() == [Decimal(text) if text else None for text in wanted]
    assert is_odd.to_list() == [False] * 6 + [True] * 5


@settings(deadline=None)
@given(some.lists(some.decimals(0, 999_999, allow_nan=False, places=None), min_size=1, max_size=50), some.booleans())
def test_money_rounds_every_number_as_decimal_arithmetic_does(amounts, is_scientific):
    texts = [f"{amount:e}" if is_scientific else str(amount) for amount in amounts]
    found, is_odd, _ = values.money(pl.Series(texts, dtype=pl.String))
    assert found.to_list() == [Decimal(text).quantize(Decimal("1e-12"), ROUND_HALF_EVEN) for text in texts]
    assert not is_odd.any()


TAGS = {
    "header": ("sprint=2, session_type=code_review", {"sprint": "2", "session_type": "code_review"}),
    "semicolons and colons": ("sprint:2;Session_Type: code_review", {"sprint": "2", "session_type": "code_review"}),
    "blanks between": ("sprint=2 feature=fleet management", {"sprint": "2", "feature": "fleet management"}),
    "first sign splits": ("url=a:b=c", {"url": "a:b=c"}),
    "query string": ("sprint=1&feature=pay%20ment", {"sprint": "1", "feature": "pay ment"}),
    "address in a value": ("url=https://example.org/?a=1&b=2", {"url": "https://example.org/?a=1&b=2"}),
    "encoded value": ("feature=fleet%20management,note=a%2Cb", {"feature": "fleet management", "note": "a,b"}),
    "encoded whole": ("sprint%3D2%2C%20session_type%3Dchat", {"sprint": "2", "session_type": "chat"}),
    "last of two": ("sprint=1,SPRINT=2", {"sprint": "2"}),
    "without a value": (["urgent", "sprint=2"], {"urgent": "", "sprint": "2"}),
    "list as text": ('["sprint=2", "User-Agent: litellm/1.1 (a; c=d)"]', {"sprint": "2", "user-agent": "litellm/1.1 (a; c=d)"}),
    "object": ({"sprint": "2", "is_test": True, "nested": {"text": "x"}, "none": None}, {"sprint": "2", "is_test": "true"}),
    "object as text": ('{"sprint": 2, "cost": 0.10}', {"sprint": "2", "cost": "0.10"}),
    "broken list": ('["sprint=2"', {'["sprint': '2"'}),
    "empty key": ("=2,,;", {}),
    "nothing": (None, {}),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "tags"), TAGS.values(), ids=TAGS)
def test_tags_of_every_form_become_a_map(raw, tags):
    assert read_tags(raw, {}, HASH_KEY) == (tags, 0, "nested" in (raw or ""))


def test_tags_beyond_the_64th_are_left_out_and_told():
    tags = read_tags({f"tag{number}": "x" for number in range(65)}, {}, HASH_KEY)
    assert (list(tags.found), tags.has_unread) == ([f"tag{number}" for number in range(64)], True)


PEOPLE = ("user", "User-Id", "userId", "x-user", "_user", "end_user", "enduser.id", "user.email", "E-Mail", "login")
OTHERS = ("user-agent", "user_story", "team", "feature", "customer")


def test_tag_whose_key_names_a_user_is_a_keyed_hash_but_where_the_settings_ask_for_it():
    tags = read_tags({name: "ada" for name in (*PEOPLE, *OTHERS)}, {}, HASH_KEY).found
    ada = keyed_hash(HASH_KEY, "ada")
    assert tags == {name.lower(): ada for name in PEOPLE} | {name: "ada" for name in OTHERS}
    assert read_tags("user=ada,power_user=true", {"who": "User"}, HASH_KEY).found == {
        "power_user": "true",
        "who": "ada",
    }


def test_user_of_a_row_is_a_keyed_hash_under_every_key_but_those_that_are_asked_for():
    tags = {"by": "Ada", "ada": "", "sprint": "ada", "who": "ada", "team": "ada lovelace"}
    ada = keyed_hash(HASH_KEY, "ada")
    wanted = {"by": ada, ada: "", "sprint": "ada", "who": "ada", "team": "ada lovelace"}
    assert without_people(tags, ("ada", None), {"who": "x-who"}, HASH_KEY) == wanted


def test_tags_take_the_names_that_the_settings_give_them():
    assert read_tags("X-Sprint=2,feature=a", {"sprint": "x-sprint"}, HASH_KEY).found == {"feature": "a", "sprint": "2"}


def test_a_secret_in_a_tag_is_masked_and_counted():
    tags, masked, _ = read_tags("key=ghp_" + "a1" * 18 + ",sprint=2", {}, HASH_KEY)
    assert (list(tags), tags["key"][:8], masked) == (["key", "sprint"], "[github:", 1)


def test_a_tag_is_no_place_for_a_prompt():
    assert len(read_tags({"prompt": "x" * 5000}, {}, HASH_KEY).found["prompt"]) == 256


NUMBERS = ("uncached_input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "output_tokens",
           "reasoning_tokens", "usage_problem")  # fmt: skip
_MORE_CACHED = "more cached than input tokens: uncached_input_tokens, cache_read_tokens and cache writes set to NULL"
_CACHE_OPEN = (
    "not told whether input includes the cache (set cache_in_input in retro.toml): uncached_input_tokens set to NULL"
)
_REASONING_OPEN = (
    "not told whether output includes reasoning (set reasoning_in_output in retro.toml): output_tokens set to NULL"
)
USAGES = {
    # name: (fields, cache inside?, reasoning inside?, what comes of it)
    "cache inside": ({"input": 10, "cache_read": 4, "cache_write": 1, "output": 5}, True, True, (5, 4, 1, None, 5, None, None)),
    "cache apart": ({"input": 10, "cache_read": 4, "output": 5}, False, True, (10, 4, None, None, 5, None, None)),
    "writes told apart": (
        {"input": 1, "cache_write": 9, "cache_write_5m": 2, "cache_write_1h": 4, "output": 5}, False, True,
        (1, None, 5, 4, 5, None, None),
    ),
    "reasoning inside": ({"input": 1, "output": 5, "reasoning": 3}, True, True, (1, None, None, None, 5, 3, None)),
    "reasoning apart": ({"input": 1, "output": 5, "reasoning": 3}, True, False, (1, None, None, None, 8, 3, None)),
    "nobody says, nothing depends on it": ({"input": 7, "output": 5}, None, None, (7, None, None, None, 5, None, None)),
    "nobody says, none": ({"input": 7, "cache_read": 0, "output": 5, "reasoning": 0}, None, None, (7, 0, None, None, 5, 0, None)),
    "nobody says, the total does: inside": (
        {"input": 7, "cache_read": 2, "output": 5, "reasoning": 1, "total": 12}, None, None, (5, 2, None, None, 5, 1, None),
    ),
    "nobody says, the total does: apart": (
        {"input": 7, "cache_read": 2, "output": 5, "reasoning": 1, "total": 15}, None, None, (7, 2, None, None, 6, 1, None),
    ),
    "nobody says, no total": (
        {"input": 7, "cache_read": 2, "output": 5, "reasoning": 1}, None, None,
        (None, 2, None, None, None, 1, f"{_CACHE_OPEN}; {_REASONING_OPEN}"),
    ),
    "more cached": ({"input": 3, "cache_read": 4, "output": 5}, True, True, (None, None, None, None, 5, None, _MORE_CACHED)),
    "more reasoning than output": (
        {"input": 3, "output": 5, "reasoning": 6}, True, True,
        (3, None, None, None, 5, None, "more reasoning than output tokens: reasoning_tokens set to NULL"),
    ),
    "negative": (
        {"input": -3, "output": 5}, True, True, (None, None, None, None, 5, None, "input_tokens is negative, set to NULL"),
    ),
    "cache unreadable": (
        {"input": 9, "cache_read": "x", "output": 5}, True, True,
        (None, None, None, None, 5, None, "cache_read_tokens is no number that fits, set to NULL"),
    ),
    "answer that broke off": ({"input": 9}, True, True, (9, None, None, None, None, None, None)),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "cache", "reasoning", "wanted"), USAGES.values(), ids=USAGES)
def test_tokens_of_every_convention_become_one_kind(fields, cache, reasoning, wanted):
    row = {f"{name}_tokens": str(count) for name, count in fields.items()} | {
        "id": "a",
        "requested_at": "2026-03-09T08:00:00Z",
    }
    reading = Reading("log", "log.jsonl", b"k", cache_in_input=cache, reasoning_in_output=reasoning)
    frame = request_frame(Batch({name: [text] for name, text in row.items()}, [1], Account()), reading)
    assert frame.select(NUMBERS).row(0) == wanted
