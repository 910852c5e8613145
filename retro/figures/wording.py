"""Numbers, days and column names as a reader of the page sees them.

Nothing here depends on the machine's locale or zone: the same value always gives the same words.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

MINUS = "\u2212"
ABBREVIATIONS = {"ai": "AI"}
UNKNOWN = "\u2013"
TITLES = {
    "median_detection_hours": "median time to detection",
    "pr_number": "pull request",
    "hours": "time",
    "days": "time",
    "p90_hours": "9 of 10 within",
    "p90_days": "9 of 10 within",
    "landed_p90_days": "landed 9 of 10 within",
    "p90_repair_hours": "9 of 10 repaired within",
    "unlanded_count": "never on the default branch",
}
# What the coverage of a subject counts (view sprint_coverage).
JUDGED_UNITS = {
    "themes": "commits",
    "work types": "commits",
    "authors": "commits",
    "lines": "changed files",
    "contents": "changed files",
    "areas": "changed files",
    "kinds": "changed files",
    "languages": "changed files",
    "functions": "changed files of code",
    "reviews": "pull requests",
    "bug origins": "bug fixes",
    "deleted lines": "commits",
    "bills": "requests",
    "transcripts": "days",
}
SIGNS = {"added_lines": "+", "deleted_lines": MINUS}
OWN = "own_"  # begins columns that leave out files which nobody in the team wrote
NOT_OWN = ("generated", "vendored", "lock")
NARROW_SPACE = "\u202f"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# From here on a headline number is shortened; the exact one stands in the table and in the hover text.
SHORTENED_FROM = 100_000
# Ten letters of a digest are enough for git and for the eye.
DIGEST_COLUMN, DIGEST_LETTERS = re.compile(r"(.*_)?(sha|digest)|change_key"), 10

DURATION_COLUMN = re.compile(r"(?:.*_)?(hours|days)")
HOURS_TOLD_AS_DAYS, MINUTES_TOLD_AS_HOURS = 72, 90

Number = int | float | Decimal


def number_text(value: Number) -> str:
    """The exact number with thousands marked: 1192 -> "1,192"; a fraction keeps at most six significant digits."""
    if isinstance(value, float):
        # Through Decimal, because 0.000075 must not read 7.5e-05.
        value = Decimal(f"{value:.6g}")
    if isinstance(value, Decimal):
        value = value.normalize()
    return f"{value:,f}".replace("-", MINUS) if isinstance(value, Decimal) else f"{value:,}".replace("-", MINUS)


def short_number(value: Number) -> str:
    """The number short enough for a tile: 1192 -> "1,192", 212345 -> "212 k", 3400000 -> "3.4 M"."""
    size = abs(value)
    if size < SHORTENED_FROM:
        return number_text(value)
    if size < 999_500:
        return f"{number_text(round(value / 1000))}{NARROW_SPACE}k"
    millions = round(float(value) / 1_000_000, 1 if size < 99_950_000 else 0)
    return f"{number_text(millions)}{NARROW_SPACE}M"


def money_text(value: Number) -> str:
    """Dollars to the cent: 1234.5 -> "$1,234.50"; below a cent to four digits, since micro-dollars matter: "$0.000075"."""
    sign, size = MINUS if value < 0 else "", abs(Decimal(value))
    if not size:
        return "$0"
    if size >= Decimal("0.01"):
        return f"{sign}${size:,.2f}"
    return f"{sign}${Decimal(f'{size:.4g}').normalize():f}"


def exact_text(name: str, value: object) -> str:
    """One value as `value_text` gives it, but money with all its digits: "$34.165302"."""
    if name.endswith("_usd") and isinstance(value, int | float | Decimal):
        return f"{MINUS if value < 0 else ''}${number_text(abs(value))}"
    return value_text(name, value)


def duration_text(hours: Number) -> str:
    """A length of time as a person says it: "10 minutes", "47 hours", "6 days"."""
    sign, size = MINUS if hours < 0 else "", abs(float(hours))
    if size < HOURS_TOLD_AS_DAYS:
        minutes = round(size * 60)
        if minutes >= MINUTES_TOLD_AS_HOURS:
            return f"{sign}{counted(round(size), 'hour')}"
        if not size:
            return "0 minutes"
        return f"{sign}{counted(minutes, 'minute')}" if minutes else "under a minute"
    return f"{sign}{counted(round(size / 24), 'day')}"


def duration_of(name: str, value: object) -> str | None:
    """What a column of hours or days holds, as a person says it; None for a column or value that is no length of time."""
    unit = DURATION_COLUMN.fullmatch(name)
    if unit is None or isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if not value:
        return f"0 {unit[1]}"
    if unit[1] == "days":
        return counted(value, "day") if isinstance(value, int) else duration_text(value * 24)
    return duration_text(value)


def said_text(name: str, value: object, timezone: str = "UTC") -> str:
    """One value as `value_text` gives it, but lengths of time as a person says them."""
    return duration_of(name, value) or value_text(name, value, timezone)


def said_title(name: str) -> str:
    """A column's heading beside texts of `said_text`: "repair_hours" -> "repair", since the unit stands with each value."""
    if name in TITLES:
        return TITLES[name]
    unit = DURATION_COLUMN.fullmatch(name)
    return column_title(name.removesuffix(f"_{unit[1]}") if unit else name)


def share_text(share: float) -> str:
    """A share of 0 to 1 in per cent; only none is "0 %" and only all is "100 %"."""
    if 0 < share < 0.005:
        return f"under 1{NARROW_SPACE}%"
    if 0.995 <= share < 1:
        return f"over 99{NARROW_SPACE}%"
    return f"{round(share * 100)}{NARROW_SPACE}%"


def change_text(now: Number, before: Number, name: str = "") -> str:
    """The difference with its sign: "+120", "\u22125", "+$5.31", "no change"; of shares in percentage points.

    `name` is the column's.
    """
    if now == before:
        return "no change"
    if name.endswith("_share"):
        points = round(float(now - before) * 100, 1)
        return f"{'+' if points > 0 else MINUS}{abs(points):g} percentage point{'' if abs(points) == 1 else 's'}"
    difference = tile_text(name, now - before)
    return f"+{difference}" if now > before else difference


def tile_text(name: str, value: Number) -> str:
    """A column's value short enough for a tile: "212 k", "$34.17", "97 %", "6 days"."""
    if duration := duration_of(name, value):
        return duration
    if name.endswith("_usd"):
        return money_text(value)
    return share_text(float(value)) if name.endswith("_share") else short_number(value)


def plural(noun: str) -> str:
    """The regular plural: "commit" -> "commits", "query" -> "queries", "branch" -> "branches"; "masked" and "people" stay."""
    if noun.endswith(("ed", "total", "people", "earlier")):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def counted(count: Number, noun: str) -> str:
    """The count with its noun: "1 commit", "319 commits", "no commits"."""
    number = "no" if count == 0 else number_text(count)
    return f"{number} {noun if count == 1 else plural(noun)}"


def column_title(name: str) -> str:
    """A column's name as a table heading: "changed_file_count" -> "changed files", "released_at" -> "released"."""
    if name.endswith("_count"):
        return plural(name.removesuffix("_count").replace("_", " "))
    for suffix in ("_at", "_usd", "_sha"):
        name = name.removesuffix(suffix)
    words = name.removeprefix("is_").split("_")
    return " ".join(ABBREVIATIONS.get(word, word) for word in words)


def judged_text(subject: str, judged: int, total: int) -> str:
    """A coverage with what it counts: "lines: 3 of 4 changed files judged"."""
    unit = JUDGED_UNITS.get(subject)
    return f"{subject}: {number_text(judged)} of {number_text(total)}{f' {unit}' if unit else ''} judged"


def whole_text(whole: Number | None, own: Number | None) -> str:
    """What stands beside a number that leaves files out: the raw one, and of what the difference is."""
    if whole is None or own is None:
        return "with all files: unknown"
    if whole == own:
        return f"no {list_text(list(NOT_OWN), 'or')} files"
    return f"{number_text(whole)} with {list_text(list(NOT_OWN))} files"


def measure_text(name: str, value: Number | None) -> str:
    """A value with its column's noun: ("commit_count", 1) -> "1 commit", ("added_lines", 54) -> "+54 lines".

    An unknown value says so. That a column leaves files out is told once where it is shown, not with each value.
    """
    name = name.removeprefix(OWN)
    title = column_title(name)
    if value is None:
        return f"{title} unknown"
    if duration := duration_of(name, value):
        return duration
    if name.endswith("_count"):
        return counted(value, name.removesuffix("_count").replace("_", " "))
    if name.endswith("_share"):
        return share_text(float(value))
    if name.endswith("_usd"):
        return money_text(value)
    if name in SIGNS and value:
        return f"{SIGNS[name]}{number_text(value)} {'line' if value == 1 else 'lines'}"
    return f"{number_text(value) if value else 'no'} {title}"


def day_text(day: date, *, with_year: bool = False) -> str:
    """A day with its weekday: "Tue 17 March", with the year on request."""
    year = f" {day.year}" if with_year else ""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"


def day_range(first: date, last: date) -> str:
    """Both days of a span, the year once: "Mon 9 March to Thu 19 March 2026"."""
    return f"{day_text(first, with_year=first.year != last.year)} to {day_text(last, with_year=True)}"


def moment_text(moment: datetime, timezone: str) -> str:
    """A moment in that zone: "Tue 17 March 2026, 14:05 CET". A moment without a zone is taken as UTC."""
    local = _local(moment, timezone)
    return f"{day_text(local, with_year=True)}, {local:%H:%M} {local.tzname()}"


def short_moment(moment: datetime, timezone: str) -> str:
    """A moment for a table: "Tue 17 Mar 2026, 14:05 CET"."""
    local = _local(moment, timezone)
    return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1][:3]} {local:%Y, %H:%M} {local.tzname()}"


def _local(moment: datetime, timezone: str) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("UTC"))
    return aware.astimezone(ZoneInfo(timezone))


def list_text(names: list[str], last: str = "and") -> str:
    """Names as a phrase: "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def value_text(name: str, value: object, timezone: str = "UTC") -> str:
    """One value of a result as readers see it.

    Numbers are exact but for money (`money_text`), times in that zone, lists joined by middle dots, digests cut to ten
    letters, unknown is a dash.
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return _number_of(name, value)
    if isinstance(value, datetime):
        return short_moment(value, timezone)
    if isinstance(value, date):
        return day_text(value, with_year=True)
    if isinstance(value, list | tuple):
        return " · ".join(value_text(name, item, timezone) for item in value)
    return str(value)[:DIGEST_LETTERS] if DIGEST_COLUMN.fullmatch(name) else str(value)


def _number_of(name: str, value: Number) -> str:
    if name == "pr_number":  # a name, not a quantity
        return str(value)
    if name.endswith("_usd"):
        return money_text(value)
    return share_text(float(value)) if name.endswith("_share") else number_text(value)
