"""What results about the reach of changes say in words; used by sentences.py, in the same voice."""

from collections.abc import Callable

from retro.figures.wording import NOT_OWN, counted, list_text, number_text, share_text

Rows = list[dict]
Facts = dict[str, Rows]
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FEWEST_SHARED = 5  # as in file_coupling


def area_sentence(rows: Rows, facts: Facts) -> tuple[str, str]:
    """The area that most commits touched."""
    first = max(rows, key=lambda row: row["commit_count"])
    own = first["own_changed_file_count"]
    touched = f"{counted(first['commit_count'], 'commit')} changed {counted(own, 'file')} there"
    if rest := first["changed_file_count"] - own:
        touched += f", and {number_text(rest)} {list_text(list(NOT_OWN), 'or')} {'file' if rest == 1 else 'files'}"
    others = f"; {counted(len(rows), 'area')} were touched in all." if len(rows) > 1 else "."
    return f"{first['area']} was touched most", f": {touched}{others}"


def swap_sentence(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    """How far the widest model swap reached and what it left behind, out of `sprint_swap_areas`; None without one.

    "The model swap touched 46 files in four areas and left one place behind: price_lookup.py, until 7 days later."
    """
    swaps = [swap for swap in _swaps(rows) if swap[0]["swap_class"] == "model"]
    if not swaps:
        return None
    widest = max(swaps, key=_file_count)
    which = "The model swap" if len(swaps) == 1 else f"The widest of {_word(len(swaps))} model swaps"
    lead = f"{which} touched {_reach(widest, 'file_count')}"
    return lead, f"{_left_behind(widest[0], facts)}."


def reach_sentence(rows: Rows, facts: Facts) -> tuple[str, str] | None:
    """With how many changes of code a test moved along, and how many files the change in the middle had."""
    now = rows[-1]
    if not now["code_change_count"]:
        return None
    along, changes = number_text(now["tested_change_count"]), counted(now["code_change_count"], "change")
    middle = now["median_change_own_files"]
    return (
        f"A test moved along with {along} of {changes} of code",
        f"; half of all changes had {counted(round(middle), 'file')} or fewer." if middle else ".",
    )


def _swaps(rows: Rows) -> list[Rows]:
    """The rows of each swap together, in their order."""
    swaps: dict[tuple, Rows] = {}
    for row in rows:
        swaps.setdefault((row["repo"], row["last_sha"], row["old_token"], row["new_token"]), []).append(row)
    return list(swaps.values())


def _file_count(cells: Rows) -> int:
    return sum(cell["file_count"] for cell in cells)


def _reach(cells: Rows, count: str) -> str:
    files = sum(cell[count] for cell in cells)
    return f"{counted(files, 'file')} in {_word(len(cells))} area{'' if len(cells) == 1 else 's'}"


def _word(count: int) -> str:
    return _WORDS[count] if count < len(_WORDS) else number_text(count)


def _left_behind(swap: dict, facts: Facts) -> str:
    """What of the swap is left and what became of it; nothing where it was not looked for."""
    key = ("repo", "pr_number", "old_token", "new_token")
    same = [row for row in facts.get("sprint_swaps", []) if all(row[name] == swap[name] for name in key)]
    if not same or same[0]["remaining_file_count"] is None:
        return ""
    places = [row for row in facts.get("sprint_swap_residues", []) if all(row[name] == swap[name] for name in key)]
    files = [row for row in places if row["path"]]
    if not same[0]["remaining_file_count"]:
        return " and left no place behind"
    left = (
        f" and left {_word(same[0]['remaining_file_count'])} place{'s'[: same[0]['remaining_file_count'] > 1]} behind"
    )
    return f"{left}{_named(files[0]) if len(files) == 1 else _settled(files)}"


def _named(place: dict) -> str:
    """The one place by its file's name, and until when it stood."""
    name = place["path"].rpartition("/")[2]
    if place["removal_days"] is None:
        return f": {name}, {'which still names the old one' if place['status'] == 'open' else place['status']}"
    return f": {name}, for {counted(round(place['removal_days']), 'day')}"


def _settled(places: Rows) -> str:
    still = sum(place["status"] == "open" for place in places)
    return f", {number_text(still)} of them to this day" if still else ""


def _area_finding(rows: Rows) -> str:
    first = max(rows, key=lambda row: row["commit_count"])
    return f"{first['area']} was touched by {counted(first['commit_count'], 'commit')}"


def _language_finding(rows: Rows) -> str | None:
    known = [row for row in rows if row["language"] != "unknown"]
    if not known:
        return None
    first = max(known, key=lambda row: row["own_changed_file_count"])
    return f"{first['language']} came first, with {counted(first['own_changed_file_count'], 'changed file')}"


def _kind_finding(rows: Rows) -> str | None:
    added = sum(row["added_lines"] for row in rows)
    left_out = sum(row["added_lines"] for row in rows if not row["is_own"])
    if not added:
        return None
    if not left_out:
        return f"No line was added to {list_text(list(NOT_OWN), 'or')} files"
    return f"{list_text(list(NOT_OWN)).capitalize()} files took {share_text(left_out / added)} of the lines added"


def _file_finding(rows: Rows) -> str:
    return f"The busiest file changed in {counted(max(row['commit_count'] for row in rows), 'commit')}"


def _change_finding(rows: Rows) -> str:
    largest = [row for row in rows if row["position"] == rows[0]["position"]]
    return f"The largest change reached {_reach(largest, 'own_file_count')}"


def _largest_finding(rows: Rows) -> str | None:
    judged = [row for row in rows if row["has_tests_along"] is not None]
    if not judged:
        return None
    along = sum(row["has_tests_along"] for row in judged)
    return f"With {number_text(along)} of the {number_text(len(judged))} largest changes of code a test moved along"


def _swap_finding(rows: Rows) -> str:
    swaps = _swaps(rows)
    widest = max(swaps, key=_file_count)
    if len(swaps) == 1:
        return f"One identifier was swapped, in {_reach(widest, 'file_count')}"
    return f"{counted(len(swaps), 'identifier')} were swapped, the widest in {_reach(widest, 'file_count')}"


def _residue_finding(rows: Rows) -> str:
    """What is a finding among the places that were left, and what became of it."""
    found = [row for row in rows if row["is_finding"]]
    places = f"{_word(len(rows))} {'place was' if len(rows) == 1 else 'places were'} left behind".capitalize()
    if not found:
        return f"{places}, none of them a finding" if len(rows) > 1 else places
    if len(found) < len(rows):
        stand = "stands" if len(found) == 1 else "stand"
        places = f"{_word(len(found))} of {_word(len(rows))} places left behind {stand} out".capitalize()
    still = sum(row["status"] == "open" for row in found)
    if still:
        return f"{places}, {'' if still == len(found) else f'{_word(still)} of them '}to this day"
    return f"{places}, and settled since" if all(row["status"] == "removed" for row in found) else places


def _watch_finding(rows: Rows) -> str:
    now = [row for row in rows if row["sequence"] == max(row["sequence"] for row in rows)]
    single = sum(row["is_single"] for row in now)
    if len(now) == 1:
        return f"{now[0]['watch']} stands in {counted(now[0]['file_count'], 'file')}"
    return f"{number_text(single)} of {counted(len(now), 'watched identifier')} have one source of truth"


def _coupling_finding(rows: Rows) -> str | None:
    often = [row for row in rows if row["shared_change_count"] >= _FEWEST_SHARED]
    if not often:
        return None
    first = max(often, key=lambda row: row["degree_share"])
    together = f"in {counted(first['shared_change_count'], 'change')} ({share_text(first['degree_share'])})"
    return f"{first['area']} and {first['other_area']} moved together most, {together}"


def _pair_finding(rows: Rows) -> str:
    return f"{counted(len(rows), 'pair')} of files changed together in 30\u202f% of their changes or more"


def _hint_finding(rows: Rows) -> str:
    return f"{counted(len(rows), 'file')} usually moved along and did not this time"


def _record_finding(rows: Rows) -> str | None:
    """Whether hints are shown, with the reason where they are not."""
    muted = [row for row in rows if row["mute_reason"]]
    if len(rows) > 1:
        return f"Hints are shown for {number_text(len(rows) - len(muted))} of {counted(len(rows), 'repository')}"
    if muted:
        return f"No hint is shown: {muted[0]['mute_reason']}"
    if rows[0]["followed_share"] is None:
        return None
    return f"{share_text(rows[0]['followed_share'])} of earlier hints were followed within 14 days"


def _hotspot_finding(rows: Rows) -> str:
    first = rows[0]
    name = first["path"].rpartition("/")[2]
    times = f"{counted(first['commit_count'], 'commit')} to its {counted(first['file_lines'], 'line')}"
    return f"{name} stands first, with {times}"


def _knowledge_finding(rows: Rows) -> str | None:
    judged = [row for row in rows if row["half_people_count"] is not None]
    alone = [row["area"] for row in judged if row["half_people_count"] == 1 and row["people_count"] > 1]
    if not judged:
        return "Too few commits to tell how many people know an area"
    if not alone:
        return None
    where = list_text(alone) if len(alone) <= 3 else f"{_word(len(alone))} of {_word(len(judged))} areas"
    return f"In {where} one person made half of the commits"


def _set_finding(rows: Rows) -> str:
    return f"{counted(len(rows), 'piece')} of work went over several repositories"


REACH_FINDINGS: dict[str, Callable[[Rows], str | None]] = {
    "area_changes": _area_finding,
    "language_changes": _language_finding,
    "kind_changes": _kind_finding,
    "file_changes": _file_finding,
    "largest_change_areas": _change_finding,
    "largest_changes": _largest_finding,
    "sprint_swap_areas": _swap_finding,
    "sprint_swap_residues": _residue_finding,
    "watched_identifiers": _watch_finding,
    "area_coupling": _coupling_finding,
    "file_coupling": _pair_finding,
    "usually_together": _hint_finding,
    "co_change_shares": _record_finding,
    "file_hotspots": _hotspot_finding,
    "area_knowledge": _knowledge_finding,
    "sprint_change_sets": _set_finding,
}
