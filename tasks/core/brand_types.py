"""Words of brand.toml: what a name, an address, a colour or a text in both languages may be."""

import re
from typing import Annotated
from zoneinfo import available_timezones

import holidays
from pydantic import AfterValidator, Field

from tasks.core.declarations import Declaration


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one printable line")
    return value


def _address(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", value):
        raise ValueError("must be a plain e-mail address")
    return value


def _country(value: str) -> str:
    if value not in holidays.list_supported_countries():
        raise ValueError(f"{value!r} is no ISO 3166-1 code of a country whose public holidays are known")
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is no IANA time zone")
    return value


Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Address = Annotated[str, AfterValidator(_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, AfterValidator(_country)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s<>\"']+$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Localised(Declaration):
    """One text in every language we write."""

    ja: Line
    en: Line
