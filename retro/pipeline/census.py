"""The census of an identifier: where it stands in a tree of a repository, and since when."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from retro import warehouse
from retro.analyses.census import EXACT, OWN_KINDS, Judge, Place, Wanted, places
from retro.analyses.declared_kinds import Declaration
from retro.analyses.file_kinds import FileRules, file_kinds
from retro.analyses.swaps.models import Models
from retro.config import RepoSettings, Settings, load_settings
from retro.config.literals import closest
from retro.config.watches import check_literal
from retro.errors import GitError, UsageError
from retro.frames import rows_of
from retro.git import Room
from retro.git.grep import find_lines
from retro.git.revisions import find_commit
from retro.masking import mask
from retro.pipeline.targets import open_room_of

_SHOWN_CHARACTERS = 200
_HISTORY_PATHS = 40
_FORMS = "name a commit, a tag or a branch"
_DECLARED = "select path, line, kind, pattern, is_set from declared_kinds where repo = ? order by all"
_SWAPS = """
    select
        case when token_swaps.new_token = $literal then 'swapped in' else 'swapped out' end as event,
        token_swaps.commit_sha,
        commits.committed_at,
        token_swaps.old_token,
        token_swaps.new_token,
        token_swaps.file_count
    from token_swaps
    inner join commits on commits.repo = token_swaps.repo and commits.commit_sha = token_swaps.commit_sha
    where token_swaps.repo = $repo and (token_swaps.old_token = $literal or token_swaps.new_token = $literal)
    order by commits.committed_at, token_swaps.commit_sha
"""
_PLACES = pl.Schema(
    {
        "repo": pl.String,
        "form": pl.String,
        "found": pl.String,
        "area": pl.String,
        "kind": pl.String,
        "path": pl.String,
        "line": pl.Int64,
        "text": pl.String,
    }
)


def census(root: Path, literal: str, at: str | None, repo: str | None) -> Mapping[str, pl.DataFrame]:
    """Where an identifier stands, by the title of a section: Summary, Areas and kinds, Places, Variants, Swaps.

    `at` is a revision that the repository can resolve, by default the tip of its default branch; `repo` is the name of one
    repository, by default all of them. Secrets in the lines shown are masked. Raises UsageError for a text that no line can
    hold, an unknown repository or revision; GitError, SettingsError, WarehouseError.
    """
    settings = load_settings(root)
    _check(literal)
    models = Models(settings.prices)
    short = literal.rpartition("/")[2] if "/" in literal else ""
    wanted = Wanted(literal, short if short and models.is_model(literal) and models.is_model(short) else None)
    asked = [(one, open_room_of(settings, one)) for one in _repositories(settings, repo)]
    found = [(one, room, sha) for one, room in asked if (sha := revision_of(room, one, at))]
    if not found:
        names = ", ".join(one.name for one, _ in asked)
        raise UsageError(f"no commit yet in {names}" if at is None else f"{at!r} is no revision in {names}; {_FORMS}")
    sections = [_of_repository(settings, *one, wanted) for one in found]
    titles = dict.fromkeys(title for each in sections for title in each)
    return {title: pl.concat([each[title] for each in sections if title in each]) for title in titles}


def _check(literal: str) -> None:
    try:
        check_literal(literal)
    except ValueError as error:
        shown = literal if len(literal) <= _SHOWN_CHARACTERS else f"{literal[:_SHOWN_CHARACTERS]}..."
        raise UsageError(f"--literal {mask(shown)[0]!r}: {error}") from error


def _repositories(settings: Settings, name: str | None) -> list[RepoSettings]:
    known = [repo.name for repo in settings.repos]
    if name is not None and name not in known:
        raise UsageError(f"no repository {name!r} in retro.toml{closest(name, known)} (known: {', '.join(known)})")
    return [repo for repo in settings.repos if name in (None, repo.name)]


def _of_repository(
    settings: Settings, repo: RepoSettings, room: Room, sha: str, wanted: Wanted
) -> dict[str, pl.DataFrame]:
    found = find_lines(room.path, sha, wanted.texts)
    own = places(found.lines, [wanted], judge_of(settings, repo.name, _declarations(settings, repo.name)))
    exact = [place for place in own if place.form == EXACT]
    variants = [place for place in own if place.form != EXACT]
    seen = _seen(room, sha, wanted.literal, exact)
    return {
        "Summary": _summary(repo.name, sha, exact, variants, found.unread_count, seen),
        "Areas and kinds": _by_area(repo.name, own),
        "Places": _frame(repo.name, exact),
        "Variants": _frame(repo.name, variants),
        "Swaps": _swaps(settings, repo.name, wanted.literal),
    }


def revision_of(room: Room, repo: RepoSettings, at: str | None) -> str | None:
    """Full id of the commit that `at` means, the tip of the default branch without; None where there is none."""
    if at is not None:
        return find_commit(room, at)
    branch = room.default_branch(repo.branch)
    return branch[1] if branch else None


def judge_of(settings: Settings, repo: str, declarations: list[Declaration]) -> Judge:
    """A function that gives the area and kind of a path, those of the warehouse and those that it has not seen."""
    rules, known = FileRules(settings.areas.get(repo), declarations), {}

    def judge(path: str) -> tuple[str, str]:
        if path not in known:
            row = file_kinds(repo, [path], rules).row(0, named=True)
            known[path] = (row["area"], row["kind"])
        return known[path]

    return judge


def _declarations(settings: Settings, repo: str) -> list[Declaration]:
    """What the repository declares of its files, as of the last run; nothing before the first."""
    path = settings.root / warehouse.FILE
    if not path.is_file():
        return []
    with warehouse.open_read_only(path) as connection:
        return [Declaration(*row) for row in connection.execute(_DECLARED, [repo]).fetchall()]


def _seen(room: Room, sha: str, literal: str, exact: list[Place]) -> tuple[datetime | None, datetime | None, int]:
    """First and last commit that changed how often the text stands in the files that hold it now, and how many files were asked.

    At most 40 files, code and settings first: git reads every version of each.
    """
    paths = list(dict.fromkeys(place.path for place in exact))[:_HISTORY_PATHS]
    if not paths:
        return None, None, 0
    try:
        output = room.run(
            "log", f"-S{literal}", "--no-renames", "--full-history", "--diff-merges=off", "--no-textconv",
            "--no-ext-diff", "--format=%ct", sha, "--", *paths,
        )  # fmt: skip
    except GitError:  # a version of a file is not in the clone: then nobody knows
        return None, None, 0
    times = [int(text) for text in output.split() if re.fullmatch(rb"\d{1,11}", text)]
    if not times:
        return None, None, len(paths)
    return datetime.fromtimestamp(min(times), UTC), datetime.fromtimestamp(max(times), UTC), len(paths)


def _summary(
    repo: str, sha: str, exact: list[Place], variants: list[Place], unread_count: int, seen: tuple
) -> pl.DataFrame:
    values = {
        "repo": (repo, pl.String),
        "commit_sha": (sha, pl.String),
        "place_count": (len(exact), pl.Int64),
        "file_count": (len({place.path for place in exact}), pl.Int64),
        "area_count": (len({place.area for place in exact}), pl.Int64),
        "own_place_count": (sum(place.kind in OWN_KINDS for place in exact), pl.Int64),
        "variant_count": (len(variants), pl.Int64),
        "unread_count": (unread_count, pl.Int64),
        "first_seen_at": (seen[0], pl.Datetime("us", "UTC")),
        "last_changed_at": (seen[1], pl.Datetime("us", "UTC")),
        "history_file_count": (seen[2], pl.Int64),
    }
    schema = {name: kind for name, (_, kind) in values.items()}
    return pl.DataFrame([[value for value, _ in values.values()]], schema=schema, orient="row")


def _by_area(repo: str, own: list[Place]) -> pl.DataFrame:
    """One row per area and kind, most exact places first."""
    schema = {
        "repo": pl.String, "area": pl.String, "kind": pl.String, "file_count": pl.Int64, "place_count": pl.Int64,
        "variant_count": pl.Int64,
    }  # fmt: skip
    exact = Counter((place.area, place.kind) for place in own if place.form == EXACT)
    variants = Counter((place.area, place.kind) for place in own if place.form != EXACT)
    files = Counter(key for key, _ in {((p.area, p.kind), p.path) for p in own if p.form == EXACT})
    keys = sorted(exact.keys() | variants.keys(), key=lambda key: (-exact[key], -variants[key], key))
    rows = [(repo, *key, files[key], exact[key], variants[key]) for key in keys]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _frame(repo: str, own: list[Place]) -> pl.DataFrame:
    rows = [(repo, p.form, mask(p.found)[0], p.area, p.kind, p.path, p.line, p.text) for p in own]
    return pl.DataFrame(rows, schema=_PLACES, orient="row")


def _swaps(settings: Settings, repo: str, literal: str) -> pl.DataFrame:
    """Swaps that brought the identifier in or took it out, in the sprints that were mined, oldest first."""
    schema = {
        "repo": pl.String, "event": pl.String, "commit_sha": pl.String, "committed_at": pl.Datetime("us", "UTC"),
        "old_token": pl.String, "new_token": pl.String, "file_count": pl.Int64,
    }  # fmt: skip
    path = settings.root / warehouse.FILE
    rows = []
    if path.is_file():
        with warehouse.open_read_only(path) as connection:
            rows = rows_of(connection.sql(_SWAPS, params={"repo": repo, "literal": literal})).rows()
    return pl.DataFrame([(repo, *row) for row in rows], schema=schema, orient="row")
