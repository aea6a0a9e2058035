"""Two finished walks held against each other: who gains, loses or gets a different message."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import RowMapping

from tasks.core.queries import query
from tasks.proof.diff_hours import Key, Reason, Told, Walk
from tasks.proof.diff_versions import Version
from tasks.proof.diff_words import Reader, Words

FIELDS = {
    "at": "time",
    "state": "approval",
    "channel": "channel",
    "language": "language",
    "variant": "variant",
    "valid_until": "validity",
    "said": "content",
}
"""Field of a message -> what it is called where it differs; `words` are its templates' alone."""

READ = 200
"""Messages of a touchpoint that are rendered on both sides to count those that read otherwise."""


@dataclass
class Row:
    """One touchpoint, counted in messages: each touchpoint and subject once. `fields`: of `differs`, what differs.

    `read`: messages rendered on both sides; None where its words are the same files.
    """

    touchpoint: str
    before: int = 0
    after: int = 0
    gains: dict[str, int] = field(default_factory=dict)
    loses: dict[str, int] = field(default_factory=dict)
    differs: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    read: int | None = None

    @property
    def is_changed(self) -> bool:
        """Does anybody get anything else?"""
        return bool(self.gains or self.loses or self.differs)

    @property
    def changes(self) -> tuple[int, int, int]:
        """Messages gained, lost and different."""
        return sum(self.gains.values()), sum(self.loses.values()), self.differs


@dataclass(frozen=True)
class Sample:
    """One person's message under both versions. `kind`: gains, loses, differs; `why`: reason, or what differs."""

    touchpoint: str
    subject_id: str
    kind: str
    why: str
    at_before: datetime | None
    at_after: datetime | None
    before: Words | None
    after: Words | None


@dataclass(frozen=True)
class Diff:
    """`record`: messages the record holds of these hours; `as_before`, `as_after`: how many of them a version has too.

    `left_out`: touchpoint -> why it is not compared.
    """

    before: str
    after: str
    from_at: datetime
    until_at: datetime
    hours: int
    same_rules: bool
    record: int
    as_before: int
    as_after: int
    rows: list[Row]
    samples: list[Sample]
    left_out: Mapping[str, str]

    @property
    def is_changed(self) -> bool:
        """Does anybody get anything else?"""
        return any(row.is_changed for row in self.rows)


@dataclass(frozen=True)
class Change:
    """One message that is not the same. `why`: reasons or fields."""

    key: Key
    kind: str
    why: tuple[str, ...]


@dataclass
class Comparison:
    """Two finished walks, held against each other."""

    before: Version
    after: Version
    first: Walk
    last: Walk
    runs: Sequence[RowMapping]
    asked: Sequence[str]
    left_out: Mapping[str, str]

    def diff(self, samples: int) -> Diff:
        """All of it."""
        rows = {name: Row(name) for name in self.asked if name not in self.left_out}
        changes = [change for change in self._changes() if change.key[0] in rows]
        for walk, side in ((self.first, "before"), (self.last, "after")):
            for name, n in Counter(name for name, _ in walk.messages).items():
                if name in rows:
                    setattr(rows[name], side, n)
        reading = _Reading(self)
        changes = [*changes, *reading.otherwise(rows, {change.key for change in changes})]
        for change in changes:
            _count(rows[change.key[0]], change)
        recorded = self._recorded(list(rows))
        return Diff(
            before=self.before.name,
            after=self.after.name,
            from_at=self.first.begins,
            until_at=self.runs[-1]["as_of"],
            hours=len(self.runs),
            same_rules=self.first is self.last,
            record=len(recorded),
            as_before=len(recorded & self.first.messages.keys()),
            as_after=len(recorded & self.last.messages.keys()),
            rows=[row for row in rows.values() if row.before or row.after],
            samples=reading.samples(changes, samples),
            left_out=dict(self.left_out),
        )

    def _changes(self) -> Iterator[Change]:
        old, new = self.first.messages, self.last.messages
        for key in sorted(old.keys() | new.keys()):
            if key not in new:
                yield self._only(key, "loses", self.last.reasons[key])
            elif key not in old:
                yield self._only(key, "gains", self.first.reasons[key])
            elif fields := _fields(old[key], new[key]):
                yield Change(key, "differs", fields)

    def _only(self, key: Key, kind: str, reason: Reason) -> Change:
        """Due before the first of these hours or after the last one is another time, not nothing."""
        was = "" if kind == "loses" else "was "
        if reason.due_at and reason.due_at > self.runs[-1]["as_of"]:
            return Change(key, "differs", (f"{was}due after these hours",))
        if reason.why in (None, "before_floor") and reason.due_at and reason.due_at <= self.first.begins:
            return Change(key, "differs", (f"{was}due before these hours",))
        return Change(key, kind, (reason.why or "not asked about in that hour",))

    def _recorded(self, names: list[str]) -> set[Key]:
        columns = {"runs": [run["run_id"] for run in self.runs], "touchpoints": names}
        rows = query("diff/recorded").rows(self.first.connection, **columns)
        return {(row["touchpoint"], row["subject_id"]) for row in rows}


class _Reading:
    """The words of a comparison, rendered where they are asked for."""

    def __init__(self, of: Comparison) -> None:
        self._of = of
        self._before, self._after = Reader(of.before), Reader(of.after)

    def otherwise(self, rows: Mapping[str, Row], known: set[Key]) -> list[Change]:
        """Messages whose facts are the same and whose words are not. Says in `rows` how many were read."""
        kept = defaultdict(list)
        for key in self._of.first.messages.keys() & self._of.last.messages.keys() - known:
            kept[key[0]].append(key)
        found = []
        for name, row in rows.items():
            if self._of.before.words(name) != self._of.after.words(name):
                keys = _stable(kept[name])[:READ]
                row.read = len(keys)
                old, new = self._before.read(self._of.first, keys), self._after.read(self._of.last, keys)
                found += [Change(key, "differs", ("words",)) for key in keys if old[key] != new[key]]
        return found

    def samples(self, changes: Iterable[Change], most: int) -> list[Sample]:
        """The first `most` of each touchpoint, kind and cause, by a hash: the same ones every time."""
        groups = defaultdict(list)
        for change in changes:
            groups[(change.key[0], change.kind, change.why)].append(change.key)
        chosen = {key: group for group, keys in groups.items() for key in _stable(keys)[:most]}
        old = self._before.read(self._of.first, [key for key in chosen if key in self._of.first.messages])
        new = self._after.read(self._of.last, [key for key in chosen if key in self._of.last.messages])
        return [
            Sample(*key, kind, ", ".join(why), *self._times(key), old.get(key), new.get(key))
            for key, (_, kind, why) in chosen.items()
        ]

    def _times(self, key: Key) -> tuple[datetime | None, datetime | None]:
        old, new = (walk.messages.get(key) for walk in (self._of.first, self._of.last))
        return old.at if old else None, new.at if new else None


def _fields(old: Told, new: Told) -> tuple[str, ...]:
    """What is not the same about one message."""
    return tuple(word for name, word in FIELDS.items() if getattr(old, name) != getattr(new, name))


def _count(row: Row, change: Change) -> None:
    row.differs += change.kind == "differs"
    counted = {"gains": row.gains, "loses": row.loses, "differs": row.fields}[change.kind]
    for why in change.why:
        counted[why] = counted.get(why, 0) + 1


def _stable(keys: Iterable[Key]) -> list[Key]:
    """In an order that says nothing, and is the same every time."""
    return sorted(keys, key=lambda key: hashlib.sha256("\0".join(key).encode()).digest())
