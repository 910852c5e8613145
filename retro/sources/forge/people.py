"""Accounts on a forge: a keyed hash, and whether a person, a coding agent or a bot stands behind it.

GitHub tells one account in several ways: REST has `renovate[bot]` with the type Bot, GraphQL `renovate` with `__typename`
Bot, `gh` has `app/renovate` with `is_bot`, and a reviewer's login alone in `gh pr view --json reviews`. What any record
tells of an account's type holds for all of them, so nobody is judged before everything was read. Logins stay in memory.

A person needs a sign as well: the account's type, or being a member or collaborator, which no app can be. GitLab has no
apps, so there every account without a mark is taken for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from retro.coding_agents import identify
from retro.keyed_hashes import keyed_hash
from retro.sources.forge.values import table, text_of

_MEMBERS = {"OWNER", "MEMBER", "COLLABORATOR"}
_GONE = {"ghost", "ghost1"}
# An account's address without a mailbox; the list of marks knows logins by GitHub's form, GitLab's own bots by theirs.
_HOSTS = {"github": ("users.noreply.github.com",), "gitlab": ("noreply.gitlab.com", "users.noreply.github.com")}
TeamMark = Callable[[str], tuple[str, str | None] | None]


@dataclass(frozen=True)
class Person:
    """What is stored of an account."""

    hash: str | None = None
    kind: str = "unknown"
    agent: str | None = None


NOBODY = Person()


def _no_mark(login: str) -> None:
    return None


@dataclass
class People:
    """The accounts of one forge; `team_mark` gives kind and agent that the team's own rules name for a login."""

    forge: str
    key: bytes
    team_mark: TeamMark = _no_mark
    types: dict[str, str] = field(default_factory=dict)
    judged: dict[str, Person] = field(default_factory=dict)

    def see(self, account: object, association: object = None) -> str | None:
        """The login of an account as all records spell it, its type noted; None for a deleted one or none at all."""
        fields = table(account)
        written = text_of(fields.get("login") or fields.get("username"))
        if written is None:
            return None
        login = written.lower().strip()
        bare = login.removeprefix("app/").removesuffix("[bot]")
        if bare in _GONE:
            return None
        kind = self._type(fields, bare != login, association)
        if kind and self.types.get(bare) != "bot":
            self.types[bare] = kind
        return bare

    def _type(self, fields: dict, is_marked: bool, association: object) -> str | None:
        told = fields.get("type") or fields.get("__typename")
        if is_marked or told == "Bot" or fields.get("is_bot") is True or fields.get("bot") is True:
            return "bot"
        is_person = (
            told == "User" or fields.get("is_bot") is False or str(association) in _MEMBERS or self.forge == "gitlab"
        )
        return "human" if is_person else None

    def who(self, login: str | None) -> Person:
        """What is stored of a login that `see` gave."""
        if login is None:
            return NOBODY
        if login not in self.judged:
            self.judged[login] = Person(keyed_hash(self.key, f"{self.forge}:{login}"), *self._judge(login))
        return self.judged[login]

    def _judge(self, login: str) -> tuple[str, str | None]:
        """The team's rules, then the marks of known tools, then the account's type."""
        kind = self.types.get(login)
        spellings = [f"{login}[bot]", login] if kind == "bot" else [login]
        for spelling in spellings:
            if mark := self.team_mark(spelling):
                return mark
        for address in (f"{spelling}@{host}" for spelling in spellings for host in _HOSTS[self.forge]):
            who = identify("", address)
            if who and who.kind == "agent":
                return "agent", who.agent
            kind = who.kind if who else kind
        return kind or "unknown", None
