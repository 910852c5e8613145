"""Single values of the settings as types. A validator's ValueError is the reason that the reader of retro.toml sees."""

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from retro.config.gateways import GATEWAY_COLUMNS
from retro.config.globs import check_area_glob, check_glob
from retro.config.literals import closest
from retro.config.rates import rate

_YEARS = range(1970, 2100)


def _check_filled(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write some text or leave the line out")
    return text


def _check_name(text: str) -> str:
    _check_filled(text)
    if not text.isprintable():
        raise ValueError("holds a line break or another invisible character; take it out")
    if text != text.strip():
        raise ValueError("begins or ends with a blank; take it out")
    return text


def _check_theme_name(text: str) -> str:
    if text.casefold() == "uncategorized":
        raise ValueError("this name is kept for the commits that no theme takes; choose another")
    return text


def _check_timezone(key: str) -> str:
    try:
        ZoneInfo(key)
    except (LookupError, ValueError, OSError) as error:
        zones = available_timezones()
        by_city = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
        meant = closest(by_city.get(key, key), sorted(zones))
        raise ValueError(f"unknown time zone{meant or '; write one such as Europe/Berlin or UTC'}") from error
    return key


def check_year(day: date) -> date:
    """Refuses a day, or a moment, of a year that no repository knows."""
    if day.year not in _YEARS:
        raise ValueError(f"the year lies outside {_YEARS[0]} to {_YEARS[-1]}")
    return day


def one_of(what: str, known: Collection[str]) -> AfterValidator:
    """Refuses a name that is none of the `known` ones of this kind, with the closest of them."""

    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown {what}{closest(name, known)} (known: {', '.join(known)})")
        return name

    return AfterValidator(check)


def _check_gateway_column(name: str) -> str:
    if name not in GATEWAY_COLUMNS:
        raise ValueError(
            f"is none that Retro knows{closest(name, GATEWAY_COLUMNS)} (allowed: {', '.join(GATEWAY_COLUMNS)})"
        )
    return name


def _check_currency(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError("wanted a currency by its three capital letters, such as USD or EUR")
    return code


def _check_models(models: tuple[str, ...]) -> tuple[str, ...]:
    if not models:
        raise ValueError("the list is empty; write at least one model, * and ? stand for any letters")
    return models


def _check_percents(percents: tuple[int, ...]) -> tuple[int, ...]:
    if not percents or not all(low < high for low, high in zip((1, *percents), (*percents, 101), strict=True)):
        raise ValueError("wanted whole percents from 2 to 100, each above the one before, such as [5, 10]")
    return percents


def _text_of_id(value: object) -> object:
    if isinstance(value, str):
        return value
    if type(value) is not int or value.bit_length() > 64:
        raise PydanticCustomError("id_type", "")
    return str(value)


def _resolve_path(value: object, info: ValidationInfo) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "")
    _check_filled(value)
    try:
        return locate(info.context["root"], value)
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError("cannot be followed to a folder; write the path of a clone or of a bare repository") from error


def locate(root: Path, path: str) -> Path:
    """A path of retro.toml as an absolute one: `~` expanded, relative to the folder `root`, symbolic links followed."""
    # Asked of the text: to Path, `./~name` and `~name` are the same.
    return (root / (Path(path).expanduser() if path.startswith("~") else path)).resolve()


def folder_name(path: Path) -> str:
    """A repository's name when none is given: its folder's without `.git`."""
    folder = path.parent if path.name == ".git" else path
    return folder.name.removesuffix(".git") or "repository"


Filled = Annotated[str, AfterValidator(_check_filled)]
ZoneName = Annotated[str, AfterValidator(_check_timezone)]
Name = Annotated[str, AfterValidator(_check_name)]
Glob = Annotated[Filled, AfterValidator(check_glob)]
Day = Annotated[date, AfterValidator(check_year)]
Rate = Annotated[Decimal, BeforeValidator(rate)]
# `strict` refuses the lists that TOML has; the items stay strict.
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Texts = Annotated[tuple[Filled, ...], Field(strict=False)]
Globs = Annotated[tuple[Glob, ...], Field(strict=False)]
AreaGlobs = Annotated[tuple[Annotated[Glob, AfterValidator(check_area_glob)], ...], Field(strict=False, min_length=1)]
ThemeName = Annotated[Name, AfterValidator(_check_theme_name)]
SprintId = Annotated[Name, BeforeValidator(_text_of_id)]
Folder = Annotated[Path, BeforeValidator(_resolve_path)]
GatewayColumn = Annotated[str, AfterValidator(_check_gateway_column)]
Currency = Annotated[str, AfterValidator(_check_currency)]
Models = Annotated[Texts, AfterValidator(_check_models)]
Percents = Annotated[tuple[int, ...], Field(strict=False), AfterValidator(_check_percents)]
