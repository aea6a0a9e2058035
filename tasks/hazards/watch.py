"""What the sources of warnings say now, from folders and from their own addresses.

Looking happens outside the database's transaction, storing inside detection's. A source that cannot be read keeps the
warnings it told last, until their own end; the gate `hazards` says so and waits.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import httpx

from tasks.core.database import DEFAULT_NAMESPACE
from tasks.core.domain import GateState
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.hazards import Hazard
from tasks.core.runs import Run
from tasks.hazards import SOURCES
from tasks.hazards.base import HazardSource, Link, Reading, Rejected
from tasks.hazards.live import Answer, Asked, ask, client

MOST_LINKS = 500
"""Documents of a feed fetched in one run: the rest follows in the next, and the gate waits for it."""


PATIENCE_SECONDS = 180
"""... or as many as can be fetched in this time: the hour goes on."""

GIVE_UP = 8
"""A document that failed so often will not come: with the pauses that is a day and a half."""


@dataclass
class Look:
    """What was seen in one run."""

    hazards: list[Hazard] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)
    ends: float = field(default_factory=lambda: time.monotonic() + PATIENCE_SECONDS)
    closed: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def gate(self) -> tuple[GateState, str | None]:
        """State of the gate `hazards` and the sentence why: closed wants a person, stale the next answer."""
        state = GateState.CLOSED if self.closed else GateState.STALE if self.stale else GateState.OPEN
        return state, "; ".join([*self.closed, *self.stale]) or None

    def take(self, reading: Reading) -> None:
        """Add what one document says."""
        self.hazards += reading.hazards
        self.rejected += reading.rejected


def places(setting: str) -> Iterator[tuple[HazardSource | None, str]]:
    """Each part of TODOKE_HAZARDS: a source with an address, or None with a folder. Raises ConfigurationError."""
    for part in filter(None, (word.strip() for word in setting.split(","))):
        name, colon, url = part.partition(":")
        source = SOURCES.get(name)
        if source is None:
            yield None, part
        elif colon and url.startswith(("https://", "http://")):
            yield source, url
        elif not colon and source.live:
            yield from ((source, address) for address in source.live)
        else:
            raise ConfigurationError(f"TODOKE_HAZARDS: {part!r} has no address; write {name}:https://… or a folder.")


def look(run: Run, setting: str, known: Mapping[str, Asked]) -> Look:
    """Read every folder and ask every address that may be asked at the run's as_of. `known`: address -> its state.

    A scratch run asks no address: what is said there now is not of its time.
    """
    seen = Look()
    with client() as http:
        for source, place in places(setting):
            if source is None:
                look_into(Path(place), seen)
            elif run.namespace == DEFAULT_NAMESPACE:
                _ask(http, source, known.get(place) or Asked(place, source.name), known, run.as_of, seen)
    return seen


def look_into(folder: Path, seen: Look) -> None:
    """Every document in one folder. A message that cannot be read is set aside, a list closes the gate."""
    if not folder.is_dir():
        seen.closed.append(f"The hazards folder {folder} does not exist: create it or correct TODOKE_HAZARDS.")
        return
    for source in SOURCES.values():
        for path in source.documents(folder):
            try:
                seen.take(source.read(path.name, path.read_bytes()))
            except (DataError, OSError) as error:
                _unreadable(source, path.name, str(error), seen.closed, seen)


def _unreadable(source: HazardSource, name: str, why: str, told: list[str], seen: Look) -> None:
    if source.is_list:
        told.append(why)
    else:
        seen.rejected.append(Rejected(name, 0, "document", why, {"document": name}))


def _ask(
    http: httpx.Client, source: HazardSource, asked: Asked, known: Mapping[str, Asked], at: datetime, seen: Look
) -> None:
    """One address, and what it announces. Nothing is remembered of an answer that could not be read."""
    if asked.must_wait(at):
        seen.stale.append(_sentence(asked))
        return
    answer = ask(http, asked)
    problem = answer.problem
    try:
        links = None if answer.content is None else source.links(asked.url, answer.content)
        if answer.content is not None and links is None:
            seen.take(source.read(asked.url, answer.content))
    except DataError as error:
        problem, links = str(error), None
    after = asked.failed(at, problem, answer.wait) if problem else asked.good(at, answer.headers)
    if problem:
        seen.stale.append(_sentence(after))
    is_complete = _follow(http, source, _wanted(links or [], known), known, at, seen)
    seen.asked[asked.url] = after if is_complete else replace(after, etag=None, last_modified=None)


def _wanted(links: list[Link], known: Mapping[str, Asked]) -> list[str]:
    """Addresses not read yet, the newest of each topic, newest first."""
    newest = {link.topic: link.url for link in sorted(links, key=lambda link: link.updated)}
    return [url for url in reversed(newest.values()) if url not in known or 0 < known[url].failures < GIVE_UP]


def _follow(
    http: httpx.Client, source: HazardSource, urls: list[str], known: Mapping[str, Asked], at: datetime, seen: Look
) -> bool:
    """Read what a feed announces. False where something is missing: the feed must announce it again, changed or not."""
    wanted = [url for url in urls if url not in seen.asked]
    failed = False
    for number, url in enumerate(wanted):
        if number == MOST_LINKS or time.monotonic() > seen.ends:
            seen.stale.append(f"{source.name}: {len(wanted) - number} documents are left for the next run.")
            return False
        asked = known.get(url) or Asked(url, source.name)
        answer = Answer(None, None, asked.problem) if asked.must_wait(at) else ask(http, asked)
        if answer.problem:
            failed = True
            after = asked if asked.must_wait(at) else asked.failed(at, answer.problem, answer.wait)
            seen.asked[url] = after
            seen.stale.append(_sentence(after))
            continue
        seen.asked[url] = asked.good(at, answer.headers)
        try:
            seen.take(source.read(url, answer.content or b""))
        except DataError as error:
            _unreadable(source, url, str(error), seen.stale, seen)
    return not failed


def _sentence(asked: Asked) -> str:
    again = f", asked again from {asked.retry_at:%Y-%m-%d %H:%M %Z}" if asked.retry_at else ""
    return f"{asked.source}: {asked.url} {asked.problem}{again}; what it told last counts until its own end."
