"""How a shop's own database becomes the canonical tables: one folder `sql/oms/<system>/`.

`source.toml` says what its clock means; each `<canonical table>.sql` beside it is one select over the shop's tables,
read a page at a time. It returns columns of its canonical table and, last, its key as `_key`; its header declares the
key: `-- Key: dtb_order.id` (an integer), or `-- Key: orders.code, text`. Rows are in the order of the key, and each has
its own.

    where o.id > :after and (:since is null or o.updated_at > :since or o.created_at > :recent)
    order by o.id
    limit :limit
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from tasks.core.canonical import TABLES
from tasks.core.declarations import Declaration, load_toml, suggestion
from tasks.core.errors import ConfigurationError
from tasks.core.mappings import zone_name
from tasks.core.paths import SQL
from tasks.core.queries import names, query, without_comments

FILE_NAME = "source.toml"
KEY = "_key"
Value = int | str | datetime | None
Literal = Callable[[Value], str]

_NEEDED = frozenset({"after", "limit"})
_OFFERED = frozenset({"since", "recent", "since_utc", "recent_utc"})
_KEY_LINE = re.compile(r"^-- Key:\s+(?P<table>\w+)\.\w+(?:, (?P<kind>integer|text))?$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


class SourceFile(Declaration):
    """source.toml. `zone`: where times without offset belong; `days`: whose days dates are (default: of `zone`)."""

    title: str
    zone: Annotated[str, AfterValidator(zone_name)]
    days: Annotated[str, AfterValidator(zone_name)] | None = None

    @property
    def day_zone(self) -> str:
        """The zone in which an instant becomes a date."""
        return self.days or self.zone


@dataclass(frozen=True)
class SourceQuery:
    """One table's select. `place`: the table of the shop its key is of; `first`: lies before every key."""

    name: str
    place: str
    first: int | str
    is_full: bool
    _source: str

    def text(self, values: Mapping[str, Value], literal: Literal) -> str:
        """The statement with its parameters as literals: COPY takes no bound ones. `\\:` is a colon."""
        parts = _PARAMETER.split(self._source)
        shown = [literal(values[part]) if index % 2 else part for index, part in enumerate(parts)]
        return "".join(shown).replace("\\:", ":")


@dataclass(frozen=True)
class Source:
    """A folder, read and checked. `queries`: canonical table -> its select."""

    name: str
    declared: SourceFile
    queries: Mapping[str, SourceQuery]


@cache
def load_source(name: str) -> Source:
    """The queries of sql/oms/<name>; raises ConfigurationError naming file, key and the nearest right word."""
    folder = SQL / "oms" / name
    if not (folder / FILE_NAME).is_file():
        known = sorted(path.parent.name for path in (SQL / "oms").glob(f"*/{FILE_NAME}"))
        raise ConfigurationError(
            f"TODOKE_OMS_MAPPING: there is no sql/oms/{name}/{FILE_NAME}{suggestion(name, known)}; "
            f"databases: {', '.join(known) or 'none'}."
        )
    declared = load_toml(folder / FILE_NAME, SourceFile)
    queries = {path.rpartition("/")[2]: _query(path) for path in names(f"oms/{name}")}
    if unknown := [table for table in queries if table not in TABLES]:
        wrong = unknown[0]
        raise ConfigurationError(
            f"sql/oms/{name}/{wrong}.sql: no canonical table {wrong!r}{suggestion(wrong, list(TABLES))}."
        )
    return Source(name, declared, queries)


def wall_clock(at: datetime, zone: str) -> datetime:
    """What clocks of the zone show, without offset: nothing written later reads as earlier.

    Where they are about to be set back it is that much less.
    """
    local, later = at.astimezone(ZoneInfo(zone)), (at + timedelta(hours=1)).astimezone(ZoneInfo(zone))
    back = (local.utcoffset() or timedelta()) - (later.utcoffset() or timedelta())
    return local.replace(tzinfo=None) - max(back, timedelta())


def _query(name: str) -> SourceQuery:
    found = query(name)
    wrong = sorted(found.params - _NEEDED - _OFFERED) or sorted(_NEEDED - found.params)
    if wrong:
        raise ConfigurationError(
            f"sql/{name}.sql: {wrong[0]!r} is missing or nobody gives it: a query takes :after and :limit, and of "
            f"{', '.join(sorted(_OFFERED))} what it needs."
        )
    key = _KEY_LINE.search(found.source)
    if key is None:
        raise ConfigurationError(f"sql/{name}.sql: the header has no `-- Key: table.column` (or `table.column, text`).")
    first = "" if key["kind"] == "text" else -(2**63) + 1
    is_full = not found.params & _OFFERED
    return SourceQuery(name, key["table"], first, is_full, without_comments(found.source))
