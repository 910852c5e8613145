"""The exact words for each kind of mistake in the values of retro.toml: line, key, value, why, what is allowed."""

from pathlib import Path

import pytest

from retro.config import load_settings
from retro.errors import SettingsError

PROJECT = '[project]\nname = "Gateway"\n'


def mistakes(root: Path, text: str) -> list[str]:
    """The lines of the error, without the file's path."""
    file = root / "retro.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(root)
    return [line.removeprefix(f"{file}:") for line in str(caught.value).splitlines()]


MISTAKES = {
    "unknown key": (
        PROJECT + "[sprints]\ndayz = 14\n",
        ["4: sprints.dayz = 14: unknown key; did you mean days? (allowed: first, days, named)"],
    ),
    "unknown section": (
        PROJECT + "[sprint]\ndays = 14\n",
        [
            "3: sprint = { ... }: unknown section; did you mean sprints? "
            "(allowed: project, sprints, repos, areas, themes, attribution, gateway, agents, prices, bills, bugs, "
            "co_changes, pages, forge, watch, swaps)"
        ],
    ),
    "the folder is not a setting": (
        'root = "/"\n' + PROJECT,
        [
            '1: root = "/": unknown section '
            "(allowed: project, sprints, repos, areas, themes, attribution, gateway, agents, prices, bills, bugs, "
            "co_changes, pages, forge, watch, swaps)"
        ],
    ),
    "unknown key of a list's table": (
        PROJECT + '[[repos]]\npath = "."\n[[repos]]\npath = "b"\n[repos.x]\ny = 1\n',
        ["7: repos[1].x = { ... }: unknown key (allowed: path, name, branch, release_tags, alternates)"],
    ),
    "missing section": ("# nothing\n", ["1: project: missing; it has to be given"]),
    "missing key": ('\n[project]\ntimezone = "UTC"\n', ["2: project.name: missing; it has to be given"]),
    "empty name": (
        '[project]\nname = " "\n',
        ['2: project.name = " ": is empty; write some text or leave the line out'],
    ),
    "line break in a name": (
        '[project]\nname = "a\\nb"\n',
        ['2: project.name = "a\\nb": holds a line break or another invisible character; take it out'],
    ),
    "blank around a name": (
        '[project]\nname = "a "\n',
        ['2: project.name = "a ": begins or ends with a blank; take it out'],
    ),
    "number for text": ("[project]\nname = 3\n", ["2: project.name = 3: wanted text in quotes, found a whole number"]),
    "text for a number": (
        PROJECT + '[sprints]\nfirst = 2026-02-23\ndays = "14"\n',
        ['5: sprints.days = "14": wanted a whole number without quotes, found text'],
    ),
    "decimal for a number": (
        PROJECT + "[sprints]\nfirst = 2026-02-23\ndays = 14.0\n",
        ["5: sprints.days = 14.0: wanted a whole number without quotes, found a decimal number"],
    ),
    "days below 1": (
        PROJECT + "[sprints]\nfirst = 2026-02-23\ndays = 0\n",
        ["5: sprints.days = 0: wanted 1 or more"],
    ),
    "days above a year": (
        PROJECT + "[sprints]\nfirst = 2026-02-23\ndays = 367\n",
        ["5: sprints.days = 367: wanted 366 or less"],
    ),
    "a number beyond the bounds of its own key": (
        PROJECT + "[pages]\ncell_seconds = 0\n[co_changes]\nhalf_life_days = 36_501\n",
        ["4: pages.cell_seconds = 0: wanted 1 or more", "6: co_changes.half_life_days = 36501: wanted 36500 or less"],
    ),
    "text for a truth value": (
        PROJECT + 'invented = "no"\n',
        ['3: project.invented = "no": wanted true or false, found text'],
    ),
    "datetime for a date": (
        PROJECT + "[sprints]\nfirst = 2026-02-23T10:00:00Z\ndays = 14\n",
        [
            "4: sprints.first = 2026-02-23T10:00:00+00:00: wanted a date such as 2026-03-09, without quotes and "
            "without a time, found a date with a time"
        ],
    ),
    "text for a date": (
        PROJECT + '[sprints]\nfirst = "2026-02-23"\ndays = 14\n',
        [
            '4: sprints.first = "2026-02-23": wanted a date such as 2026-03-09, without quotes and without a time, '
            "found text"
        ],
    ),
    "year out of range": (
        PROJECT + "[sprints]\nfirst = 0226-02-23\ndays = 14\n",
        ["4: sprints.first = 0226-02-23: the year lies outside 1970 to 2099"],
    ),
    "half a cadence": (PROJECT + "[sprints]\ndays = 14\n", ["4: sprints.days = 14: a cadence needs first as well"]),
    "other half of a cadence": (
        PROJECT + "[sprints]\nfirst = 2026-02-23\n",
        ["4: sprints.first = 2026-02-23: a cadence needs days as well"],
    ),
    "table for a list of tables": (
        PROJECT + '[repos]\npath = "."\n',
        ["3: repos = { ... }: wanted a list of tables, found a table; write [[repos]]"],
    ),
    "list of tables for a table": (
        '[[project]]\nname = "Gateway"\n',
        ["1: project = [ ... ]: wanted a table, found a list; write [project]"],
    ),
    "text for a list": (
        PROJECT + '[[themes]]\nname = "A"\nscopes = "fleet"\n',
        ['5: themes[0].scopes = "fleet": wanted a list in [ ], found text'],
    ),
    "wrong item of a list": (
        PROJECT + '[[themes]]\nname = "A"\nscopes = [\n  "fleet",\n  # and\n  3,\n]\n',
        ["8: themes[0].scopes[1] = 3: wanted text in quotes, found a whole number"],
    ),
    "empty item of a list": (
        PROJECT + '[[themes]]\nname = "A"\nwords = [""]\n',
        ['5: themes[0].words[0] = "": is empty; write some text or leave the line out'],
    ),
    "unknown time zone": (
        PROJECT + 'timezone = "Europe/Berlln"\n',
        ['3: project.timezone = "Europe/Berlln": unknown time zone; did you mean "Europe/Berlin"?'],
    ),
    "city for a time zone": (
        PROJECT + 'timezone = "Sao_Paulo"\n',
        ['3: project.timezone = "Sao_Paulo": unknown time zone; did you mean "America/Sao_Paulo"?'],
    ),
    "folder of time zones": (
        PROJECT + 'timezone = "+2"\n',
        ['3: project.timezone = "+2": unknown time zone; write one such as Europe/Berlin or UTC'],
    ),
    "time zone out of its folder": (
        PROJECT + 'timezone = "../../etc/passwd"\n',
        ['3: project.timezone = "../../etc/passwd": unknown time zone; write one such as Europe/Berlin or UTC'],
    ),
    "sprint id of another type": (
        PROJECT + "[[sprints.named]]\nid = 2.0\nstart = 2026-03-09\nend = 2026-03-19\n",
        [
            "4: sprints.named[0].id = 2.0: wanted text in quotes or a whole number of at most 64 bits, "
            "found a decimal number"
        ],
    ),
    "end before start": (
        PROJECT + "[[sprints.named]]\nid = 2\nstart = 2026-03-09\nend = 2026-03-08\n",
        ["6: sprints.named[0].end = 2026-03-08: the last day lies before the first, 2026-03-09"],
    ),
    "duplicate sprint ids": (
        PROJECT
        + "[[sprints.named]]\nid = 2\nstart = 2026-03-09\nend = 2026-03-19\n"
        + '[[sprints.named]]\nid = "2"\nstart = 2026-03-20\nend = 2026-03-20\n',
        ['8: sprints.named[1].id = "2": this id is taken by another sprint (line 4)'],
    ),
    "overlapping sprints": (
        PROJECT
        + '[[sprints.named]]\nid = "long"\nstart = 2026-03-01\nend = 2026-03-31\n'
        + "[[sprints.named]]\nid = 2\nstart = 2026-03-09\nend = 2026-03-10\n"
        + "[[sprints.named]]\nid = 3\nstart = 2026-03-31\nend = 2026-04-01\n",
        [
            '9: sprints.named[1].start = 2026-03-09: sprint 2 overlaps sprint "long" '
            "of 2026-03-01 to 2026-03-31 (line 5)",
            '13: sprints.named[2].start = 2026-03-31: sprint 3 overlaps sprint "long" '
            "of 2026-03-01 to 2026-03-31 (line 5)",
        ],
    ),
    "duplicate repository names": (
        PROJECT + '[[repos]]\npath = "a/api.git"\n[[repos]]\npath = "b"\nname = "API"\n',
        ['7: repos[1].name = "API": another repository has this name; give each its own (line 3)'],
    ),
    "duplicate repository names from folders": (
        PROJECT + '[[repos]]\npath = "a/api"\n[[repos]]\npath = "b/api"\n',
        ["5: repos[1].name: another repository has this name; give each its own (line 3)"],
    ),
    "repository listed twice": (
        PROJECT + '[[repos]]\npath = "."\nname = "a"\n[[repos]]\npath = "x/.."\nname = "b"\n',
        ['7: repos[1].path = "x/..": this repository is already listed (line 4)'],
    ),
    "repository without a path": (
        PROJECT + "[[repos]]\n[[repos]]\npath = 3\n",
        [
            "3: repos[0].path: missing; it has to be given",
            "5: repos[1].path = 3: wanted text in quotes, found a whole number",
        ],
    ),
    "path that leads nowhere": (
        PROJECT + '[[repos]]\npath = "~nobody-of-this-name/x"\n',
        [
            '4: repos[0].path = "~nobody-of-this-name/x": cannot be followed to a folder; '
            "write the path of a clone or of a bare repository"
        ],
    ),
    "NUL in a path": (
        PROJECT + '[[repos]]\npath = "a\\u0000b"\n',
        [
            '4: repos[0].path = "a\\u0000b": cannot be followed to a folder; '
            "write the path of a clone or of a bare repository"
        ],
    ),
    "areas of an unknown repository": (
        PROJECT + '[[repos]]\npath = "."\nname = "platform"\n[areas.platfrom]\nDocs = ["docs/**"]\n',
        ["6: areas.platfrom = { ... }: no repository has this name; did you mean platform? (known: platform)"],
    ),
    "areas without a repository": (
        PROJECT + '[[repos]]\npath = "."\nname = "platform"\n[areas]\nDocs = ["docs/**"]\n',
        [
            "7: areas.Docs = [ ... ]: wanted a table, found a list",
            "7: areas.Docs = [ ... ]: no repository has this name (known: platform)",
        ],
    ),
    "bad glob": (
        PROJECT + '[[themes]]\nname = "A"\npaths = ["ok/**", "!", "#", "[z-a]", "[[:alpha:]]"]\n',
        [
            '5: themes[0].paths[1] = "!": not a gitignore-style glob; write one such as docs/** or *.md',
            '5: themes[0].paths[2] = "#": this glob matches nothing; write one such as docs/** or *.md',
            '5: themes[0].paths[3] = "[z-a]": not a gitignore-style glob; write one such as docs/** or *.md',
            '5: themes[0].paths[4] = "[[:alpha:]]": not a gitignore-style glob; write one such as docs/** or *.md',
        ],
    ),
    "area without a glob": (
        PROJECT + '[[repos]]\npath = "."\nname = "p"\n[areas.p]\n"Back end" = []\n"" = ["a"]\n',
        [
            '7: areas.p."Back end" = []: the list is empty; write at least one glob or leave the line out',
            '8: areas.p."" = [ ... ]: the name is empty; write some text or leave the line out',
        ],
    ),
    "area glob that excludes": (
        PROJECT + '[[repos]]\npath = "."\nname = "p"\n[areas.p]\nDocs = ["docs/**", "!docs/api/**"]\n',
        [
            '7: areas.p.Docs[1] = "!docs/api/**": each glob of an area stands alone, so one that excludes has '
            "no effect; put an area before this one"
        ],
    ),
    "duplicate theme names": (
        PROJECT + '[[themes]]\nname = "A"\nwords = ["a"]\n[[themes]]\nname = "a"\nwords = ["b"]\n',
        ['7: themes[1].name = "a": this name is taken by another theme (line 4)'],
    ),
    "theme without a rule": (
        PROJECT + '[[themes]]\nname = "A"\nscopes = []\n',
        [
            '4: themes[0].name = "A": a theme without a rule takes no commit; '
            "give it one of scopes, paths, words, branches, tickets, labels"
        ],
    ),
    "theme with the kept name": (
        PROJECT + '[[themes]]\nname = "Uncategorized"\nwords = ["a"]\n',
        ['4: themes[0].name = "Uncategorized": this name is kept for the commits that no theme takes; choose another'],
    ),
    "gateway without a path": (
        PROJECT + '[[gateway]]\nkind = "litellm"\npaht = "x"\n',
        [
            "3: gateway[0].path: missing; it has to be given",
            '5: gateway[0].paht = "x": unknown key; did you mean path? (allowed: kind, path, name, timezone, '
            "currency, tags, columns, cache_in_input, reasoning_in_output)",
        ],
    ),
    "gateway of an unknown kind": (
        PROJECT + '[[gateway]]\nkind = "litelm"\npath = "x"\n',
        [
            '4: gateway[0].kind = "litelm": unknown kind; did you mean litellm? (known: litellm, openrouter, langfuse, '
            "otel, openai-usage, anthropic-usage, focus, helicone, portkey, cloudflare, csv, jsonl, parquet)"
        ],
    ),
    "boundary of escaped bugs": (
        PROJECT + '[bugs]\nboundary = "releases"\nreleases_are_deployments = "yes"\n',
        [
            '4: bugs.boundary = "releases": unknown boundary; did you mean release? (known: release, default_branch)',
            '5: bugs.releases_are_deployments = "yes": wanted true or false, found text',
        ],
    ),
    "gateway's time zone and currency": (
        PROJECT + '[[gateway]]\nkind = "litellm"\npath = "x"\ntimezone = "Berlin"\ncurrency = "Euro"\n',
        [
            '6: gateway[0].timezone = "Berlin": unknown time zone; did you mean "Europe/Berlin"?',
            '7: gateway[0].currency = "Euro": wanted a currency by its three capital letters, such as USD or EUR',
        ],
    ),
    "map of a log without the time": (
        PROJECT + '[[gateway]]\nkind = "csv"\npath = "x"\n[gateway.columns]\nmodel = "m"\n',
        [
            "6: gateway[0].columns = { ... }: the columns lack requested_at; say which field of the log holds the time of a "
            "request"
        ],
    ),
    "kind without a map": (
        PROJECT + '[[gateway]]\nkind = "jsonl"\npath = "x"\n',
        [
            '4: gateway[0].kind = "jsonl": the columns lack requested_at; say which field of the log holds the time of a '
            "request"
        ],
    ),
    "unknown column of a map": (
        PROJECT + '[[gateway]]\nkind = "csv"\npath = "x"\ncolumns = { requested_at = "t", costs = "c" }\n',
        [
            '6: gateway[0].columns.costs = "c": the name is none that Retro knows; did you mean cost? (allowed: '
            "requested_at, ended_at, id, response_id, provider_request_id, model, provider, service_tier, currency, status, "
            "session_id, repo, "
            "branch, user, end_user, team, input_tokens, cache_read_tokens, cache_write_tokens, cache_write_5m_tokens, "
            "cache_write_1h_tokens, output_tokens, reasoning_tokens, total_tokens, output_limit_tokens, cost, extra_cost, "
            "upstream_cost, is_byok, is_cached_answer, is_subagent, duration_seconds, tags)"
        ],
    ),
    "map for a format that needs none": (
        PROJECT + '[[gateway]]\nkind = "langfuse"\npath = "x"\ncache_in_input = true\n',
        [
            "6: gateway[0].cache_in_input = true: the format of langfuse settles this; take it out, or read the log as csv or "
            "jsonl or parquet"
        ],
    ),
    "endless number": (
        PROJECT + "x = 0x" + "f" * 5000 + "\n",
        [f"3: project.x = 0x{'f' * 78}...: unknown key (allowed: name, timezone, invented)"],
    ),
    "hidden characters are shown as escapes": (
        PROJECT + '"a\\u001b[2J" = "\\u202e"\n',
        ['3: project."a\\u001B[2J" = "\\u202E": unknown key (allowed: name, timezone, invented)'],
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_told_with_line_key_value_and_what_is_allowed(kind, tmp_path):
    text, expected = MISTAKES[kind]
    assert mistakes(tmp_path, text) == expected


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = """\
[[themes]]
name = "A"
[[sprints.named]]
id = 2
start = 2026-03-09
end = 2026-03-08
[project]
nane = "Gateway"
timezone = 2
[[sprints.named]]
id = 2
start = 2026-03-20
end = "2026-03-21"
"""
    assert mistakes(tmp_path, text) == [
        '2: themes[0].name = "A": a theme without a rule takes no commit; '
        "give it one of scopes, paths, words, branches, tickets, labels",
        "6: sprints.named[0].end = 2026-03-08: the last day lies before the first, 2026-03-09",
        "7: project.name: missing; it has to be given",
        '8: project.nane = "Gateway": unknown key; did you mean name? (allowed: name, timezone, invented)',
        "9: project.timezone = 2: wanted text in quotes, found a whole number",
        "11: sprints.named[1].id = 2: this id is taken by another sprint (line 4)",
        '13: sprints.named[1].end = "2026-03-21": wanted a date such as 2026-03-09, without quotes and without a time, '
        "found text",
    ]
