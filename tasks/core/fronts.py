"""Several shop fronts: names of what is theirs, and which there are (TODOKE_SOURCES).

`orders@rakuten` is the table, the feed or the gate of the front rakuten; those of the shop's own order system
(TODOKE_OMS) have their plain name. So each front is read from a watermark of its own, judged by its own columns, and
gated for itself: what is wrong with one holds nothing of another.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from tasks.core.canonical import TABLES
from tasks.core.declarations import Declaration, load_toml
from tasks.core.errors import ConfigurationError
from tasks.core.settings import Settings
from tasks.core.suites import FEED_OF

OWN = ""
"""The front of the shop's own order system."""

_MARK = "@"
_RESERVED = ("shop", "guest")
"""The section of one's own shop, and what ids of guests begin with."""


def of_front(name: str, front: str) -> str:
    """orders, rakuten -> orders@rakuten."""
    return f"{name}{_MARK}{front}" if front else name


def plain(name: str) -> str:
    """orders@rakuten -> orders."""
    return name.partition(_MARK)[0]


def front_of(name: str) -> str:
    """orders@rakuten -> rakuten; orders -> OWN."""
    return name.partition(_MARK)[2]


def feed_of(table: str) -> str:
    """order_lines@rakuten -> orders@rakuten."""
    return of_front(FEED_OF[plain(table)], front_of(table))


def in_order(tables: Iterable[str]) -> list[str]:
    """In the order of loading; of one table that of one's own shop first."""
    places = {table: place for place, table in enumerate(TABLES)}
    return sorted(tables, key=lambda table: (places[plain(table)], front_of(table)))


class Front(Declaration):
    """One further shop front: the settings of its order system (TODOKE_OMS...), as in `oms_url = "/var/rakuten"`."""

    settings: dict[str, Any]
    shares_products: bool = Field(False, description="Its product ids are those of one's own shop.")

    @field_validator("settings")
    @classmethod
    def _names_its_order_system(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        del info
        known = [name for name in Settings.model_fields if name.startswith("oms")]
        if strangers := sorted(set(value) - set(known)):
            raise ValueError(f"no setting of an order system: {', '.join(strangers)}; there are {', '.join(known)}")
        if "oms" not in value:
            raise ValueError("say which order system it is: oms = ...")
        return value

    def of(self, settings: Settings) -> Settings:
        """The settings, as far as its order system is concerned those of this front."""
        others = {name: value for name, value in settings.model_dump().items() if not name.startswith("oms")}
        return Settings(**(_defaults() | others | self.settings))


class Fronts(Declaration):
    """The file TODOKE_SOURCES: one table a front, named as its section of brand.toml is."""

    fronts: dict[str, Front]


def further_fronts(settings: Settings) -> dict[str, Front]:
    """Fronts beside one's own shop, by name. Raises ConfigurationError naming file and key."""
    if settings.sources is None:
        return {}
    found = load_toml(settings.sources, Fronts).fronts
    for name in found:
        if name in _RESERVED or not name.replace("_", "").isalnum() or not name.islower():
            raise ConfigurationError(
                f"{settings.sources}: fronts.{name}: a front's name is small letters, digits and _, and none of "
                f"{', '.join(_RESERVED)}; call it as its section of brand.toml"
            )
    return found


def _defaults() -> dict[str, Any]:
    return {name: field.default for name, field in Settings.model_fields.items() if name.startswith("oms")}
