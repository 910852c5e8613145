"""The team's notes into the warehouse: read anew by each run that writes, so that it says what they say now.

A file with a mistake gives no row; the others do, and the log says why. The team's word on a commit wins over the rules.
What checks claims and lessons stands in note_checks.py.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb

from retro import warehouse
from retro.config import Settings
from retro.errors import RetroError, SettingsError
from retro.pipeline.log import Reading, log_row
from retro.pipeline.news.known import NOTES
from retro.pipeline.news.notes import NoteStates
from retro.sources.accounts import Account
from retro.sprints import Sprint

if TYPE_CHECKING:
    from retro.sources.notes import Note, NoteFile

Connection = duckdb.DuckDBPyConnection
SOURCE = "notes"
RESULTS = ("claim_results", "lesson_results")
_LAST = """
    select digest, rows_read, reason from load_log where source = 'notes' and item = ? order by started_at desc limit 1
"""
_MEANT = """
    from category_overrides as told
    inner join commits
        on starts_with(commits.commit_sha, told.commit_prefix) and (told.repo is null or told.repo = commits.repo)
"""
_LOST = f"""
    select line
    from category_overrides
    where file = ? and (sprint, position) not in (
        select (told.sprint, told.position) {_MEANT} group by told.sprint, told.position having count(distinct commit_sha) = 1
    )
    order by line
"""
# Of two words on one commit the later sprint's counts, then the later in the file.
_OVERRIDE = f"""
    update commit_kinds
    set
        work_type = coalesce(words.work_type, commit_kinds.work_type),
        theme = coalesce(words.theme, commit_kinds.theme),
        theme_rule = case when words.theme is null then commit_kinds.theme_rule else words.rule end,
        evidence = 'human'
    from (
        select
            repo,
            commit_sha,
            arg_max(work_type, place) filter (where work_type is not null) as work_type,
            arg_max(theme, place) filter (where theme is not null) as theme,
            arg_max(rule, place) as rule
        from (
            select
                commits.repo,
                commits.commit_sha,
                told.work_type,
                told.theme,
                'notes:' || told.file || ':' || told.line as rule,
                sprints.sequence * 1000000 + told.position as place,
                count(distinct commits.commit_sha) over (partition by told.sprint, told.position) as commit_count
            {_MEANT}
            inner join sprints on sprints.sprint = told.sprint
        )
        where commit_count = 1
        group by all
    ) as words
    where words.repo = commit_kinds.repo and words.commit_sha = commit_kinds.commit_sha
"""


def read_notes(
    connection: Connection, settings: Settings, states: NoteStates, sprints: Sequence[Sprint]
) -> dict[str, RetroError]:
    """Replaces the rows of all notes; the mistakes of the files that have some, by file."""
    failures, known = {}, _known(connection)
    _forget(connection, states)
    if not states.files and not known:
        return failures
    from retro.sources.notes import note_frames

    read, failures = _read_files(states.files, settings, sprints)
    for table, frame in note_frames(read, settings.project.timezone).items():
        connection.execute(f"delete from {table}")
        warehouse.load(connection, table, frame)
    for note in read:
        _log(connection, note.file, _account(connection, note))
    for file in states.files:
        if file.item in failures:
            told = str(failures[file.item]).replace(f"{settings.root}/", "")
            _log(connection, file, Account(note=told), status="failed")
    return failures


def forget_overrides(connection: Connection) -> None:
    """Lets the rules judge again what the team had decided: its word may have changed."""
    connection.execute("update commit_kinds set rules_digest = '' where evidence = 'human'")


def override_kinds(connection: Connection) -> None:
    """Puts the team's word on a commit in place of what the rules say, and marks it human."""
    connection.execute(_OVERRIDE)


def _known(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(NOTES).fetchall())


def _forget(connection: Connection, states: NoteStates) -> None:
    """Removes what was read and found before, and what is said of files that are gone."""
    tables = ("incidents", "lessons", "actions", "claims", "category_overrides", "note_references", *RESULTS)
    for table in tables:
        connection.execute(f"delete from {table}")
    there = [file.item for file in states.files]
    connection.execute("delete from load_log where source = 'notes' and not list_contains(?::text[], item)", [there])


def _read_files(
    files: Sequence["NoteFile"], settings: Settings, sprints: Sequence[Sprint]
) -> tuple[list["Note"], dict[str, RetroError]]:
    """The notes without a mistake, and the mistakes of the others by file."""
    from retro.sources.notes import Known, read_note, taken_ids

    repos, themes = [repo.name for repo in settings.repos], [theme.name for theme in settings.themes]
    known = Known(sprints, repos, themes)
    read, failures = [], {}
    for file in files:
        try:
            note = read_note(file, known)
        except SettingsError as error:
            failures[file.item] = error
            continue
        known.taken.update(taken_ids(note))
        read.append(note)
    return read, failures


def _account(connection: Connection, note: "Note") -> Account:
    account = Account(note.item_count, note.item_count, note.masked_count)
    for (line,) in connection.execute(_LOST, [note.file.item]).fetchall():
        account.miss("an override whose commit is in no repository, or is one of several", f"line {line}")
    return account


def _log(connection: Connection, file: "NoteFile", account: Account, status: str = "loaded") -> None:
    """Adds a line to the log when it would say something else than the last one of the file."""
    digest = None if status == "failed" else file.digest
    if connection.execute(_LAST, [file.item]).fetchall() == [(digest, account.read, account.text())]:
        return
    row = log_row(Reading(source=SOURCE, item=file.item, status=status, is_full=True, digest=digest), account)
    warehouse.load(connection, "load_log", row)
