"""Lines of a commit message in which an agent signs, or in which somebody says that none took part.

    Co-authored-by: Claude Opus 4.5 <noreply@anthropic.com>      who wrote along
    Assisted-by: Codex:gpt-5.3-codex coccinelle                  the kernel's form: tool, model, analysers
    AI-Assisted: no                                              a denial
    Entire-Checkpoint: 00c9e2351016                              a session that a recorder linked
    Claude-Session: https://claude.ai/code/session_01A           a session that the tool linked
    🤖 Generated with [Claude Code](https://claude.com/claude-code)

A line counts wherever it stands: a squashed message holds the trailers of each of its commits, far from the end where
git looks for them. A sentence that merely speaks about a tool is no mark.

Sources: https://docs.kernel.org/process/coding-assistants.html (Assisted-by), https://docs.entire.io (Entire-*).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from retro.coding_agents import identify, key_owner, named, titled, tool_name

_WRITTEN = (
    r"co-?authored|co-?developed|assisted|generated|authored|written|created|made|built|coded|drafted|implemented|"
    r"developed|produced"
)
_KEYS = (
    rf"(?:{_WRITTEN})-(?:by|with|using)|co-?author|ai-[a-z-]+|entire-[a-z-]+|replit-commit-author|agent-logs-url|"
    r"[a-z][a-z0-9]*-(?:session|thread|conversation|chat|task)(?:-(?:id|url|link))?"
)
_SESSION_URL = r"https://claude\.ai/code/session_\w+"
_SENTENCE = rf"[^\w\n]{{0,8}}(?:{_WRITTEN})[ \t]+(?:with|by|using|via)[ \t]+[^\n]+"
# In the syntax that Polars and Python share; a match is one line.
LINES = rf"(?im)^[ \t]*(?:(?:{_KEYS})[ \t]*:[^\n]*|{_SENTENCE}|{_SESSION_URL}[ \t]*$)|\Aaider: "

_TRAILER = re.compile(r"([\w-]+)[ \t]*:[ \t]*(.*)")
_IDENTITY = re.compile(r"(?P<name>[^<]*)<(?P<email>[^<>]*)>.*|(?P<only_name>.*\S)[ \t]+(?P<bare_email>\S+@\S+)")
_TOLD = re.compile(r"(\W*)\b(\w+(?:-\w+)?)[ \t]+(?:with|by|using|via)[ \t]+(.*)")
_SESSION_KEY = re.compile(r"([a-z][a-z0-9]*)-(?:session|thread|conversation|chat|task)(?:-(?:id|url|link))?")
_NONE = re.compile(r"(?:no|none|false|0|0%|n/?a|nobody|never|human|no ai)[.!]?", re.IGNORECASE)
# AI-Assisted, AI-Generated-By, AI-Tool ...; not AI-Reviewed-By
_AI_KEY = re.compile(
    r"ai-(?:(?:co-?)?author(?:ed|ship)?|assist(?:ed|ance|ant)|generated|written|created|coded|developed|implemented|"
    r"agent|tool|model|session|contribution|attribution|used?|usage)(?:-(?:by|with|using|tool|agent|model|id))?"
)
_WRITER_KEY = re.compile(rf"(?:{_WRITTEN})-(?:by|with|using)|co-?author")
_ANY_AI = re.compile(r"(?:an? )?ai(?: (?:agent|assistant))?", re.IGNORECASE)
_TOOL_AND_MODEL = re.compile(r"[\w.-]+:(?!//)[\w./-]+(?:[ \t]+\S+)*")
_SHARE = re.compile(r"(\d+)(?:\.\d+)?% agent.*")
_NAME_END = re.compile(r"[\](<,;:]|\.(?=\s|$)|\s+(?:and|via|using|on|for|from)\b|\s+v?\d")
_LONGEST_NAME = 4  # words; more is a sentence about a tool


@dataclass(frozen=True)
class Mark:
    """What one thing says about a commit: kind (agent, bot, human), the agent's name where told, method and rule."""

    kind: str
    agent: str | None
    method: str
    rule: str


def judge_line(line: str, ruled: Callable[[str, str], Mark | None] = lambda name, email: None) -> Mark | None:
    """What a line that LINES found says; None: nothing. `ruled` is asked first about each name and address."""
    text = line.strip()
    if text == "aider:":
        return Mark("agent", "aider", "text", "prefix:aider")
    if re.fullmatch(_SESSION_URL, text):
        return Mark("agent", "claude-code", "text", "url:claude-code")
    if trailer := _TRAILER.fullmatch(text):
        return _trailer(trailer[1].lower(), trailer[2].strip(), ruled)
    return _sentence(text)


def _trailer(key: str, value: str, ruled: Callable[[str, str], Mark | None]) -> Mark | None:
    if not value:
        return None
    for read in (_owned, _entire, _session, _replit, _ai):
        if mark := read(key, value):
            return mark
    return _writer(key, value, ruled) if _WRITER_KEY.fullmatch(key) else None


def _writer(key: str, value: str, ruled: Callable[[str, str], Mark | None]) -> Mark | None:
    """A trailer that names who wrote along: a person, a tool, a bot or nobody."""
    if _NONE.fullmatch(value):
        return Mark("human", None, "denial", key)
    name, email = _split_identity(value)
    if mark := ruled(name, email):
        return mark
    who = identify(name, email) if email else named(value)
    if who is None and key == "assisted-by" and not email and _TOOL_AND_MODEL.fullmatch(value):
        return _agent(None, key)
    return _agent(who.agent, key) if who and who.kind == "agent" else None


def _split_identity(value: str) -> tuple[str, str]:
    """Name and address of `Name <address>` or `Name address`; the address is empty without one."""
    found = _IDENTITY.fullmatch(value)
    if found is None:
        return value, ""
    return (found["name"] or found["only_name"] or "").strip(), (found["email"] or found["bare_email"] or "").strip()


def _owned(key: str, value: str) -> Mark | None:
    owner = key_owner(key)
    return _agent(owner, key) if owner else None


def _session(key: str, value: str) -> Mark | None:
    found = _SESSION_KEY.fullmatch(key)
    agent = tool_name(found[1]) if found else None
    return _agent(agent, key) if agent else None


def _ai(key: str, value: str) -> Mark | None:
    if not _AI_KEY.fullmatch(key):
        return None
    if _NONE.fullmatch(value):
        return Mark("human", None, "denial", key)
    who = named(value)
    return _agent(who.agent if who else None, key)


def _entire(key: str, value: str) -> Mark | None:
    """Entire links a commit to the session it came from, and says which part of its lines the agent wrote."""
    share = _SHARE.fullmatch(value)
    if not key.startswith("entire-") or (share and share[1] == "0"):
        return None
    return _agent(tool_name(value) if key == "entire-agent" else None, key)


def _replit(key: str, value: str) -> Mark | None:
    return _agent("replit", key) if key == "replit-commit-author" and value.lower() in ("agent", "assistant") else None


def _agent(agent: str | None, key: str) -> Mark:
    return Mark("agent", agent, "trailer", key)


def _sentence(text: str) -> Mark | None:
    """A signature such as "Generated with X".

    A tool's full name is enough; a word that means other things too ("Cursor") must stand in a link, behind a sign such
    as a robot's face, or after the verb generated.
    """
    told = _TOLD.fullmatch(text)
    if told is None:
        return None
    sign, verb, rest = told.groups()
    name = _NAME_END.split(rest.lstrip("["), maxsplit=1)[0].strip(" *_`'\"")
    if len(name.split()) > _LONGEST_NAME:
        return None
    if _ANY_AI.fullmatch(name):
        return Mark("agent", None, "text", "sentence:ai")
    who = titled(name)
    is_sure = rest.startswith("[") or not sign.isascii() or verb.lower() == "generated"
    agent = who.agent if who else tool_name(name) if is_sure else None
    return Mark("agent", agent, "text", f"sentence:{agent or 'model'}") if who or agent else None
