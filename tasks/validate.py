"""Check what was extracted: bad rows are set aside with a reason, good rows go on typed, every feed gets a gate."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.core.canonical import TABLES, CanonicalTable
from tasks.core.columns import (
    BROKEN,
    FIRST_YEAR,
    LAST_YEAR,
    cast,
    empty_to_null,
    implausible,
    longest,
    too_long,
    uncastable,
    unreadable,
)
from tasks.core.data_docs import write_page
from tasks.core.domain import GateState
from tasks.core.drift import Drift, Known, drift, remember, remembered
from tasks.core.expectations import Failure, failures
from tasks.core.feeds import Checked, Gate, gates_of
from tasks.core.fronts import feed_of, plain
from tasks.core.json_cells import PROBLEMS, misread
from tasks.core.queries import query
from tasks.core.rejects import Bad
from tasks.core.runs import Run
from tasks.core.scratch import raw_file, read_notes, valid_file, write_notes
from tasks.core.suites import NEWEST, STOP_ROWS, STOP_SHARE, Severity, suite

BATCH_ROWS = 50_000
"""Rows validated at once: some 100 MB of frames for the widest table."""

KEPT_OF_A_CLOSED_FEED = 1000
"""Rejected rows kept of a feed that is closed: enough to see why, not a copy of a broken export."""


@task(name="validate", timeout_seconds=1800, tags=["validate"], cache_policy=NO_CACHE, persist_result=False)
def validate(run: Run) -> dict[str, Any]:
    """See `validate_feeds`."""
    return validate_feeds(run)


def validate_feeds(run: Run) -> dict[str, Any]:
    """Validate every extracted table, write rejected rows and gates, remember the columns of what was not stopped.

    Returns {"read": {table: rows}, "quarantined": {table: rows}, "warned" and "failed": {"table.column": rows},
    "gates": {feed: open | stale | closed}, "reasons": {feed: why not open}, "news": [new column],
    "data_docs": {stopped table: page}, "warnings": [sentence of the adapter]}.
    Good rows of feeds that are not closed wait in `<scratch>/valid/<table>.parquet` for `load`.
    """
    with run.database.transaction() as connection:
        known = remembered(connection)
    checked = {note["table"]: _checked(run, note, known) for note in read_notes(run.scratch, "extracted")}
    gates = gates_of(run, checked)
    _record(run, checked, gates)
    write_notes(run.scratch, "gates", {feed: gate.state for feed, gate in gates.items()})
    return {
        "read": {table: one.rows for table, one in checked.items()},
        "quarantined": {table: one.bad_rows for table, one in checked.items() if one.bad_rows},
        "warned": {f"{name}.{column}": n for name, one in checked.items() for column, n in one.warned.items()},
        "gates": {feed: str(gate.state) for feed, gate in gates.items()},
        "reasons": {feed: gate.reason for feed, gate in gates.items() if gate.reason},
        "failed": {f"{name}.{column}": n for name, one in checked.items() for column, n in one.failed.items()},
        "news": [news for one in checked.values() for news in one.drift.news],
        "data_docs": {name: one.docs for name, one in checked.items() if one.docs},
        "warnings": read_notes(run.scratch, "warnings"),
    }


# One table


def _checked(run: Run, note: dict[str, Any], known: dict[str, dict[str, Known]]) -> Checked:
    table, columns = TABLES[plain(note["table"])], known.get(note["table"], {})
    if note["error"]:
        return Checked(table.name, stop=note["error"], absent=note["absent"])
    check = check_table if note["rows"] else _check_header
    checked = check(run, table, columns, note["table"])
    checked.doubt = note["doubt"]
    return checked


def _check_header(run: Run, table: CanonicalTable, known: dict[str, Known], name: str) -> Checked:
    """A table of no rows still says its columns; an adapter that has nothing to say has no drift."""
    source = raw_file(run.scratch, name)
    found = drift(table, pq.read_table(source), known) if source.exists() else Drift()
    return Checked(table.name, stop="; ".join(found.stops) or None, drift=found)


def check_table(run: Run, table: CanonicalTable, known: dict[str, Known], name: str) -> Checked:
    """Validate one extracted table, batch by batch; its good rows are written typed. `name`: orders@rakuten."""
    checked = Checked(table.name)
    path = valid_file(run.scratch, name)
    schema = pa.schema([*table.schema, pa.field("_file", pa.string()), pa.field("_line", pa.int64())])
    source = raw_file(run.scratch, name)
    with pq.ParquetFile(source) as file, pq.ParquetWriter(path, schema, compression="lz4") as writer:
        for number, batch in enumerate(file.iter_batches(BATCH_ROWS)):
            rows = pa.Table.from_batches([batch])
            if not number:
                checked.drift = drift(table, rows, known)
            good = _check_batch(table, rows, checked)
            if checked.stop:
                break
            _note_newest(table.name, good, run.as_of, checked)
            writer.write_table(good)
    if not checked.stop and checked.bad_rows >= STOP_ROWS and checked.bad_rows > STOP_SHARE * checked.rows:
        checked.stop = _too_many(checked)
    if checked.stop:
        path.unlink()
        checked.docs = write_page(run.settings.home, table.name, _first_text(source, table), checked.stop, name)
    return checked


def _first_text(source: Path, table: CanonicalTable) -> pd.DataFrame:
    with pq.ParquetFile(source) as file:
        rows = pa.Table.from_batches([next(file.iter_batches(BATCH_ROWS))])
    return _frame(_readable(table, rows, Bad(rows.num_rows)))


def _too_many(checked: Checked) -> str:
    column, count = Counter(reject.column_name for reject in checked.rejects).most_common(1)[0]
    share = checked.bad_rows / checked.rows
    return f"{checked.table}: {share:.0%} of {checked.rows} rows are bad, most in column {column} ({count})"


def _check_batch(table: CanonicalTable, raw: pa.Table, checked: Checked) -> pa.Table:
    """Good rows of one batch in canonical types (with `_file`, `_line`); what is wrong is added to `checked`."""
    bad = Bad(raw.num_rows)
    text = _readable(table, raw, bad)
    found = failures(_frame(text), suite(table.name))
    checked.rows += raw.num_rows
    stops = [*checked.drift.stops, *(_stop_reason(table, failure) for failure in found if failure.stops)]
    if stops:
        checked.stop = "; ".join(checked.drift.stops) or stops[0]
        return None
    for failure in found:
        _apply(failure, bad, checked)
    _apply_meanings(text, bad, checked)
    typed = _typed(table, text, bad)
    checked.bad_rows += bad.count
    checked.rejects += bad.rejects(text)
    return typed.filter(pa.array(~bad.mask))


def _frame(text: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = text.drop_columns(["_file", "_line"]).to_pandas()
    return frame


def _stop_reason(table: CanonicalTable, failure: Failure) -> str:
    return f"{table.name}.{failure.check.column}: {failure.broken or failure.check.reason}"


def _apply(failure: Failure, bad: Bad, checked: Checked) -> None:
    if failure.check.severity is Severity.WARN:
        checked.warned[failure.check.column] += len(failure.positions)
    else:
        checked.failed[failure.check.column] += len(failure.positions)
        bad.add(failure.check.column, failure.check.reason, np.array(failure.positions, dtype=np.int64))


def _apply_meanings(text: pa.Table, bad: Bad, checked: Checked) -> None:
    for column in [name for name in PROBLEMS if name in text.column_names]:
        for reason, positions in misread(column, text[column].combine_chunks()):
            checked.failed[column] += len(positions)
            bad.add(column, reason, positions)


def _readable(table: CanonicalTable, raw: pa.Table, bad: Bad) -> pa.Table:
    """The canonical columns the batch has, as storable text; cells that are none are shown escaped and marked bad."""
    columns: dict[str, pa.Array] = {}
    for name in [name for name in table.columns if name in raw.column_names]:
        column = raw[name].combine_chunks()
        mask = unreadable(column)
        if mask.any():
            bad.add(name, "no storable text", np.flatnonzero(mask))
            column = _escaped(column, mask)
        long = too_long(table, name, column)
        if long.any():
            bad.add(name, f"longer than {longest(table, name)} bytes", np.flatnonzero(long))
        columns[name] = empty_to_null(column)
    return pa.table({**columns, "_file": raw["_file"], "_line": raw["_line"]})


def _escaped(column: pa.Array, mask: np.ndarray) -> pa.Array:
    cells = pc.cast(column, pa.binary()).to_pylist()
    shown = [_escape(cell) if wrong else cell for cell, wrong in zip(cells, mask, strict=True)]
    return pa.array(shown, pa.binary()).cast(pa.string())


def _escape(cell: bytes) -> bytes:
    return cell.decode("utf-8", "backslashreplace").replace("\0", "\\x00").replace(BROKEN, "").encode()


def _typed(table: CanonicalTable, text: pa.Table, bad: Bad) -> pa.Table:
    """All canonical columns in their types, `_file` and `_line`; cells of bad rows are null."""
    columns: dict[str, pa.Array] = {}
    for field_ in table.schema:
        name = field_.name
        cells = text[name].combine_chunks() if name in text.column_names else pa.nulls(text.num_rows, pa.string())
        wrong = uncastable(table, name, bad.without(cells))
        if wrong.any():
            bad.add(name, "no such value", np.flatnonzero(wrong))
        odd = implausible(table, name, cast(table, name, bad.without(cells)))
        if odd.any():
            bad.add(name, f"year out of range ({FIRST_YEAR}-{LAST_YEAR})", np.flatnonzero(odd))
        columns[name] = cast(table, name, bad.without(cells))
    return pa.table({**columns, "_file": text["_file"], "_line": text["_line"]})


def _note_newest(name: str, good: pa.Table, as_of: datetime, checked: Checked) -> None:
    """The newest instant not after as_of: a typing error in the future must not hide a dead feed."""
    for column in NEWEST.get(name, ()):
        past = good[column].filter(pc.less_equal(good[column], pa.scalar(as_of, good[column].type)))
        newest = pc.max(past).as_py()
        checked.newest_at = max(filter(None, (newest, checked.newest_at)), default=None)


# Feeds


def _record(run: Run, checked: dict[str, Checked], gates: dict[str, Gate]) -> None:
    with run.database.transaction() as connection:
        query("load/lock_loads").run(connection)  # two runs at once write the same rows: one after the other
        for table in checked.values():
            _record_rejects(connection, run, table)
        _remember(connection, run, checked, gates)
        for name, gate in gates.items():
            rows = sum(one.rows for table, one in checked.items() if feed_of(table) == name)
            query("load/set_gate").run(
                connection, feed=name, state=str(gate.state), reason=gate.reason, newest_row_at=gate.newest_row_at,
                rows_read=rows, as_of=run.as_of,
            )  # fmt: skip


def _record_rejects(connection: Any, run: Run, table: Checked) -> None:
    kept = table.rejects[:KEPT_OF_A_CLOSED_FEED] if table.stop else table.rejects
    distinct = {(reject.row_hash, reject.column_name): reject for reject in kept}
    if distinct:
        rows = json.dumps([vars(reject) for reject in distinct.values()])
        query("load/reject_rows").run(connection, table_name=table.table, rows=rows, run_id=run.run_id, as_of=run.as_of)


def _remember(connection: Any, run: Run, checked: dict[str, Checked], gates: dict[str, Gate]) -> None:
    """Columns of feeds that were stopped stay as they were: what drifted is still a drift next hour."""
    going_on = [table for table in checked if gates[feed_of(table)].state is not GateState.CLOSED]
    remember(connection, {table: checked[table].drift.kinds for table in going_on}, run.as_of)
