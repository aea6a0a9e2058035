"""One canonical hazard, whatever its source, and how what is said about it becomes what is known.

Sources say things: "from 12:00 on, for these municipalities", "lifted at 18:00", "that was a mistake". Each statement
speaks for its hazard as a whole: an area it does not name any more is clear. `fold` is a function of what was known and
what is said; it does not matter in which order, how often, or through how many files the statements arrive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What it is, for people (templates/_shared/words.toml has the words) and for the question below."""

    TYPHOON = "typhoon"
    STORM = "storm"
    HEAVY_RAIN = "heavy_rain"
    SNOW = "snow"
    FLOOD = "flood"
    LANDSLIDE = "landslide"
    STORM_SURGE = "storm_surge"
    HIGH_WAVES = "high_waves"
    TORNADO = "tornado"
    THUNDERSTORM = "thunderstorm"
    EARTHQUAKE = "earthquake"
    TSUNAMI = "tsunami"
    VOLCANO = "volcano"
    FIRE = "fire"
    CARRIER = "carrier"  # the carrier itself says so, whatever its reason
    OTHER = "other"
    UNRELATED = "unrelated"  # heat, fog at sea, a missing child: grave, and no lorry stops for it


class Severity(StrEnum):
    """Closed. A word outside is unknown; only warning and emergency stop parcels."""

    ADVISORY = "advisory"
    WARNING = "warning"
    EMERGENCY = "emergency"
    UNKNOWN = "unknown"


class State(StrEnum):
    """What the newest statement says."""

    ACTIVE = "active"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"  # it was said by mistake


@dataclass(frozen=True)
class Area:
    """A region (ISO 3166-2), or what of it: a municipality (JIS X 0402, five digits), postal codes that begin so, or
    another part by the source's own code, of which we know only that it lies in the region."""

    region: str
    municipality: str | None = None
    postal_prefix: str | None = None
    part: str | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two areas the same place."""
        return self.region, self.municipality or "", self.postal_prefix or "", self.part or ""


@dataclass(frozen=True)
class Hazard:
    """One statement about a hazard, or what is known of it. Instants are aware; until_at null: until further notice.

    `said_at` is when the source sent this; none: a list that people keep shows it now, and counts as it stands.
    `message` is the source's own id for it (an Update names that); `supersedes` holds ids or messages that this one
    replaces. `carrier`: it concerns this carrier's parcels alone.
    """

    hazard_id: str
    kind: Kind
    severity: Severity
    areas: tuple[Area, ...]
    from_at: datetime
    until_at: datetime | None
    said_at: datetime | None
    source: str
    state: State = State.ACTIVE
    headline_ja: str | None = None
    headline_en: str | None = None
    carrier: str | None = None
    message: str | None = None
    supersedes: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def halts(self) -> bool:
        """Does it keep parcels from moving?"""
        return self.kind is not Kind.UNRELATED and self.severity in (Severity.WARNING, Severity.EMERGENCY)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def fold(known: Iterable[Hazard], said: Iterable[Hazard]) -> dict[str, Hazard]:
    """What is known after every statement, by hazard id: those known before included, areas with their own instants."""
    now = {hazard.hazard_id: hazard for hazard in known}
    statements = sorted(said, key=lambda one: (one.said_at or _LONG_AGO, one.hazard_id, one.state))
    for statement in statements:
        current = _told(now.get(statement.hazard_id), statement)
        if current is not None:
            now[statement.hazard_id] = current
    return _superseded(now, statements)


def _told(known: Hazard | None, said: Hazard) -> Hazard | None:
    """One hazard after one statement; None where an end is told of what nobody knew."""
    if known is None or said.said_at is None:
        return _begun(said) if said.state is State.ACTIVE else None
    if _is_news(known, said):
        if said.state is not State.ACTIVE:
            return _ended(known, said.until_at or said.said_at, said.state, said.said_at)
        if known.until_at is not None and known.until_at <= said.from_at:
            return _begun(said)
        start = min(known.from_at, said.from_at)
        return replace(said, from_at=start, areas=_areas(known.areas, said.areas, start, said.from_at))
    return known


def _is_news(known: Hazard, said: Hazard) -> bool:
    """Not older than what is known, nor the same again after its end. Where the same warning comes through two kinds of
    telegram the more precise one is believed, whichever came last."""
    before, now = known.said_at or _LONG_AGO, said.said_at or _LONG_AGO
    is_newer = now > before or (now == before and known.state is State.ACTIVE)
    return is_newer and bool(known.evidence.get("rank", 0) <= said.evidence.get("rank", 0))


def _begun(said: Hazard) -> Hazard:
    return replace(said, areas=tuple(replace(area, from_at=area.from_at or said.from_at) for area in said.areas))


def _areas(before: tuple[Area, ...], after: tuple[Area, ...], start: datetime, at: datetime) -> tuple[Area, ...]:
    """Areas named again keep their beginning; those named no more end when the statement begins to hold."""
    old = {area.key: area for area in before}
    fresh = {area.key for area in after}
    cleared = [area if area.until_at else replace(area, until_at=max(at, area.from_at or at)) for area in before]
    kept = [_kept(old.get(area.key), area, start if not old else at) for area in after]
    return (*kept, *(area for area in cleared if area.key not in fresh))


def _kept(old: Area | None, area: Area, at: datetime) -> Area:
    return old if old is not None and old.until_at is None else replace(area, from_at=area.from_at or at)


def _ended(known: Hazard, at: datetime, state: State, said_at: datetime | None) -> Hazard:
    """Over at `at`, or earlier where it was to end earlier."""
    return replace(known, until_at=max(known.from_at, min(at, known.until_at or at)), state=state, said_at=said_at)


def _superseded(now: dict[str, Hazard], said: Iterable[Hazard]) -> dict[str, Hazard]:
    """A hazard that another one replaces, or takes back, is over when that was said (or, in a list, begins)."""
    by_message: dict[str, list[str]] = {}
    for hazard in now.values():
        by_message.setdefault(hazard.message or hazard.hazard_id, []).append(hazard.hazard_id)
    for statement in [*said, *now.values()]:
        at = statement.said_at or statement.from_at
        for hazard_id in {one for name in statement.supersedes for one in (name, *by_message.get(name, ()))}:
            old = now.get(hazard_id)
            if old is not None and hazard_id != statement.hazard_id and not _is_over(old, at):
                state = State.WITHDRAWN if statement.state is State.WITHDRAWN else State.ENDED
                now[hazard_id] = _ended(old, at, state, old.said_at)
    return now


def _is_over(hazard: Hazard, at: datetime) -> bool:
    return hazard.state is not State.ACTIVE or (hazard.until_at is not None and hazard.until_at <= at)
