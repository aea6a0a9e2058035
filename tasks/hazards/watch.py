"""What the sources of warnings say now, from folders and from their own addresses.

Looking happens outside the database's transaction, storing inside detection's. A source that cannot be read keeps the
warnings it told last, until their own end; the gate `hazards` says so and waits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from tasks.core.domain import GateState
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.hazards import Hazard
from tasks.core.runs import Run
from tasks.hazards import SOURCES
from tasks.hazards.base import HazardSource, Link, Reading, Rejected
from tasks.hazards.live import Asked, ask, client

MOST_LINKS = 500
"""Documents of a feed fetched in one run: the rest follows in the next, and the gate waits for it."""


GIVE_UP = 8
"""A document that failed so often will not come: with the pauses that is a day and a half."""


@dataclass
class Look:
    """What was seen in one run."""

    hazards: list[Hazard] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)
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
    """Read every folder and ask every address that may be asked at the run's as_of. `known`: address -> its state."""
    seen = Look()
    with client() as http:
        for source, place in places(setting):
            if source is None:
                look_into(Path(place), seen)
            else:
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
    seen.asked[asked.url] = after
    if problem:
        seen.stale.append(_sentence(after))
    waiting = [
        one
        for one in known.values()
        if one.source == source.name and 0 < one.failures < GIVE_UP and one.url != asked.url
    ]
    _follow(http, source, _wanted(links or [], known, waiting), known, at, seen)


def _wanted(links: list[Link], known: Mapping[str, Asked], waiting: list[Asked]) -> list[str]:
    """Addresses not read yet, the newest of each topic, newest first; then those that failed before."""
    newest = {link.topic: link for link in sorted(links, key=lambda link: link.updated)}
    fresh = [link.url for link in newest.values() if link.url not in known]
    announced = {link.url for link in links}
    return [*reversed(fresh), *(one.url for one in waiting if one.url in announced or not links)]


def _follow(
    http: httpx.Client, source: HazardSource, urls: list[str], known: Mapping[str, Asked], at: datetime, seen: Look
) -> None:
    own = {place for _, place in ((None, url) for url in source.live)}
    wanted = [url for url in dict.fromkeys(urls) if url not in seen.asked and url not in own]
    for url in wanted[:MOST_LINKS]:
        asked = known.get(url) or Asked(url, source.name)
        if asked.must_wait(at):
            seen.stale.append(_sentence(asked))
            continue
        answer = ask(http, asked)
        if answer.problem:
            seen.asked[url] = asked.failed(at, answer.problem, answer.wait)
            seen.stale.append(_sentence(seen.asked[url]))
            continue
        seen.asked[url] = asked.good(at, answer.headers)
        try:
            seen.take(source.read(url, answer.content or b""))
        except DataError as error:
            _unreadable(source, url, str(error), seen.stale, seen)
    if len(wanted) > MOST_LINKS:
        seen.stale.append(f"{source.name}: {len(wanted) - MOST_LINKS} documents are left for the next run.")


def _sentence(asked: Asked) -> str:
    again = f", asked again from {asked.retry_at:%Y-%m-%d %H:%M %Z}" if asked.retry_at else ""
    return f"{asked.source}: {asked.url} {asked.problem}{again}; what it told last counts until its own end."
