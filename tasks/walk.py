"""A past period, hour by hour, in a scratch schema: which hours there are, and which of them are left."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tasks.core.errors import ConfigurationError, GuardError
from tasks.core.guards import go_live, held, live_from
from tasks.core.queries import query
from tasks.core.runs import Run

LONGEST = 100_000
"""Steps of one walk at most: eleven years of hours."""


def hours_between(from_at: datetime, to_at: datetime, step: timedelta) -> list[datetime]:
    """Every step after `from_at`, up to and including `to_at`, in UTC."""
    if step <= timedelta(0) or to_at <= from_at:
        raise ConfigurationError("A walk needs --from before --to and a --step above zero.")
    count = (to_at - from_at) // step
    if count > LONGEST:
        raise ConfigurationError(f"{count} steps are more than {LONGEST}: walk a shorter period or a longer --step.")
    return [from_at.astimezone(UTC) + number * step for number in range(1, count + 1)]


def begin(run: Run, from_at: datetime) -> None:
    """Go live at `from_at` unless it did: nothing anchored before is planned. Raises GuardError while held."""
    with run.database.transaction() as connection:
        if live_from(connection) is None:
            go_live(connection, from_at, "todoke run --from")
        if holds := held(connection):
            raise GuardError("Held until a person resumes it: " + " ".join(holds))


def hours_left(run: Run, hours: list[datetime]) -> list[datetime]:
    """Hours after the last one done to its end: one that was cut off is done again, and a ledger never goes back."""
    with run.database.transaction() as connection:
        last: datetime | None = query("walk/last_finished").scalar(connection)
    return [hour for hour in hours if last is None or hour > last]


def finish_hour(run: Run, seconds: Mapping[str, float]) -> None:
    """The hour is done: a walk that is taken up again goes on behind it."""
    rounded = json.dumps({step: round(spent, 3) for step, spent in seconds.items()})
    with run.database.transaction() as connection:
        query("publish/finish_run").run(connection, run_id=run.run_id, seconds=rounded)


def total(seconds: list[Mapping[str, float]]) -> dict[str, float]:
    """Seconds of each step over all hours."""
    spent: Counter[str] = Counter()
    for hour in seconds:
        spent.update(hour)
    return {step: round(spent[step], 1) for step in spent}
