"""Ask the sources of tracking (TODOKE_TRACKING) about the parcels whose turn it is; part of extract.

What they tell becomes raw rows beside those of the order system. A call without an answer is never an all-clear: its
parcels are asked again, and where a source fails as a whole, the tracking feed is stale until it answers.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from tasks.core.canonical import TABLES
from tasks.core.database import DEFAULT_NAMESPACE
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.thresholds import TrackingSettings
from tasks.tracking import sources
from tasks.tracking.base import NoAnswer, Parcel, Row, Told, TrackingSource, zone_of

GIVE_UP = 3
"""Calls in a row without an answer after which a source is left alone until the next run."""

SHOWN = 5
"""Kinds of oddities of one source that are named in the summary."""

_OF_INBOX = ("carrier", "tracking_number", "raw_status", "occurred_at", "location", "eta_on", "payload")


@dataclass
class Asked:
    """What all sources told in one run. `doubt`: why tracking is not to be trusted; `answered`: parcels asked about."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    doubt: str | None = None
    answered: list[dict[str, str]] = field(default_factory=list)
    inbox_until: int = 0
    inbox_kept: list[int] = field(default_factory=list)

    def taken(self) -> dict[str, Any]:
        """What the load of these rows records."""
        return {"answered": self.answered, "inbox_until": self.inbox_until, "inbox_kept": self.inbox_kept}


def ask_sources(run: Run) -> Asked:
    """Ask every source of the settings. A scratch run asks nobody: registering a number costs money."""
    asked = Asked()
    named = sources(run.settings)
    if run.namespace != DEFAULT_NAMESPACE:
        named = [(source, carriers) for source, carriers in named if not source.at_once]
    events, shipments = _inbox(run, asked), []
    doubts = []
    for source, carriers in named:
        one = _Asking(run, source, carriers)
        told = one.ask()
        events += [scan.row(source.name) for scan in told.scans]
        shipments += told.shipments
        asked.answered += one.answered
        asked.notes += one.notes(told)
        doubts += one.doubts()
    asked.doubt = "; ".join(doubts) or None
    if named or events:
        asked.tables["tracking_events"] = _table("tracking_events", events)
    if any(source.name == "drop" for source, _ in named):
        asked.tables["shipments"] = _table("shipments", shipments)
    return asked


class _Asking:
    """One source in one run."""

    def __init__(self, run: Run, source: TrackingSource, carriers: list[str] | None) -> None:
        self.run, self.source, self.carriers = run, source, carriers
        self.settings = TrackingSettings()
        self.answered: list[dict[str, str]] = []
        self.calls = self.in_a_row = self.silent = self.left = 0
        self.failures: list[str] = []

    def ask(self) -> Told:
        """Call after call until all are asked, the source is silent, or the run's patience ends."""
        told, ends_at = Told(), time.monotonic() + self.settings.patience_minutes * 60
        for parcels in self._calls():
            if self.in_a_row >= GIVE_UP:
                self.silent += 1
            if self.in_a_row >= GIVE_UP or time.monotonic() > ends_at:
                self.left += len(parcels)
                continue
            self._call(parcels, told)
        return told

    def _calls(self) -> Iterator[Sequence[Parcel]]:
        if not self.source.at_once:
            yield ()
            return
        due = self._due()
        for place in range(0, len(due), self.source.at_once):
            yield due[place : place + self.source.at_once]

    def _due(self) -> list[Parcel]:
        with self.run.database.transaction() as connection:
            rows = query("poll/due").rows(
                connection, as_of=self.run.as_of, source=self.source.name, carriers=self.carriers,
                budget=self.settings.budget,
            )  # fmt: skip
        return [
            Parcel(
                row["carrier"], row["tracking_number"], row["shipped_at"].astimezone(zone_of(row["carrier"])).date(),
                row["is_known"],
            )
            for row in rows
        ]  # fmt: skip

    def _call(self, parcels: Sequence[Parcel], told: Told) -> None:
        self.calls += 1
        try:
            one = self.source.ask(parcels, self.run.as_of)
        except NoAnswer as error:
            self.in_a_row += 1
            self.silent += 1
            self.failures.append(str(error))
            self._failed(parcels, str(error))
            return
        self.in_a_row = 0
        told.add(one)
        for parcel, reason in one.refused.items():
            self._failed([parcel], reason)
        self.answered += [
            {"source": self.source.name, **_key(parcel)} for parcel in parcels if parcel not in one.refused
        ]

    def _failed(self, parcels: Sequence[Parcel], reason: str) -> None:
        if not parcels:
            return
        with self.run.database.transaction() as connection:
            query("poll/record_failed").run(
                connection, source=self.source.name, rows=json.dumps([_key(parcel) for parcel in parcels]),
                reason=reason[:500], as_of=self.run.as_of,
            )  # fmt: skip

    def notes(self, told: Told) -> list[str]:
        """Sentences for the run's summary; none where all went well."""
        name, found = self.source.name, []
        if self.failures:
            calls = f"{len(self.failures)} of {self.calls} calls"
            found.append(f"Tracking by {name}: {calls} had no answer, the last because {self.failures[-1]:.300}")
        if self.left:
            found.append(f"Tracking by {name}: {self.left} parcels were left for the next run.")
        if told.refused:
            reason, count = Counter(told.refused.values()).most_common(1)[0]
            found.append(f"Tracking by {name}: {len(told.refused)} numbers are not followed, most ({count}): {reason}")
        odd = [(what, count) for what, count in told.odd.most_common() if count]
        found += [f"Tracking by {name}: ignored {count} × {what}." for what, count in odd[:SHOWN]]
        if len(odd) > SHOWN:
            found.append(f"Tracking by {name}: and {len(odd) - SHOWN} more like it.")
        return found

    def doubts(self) -> list[str]:
        """Why what it should tell is not known now: most of its calls had no answer, or were not made any more."""
        if 2 * self.silent <= self.calls + self.silent - len(self.failures):
            return []
        return [f"{self.source.name} gave no answer: {self.failures[-1]:.300}"]


def _key(parcel: Parcel) -> dict[str, str]:
    return {"carrier": parcel.carrier, "tracking_number": parcel.number}


def _inbox(run: Run, asked: Asked) -> list[Row]:
    """What webhooks told since the last load, as raw rows; scans of numbers nobody knows wait."""
    with run.database.transaction() as connection:
        rows = query("poll/inbox").rows(connection)
    asked.inbox_until = max((row["inbox_id"] for row in rows), default=0)
    asked.inbox_kept = [row["inbox_id"] for row in rows if row["carrier"] is None]
    return [
        {column: row[column] for column in _OF_INBOX} | {"_file": f"{row['source']} webhook"}
        for row in rows
        if row["carrier"] is not None
    ]


def _table(name: str, rows: list[Row]) -> pa.Table:
    """Raw rows as an order system hands them over: every canonical column as text, `_file` and `_line`."""
    columns = {column: pa.array([row.get(column) for row in rows], pa.string()) for column in TABLES[name].columns}
    files = pa.array([row["_file"] for row in rows], pa.string())
    return pa.table({**columns, "_file": files, "_line": pa.array(range(1, len(rows) + 1), pa.int64())})
