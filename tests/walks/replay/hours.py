"""Hours replayed: equal or not, how fast, and that the comparison can fail."""

import random
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.errors import DataError
from tasks.core.queries import query
from tasks.proof.replay import Replay, looking_back, replays
from tests.walks.replay.record import ALWAYS, Record

CONTROLS = 12
_RECORDED = """
select relname from pg_class
where relnamespace = to_regnamespace(:rec) and relkind = 'r' and relname !~ '_old$' order by 1
"""


@dataclass(frozen=True)
class Tally:
    """What came of replaying every hour."""

    hours: list[Replay]
    seconds: float

    @property
    def is_equal(self) -> bool:
        return not any(one.differences for one in self.hours)

    def __str__(self) -> str:
        unequal = [one for one in self.hours if one.differences]
        held = {what: sum(getattr(one, what) for one in self.hours) for what in ("messages", "waiting", "ended")}
        counts = ", ".join(f"{n:,} {what}" for what, n in held.items())
        each = f"{self.seconds / len(self.hours):.2f} s an hour"
        lines = [
            f"replay equals the record for {len(self.hours) - len(unequal)} of {len(self.hours)} runs: {counts}; {each}"
        ]
        for hour in unequal[:5]:
            lines += [
                f"    {hour.run_id}: {one.kind} {one.touchpoint} {one.subject_id}" for one in hour.differences[:5]
            ]
        return "\n".join(lines)


def every_hour(database: Database) -> Tally:
    """Every run that was ever made, in the order of deciding."""
    began = time.perf_counter()
    found = list(replays(database, *ALWAYS))
    return Tally(found, time.perf_counter() - began)


def own_rows_in_sight(database: Database, record: Record, seed: int) -> str:
    """The control: with the hour's own ledger rows in sight, none of its messages is decided again. What was seen."""
    decided = {one.run_id for one in record.decisions if one.kind == "message"}
    told = [run for run in record.runs if run["run_id"] in decided]
    chosen = random.Random(seed).sample(told, min(CONTROLS, len(told)))  # noqa: S311
    with database.transaction() as connection:
        now = str(query("replay/seen").scalar(connection))
    with looking_back(database, chosen[0]["rulebook"]) as look:
        seen = [look(_with(run, seen=now)) for run in chosen]
    lost = [sum(one.kind == "message" and one.replayed is None for one in hour.differences) for hour in seen]
    right = [gone == hour.messages for gone, hour in zip(lost, seen, strict=True)]
    said = f"with their own ledger rows in sight {sum(right)} of {len(right)} hours decide none of {sum(lost)} messages"
    assert all(right) and right, said
    return said


def _with(run: Any, **changed: Any) -> Any:
    return dict(run) | changed


def dropped_history(database: Database) -> str:
    """Each recorded table cut off its history, or no longer recorded, is refused by name. What was seen."""
    with database.transaction() as connection:
        names = list(connection.scalars(text(_RECORDED), {"rec": f"{database.namespace}_rec"}))
    for name in names:
        old = f"{_rec(database)}.{name}_old"
        _refused(database, name, f"alter table {old} no inherit {_rec(database)}.{name}",
                 f"alter table {old} inherit {_rec(database)}.{name}")  # fmt: skip
        _refused(database, name, f"alter table {name} disable trigger b_updated",
                 f"alter table {name} enable always trigger b_updated")  # fmt: skip
    _refused(database, "parcel", f"drop table {_rec(database)}.parcel_old")
    return f"history cut off, not recorded or dropped is refused by name: {len(names)} tables, each in two ways"


def _rec(database: Database) -> str:
    return f'"{database.namespace}_rec"'


def _refused(database: Database, name: str, change: str, back: str | None = None) -> None:
    with database.transaction() as connection:
        connection.execute(text(change))
    try:
        next(iter(replays(database, *ALWAYS, 1)))
    except DataError as error:
        assert f"History of {name} was dropped" in str(error), error
    else:
        raise AssertionError(f"nobody missed the history of {name} after {change}")
    finally:
        if back:
            with database.transaction() as connection:
                connection.execute(text(back))
