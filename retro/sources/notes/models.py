"""What notes/sprint-2.toml may hold, as types. A validator's ValueError is the reason that its reader sees."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from retro.config.literals import closest
from retro.config.models import Section
from retro.config.values import Day, Filled, Name, SprintId, check_year

WORK_TYPES = ("feat", "fix", "refactor", "perf", "test", "docs", "build", "ci", "chore", "style", "revert", "merge")
OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "~")
STATUSES = ("open", "done", "dropped")
EVIDENCE = ("verified", "inferred", "human")
TRENDS = ("down", "up")
_REFERENCES = {
    "commit": r"[0-9a-f]{7,64}",
    "merge": r"[1-9][0-9]{0,17}",
    "pr": r"[1-9][0-9]{0,17}",
    "issue": r"[1-9][0-9]{0,17}",
    "finding": r"\S.*",
    "incident": r"\S.*",
    "lesson": r"\S.*",
}
_LINK = re.compile(r"https?://\S+")
_ABOUT = re.compile(r"~\s*-?[0-9]+(\.[0-9]+)?")

Value = str | int | float | bool


def one_of(names: Sequence[str]) -> AfterValidator:
    """Refuses what is not among the names."""

    def check(text: str) -> str:
        if text not in names:
            raise ValueError(f"wanted one of {', '.join(names)}{closest(text, names)}")
        return text

    return AfterValidator(check)


def _check_reference(text: str) -> str:
    kind, _, target = text.partition(":")
    if _LINK.fullmatch(text) or (kind in _REFERENCES and re.fullmatch(_REFERENCES[kind], target)):
        return text
    raise ValueError(
        "wanted commit: and 7 or more digits of its id, merge:, pr: or issue: and a number, finding:, incident: or "
        "lesson: and its id, or a link"
    )


def _check_prefix(text: str) -> str:
    if not re.fullmatch(_REFERENCES["commit"], text):
        raise ValueError("wanted the first 7 or more digits (0-9, a-f) of a commit's id")
    return text


def _check_value(value: object) -> object:
    if not isinstance(value, get_args(Value)):
        raise ValueError("wanted a number, text in quotes, or true or false")
    if isinstance(value, str) and value.startswith("~") and not _ABOUT.fullmatch(value):
        raise ValueError('wanted a number after ~, such as "~15"')
    if isinstance(value, int) and value.bit_length() > 64:
        raise ValueError("the number is too large")
    return value


Moment = Annotated[datetime, AfterValidator(check_year)]
Reference = Annotated[Name, AfterValidator(_check_reference)]
References = Annotated[tuple[Reference, ...], Field(strict=False)]
Checked = Annotated[object, BeforeValidator(_check_value)]
Operator = Annotated[str, one_of(OPERATORS)]
Where = dict[Name, Checked]


class Incident(Section):
    """Something that went wrong. Times without an offset are those of the project's zone."""

    id: Name
    title: Filled
    repo: Name | None = None
    introduced_by: References = ()
    repaired_by: References = ()
    introduced_at: Moment | None = None
    landed_at: Moment | None = None
    surfaced_at: Moment | None = None
    repaired_at: Moment | None = None
    surfaced_by: Filled | None = None
    impact: Filled | None = None
    root_cause: Filled | None = None
    source: References = ()


class Expectation(Section):
    """What a query should show once a lesson is learnt: a value (`op`, `value`), or a `trend`."""

    query: Name
    where: Where = Field(default_factory=dict)
    column: Name | None = None
    op: Operator | None = None
    value: Checked | None = None
    trend: Annotated[str, one_of(TRENDS)] | None = None
    per: Name | None = None


class Lesson(Section):
    """What the team learnt; `since` is the first day from which it should show."""

    id: Name
    text: Filled
    evidence: Annotated[str, one_of(EVIDENCE)] = "human"
    source: References = ()
    since: Day | None = None
    expect: Expectation | None = None


class Action(Section):
    """What somebody is to do about it."""

    id: Name
    text: Filled
    lesson: Name | None = None
    owner: Name | None = None
    due: Day | None = None
    status: Annotated[str, one_of(STATUSES)] = "open"
    done: Day | None = None


class Claim(Section):
    """A statement of the team, and the query that can check it."""

    text: Filled
    id: Name | None = None
    query: Name | None = None
    sprint: SprintId | None = None
    where: Where = Field(default_factory=dict)
    column: Name | None = None
    op: Operator | None = None
    value: Checked | None = None
    source: References = ()


class Override(Section):
    """What kind of work a commit was: the team's word, which wins over the rules."""

    commit: Annotated[Name, AfterValidator(_check_prefix)]
    repo: Name | None = None
    work_type: Annotated[str, one_of(WORK_TYPES)] | None = None
    theme: Name | None = None
    reason: Filled | None = None


class Notes(Section):
    """All that a file of notes may hold."""

    sprint: SprintId | None = None
    incidents: Annotated[tuple[Incident, ...], Field(strict=False)] = ()
    lessons: Annotated[tuple[Lesson, ...], Field(strict=False)] = ()
    actions: Annotated[tuple[Action, ...], Field(strict=False)] = ()
    claims: Annotated[tuple[Claim, ...], Field(strict=False)] = ()
    overrides: Annotated[tuple[Override, ...], Field(strict=False)] = ()


SECTIONS: dict[tuple[str, ...], type[Section]] = {
    (): Notes,
    ("incidents",): Incident,
    ("lessons",): Lesson,
    ("lessons", "expect"): Expectation,
    ("actions",): Action,
    ("claims",): Claim,
    ("overrides",): Override,
}
