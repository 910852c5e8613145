"""The words of a `[[watch]]` section: which identifiers can be looked for, line by line."""

from typing import Annotated

from pydantic import AfterValidator, Field

_LONGEST = 10_000
_MOST = 100


def check_literal(text: str) -> str:
    """The text of an identifier. Raises ValueError for one that no line can hold, or every line does."""
    if not text.strip():
        raise ValueError("is empty; write the text to look for, such as gpt-4o")
    if any(letter in text for letter in "\n\r\0"):
        raise ValueError("holds a line break or a NUL; write the text of one line")
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST:,} characters; write less of it")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("holds bytes that are not UTF-8; write a part without them") from error
    return text


def check_literals(texts: tuple[str, ...]) -> tuple[str, ...]:
    """One text or more, each once. Raises ValueError."""
    if not texts:
        raise ValueError("the list is empty; write at least one text to look for")
    if len(texts) > _MOST:
        raise ValueError(f"more than {_MOST} texts; make several watches of them")
    if len(set(texts)) < len(texts):
        raise ValueError("a text stands here twice; write each once")
    return texts


# `strict` refuses the lists that TOML has; the items stay strict.
Literals = Annotated[
    tuple[Annotated[str, AfterValidator(check_literal)], ...], Field(strict=False), AfterValidator(check_literals)
]
