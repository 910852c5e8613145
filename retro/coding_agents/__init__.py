"""Who an author, a co-author or a tool's name stands for: a coding agent, a bot, or nobody that can be told.

Every mark is a line of `marks.toml`; this file only says how its five kinds are used. An agent is given work in words
and writes the change; a bot follows a fixed programme (dependabot, pre-commit-ci). Nothing here ever says that somebody
is a person: a name without a mark is a name without a mark.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MARKS = Path(__file__).with_name("marks.toml")
_UNNAMED = "unnamed"
_GITHUB = re.compile(r"(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com")
_SUFFIX = re.compile(r"(.*\S)\s*\(([^()]*)\)\s*")
_QUALIFIED = re.compile(r"(.+?)[ _-](?:ai(?:[ _-]assistant)?|(?:coding[ _-])?agent|assistant|cli|bot)")
# An address that no person reads: no-reply@, ai-bot@, agent@
_MACHINE = re.compile(r"(?:.*[^a-z])?(?:no-?reply|agent|bot|assistant|ai)(?:[^a-z].*)?@.*")
# Foo Bot, foo-bot, FooBot, Foo (bot); a name like Talbot is no bot
_BOT_NAME = re.compile(r"(?:.*[\s_-])?[Bb][Oo][Tt]|.*[a-z0-9]Bot|.*\([Bb]ot\)")


@dataclass(frozen=True)
class Who:
    """What a name stands for.

    `kind` is agent or bot; `agent` the tool, None for a bot and where the tool is not told; `mark` the kind of mark
    that said so, and of whom: `email:claude-code`.
    """

    kind: str
    agent: str | None
    mark: str


def identify(name: str | None, email: str | None) -> Who | None:
    """Whom an author's or co-author's name and address mark; None when they mark nobody.

    The account comes first, then the address, then the name, since a name is the easiest to choose freely.
    """
    name, email = (name or "").strip(), (email or "").strip().lower()
    return _by_login(name, email) or _by_email(email) or _by_name(name, email) or _bot(name, email)


def named(text: str) -> Who | None:
    """The tool or model at the start of `text`, where only a tool's name can stand (`Claude:claude-opus-4-5`)."""
    lowered = text.strip().lower()
    if found := titled(lowered):
        return found
    word = re.match(r"[\w.-]+", lowered)
    agent = tool_name(word[0]) if word else None
    return _agent(agent, "word") if agent else None


def titled(text: str) -> Who | None:
    """The tool or model whose unmistakable name stands at the start of `text`."""
    found = _marks().titles.match(text.strip().lower())
    agent = _owner(found)
    return _agent(agent, "title") if agent else None


def tool_name(text: str) -> str | None:
    """The agent that a tool's own name for itself stands for (`claude`, `Claude Code`); None: not known."""
    slug = re.sub(r"[^a-z0-9.]+", "-", text.strip().lower()).strip("-.")
    found = _marks().words.get(slug)
    if found is None and (title := titled(slug.replace("-", " "))):
        return title.agent
    return found


def key_owner(key: str) -> str | None:
    """The agent that alone writes trailers with this key, None without one."""
    return _owner(_marks().keys.fullmatch(key.lower()))


@cache
def checkpoint_branches() -> dict[str, str]:
    """Branch with a tool's records of sessions, by the key in lower case of the trailer that names one of them."""
    return {one["key"]: one["branch"] for one in tomllib.loads(MARKS.read_text("utf-8"))["checkpoints"]}


def _agent(owner: str, kind: str) -> Who:
    return Who("agent", None if owner == _UNNAMED else owner, f"{kind}:{owner}")


def _by_login(name: str, email: str) -> Who | None:
    github = _GITHUB.fullmatch(email)
    candidates = [github[1]] if github else []
    if name.lower().endswith("[bot]"):
        candidates.append(name.lower())
    for login in candidates:
        if agent := _marks().logins.get(login):
            return _agent(agent, "login")
    return None


def _by_email(email: str) -> Who | None:
    agent = _owner(_marks().emails.fullmatch(email))
    return _agent(agent, "email") if agent else None


def _by_name(name: str, email: str) -> Who | None:
    """A tool's full name; its bare word only in brackets at the end, beside "AI", or at no person's address."""
    lowered = name.lower()
    if found := titled(lowered):
        return found
    suffix = _SUFFIX.fullmatch(lowered)
    if suffix and (agent := _marks().words.get(suffix[2])):
        return _agent(agent, "suffix")
    if suffix and (found := titled(suffix[2])):
        return found
    qualified = _QUALIFIED.fullmatch(lowered)
    word = qualified[1] if qualified else lowered if not email or _MACHINE.fullmatch(email) else ""
    agent = _marks().words.get(word.replace(" ", "-"))
    return _agent(agent, "word") if agent else None


def _bot(name: str, email: str) -> Who | None:
    marks, github = _marks(), _GITHUB.fullmatch(email)
    login = github[1] if github else ""
    if login.endswith("[bot]") or name.lower().endswith("[bot]") or login in marks.bot_logins:
        return Who("bot", None, "login:bot")
    if marks.bot_emails.fullmatch(email):
        return Who("bot", None, "email:bot")
    if marks.bot_titles.match(name.lower()) or _BOT_NAME.fullmatch(name):
        return Who("bot", None, "name:bot")
    return None


@dataclass(frozen=True)
class _Marks:
    """marks.toml, ready to be asked: one alternation for each kind of pattern, its groups named by position."""

    words: dict[str, str]
    logins: dict[str, str]
    titles: re.Pattern[str]
    emails: re.Pattern[str]
    keys: re.Pattern[str]
    bot_titles: re.Pattern[str]
    bot_emails: re.Pattern[str]
    bot_logins: frozenset[str]


@cache
def _marks() -> _Marks:
    table = tomllib.loads(MARKS.read_text("utf-8"))
    agents, bots = table["agents"], table["bots"]
    titles = [(agent["name"], agent.get("titles", [])) for agent in agents] + [(_UNNAMED, table["unnamed"]["titles"])]
    return _Marks(
        words={word: agent["name"] for agent in agents for word in (agent["name"], *agent.get("words", []))},
        logins={login: agent["name"] for agent in agents for login in agent.get("logins", [])},
        titles=_alternation(titles, r"(?![a-z])"),
        emails=_alternation(
            [(agent["name"], agent.get("emails", [])) for agent in agents] + [(_UNNAMED, table["unnamed"]["emails"])]
        ),
        keys=_alternation((agent["name"], agent.get("keys", [])) for agent in agents),
        bot_titles=re.compile("|".join(bots["titles"])),
        bot_emails=re.compile("|".join(bots["emails"])),
        bot_logins=frozenset(bots["logins"]),
    )


def _alternation(patterns: Iterable[tuple[str, list[str]]], end: str = "") -> re.Pattern[str]:
    """One pattern over all, in their order; the group that matched is named after its owner (see `_owner`)."""
    groups = [f"(?P<{_group(owner)}>(?:{'|'.join(several)}){end})" for owner, several in patterns if several]
    return re.compile("|".join(groups))


def _group(owner: str) -> str:
    return "x_" + owner.replace("-", "_")


def _owner(match: re.Match[str] | None) -> str | None:
    return match.lastgroup[2:].replace("_", "-") if match and match.lastgroup else None
