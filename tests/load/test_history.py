"""No write path bypasses history: every recorded table of the catalog is written by plain SQL in every way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tasks.core.canonical import TABLES, Kind
from tasks.core.database import Database, raw
from tests.load.shop import AS_OF, deliver, line, order, rows

RECORDED = """
  select live.relname, parent.relname = live.relname and parent.relnamespace = 'todoke_rec'::regnamespace
  from pg_inherits i
  join pg_class live on live.oid = i.inhrelid
  join pg_class parent on parent.oid = i.inhparent
  where live.relnamespace = 'todoke'::regnamespace
  order by 1
"""
COLUMNS = """
  select attname, format_type(atttypid, null) from pg_attribute
  where attrelid = cast(:name as regclass) and attnum > 0 and not attisdropped
    and attname not in ('from_load', 'to_load')
  order by attnum
"""
VALUES = {
    "text": "'x'", "bigint": "1", "integer": "1", "numeric": "1", "double precision": "1", "boolean": "true",
    "text[]": "'{}'", "date": "'2026-09-01'", "timestamp with time zone": "'2026-09-01T00:00:00Z'", "jsonb": "'{}'",
}  # fmt: skip
CHECKED = {
    ("hazard", "severity"): "'warning'",
    ("notice", "kind"): "'delay'",
    ("notice", "state"): "'previewed'",
    ("run_out", "basis"): "'own_interval'",
    ("suppression", "scope"): "'all'",
    ("preference", "language"): "'ja'",
}
TRIGGERS = {
    "live": {"a_inserted", "b_updated", "c_deleted", "d_truncated"},
    "old": {"a_frozen"},
    "parent": {"a_frozen"},
}


class Table:
    """One recorded table with a row that fits it."""

    def __init__(self, connection: Connection, name: str) -> None:
        found = connection.execute(text(COLUMNS), {"name": name}).all()
        self.name = name
        self.columns = [column for column, _ in found]
        self.values = [CHECKED.get((name, column), VALUES[kind]) for column, kind in found]

    def insert(self, extra: str = "", value: str = "") -> str:
        return f"insert into {self.name} ({', '.join(self.columns)}{extra}) values ({', '.join(self.values)}{value})"  # noqa: S608

    @property
    def update(self) -> str:
        return f"update {self.name} set {self.columns[-1]} = {self.columns[-1]}"  # noqa: S608

    @property
    def delete(self) -> str:
        return f"delete from {self.name}"  # noqa: S608

    def copy(self, connection: Connection, from_load: int) -> None:
        cells = [value.strip("'") for value in self.values]
        with raw(connection).cursor() as cursor:
            into = f"copy {self.name} ({', '.join(self.columns)}, from_load) from stdin".encode()
            with cursor.copy(into) as copy:
                copy.write_row([*cells, from_load])


def recorded(database: Database) -> list[str]:
    return [name for name, in_its_parent in rows(database, RECORDED) if in_its_parent]


@contextmanager
def under(database: Database, load_id: int | None, role: str = "origin") -> Iterator[Connection]:
    """A transaction under a load (or none), rolled back only on error."""
    with database.transaction() as connection:
        connection.execute(text(f"set local session_replication_role = {role}"))
        if load_id is not None:
            connection.execute(text("select set_config('todoke.load_id', :id, true)"), {"id": str(load_id)})
        yield connection


def refused(database: Database, load_id: int | None, statement: str, role: str = "origin") -> bool:
    try:
        with under(database, load_id, role) as connection:
            connection.execute(text(statement))
    except DBAPIError:
        return True
    return False


def versions(database: Database, name: str) -> list[tuple[Any, ...]]:
    statement = f"select tableoid::regclass::text, from_load, to_load from todoke_rec.{name} order by from_load"  # noqa: S608
    return rows(database, statement)


def seen(database: Database, name: str, load_id: int) -> int:
    with database.transaction() as connection:
        connection.execute(text("select set_config('todoke.as_of_load', :id, true)"), {"id": str(load_id)})
        return int(connection.execute(text(f"select count(*) from todoke_asof.{name}")).scalar_one())  # noqa: S608


def test_the_catalog_knows_every_mutable_canonical_table(database: Database) -> None:
    mutable = {name for name, table in TABLES.items() if table.kind is Kind.MUTABLE}
    assert mutable | {"parcel", "order_progress", "delay", "hazard", "hazard_area", "run_out", "customer_fact"} <= set(
        recorded(database)
    )


@pytest.mark.parametrize("role", ["origin", "replica"])
def test_every_write_under_a_load_is_recorded(database: Database, role: str) -> None:
    for name in recorded(database):
        with under(database, 1, role) as connection:
            table = Table(connection, name)
            connection.execute(text(table.insert()))
        with under(database, 2, role) as connection:
            connection.execute(text(f"{table.update}, from_load = current_load()"))
        with under(database, 3, role) as connection:
            connection.execute(text(table.delete))
        with under(database, 4, role) as connection:
            table.copy(connection, 4)
        old = f"todoke_rec.{name}_old"
        assert versions(database, name) == [(old, 1, 2), (old, 2, 3), (name, 4, None)]
        if name not in ("waiting", "told", "issued_code"):  # the ledger's view is strict: before the load, not after it
            assert [seen(database, name, load_id) for load_id in range(5)] == [0, 1, 1, 0, 1], name


@pytest.mark.parametrize("role", ["origin", "replica"])
def test_every_write_without_a_load_is_refused(database: Database, role: str) -> None:
    for name in recorded(database):
        with under(database, 1, role) as connection:
            table = Table(connection, name)
        assert refused(database, None, table.insert(), role), name
        with under(database, 1, role) as connection:
            connection.execute(text(table.insert()))
        for statement in (table.update, table.delete, f"truncate {name}"):
            assert refused(database, None, statement, role), statement
        assert versions(database, name) == [(name, 1, None)]


@pytest.mark.parametrize("role", ["origin", "replica"])
def test_a_write_under_another_load_than_it_says_is_refused(database: Database, role: str) -> None:
    for name in recorded(database):
        with under(database, 1, role) as connection:
            table = Table(connection, name)
            connection.execute(text(table.insert()))
        conflict = f"{table.insert()} on conflict do nothing"
        merge = (
            f"merge into {name} t using (select 1) s on true "
            f"when matched then update set {table.columns[-1]} = t.{table.columns[-1]}"
        )
        assert refused(database, 2, table.update, role), f"{name}: from_load left as it was"
        assert refused(database, 2, merge, role), name
        assert refused(database, 2, f"truncate {name}", role), name
        assert refused(database, 3, table.insert(", from_load", ", 2"), role), name
        assert not refused(database, 2, conflict, role), name
        with pytest.raises(Exception, match="current load"), under(database, 3, role) as connection:
            connection.execute(text("set local todoke.load_id = '4'"))
            connection.execute(text(table.delete))
            table.copy(connection, 3)
        assert versions(database, name) == [(name, 1, None)]


@pytest.mark.parametrize("role", ["origin", "replica"])
def test_history_itself_is_frozen(database: Database, role: str) -> None:
    """A statement on the parent would reach the live rows and fire none of their statement triggers."""
    for name in recorded(database):
        with under(database, 1) as connection:
            table = Table(connection, name)
            connection.execute(text(table.insert()))
        with under(database, 2) as connection:
            connection.execute(text(f"{table.update}, from_load = current_load()"))
        for target in (f"todoke_rec.{name}_old", f"todoke_rec.{name}", f"only todoke_rec.{name}"):
            for statement in _changes(target, "to_load"):
                assert refused(database, 3, statement, role), statement
        forged = table.insert(", from_load", ", 1").replace(f"into {name}", f"into todoke_rec.{name}", 1)
        assert refused(database, 3, forged, role), name
        assert len(versions(database, name)) == 2


def _changes(target: str, column: str) -> tuple[str, str, str]:
    return f"update {target} set {column} = 1", f"delete from {target}", f"truncate {target}"  # noqa: S608


def test_every_recorded_table_has_its_triggers_always_on(database: Database) -> None:
    statement = "select tgname, tgenabled from pg_trigger where tgrelid = cast(:name as regclass) and not tgisinternal"
    for name in recorded(database):
        for part, relation in (("live", name), ("old", f"todoke_rec.{name}_old"), ("parent", f"todoke_rec.{name}")):
            found = dict(rows(database, statement, name=relation))
            assert found.keys() >= TRIGGERS[part], relation
            assert set(found.values()) == {"A"}, relation


def test_facts_are_frozen_whatever_the_session_says(database: Database) -> None:
    facts = [name for name, table in TABLES.items() if table.kind is Kind.APPENDED]
    for name in facts:
        for role in ("origin", "replica"):
            for statement in _changes(name, "load_id"):
                assert refused(database, 1, statement, role), statement


Delivery = dict[str, dict[int, int]]
DELIVERIES = st.lists(
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]),
        st.dictionaries(st.integers(1, 3), st.integers(1, 3), min_size=1, max_size=3),
        max_size=3,
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=DELIVERIES)
def test_each_load_can_be_seen_again_as_it_was(database: Database, tmp_path: Path, deliveries: list[Delivery]) -> None:
    kept = {}
    for delivery in deliveries:
        orders = [order(name, total=str(sum(lines.values()))) for name, lines in delivery.items()]
        lines = [line(name, no, quantity=str(n)) for name, lines in delivery.items() for no, n in lines.items()]
        loaded = deliver(database, tmp_path, {"orders": orders, "order_lines": lines}, AS_OF).loaded
        kept[loaded.load_id] = _snapshot(database, "todoke", loaded.load_id)
    for load_id, snapshot in kept.items():
        assert _snapshot(database, "todoke_asof", load_id) == snapshot


def _snapshot(database: Database, schema: str, load_id: int) -> list[tuple[Any, ...]]:
    statement = f"""
      select o.order_id, o.total, l.line_no, l.quantity from {schema}.orders o
      left join {schema}.order_lines l on l.order_id = o.order_id order by 1, 3
    """  # noqa: S608
    with database.transaction() as connection:
        connection.execute(text("select set_config('todoke.as_of_load', :id, true)"), {"id": str(load_id)})
        return [tuple(row) for row in connection.execute(text(statement))]
