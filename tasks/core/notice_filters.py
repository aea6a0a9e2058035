"""Which orders a notice is about, and whether what it names exists."""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from tasks.core.brand import load_brand
from tasks.core.declarations import suggestion
from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError
from tasks.core.notices import NoticeKind, NoticeRequest
from tasks.core.postal import EDITION, look_up
from tasks.core.queries import query

NAMED = ("warehouses", "carriers", "products", "hazard_id")
"""Filters whose values the database knows."""

MOST_NAMES = 10


def require_known(connection: Connection, request: NoticeRequest, as_of: datetime) -> None:
    """Raise ConfigurationError for a warehouse, carrier, product or live hazard nobody knows, naming those known."""
    known: defaultdict[str, list[str]] = defaultdict(list)
    for row in query("notice/known_names").rows(connection, as_of=as_of):
        known[row["field"]].append(row["name"])
    for field in NAMED:
        value = request.filters.get(field, ())
        for name in [value] if isinstance(value, str) else value:
            if name not in known[field]:
                raise ConfigurationError(_unknown(field, name, known[field]))


def require_channels(
    request: NoticeRequest, declared: Collection[ChannelName], installed: Collection[ChannelName]
) -> None:
    """Raise ConfigurationError for a chosen channel that its touchpoint or this installation does not have."""
    usable = [channel for channel in declared if channel in installed]
    if missing := [channel for channel in request.channels if channel not in usable]:
        raise ConfigurationError(
            f"channels: {', '.join(missing)} cannot carry it here; {request.touchpoint} goes by {', '.join(usable)} "
            "on this installation (TODOKE_LINE, TODOKE_SMS and TODOKE_PUSH add channels)."
        )


def learn_places(connection: Connection, request: NoticeRequest) -> None:
    """Look up the municipalities of all codes orders ever went to where the request names one."""
    regions = sorted({f"JP-{code[:2]}" for code in request.municipalities})
    unknown = query("notice/unknown_postal_codes").rows(connection, regions=regions, edition=EDITION) if regions else ()
    if rows := list(look_up(row["code"] for row in unknown)):
        query("detect/learn_postal_codes").run(connection, rows=json.dumps(rows), edition=EDITION)


def find_orders(connection: Connection, request: NoticeRequest, as_of: datetime) -> None:
    """Fill the temporary table `notice_found`. Needs what every rule of detection reads (tasks/detect.py gather)."""
    query("notice/create_found").run(
        connection,
        as_of=as_of,
        open=request.kind is NoticeKind.DELAY,
        shipped_from=_midnight(request.shipped_from),
        shipped_until=_midnight(request.shipped_until, 1),
        hazard_id=request.hazard_id,
        **{
            name: list(getattr(request, name))
            for name in ("regions", "municipalities", "postal_prefixes", "warehouses", "carriers", "products")
        },
    )


def _midnight(day: date | None, later: int = 0) -> datetime | None:
    """The shop's midnight at which a day begins."""
    return datetime.combine(day + timedelta(days=later), time(), load_brand().calendar.timezone) if day else None


def _unknown(field: str, name: str, known: list[str]) -> str:
    there = ", ".join(known[:MOST_NAMES]) + (" …" if len(known) > MOST_NAMES else "")
    return f"{field}: there is no {name!r}{suggestion(name, known)}; there is {there or 'none at all now'}."
