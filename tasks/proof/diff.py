"""Diff: both versions of the touchpoints, decided over the same recorded hours. What it means: docs/diff.md."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import RowMapping

from tasks.core.database import Database
from tasks.core.declarations import suggestion
from tasks.core.due import LONG_AGO
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.queries import query
from tasks.core.rulebook import refuse_dropped_history
from tasks.proof.diff_found import Comparison, Diff
from tasks.proof.diff_hours import Walk, walking
from tasks.proof.diff_versions import Version, version_called, working_tree

Tick = Callable[[int, int, datetime], None]
"""Number of the hour, how many there are, the hour."""


def compare(
    database: Database,
    revision: str | None,
    days: int,
    touchpoints: Sequence[str] | None = None,
    samples: int = 2,
    tick: Tick | None = None,
) -> Diff:
    """The rules of `revision` and those of the working tree, over the last `days` of recorded hours. Writes nothing.

    `revision`: of git, or a rulebook of the database; None: where this branch left main. `touchpoints`: only these, the
    others are as recorded. `samples`: per touchpoint and cause. `tick`: told of each hour.
    Raises DataError where no hour is recorded, a revision cannot be read, or its files do not fit this database.
    """
    with tempfile.TemporaryDirectory(prefix="todoke-diff-") as folder:
        after = working_tree()
        with database.transaction() as connection:
            before = version_called(connection, revision, Path(folder))
        return compare_versions(database, before, after, days, touchpoints, samples, tick)


def compare_versions(
    database: Database,
    before: Version,
    after: Version,
    days: int,
    touchpoints: Sequence[str] | None = None,
    samples: int = 2,
    tick: Tick | None = None,
) -> Diff:
    """The same of any two versions."""
    runs = _runs(database, days)
    asked, left_out = _asked(before, after, touchpoints)
    with _both(database, before, after, runs, asked) as (first, last):
        for number, run in enumerate(runs, 1):
            if tick:
                tick(number, len(runs), run["as_of"])
            _hour(run, first, last)
        _ask_again(runs[-1], first, last)
        left_out |= {**first.broken, **last.broken}
        return Comparison(before, after, first, last, runs, asked, left_out).diff(samples)


def _runs(database: Database, days: int) -> list[RowMapping]:
    """The recorded hours, the oldest first."""
    ends = datetime.now(UTC).replace(year=9999)
    with database.transaction() as connection:
        last = query("replay/runs").rows(connection, from_at=LONG_AGO, until_at=ends, most=1)
        if not last:
            raise DataError("No hour was ever decided in this database: `todoke run` first.")
        from_at = last[0]["as_of"] - timedelta(days=days)
        rows = query("replay/runs").rows(connection, from_at=from_at, until_at=ends, most=None)
        refuse_dropped_history(connection)
    runs = [row for row in reversed(rows) if row["rulebook"] is not None and row["windows"]]
    if not runs:
        raise DataError("These hours were decided before rules were recorded: compare once an hour was decided since.")
    return runs


def _asked(before: Version, after: Version, wanted: Sequence[str] | None) -> tuple[list[str], dict[str, str]]:
    """Touchpoints to compare, and those that cannot be."""
    known = sorted({*before.touchpoints, *after.touchpoints, *before.unreadable, *after.unreadable})
    for name in wanted or ():
        if name not in known:
            raise ConfigurationError(f"Neither version has a touchpoint {name!r}{suggestion(name, known)}.")
    chosen = [name for name in known if not wanted or name in wanted]
    left_out = {name: why for name, why in (before.unreadable | after.unreadable).items() if name in chosen}
    return [name for name in chosen if name not in left_out], left_out


@contextmanager
def _both(
    database: Database, before: Version, after: Version, runs: Sequence[RowMapping], asked: Sequence[str]
) -> Iterator[tuple[Walk, Walk]]:
    """A walk each; one for both where their rules are the same files."""
    with walking(database, before, runs, asked) as first:
        if before.rules.files == after.rules.files:
            yield first, first
            return
        with walking(database, after, runs, asked) as last:
            yield first, last


def _hour(run: RowMapping, first: Walk, last: Walk) -> None:
    """Decide one hour twice, and ask either version why it lacks what the other has."""
    old = first.decide(run)
    if last is first:
        return
    new = last.decide(run)
    last.explain(run, {key: first.messages[key] for key in old if key not in last.messages})
    first.explain(run, {key: last.messages[key] for key in new if key not in first.messages})


def _ask_again(run: RowMapping, first: Walk, last: Walk) -> None:
    """What was due later when it was asked about, and never came: why not, at the end."""
    for one, other in ((first, last), (last, first)):
        late = {key for key, reason in one.reasons.items() if reason.due_at and reason.due_at <= run["as_of"]}
        late = {key for key in late if one.reasons[key].why == "not_due_yet" and key not in one.messages}
        one.explain(run, {key: other.messages[key] for key in late})
