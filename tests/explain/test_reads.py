"""An explanation reads one customer's rows, however many others there are."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from tasks.core.database import Database
from tasks.proof.explain import explain_customer
from tasks.proof.ground import Ground, ledger_after
from tests.explain.conftest import at, decide_at
from tests.worlds import World, build

OTHERS = 1200
READ = (
    "select relname, sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as n from pg_stat_xact_user_tables group by relname"
)


def test_nothing_is_read_whole_however_many_other_customers_there_are(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [f"n{number}" for number in range(OTHERS)]
    many: dict[str, list[dict[str, Any]]] = {
        "customers": [{"customer_id": i, "email": f"{i}@example.invalid"} for i in ids],
        "consents": [{"customer_id": i, "at": at("01 09:00")} for i in ids],
        "orders": [
            {"order_id": f"{i}-1", "customer_id": i, "placed_at": at("08 09:00"), "paid_at": at("08 09:00")}
            for i in ids
        ],
        "order_lines": [{"order_id": f"{i}-1"} for i in ids],
        "payments": [{"payment_id": f"{i}-p", "order_id": f"{i}-1", "amount": 1100, "at": at("08 09:00")} for i in ids],
        "shipments": [
            {
                "shipment_id": f"{i}-s",
                "order_id": f"{i}-1",
                "shipped_at": at("09 09:00"),
                "delivered_at": at("10 09:00"),
            }
            for i in ids
        ],
        "shipment_lines": [{"shipment_id": f"{i}-s"} for i in ids],
    }
    given = {name: [*world.given.get(name, []), *rows] for name, rows in many.items()}
    build(database, World(world.path, world.as_of, {**world.given, **given}, world.cases, {}, {}))
    decide_at(database, "15 10:00", "ten")
    with database.transaction() as connection:
        connection.execute(text("analyze"))
    database.dispose()  # a new connection counts from nothing
    assert rows_read(database, None, monkeypatch) == {}
    # Of a table as small as this the planner of the as-of side begins profile_request with all that arrived.
    assert rows_read(database, at("15 10:00"), monkeypatch).keys() <= {"order_progress"}


def rows_read(database: Database, as_of: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Tables of which the explanation read more rows than are of one customer: name -> rows."""
    read: dict[str, int] = {}

    def after(connection: Connection, ground: Ground) -> None:
        read.update({row.relname: row.n for row in connection.execute(text(READ)) if row.relname != "candidate"})
        ledger_after(connection, ground)

    monkeypatch.setattr("tasks.proof.explain.ledger_after", after)
    explain_customer(database, "aoi", as_of)
    assert read["orders"] > 0, "this counts"
    asked_daily = ("customer_fact", "customer_fact_old")  # each day of the draw asks about her (due/surprise_gift)
    return {name: int(n) for name, n in read.items() if n >= OTHERS and name not in asked_daily}
