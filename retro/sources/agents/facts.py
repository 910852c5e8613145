"""What a reading collects: sessions, events, billed requests, edits and commits, each counted once over all files.

Nothing here holds the text of a prompt, an answer or a tool's output.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter

from retro import keyed_hashes
from retro.masking import mask
from retro.sources.agents.checkouts import Checkouts, home_of

LEAST_LINE_CHARACTERS = 12


@dataclass(slots=True)
class Event:
    """A row of `agent_events` before its sequence is known; times in microseconds since 1970."""

    session_id: str
    event_id: str | None
    started_at: int
    kind: str
    actor: str
    branch: str | None
    is_subagent: bool
    outcome: str = "unknown"
    ended_at: int | None = None
    tool: str | None = None
    command_kind: str | None = None
    target_path: str | None = None
    exit_code: int | None = None
    is_masked: bool | None = None
    test_counts: tuple[int | None, int | None, int | None] = (None, None, None)
    added_lines: int | None = None
    deleted_lines: int | None = None
    commit_sha: str | None = None
    pr_number: int | None = None

    def __reduce__(self) -> tuple:
        """A fifth of the time that pickling takes without."""
        return Event, _event_values(self)


@dataclass(slots=True)
class Request:
    """A row of `gateway_requests` as an agent's transcript tells of it."""

    session_id: str
    requested_at: int
    response_id: str | None
    model: str | None
    provider: str | None
    tokens: Mapping[str, int | None]
    file: str
    line: int
    branch: str | None = None
    is_subagent: bool | None = None
    status: str = "ok"
    usage_problem: str | None = None
    service_tier: str | None = None
    logged_cost: Decimal | None = None
    tags: dict[str, str] = field(default_factory=dict)
    provider_request_id: str | None = None

    @property
    def weight(self) -> int:
        """Output tokens, by which the fullest of several tellings is known."""
        output = self.tokens.get("output_tokens")
        return -1 if output is None else output

    def __reduce__(self) -> tuple:
        """A fifth of the time that pickling takes without."""
        return Request, _request_values(self)


_event_values, _request_values = attrgetter(*Event.__slots__), attrgetter(*Request.__slots__)


@dataclass(slots=True)
class Session:
    """What its lines say of a session."""

    session_id: str
    times: array = field(default_factory=lambda: array("q"))
    branches: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    cwd: str | None = None
    repo: str | None = None
    root: str | None = None
    version: str | None = None
    version_at: int = 0
    parent: str | None = None
    account: str | None = None
    is_damaged: bool = False


@dataclass(slots=True)
class Collected:
    """Everything that one reading of an agent's files has found so far."""

    source: str
    agent: str
    key: bytes
    checkouts: Checkouts
    sessions: dict[str, Session] = field(default_factory=dict)
    events: dict[object, Event] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    edits: dict[tuple, tuple] = field(default_factory=dict)
    commits: dict[tuple, tuple] = field(default_factory=dict)
    _masked: dict[str, str] = field(default_factory=dict)
    masked_count: int = 0

    def session(self, session_id: str, at: int | None, cwd: str | None, file: str) -> Session:
        """The session of that name, active at `at`."""
        session = self.sessions.get(session_id)
        if session is None:
            session = self.sessions[session_id] = Session(session_id)
        if at is not None:
            session.times.append(at)
        if not session.files or session.files[-1] != file:
            session.files.append(file)
        if cwd and session.repo is None:
            self._place(session, cwd)
        return session

    def add_event(self, identity: object, event: Event) -> Event | None:
        """Keeps the event unless one of that identity is there: the history of another file was copied."""
        if identity in self.events:
            return None
        self.events[identity] = event
        return event

    def add_request(self, key: str, request: Request) -> None:
        """Keeps the fullest telling of a request and the earliest of its times."""
        known = self.requests.get(key)
        if known is None:
            self.requests[key] = request
            return
        earliest = min(known.requested_at, request.requested_at)
        if request.weight > known.weight:
            known = self.requests[key] = request
        known.requested_at = earliest

    def add_edit(self, event: Event, event_id: str, path: str | None, lines: Sequence[str]) -> None:
        """Keeps keyed hashes of the lines long enough to tell something."""
        long_lines = [line for line in lines if len(line.strip()) >= LEAST_LINE_CHARACTERS]
        if path is None or not long_lines:
            return
        hashes = [keyed_hashes.line_hash(self.key, line) for line in long_lines]
        self.edits.setdefault((event.session_id, event_id, path), (event.ended_at or event.started_at, hashes))

    def add_commit(
        self, event: Event, event_id: str, position: int, subject: str | None, printed: tuple[str | None, str | None]
    ) -> None:
        """Keeps a commit that a call made; `printed` are sha and branch as git printed them."""
        subject_hash = keyed_hashes.line_hash(self.key, subject) if subject and subject.strip() else None
        sha, branch = printed
        times = (event.started_at, event.ended_at)
        self.commits.setdefault(
            (event.session_id, event_id, position), (*times, sha, self.masked(branch), subject_hash)
        )

    def masked(self, text: str | None) -> str | None:
        """Text as it may be kept: secrets masked."""
        if text is None:
            return None
        known = self._masked.get(text)
        if known is None:
            known, count = mask(text.encode("utf-8", "replace").decode())
            self._masked[text] = known
            self.masked_count += count
        return known

    def stored_path(self, path: str, session: Session) -> str | None:
        """A path as it is kept: from the repository's folder, else from the session's first folder, else with `~`."""
        return self.masked(self.checkouts.relative(path, session.root))

    def _place(self, session: Session, cwd: str) -> None:
        found = self.checkouts.find(cwd)
        if found is not None:
            session.repo, session.root = found
        if session.cwd is None:
            session.cwd = cwd
            session.account = home_of(cwd)
            if session.root is None:
                session.root = cwd
