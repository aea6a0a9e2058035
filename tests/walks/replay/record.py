"""The record as plain rows: which run decided what, of which order and customer. Not read by a replay's SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import RowMapping, text

from tasks.core.database import Database
from tasks.core.queries import query
from tasks.core.touchpoints import load_all
from tasks.proof.replay import Difference

ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
Key = tuple[str, str, str, str]
"""Run, kind, touchpoint, subject."""

_MESSAGES = """
select m.run_id, 'message' as kind, m.touchpoint, m.subject_id, m.order_id, m.customer_id, k.context::text as context,
       k.recipient ->> 'coupon' is not null as has_coupon
from message m left join message_content k using (touchpoint, subject_id) where not m.seed
"""
_WAITING = """
select r.run_id, 'waiting' as kind, w.touchpoint, w.subject_id, w.order_id, w.customer_id, null as context,
       false as has_coupon
from run r
join "{ns}_rec".waiting w on w.from_load <= r.load_id and (w.to_load is null or w.to_load > r.load_id)
where r.plan_id is null
"""


@dataclass(frozen=True)
class Decided:
    """One decision of one run. `kind`: message or waiting."""

    run_id: str
    kind: str
    touchpoint: str
    subject_id: str
    order_id: str | None
    customer_id: str | None
    context: str | None
    has_coupon: bool

    @property
    def key(self) -> Key:
        return self.run_id, self.kind, self.touchpoint, self.subject_id

    @property
    def subject(self) -> str:
        """Whom or what it is named after."""
        return subject_of(self.subject_id)

    @property
    def is_marketing(self) -> bool:
        return str(load_all()[self.touchpoint].touchpoint_class) == "M"


@dataclass(frozen=True)
class Record:
    """All hours of one namespace, in the order of deciding, and all that they decided."""

    runs: Sequence[RowMapping]
    decisions: Sequence[Decided]

    @cached_property
    def loads(self) -> Mapping[str, int]:
        """Run -> the load it looked at."""
        return {run["run_id"]: run["load_id"] for run in self.runs}

    @cached_property
    def about(self) -> Mapping[str, list[Decided]]:
        """Order or customer -> decisions about them."""
        found: dict[str, list[Decided]] = {}
        for one in self.decisions:
            for name in {one.order_id, one.customer_id, one.subject} - {None}:
                found.setdefault(str(name), []).append(one)
        return found

    @cached_property
    def _people(self) -> Mapping[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for one in self.decisions:
            names = {name for name in (one.order_id, one.customer_id) if name}
            found.setdefault((one.touchpoint, one.subject_id), set()).update(names)
        return found

    def person_of(self, one: Difference) -> set[str]:
        """Order and customer of a decision that came out otherwise, as the record knows them; else its name."""
        return self._people.get((one.touchpoint, one.subject_id)) or {subject_of(one.subject_id)}


def subject_of(subject_id: str) -> str:
    """The order or customer in front of a subject id."""
    return subject_id.partition("@")[0].partition(":")[0]


def read(database: Database) -> Record:
    """The whole record."""
    with database.transaction() as connection:
        runs = query("replay/runs").rows(connection, from_at=ALWAYS[0], until_at=ALWAYS[1], most=None)
        statements = (_MESSAGES, _WAITING.replace("{ns}", database.namespace))
        rows: list[Any] = [row for one in statements for row in connection.execute(text(one))]
    hours = {run["run_id"] for run in runs}
    return Record(list(reversed(runs)), [Decided(*row) for row in rows if row.run_id in hours])
