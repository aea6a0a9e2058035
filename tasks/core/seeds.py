"""Seeds: colleagues who get a copy of what customers get (brand.toml, `[[sections.<source>.seeds]]`).

With the first message of a touchpoint and variant that is planned on a day, each seed gets one copy, without anything
of the person it was written for. A copy is a row of the ledger with a key of its own and counts nowhere.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from tasks.core.anonymous import anonymous, recipient_of_nobody
from tasks.core.brand import Brand, Seed, load_brand
from tasks.core.claims import Key
from tasks.core.declarations import suggestion
from tasks.core.domain import ChannelName
from tasks.core.identity import address_key
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.secrets import secret
from tasks.core.settings import Settings
from tasks.core.touchpoints import load

PREFIX = "seed:"
EVERY = "*"
_OF_THE_MESSAGE = ("touchpoint", "class", "variant", "priority", "due_at", "valid_until")


def copy_planned(connection: Connection, run: Run, load_id: int) -> int:
    """The copies that what this run planned owes to the seeds of the brand; their number."""
    if not load_brand().has_seeds:
        return 0
    rows = query("decide/planned_now").rows(connection, run_id=run.run_id)
    keys = [(row["touchpoint"], row["subject_id"]) for row in rows]
    return copy(connection, run.settings, keys, run.as_of, load_id, run.run_id)


def copy(
    connection: Connection, settings: Settings, keys: Sequence[Key], as_of: datetime, load_id: int, run_id: str
) -> int:
    """The same for the messages of `keys`, planned just now: the first of each touchpoint and variant is copied."""
    brand = load_brand()
    if not keys or not brand.has_seeds or ChannelName.EMAIL not in settings.channels:
        return 0
    columns = {"touchpoints": [touchpoint for touchpoint, _ in keys], "subjects": [subject for _, subject in keys]}
    rows = query("decide/to_copy").rows(connection, **columns)
    copies = copies_of((dict(row) for row in rows), brand, secret(settings), as_of)
    seeds = orjson.dumps(copies).decode()
    return query("decide/plan_seeds").run(connection, seeds=seeds, as_of=as_of, load_id=load_id, run_id=run_id)


def seed_problems(brand: Brand, names: Collection[str]) -> list[str]:
    """Seeds that name a touchpoint nobody knows, one sentence each."""
    return [
        f"brand.toml: sections.{source}.seeds: {seed.email} names {name!r}{suggestion(name, sorted(names))}"
        for source, section in brand.sections.items()
        for seed in section.seeds
        for name in seed.touchpoints
        if name not in names and name != EVERY
    ]


def copies_of(messages: Iterable[Mapping[str, Any]], brand: Brand, key: bytes, as_of: datetime) -> list[dict[str, Any]]:
    """Rows of sql/decide/plan_seeds.sql for rows of sql/decide/to_copy.sql."""
    day = as_of.astimezone(brand.calendar.timezone).date()
    found: dict[Key, dict[str, Any]] = {}
    for message in messages:
        section = brand.sections.get(message["source"])
        for seed in section.seeds if section else ():
            if _wants(seed, message["touchpoint"]):
                made = _copy(seed, message, key, f"{day}:{message['variant']}")
                found.setdefault((made["touchpoint"], made["subject_id"]), made)
    return list(found.values())


def _wants(seed: Seed, touchpoint: str) -> bool:
    named = EVERY in seed.touchpoints or touchpoint in seed.touchpoints
    return named and ChannelName.EMAIL in load(touchpoint).channels


def _copy(seed: Seed, message: Mapping[str, Any], key: bytes, of: str) -> dict[str, Any]:
    hashed = address_key(key, seed.email)
    who = f"{PREFIX}{str(hashed)[:12]}"
    language = seed.language or message["language"]
    context = anonymous({**message["context"], "tells": None}, seed.name, message["words"])
    recipient = recipient_of_nobody(message["recipient"], message["words"])
    to = {"customer_id": who, "email": seed.email, "name": seed.name, "locale": language, "source": message["source"]}
    return {
        **{name: message[name] for name in _OF_THE_MESSAGE},
        "subject_id": f"{who}@{of}",
        "customer_id": who,
        "address_key": hashed,
        "language": language,
        "context": context,
        "recipient": recipient | to,
    }


def count_copies(connection: Connection) -> dict[str, int]:
    """State -> copies, of all touchpoints together: the ledger's sum leaves them out."""
    return {row["state"]: row["n"] for row in query("ledger/seeds").rows(connection)}
