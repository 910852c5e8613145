"""Reads many transcripts, on two processors where there is enough to do: files of one history stay together.

The second process is given half of the files and hands back what it collected. When it breaks off, its files are read here.
"""

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from retro.sources.agents import KINDS
from retro.sources.agents.beginnings import find_alike
from retro.sources.agents.facts import Collected, Session
from retro.sources.agents.files import Tally, TranscriptFile
from retro.sources.agents.garbage import uncollected

_LEAST_BYTES = 96 << 20  # below this a second process costs more than it saves
_LOOKED_AT = 1 << 13
_OTHERS_SHARE = 0.45
_NAME = re.compile(rb'"(?:sessionId|id)":"([^"\\]{1,80})"')


@uncollected()
def read_files(
    collected: Collected, files: Sequence[TranscriptFile], *, least_bytes: int = _LEAST_BYTES
) -> list[Tally]:
    """Takes the files into `collected`, which is empty, in their order, the oldest first; their tallies in the same order."""
    if sum(file.size for file in files) < least_bytes or (os.cpu_count() or 1) < 2:
        return read_in_order(collected, files)
    own, others = _halves(files)
    worker = _start(collected, others)
    own_tallies = read_in_order(collected, own)
    answer = _answer(worker)
    if answer is None:
        theirs = Collected(collected.source, collected.agent, collected.key, collected.checkouts)
        answer = theirs, read_in_order(theirs, others)
    places = {file.name: place for place, file in enumerate(files)}
    _join(collected, answer[0], places)
    return sorted([*own_tallies, *answer[1]], key=lambda tally: places[tally.file.name])


def read_in_order(collected: Collected, files: Iterable[TranscriptFile]) -> list[Tally]:
    """Takes the files into `collected`, one after the other."""
    reader, files = KINDS[collected.agent].reader(collected), list(files)
    alike = find_alike(files)
    tallies = [Tally(file, alike=alike.get(file.name)) for file in files]
    for tally in tallies:
        reader.read(tally)
        tally.alike = None
    reader.finish()
    return tallies


def _halves(files: Sequence[TranscriptFile]) -> tuple[list[TranscriptFile], list[TranscriptFile]]:
    """The files in two parts of about the same size, those that name the same session together.

    The second is a little smaller: its process has yet to start, and to send what it found.
    """
    groups = _groups(files)
    sizes = {root: 0 for root in groups.values()}
    for file in files:
        sizes[groups[file.name]] += file.size
    taken: set[str] = set()
    first = second = 0
    for root in sorted(sizes, key=lambda one: (-sizes[one], one)):
        if first * _OTHERS_SHARE <= second * (1 - _OTHERS_SHARE):
            taken.add(root)
            first += sizes[root]
        else:
            second += sizes[root]
    own = [file for file in files if groups[file.name] in taken]
    return own, [file for file in files if groups[file.name] not in taken]


def _groups(files: Sequence[TranscriptFile]) -> dict[str, str]:
    """By file a name for all that are joined to it by a session which both name at their beginning or end."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            parents[name] = parents[parents[name]]
            name = parents[name]
        return name

    for file in files:
        for name in _named(file.path):
            parents[root(f"session {name}")] = root(f"file {file.name}")
    return {file.name: root(f"file {file.name}") for file in files}


def _named(path: Path) -> set[str]:
    """The sessions named at the beginning and at the end of a file."""
    try:
        with open(path, "rb") as file:
            head = file.read(_LOOKED_AT)
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LOOKED_AT))
            tail = file.read(_LOOKED_AT)
    except OSError:
        return set()
    return {name.decode("utf-8", "replace") for name in _NAME.findall(head) + _NAME.findall(tail)}


def _start(collected: Collected, files: Sequence[TranscriptFile]) -> subprocess.Popen:
    """A process that reads the files; its answer is asked for later."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "retro.sources.agents.worker"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    try:
        worker.stdin.write(pickle.dumps((collected, list(files))))
        worker.stdin.close()
    except BrokenPipeError:
        pass  # it ended already: there will be no answer
    return worker


def _answer(worker: subprocess.Popen) -> tuple[Collected, list[Tally]] | None:
    """What the process collected; None when it broke off."""
    with worker:
        output = worker.stdout.read()
    return pickle.loads(output) if worker.returncode == 0 else None


def _join(collected: Collected, other: Collected, places: dict[str, int]) -> None:
    """Takes over what another process collected; what both have belongs to the session whose file is older."""

    def place(session: Session | None) -> int:
        return min((places.get(name, 0) for name in session.files), default=0) if session else 0

    for identity, event in other.events.items():
        known = collected.events.setdefault(identity, event)
        if known is event or known.session_id == event.session_id:
            continue
        first, second = collected.sessions.get(known.session_id), other.sessions.get(event.session_id)
        if place(second) < place(first):
            collected.events[identity] = event
            first, second = second, first
        if first and second and second.parent is None:
            second.parent = first.session_id
    for key, request in other.requests.items():
        collected.add_request(key, request)
    for key, session in other.sessions.items():
        known_session = collected.sessions.setdefault(key, session)
        if known_session is not session:
            _widen(known_session, session, places)
    collected.edits = {**other.edits, **collected.edits}
    collected.commits = {**other.commits, **collected.commits}
    collected.masked_count += other.masked_count


def _widen(session: Session, other: Session, places: dict[str, int]) -> None:
    """Adds to a session what another process knows of it."""
    session.times.extend(other.times)
    session.branches += [name for name in other.branches if name not in session.branches]
    session.models += [name for name in other.models if name not in session.models]
    session.files = sorted({*session.files, *other.files}, key=lambda name: places.get(name, 0))
    session.parent = session.parent or other.parent
    session.account = session.account or other.account
    if session.repo is None and other.repo is not None:
        session.repo, session.root = other.repo, other.root
    if other.version_at > session.version_at:
        session.version, session.version_at = other.version, other.version_at
