"""The preference page: what a customer has chosen, and what a saved page changes. Nothing is written here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from tasks.core.claims import enter
from tasks.core.domain import ChannelName, Mode, TouchpointClass
from tasks.core.feedback import Event, Kind
from tasks.core.paths import TEMPLATES
from tasks.core.queries import query
from tasks.core.tokens import OptOut
from tasks.core.touchpoints import read_all

PROVIDER = "page"
PAUSE = timedelta(days=30)
MARKETING = ("marketing", "newsletter")
"""Consent topics of all marketing; the second is the order system's word for it."""
EVERYTHING = "all"
"""Consent topic of a whole channel."""
EARLIEST = date(1900, 1, 2)
"""A birthday before it is a placeholder."""


@dataclass(frozen=True)
class Topic:
    """A kind of message that can be refused on its own."""

    name: str
    titles: dict[str, str]
    marketing: bool


@dataclass(frozen=True)
class Person:
    """What the page of one customer shows."""

    customer_id: str
    reached_id: str
    """Whom they were merged into, else the same."""
    address_key: str | None
    email: str
    language: str
    preferred: str | None
    channels: tuple[ChannelName, ...]
    birthday: date | None
    paused_until: datetime | None
    marketing: bool
    refused: frozenset[tuple[str, str]]
    """(channel, topic) whose last word is no."""


@dataclass(frozen=True)
class Choice:
    """A page as it was saved."""

    marketing: bool
    topics: frozenset[str]
    channels: frozenset[str]
    preferred: str | None
    language: str
    birthday: date | None
    pause: bool


@cache
def topics() -> tuple[Topic, ...]:
    """Kinds of service and marketing messages that are sent here, service first."""
    found = [one for one in read_all(TEMPLATES).values() if one.mode is not Mode.DRAFT]
    optional = [one for one in found if one.touchpoint_class is not TouchpointClass.TRANSACTIONAL]
    named = [Topic(one.name, _titles(one.title), one.touchpoint_class is TouchpointClass.MARKETING) for one in optional]
    return tuple(sorted(named, key=lambda topic: (topic.marketing, topic.name)))


def _titles(title: str) -> dict[str, str]:
    """`日本語 / English`, as touchpoint.toml writes it."""
    japanese, _, english = title.partition(" / ")
    return {"ja": japanese, "en": english or japanese}


def read_person(connection: Connection, customer_id: str, address_key: str | None) -> Person | None:
    """The customer of a link, None where nobody has that id. `address_key`: where the link was sent."""
    enter(connection, datetime.now(UTC))
    rows = query("feedback/person").rows(connection, customer=customer_id)
    if not rows:
        return None
    row = rows[0]
    asked = {"customer": customer_id, "address_key": address_key or row["address_key"]}
    words = query("feedback/words").rows(connection, customer=customer_id)
    return Person(
        customer_id=customer_id,
        reached_id=row["reached_id"],
        address_key=row["address_key"],
        email=row["email"] or "",
        language=row["language"],
        preferred=row["preferred_channel"],
        channels=tuple(name for name in ChannelName if row.get(f"has_{name}")),
        birthday=row["birthday"],
        paused_until=row["paused_until"],
        marketing=bool(query("feedback/receives_marketing").scalar(connection, **asked)),
        refused=frozenset((word["channel"], word["topic"]) for word in words if not word["granted"]),
    )


def choice(form: dict[str, list[str]], person: Person, today: date) -> Choice:
    """A posted form. Raises ValueError for a birthday that cannot be one; unknown words are dropped."""
    birthday = _one(form, "birthday")
    born = date.fromisoformat(birthday) if birthday else None
    if born and not EARLIEST <= born <= today:
        raise ValueError(f"{born} is no birthday")
    language, preferred = _one(form, "language"), _one(form, "preferred")
    return Choice(
        marketing=bool(form.get("marketing")),
        topics=frozenset(form.get("topic", ())) & {topic.name for topic in topics()},
        channels=frozenset(form.get("channel", ())) & set(person.channels),
        preferred=preferred if preferred in person.channels else None,
        language=language if language in ("ja", "en") else person.language,
        birthday=born,
        pause=bool(form.get("pause")),
    )


def _one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


def events(person: Person, chosen: Choice, opt_out: OptOut, now: datetime) -> list[Event]:
    """What a saved page says: the choice, every yes and no that changed, and what it means for the addresses."""
    said = [(channel, topic, granted) for channel, topic, granted in _changes(person, chosen)]
    ids = sorted({person.customer_id, person.reached_id})
    words = [
        {"customer_id": customer, "channel": channel, "topic": topic, "granted": granted}
        for customer in ids
        for channel, topic, granted in said
    ]
    page = Event(PROVIDER, uuid4().hex, Kind.PREFERENCE, now, reason="saved")
    found = [replace(page, raw={"words": words, "chosen": _chosen(person, chosen, now)})]
    if chosen.marketing == person.marketing:
        return found
    kind = Kind.RESUBSCRIBED if chosen.marketing else Kind.UNSUBSCRIBED
    keys = sorted({key for key in (person.address_key, opt_out.address_key) if key})
    return found + [replace(page, event_id=f"{page.event_id}:{key}", kind=kind, address_key=key) for key in keys]


def _changes(person: Person, chosen: Choice) -> Iterable[tuple[str, str, bool]]:
    """(channel, topic, granted) of everything that is now otherwise."""
    if chosen.marketing != person.marketing:
        yield "email", MARKETING[0], chosen.marketing
        yield from (
            ("email", topic, True) for topic in MARKETING[1:] if chosen.marketing and ("email", topic) in person.refused
        )
    for name in (topic.name for topic in topics()):
        if (name in chosen.topics) == (("email", name) in person.refused):
            yield "email", name, name in chosen.topics
    for name in (channel for channel in person.channels if channel is not ChannelName.EMAIL):
        if (name in chosen.channels) == ((name, EVERYTHING) in person.refused):
            yield name, EVERYTHING, name in chosen.channels


def _chosen(person: Person, chosen: Choice, now: datetime) -> dict[str, Any]:
    """A row of `preference`; a pause that runs keeps its end."""
    until = (person.paused_until or now + PAUSE) if chosen.pause else None
    return {
        "customer_id": person.reached_id,
        "language": chosen.language,
        "preferred_channel": chosen.preferred,
        "birthday": chosen.birthday.isoformat() if chosen.birthday else None,
        "paused_until": until.isoformat() if until else None,
    }


def masked(address: str) -> str:
    """`m••••@example.jp`: enough to know one's own, too little to learn another's."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}••••{at}{domain}" if at else "••••"
