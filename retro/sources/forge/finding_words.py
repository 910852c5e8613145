"""Kinds of finding that the words of a review name, told while it is read, since its text is not stored."""

import hashlib
import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

RULES = Path(__file__).with_name("finding_words.toml")
_LONGEST = 20_000  # characters of a text that are looked at; tools write walls of text
_SUGGESTION = re.compile(r"^[ \t]*```+[ \t]*suggestion\b", re.MULTILINE)
# Quoted lines, code and what tools hide in comments say what others wrote.
_NOT_SAID = re.compile(r"^[ \t]*>[^\n]*$|```[\s\S]*?(?:```|\Z)|<!--[\s\S]*?(?:-->|\Z)", re.MULTILINE)


@lru_cache(8_192)
def finding_kinds(text: str) -> tuple[str, ...]:
    """Kinds whose words stand in `text`, in alphabetical order; quoted lines, code and hidden comments left out."""
    said = _NOT_SAID.sub(" ", text[:_LONGEST])
    return tuple(kind for kind, pattern in _rules() if pattern.search(said)) if said.strip() else ()


def has_suggestion(text: str) -> bool:
    """Whether the text holds a block that suggests a change (GitHub and GitLab write it alike)."""
    return "suggestion" in text and bool(_SUGGESTION.search(text))


@cache
def rules_digest() -> str:
    """SHA-256 of the rules."""
    return hashlib.sha256(RULES.read_bytes()).hexdigest()


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = tomllib.loads(RULES.read_text("utf-8"))
    return tuple((kind, re.compile("|".join(table[kind]), re.IGNORECASE)) for kind in sorted(table))
