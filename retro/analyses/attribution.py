"""Who wrote a commit: a person, a coding agent, a bot, or nobody can tell.

The class says who took part in the writing, as far as something in the repository or the team's settings says so:

- `agent`: at least a part was written by a coding agent; `agent` names the tool where the mark does.
- `bot`: a programme with a fixed task is the author.
- `human`: something says that no agent took part, and no mark contradicts. That is one of: the team's rule about the
  author; a note in which a tool recorded at least half of the added lines as typed, and no agent; a message that denies
  it (`AI-Assisted: no`); a commit dated before anybody was offered such a tool.
- `unknown`: no mark. Every tool can be told to leave none, and about half of the commits in which a recorder saw an
  agent write carry no other mark, so silence is no proof of a person, also where everybody else signs.

Where marks differ the first of METHODS counts. The committer is never asked: agents and bots rebase, merge and commit
what people wrote (aider does so for edits that it finds). A review by an agent is not authorship.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import polars as pl

from retro import tables
from retro.analyses.commit_marks import LINES, Mark, judge_line
from retro.coding_agents import MARKS, identify

_RULES_VERSION = 1
# The technical preview of GitHub Copilot, the first of these tools that people outside its maker could use.
FIRST_TOOL_AT = datetime(2021, 6, 29, tzinfo=UTC)

# Method -> confidence that the class is right; their order is the precedence. That of `trailer` was measured against a
# recorder's notes (benchmarks/attribution.md), those around it are set by their rank.
METHODS = {
    "team": 1.0,  # retro.toml names the author or co-author as an agent's, or the author as a bot's
    "note": 0.99,  # a note on the commit records lines of an agent
    "author": 0.98,  # the author's account, address or name is an agent's or a bot's
    "trailer": 0.95,  # a line `Key: value` of the message names an agent
    "text": 0.9,  # a line of the message says "Generated with ..."
    "note_human": 0.9,  # a note records lines of a person, and none of an agent
    "denial": 0.9,  # a trailer says that no agent took part
    "team_human": 1.0,  # retro.toml names the author as a person
    "before_agents": 0.9,  # dated before FIRST_TOOL_AT; a bot without a mark is possible
    "no_mark": None,
}
_TYPED_SHARE = 0.5
_OWN_LINES = 2.0  # a note that records more than so many times the lines that its commit added is another commit's
_PLACES = {method: place for place, method in enumerate(METHODS)}
_MARK = {
    "repo": pl.String, "commit_sha": pl.String, "place": pl.Int64, "position": pl.Int64, "kind": pl.String,
    "agent": pl.String, "method": pl.String, "rule": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class TeamRules:
    """The team's own rules: patterns over the name, the address, and `Name <address>`, without regard to case.

    `*` stands for any text and `?` for one character; everything else, brackets too, for itself. `agents` maps a tool's
    name to its patterns and is asked of authors and co-authors; `bots` and `humans` of authors. A person spelled out in
    `humans`, without `*` and `?`, is one even if the name looks like a tool's.
    """

    agents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    bots: Sequence[str] = ()
    humans: Sequence[str] = ()

    def agent_mark(self, name: str, email: str) -> Mark | None:
        """The first agent whose patterns match an identity."""
        for agent, patterns in self.agents.items():
            if _matches(patterns, name, email):
                return Mark("agent", agent, "team", f"agents:{agent}")
        return None

    def author_mark(self, name: str, email: str) -> Mark | None:
        """What the rules, else the identity itself, say of an author."""
        if mark := self.agent_mark(name, email):
            return mark
        if _matches(self.bots, name, email):
            return Mark("bot", None, "team", "bots")
        person = Mark("human", None, "team_human", "humans") if _matches(self.humans, name, email) else None
        spelled_out = [pattern for pattern in self.humans if not set(pattern) & {"*", "?"}]
        who = None if person and _matches(spelled_out, name, email) else identify(name, email)
        return Mark(who.kind, who.agent, "author", who.mark) if who else person


def rules_digest(team: TeamRules) -> str:
    """SHA-256 of all that decides a row: the team's rules, the marks of agents and bots, the version of the code."""
    agents = [(agent, list(globs)) for agent, globs in team.agents.items()]
    facts = [_RULES_VERSION, MARKS.read_text("utf-8"), agents, list(team.bots), list(team.humans)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def commit_attribution(
    commits: pl.DataFrame, trailers: pl.DataFrame, notes: pl.DataFrame, team: TeamRules
) -> pl.DataFrame:
    """Rows of `commit_attribution`, one per row of `commits`.

    `commits` has repo, commit_sha, author_name, author_email, authored_at, committed_at, subject, body and added_lines
    (NULL: not known); `trailers` and `notes` are rows of `commit_trailers` and `commit_notes`, of which those of other
    commits are ignored.
    """
    marks = all_marks(commits, trailers, notes, team).group_by("repo", "commit_sha", maintain_order=True)
    told = marks.agg(
        pl.first("kind"),
        pl.col("agent").filter(pl.col("kind") == "agent").drop_nulls().first(),
        pl.first("method"),
        pl.first("rule"),
    )
    method = pl.col("method").fill_null("no_mark")
    is_team = method.is_in(["team", "team_human"])
    return commits.join(told, on=["repo", "commit_sha"], how="left").select(
        "repo",
        "commit_sha",
        author_kind=pl.col("kind").fill_null("unknown"),
        agent=pl.when(pl.col("kind") == "agent").then("agent"),
        method=method,
        rule="rule",
        confidence=method.replace_strict(METHODS, return_dtype=pl.Float64),
        evidence=pl.when(is_team).then(pl.lit("human")).otherwise(pl.lit("inferred")),
        rules_digest=pl.lit(rules_digest(team)),
    ).cast(tables.schema("commit_attribution"))  # fmt: skip


def all_marks(commits: pl.DataFrame, trailers: pl.DataFrame, notes: pl.DataFrame, team: TeamRules) -> pl.DataFrame:
    """Every mark of every commit, the strongest first; takes what `commit_attribution` takes.

    Columns: repo, commit_sha, place (of the method in METHODS), position, kind, agent, method, rule.
    """
    found = [
        _author_marks(commits, team),
        _line_marks(commits, trailers, team),
        _note_marks(commits, notes),
        _date_marks(commits),
    ]
    return pl.concat(found).sort("repo", "commit_sha", "place", "position", "rule", maintain_order=True)


def _author_marks(commits: pl.DataFrame, team: TeamRules) -> pl.DataFrame:
    """What each author is marked as; each distinct identity is asked once."""
    people = commits.select("author_name", "author_email").unique(maintain_order=True)
    judged = _judged(people, [team.author_mark(name or "", email or "") for name, email in people.iter_rows()])
    return _columns(commits.join(judged, on=["author_name", "author_email"], nulls_equal=True))


def _line_marks(commits: pl.DataFrame, trailers: pl.DataFrame, team: TeamRules) -> pl.DataFrame:
    """What single lines of the messages say. Lines repeat: each distinct one is read once.

    Trailers come from git as well as from the text, since git finds only those of the last paragraph (squashed messages
    hold more) and the text may have been cut. Careless tools write a literal `\\n` for the end of a line.
    """
    keys = ["repo", "commit_sha"]
    text = pl.concat_str("subject", "body", separator="\n", ignore_nulls=True)
    lines = text.str.replace_all("\\n", "\n", literal=True).str.extract_all(LINES)
    from_text = commits.select(*keys, line=lines).explode("line", empty_as_null=False)
    written = trailers.join(commits.select(keys), on=keys, how="semi").select(
        *keys, line=pl.concat_str("trailer_key", "trailer_value", separator=": ")
    )
    found = pl.concat([from_text, written.filter(pl.col("line").str.contains(LINES))])
    distinct = found.select("line").unique(maintain_order=True)
    judged = _judged(distinct, [judge_line(line, team.agent_mark) for (line,) in distinct.iter_rows()])
    return _columns(found.join(judged, on="line", maintain_order="left"))


def _note_marks(commits: pl.DataFrame, notes: pl.DataFrame) -> pl.DataFrame:
    """What notes say; those that tell of far more lines than the commit added were copied from others by a tool."""
    keys = ["repo", "commit_sha"]
    known = notes.filter(pl.col("author_kind").is_not_null()).join(
        commits.select(*keys, "added_lines"), on=keys, maintain_order="left"
    )
    recorded, added = pl.col("agent_line_count") + pl.col("human_line_count"), pl.col("added_lines")
    own = known.filter((recorded <= _OWN_LINES * added).fill_null(True))
    is_typed = (pl.col("author_kind") == "human") & (pl.col("human_line_count") >= _TYPED_SHARE * added)
    method = pl.when(pl.col("author_kind") == "agent").then(pl.lit("note")).when(is_typed).then(pl.lit("note_human"))
    marked = own.with_columns(method=method, rule="format", kind="author_kind")
    return _columns(_placed(marked.filter(pl.col("method").is_not_null())))


def _date_marks(commits: pl.DataFrame) -> pl.DataFrame:
    """Both times must lie before the first tool: a single wrong clock is then no proof."""
    is_early = (pl.col("authored_at") < FIRST_TOOL_AT) & (pl.col("committed_at") < FIRST_TOOL_AT)
    marked = commits.filter(is_early).with_columns(
        kind=pl.lit("human"), agent=pl.lit(None, pl.String), method=pl.lit("before_agents"), rule=pl.lit("date")
    )
    return _columns(_placed(marked))


def _judged(asked: pl.DataFrame, marks: Iterable[Mark | None]) -> pl.DataFrame:
    """`asked` with the columns of its marks; rows without a mark are left out."""
    rows = [(None,) * 4 if mark is None else (mark.kind, mark.agent, mark.method, mark.rule) for mark in marks]
    names = ("kind", "agent", "method", "rule")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return _placed(asked.hstack(frame).filter(pl.col("kind").is_not_null()))


def _placed(marks: pl.DataFrame) -> pl.DataFrame:
    return marks.with_columns(place=pl.col("method").replace_strict(_PLACES, return_dtype=pl.Int64))


def _columns(marks: pl.DataFrame) -> pl.DataFrame:
    """The columns of a mark; `position` keeps the order in which one kind of source gave them."""
    return marks.with_columns(position=pl.int_range(pl.len(), dtype=pl.Int64)).select(list(_MARK))


def _matches(patterns: Iterable[str], name: str, email: str) -> bool:
    spellings = [text for text in (f"{name} <{email}>", name, email) if text]
    return any(_compiled(pattern).fullmatch(text) for pattern in patterns for text in spellings)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression; `[bot]` is no set of letters here, since so many accounts end in it."""
    words = {"*": ".*", "?": "."}
    return re.compile("".join(words.get(letter) or re.escape(letter) for letter in pattern), re.IGNORECASE | re.DOTALL)
