"""Kinds of finding by the words of a review: what counts, what was said by others, and what a hostile text costs."""

import time

import pytest

from retro.sources.forge.finding_words import finding_kinds, has_suggestion


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("This import is duplicated on line 59.", ["duplicate import"]),
        ("`os` is already imported above", ["duplicate import"]),
        ("Missing cast here; mypy complains", ["type"]),
        ("This returns a 500 when the list is empty", ["logic"]),
        ("There is a race between the two writers.", ["logic"]),
        ("Stale reference: the model was renamed", ["logic"]),
        ("That allows SQL injection", ["security"]),
        ("Could you add a test for it?", ["test"]),
        ("Placeholder text is still in the README", ["documentation"]),
        ("nit: naming", ["style"]),
        ("nit: a test would be nice, and the docs have a typo", ["documentation", "style", "test"]),
        ("Thank you!", []),
        ("Let us talk about the latest contest", []),
        ("", []),
    ],
)
def test_words_name_kinds(text: str, kinds: list[str]) -> None:
    assert list(finding_kinds(text)) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "> this is a bug\nI agree",
        "```\nassert bug\n```",
        "```suggestion\ntest\n```",
        "<!-- security: internal state -->\nFine",
        "```\ntest",
    ],
)
def test_what_is_quoted_code_or_hidden_was_not_said(text: str) -> None:
    assert finding_kinds(text) == ()


def test_a_suggestion_is_a_block_of_its_own() -> None:
    assert has_suggestion("Try\n```suggestion\nx = 1\n```")
    assert has_suggestion("```suggestion:-0+1\nx\n```")
    assert not has_suggestion("my suggestion would be ```x```")


@pytest.mark.parametrize(
    "text", ["duplicat" * 8_000, "a" * 65_000, "> " * 30_000, "```" * 20_000, "<!--" * 16_000, "\t" * 65_000]
)
def test_a_hostile_text_costs_little(text: str) -> None:
    began = time.process_time()
    finding_kinds(text)
    has_suggestion(text + "suggestion")
    assert time.process_time() - began < 1
