"""One version of the rules, walked through recorded hours on a ledger of its own.

Facts, feeds and windows are the record's; of the ledger (sql/diff/ledger) only what these very hours decided is the
version's own. The decision is `tasks.decide`'s: no rule stands here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.exc import DBAPIError

from tasks.core import audience
from tasks.core.database import Database, look_back
from tasks.core.due import HORIZON, Window
from tasks.core.errors import DataError
from tasks.core.gates import gate_names, new_candidates, run_gates, settings_of_brand
from tasks.core.inputs import Inputs
from tasks.core.queries import names, query, reading
from tasks.core.rulebook import put_views
from tasks.core.touchpoints import Touchpoint
from tasks.decide import arbitrate, gather, windows_of
from tasks.proof.diff_versions import Version

Key = tuple[str, str]
"""Touchpoint and subject."""

_LOOK_BACK = timedelta(days=60)
"""How far before these hours the anchor of a message without an order is looked for."""


@dataclass(frozen=True)
class Told:
    """A message one version decides. `at`: hour of the decision; `said`: hash of its content."""

    at: datetime
    order_id: str | None
    state: str
    channel: str
    language: str
    variant: str
    valid_until: datetime
    said: str


@dataclass(frozen=True)
class Reason:
    """Why a version does not decide a message now. `why`: of a gate; None: it would leave, but was due another time."""

    why: str | None
    due_at: datetime | None


@dataclass
class Walk:
    """One version's way through the hours. `messages`: what people get; `broken`: touchpoint -> why it failed."""

    connection: Connection
    version: Version
    runs: Sequence[RowMapping]
    asked: Sequence[str]
    messages: dict[Key, Told] = field(default_factory=dict)
    reasons: dict[Key, Reason] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    @property
    def begins(self) -> datetime:
        """Where the first of these hours takes up."""
        return min(_since(window) for window in self.runs[0]["windows"].values())

    def decide(self, run: RowMapping) -> list[Key]:
        """Decide one recorded hour; the messages it adds."""
        chosen = [one for one in self._of_hour(run) if one.name not in self.broken]
        with reading(self.version.rules.files):
            inputs = self._look_at(run)
            windows = windows_of(self.connection, run["as_of"], run["load_id"], list(self._windows(run, chosen)))
            self.broken |= gather(self.connection, chosen, windows, inputs)
            decided = [one for one in chosen if one.name not in self.broken]
            self._arbitrate(run, decided, inputs)
        return self._keep(run, decided)

    def explain(self, run: RowMapping, wanted: Mapping[Key, Told]) -> None:
        """Say of messages only the other version decides in this hour why this one does not."""
        found = self._verdicts(wanted)
        left = {key: told for key, told in wanted.items() if key not in found and key[0] in self.version.touchpoints}
        if left:
            with reading(self.version.rules.files):
                inputs = self._look_at(run)
                chosen = [self.version.touchpoints[name] for name in sorted({name for name, _ in left})]
                gather(self.connection, chosen, self._open_windows(run, left), inputs)
                query("diff/keep_asked").run(self.connection, **_columns(left))
                self._arbitrate(run, chosen, inputs)
            found |= self._verdicts(left)
        self.reasons |= {key: found.get(key, self._nobody(key)) for key in wanted}

    def _nobody(self, key: Key) -> Reason:
        return Reason("no due row" if key[0] in self.version.touchpoints else "no such touchpoint", None)

    def _verdicts(self, wanted: Iterable[Key]) -> dict[Key, Reason]:
        rows = query("diff/verdicts").rows(self.connection, **_columns(wanted))
        return {(row["touchpoint"], row["subject_id"]): Reason(_bare(row["reason"]), row["due_at"]) for row in rows}

    def _look_at(self, run: RowMapping) -> Inputs:
        """Turn to this hour's facts and ledger, with no candidates yet; what it was decided with."""
        recorded = Inputs.of_record(run["inputs"], run["seen"])
        look_back(self.connection, run["load_id"])
        query("replay/enter").run(
            self.connection,
            as_of=run["as_of"].isoformat(),
            load_id=str(run["load_id"]),
            seen=recorded.seen,
            feeds=json.dumps(recorded.feeds),
        )
        query("decide/clear_candidate").run(self.connection)
        own = settings_of_brand(self.version.brand, self.version.touchpoints.values())
        return Inputs(recorded.channels, {**recorded.gates, **own}, recorded.feeds, recorded.seen, recorded.schema)

    def _arbitrate(self, run: RowMapping, chosen: list[Touchpoint], inputs: Inputs) -> None:
        try:
            arbitrate(self.connection, run["as_of"], chosen, inputs.gates)
        except DBAPIError as error:
            raise DataError(
                f"The gates of {self.version.name} cannot be asked about {run['as_of'].isoformat()}: {_line(error)}"
            ) from error

    def _keep(self, run: RowMapping, decided: list[Touchpoint]) -> list[Key]:
        """Write the hour's decisions into the own ledger."""
        segments = audience.wanted({one.name: one.segments for one in decided})
        given = {"as_of": run["as_of"], "load_id": run["load_id"], "run_id": run["run_id"]}
        rows = query("diff/keep").rows(self.connection, **given, segments=segments)
        names_of = [one.name for one in decided]
        query("diff/wait").run(self.connection, touchpoints=names_of, as_of=run["as_of"], run_id=run["run_id"])
        query("diff/cover").run(self.connection, load_id=run["load_id"])
        query("diff/tell").run(self.connection, as_of=run["as_of"], run_id=run["run_id"])
        self.connection.execute(text("analyze own_message"))
        reached = [row for row in rows if row["state"] in ("planned", "approval")]
        new = {(row["touchpoint"], row["subject_id"]): _told(row) for row in reached}
        self.messages |= new
        return list(new)

    def _of_hour(self, run: RowMapping) -> Iterator[Touchpoint]:
        """Touchpoints the hour decided, and those the record knows nothing of."""
        known = {name for one in self.runs for name in one["windows"]}
        for name in self.asked:
            if name in self.version.touchpoints and (name in run["windows"] or name not in known):
                yield self.version.touchpoints[name]

    def _windows(self, run: RowMapping, chosen: Iterable[Touchpoint]) -> Iterator[dict[str, Any]]:
        """What each had not decided yet. One the record does not know is as old as most others."""
        windows, floors = run["windows"], self.floors()
        usual = Counter((window["since"], window["after_load"]) for window in windows.values()).most_common(1)[0][0]
        for one in chosen:
            window = windows.get(one.name) or {"since": usual[0], "after_load": usual[1]}
            yield {
                "touchpoint": one.name,
                "since": _since(window),
                "after_load": window["after_load"],
                "floor_at": floors[one.name],
            }

    def _open_windows(self, run: RowMapping, wanted: Mapping[Key, Told]) -> dict[str, Window]:
        """Past and coming, of the orders of these messages; where a message has none, of everybody since two months."""
        windows = {}
        for touchpoint in {name for name, _ in wanted}:
            orders = [told.order_id for (name, _), told in wanted.items() if name == touchpoint]
            since = self.begins - _LOOK_BACK if None in orders else run["as_of"]
            windows[touchpoint] = Window(run["as_of"], since, run["as_of"] + HORIZON, [one for one in orders if one])
        return windows

    def floors(self) -> dict[str, datetime]:
        """Where each touchpoint's floor stood as these hours began; what was new or a draft begins with them."""
        found: dict[str, datetime] = dict.fromkeys(self.asked, self.begins)
        for run in reversed(self.runs):
            for name, window in run["windows"].items():
                if name in found:
                    found[name] = _instant(window["floor_at"]) if window["floor_at"] else self.begins
        return found

    def begin(self) -> None:
        """Tell the own ledger what it replaces; ask every gate once, of nobody."""
        columns = {"runs": [run["run_id"] for run in self.runs], "touchpoints": list(self.asked)}
        query("diff/replace").run(self.connection, **columns)
        query("diff/retold").run(self.connection)
        query("diff/told_before").run(self.connection)
        floors = self.floors()
        query("diff/floors").run(self.connection, touchpoints=list(floors), floors=list(floors.values()))
        with reading(self.version.rules.files):
            inputs = self._look_at(self.runs[0])
            for name in gate_names():
                self._try(name, inputs.gates)

    def _try(self, gate: str, settings: Mapping[str, Any]) -> None:
        try:
            with self.connection.begin_nested():
                run_gates(self.connection, self.runs[0]["as_of"], [gate], settings)
        except DBAPIError as error:
            raise DataError(
                f"sql/{gate}.sql of {self.version.name} does not fit this database: {_line(error)}. "
                "Name a revision that is not older than its schema."
            ) from error


@contextmanager
def walking(database: Database, version: Version, runs: Sequence[RowMapping], asked: Sequence[str]) -> Iterator[Walk]:
    """A walk of these runs, the oldest first. Nothing of it outlives the connection, and nothing live is written."""

    def prepare(connection: Connection) -> None:
        look_back(connection, runs[0]["load_id"])
        for name in names("diff/ledger"):
            query(name).run(connection)
        put_views(connection, version.rules)
        with reading(version.rules.files):
            new_candidates(connection)

    with database.past(prepare) as at, at(runs[0]["load_id"]) as connection:
        walk = Walk(connection, version, runs, asked)
        walk.begin()
        yield walk


def _columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    pairs = list(keys)
    return {"touchpoints": [touchpoint for touchpoint, _ in pairs], "subjects": [subject for _, subject in pairs]}


def _told(row: RowMapping) -> Told:
    fields = ("order_id", "state", "channel", "language", "variant", "valid_until", "said")
    return Told(row["planned_at"], *(row[name] for name in fields))


def _bare(reason: str | None) -> str | None:
    """`already_held_out` is `held_out`: decided in an earlier hour."""
    return reason and reason.removeprefix("already_")


def _since(window: Mapping[str, Any]) -> datetime:
    return _instant(window["since"])


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _line(error: DBAPIError) -> str:
    return str(error.orig).splitlines()[0]
