"""The draw of surprise_gift: the same people however often one asks, others each month, as many as brand.toml says."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection, text

from tasks.core.database import Database
from tasks.core.due import due_statement
from tasks.core.runs import Run, begin_load
from tasks.core.shop_fronts import note_shop_fronts

AS_OF = datetime.fromisoformat("2026-09-30T12:00:00+09:00")
BEGIN = datetime.fromisoformat("2026-07-01T00:00:00+09:00")
PEOPLE = 4000
SHARE = 0.03
GIVEN = """
    with n as (select 'C' || i as id from generate_series(1, :people) i),
    c as (insert into customers (customer_id, timezone) select id, 'Asia/Tokyo' from n),
    o as (insert into orders (order_id, customer_id, placed_at, total, currency)
          select id || '-1', id, '2026-06-01T00:00Z', 1, 'JPY' from n)
    insert into customer_fact (customer_id, order_number, orders_counted, delivered_orders, spent, lifetime_spend,
                               product_ids, first_order_id, first_order_at, last_order_id, last_order_at)
    select id, 2, 2, 2, '{}', 2, '{}', id || '-1', '2026-06-01T00:00Z', id || '-1', '2026-06-01T00:00Z' from n
"""


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.transaction() as opened:
        begin_load(opened, Run("draw", AS_OF, database.url, database.namespace), "fold")
        opened.execute(text(GIVEN), {"people": PEOPLE})
        note_shop_fronts(opened)
        opened.execute(text("analyze customer_fact"))
        yield opened


def drawn(connection: Connection, since: datetime, until: datetime, touched: list[str]) -> list[str]:
    given = {"as_of": until, "since": since, "until": until, "touched": touched, "customer_id": None}
    return [row["subject_id"] for row in due_statement("surprise_gift").rows(connection, **given)]


def test_the_draw_is_the_same_by_day_as_at_once_and_of_the_size_asked_for(connection: Connection) -> None:
    at_once = drawn(connection, BEGIN, AS_OF, [])
    days = [BEGIN + timedelta(hours=n) for n in range(0, 92 * 24, 19)] + [AS_OF]
    by_day = [one for since, until in pairwise(days) for one in drawn(connection, since, until, [])]
    assert sorted(by_day) == sorted(at_once)
    assert len(set(at_once)) == len(at_once)

    months = [{one[:-8] for one in at_once if one.endswith(month)} for month in ("07", "08", "09")]
    for found in months:
        assert PEOPLE * SHARE * 0.6 < len(found) < PEOPLE * SHARE * 1.4
    assert not months[0] <= months[1] | months[2], "others each month"


def test_a_gift_that_waits_is_found_again_by_its_order(connection: Connection) -> None:
    waiting = drawn(connection, AS_OF - timedelta(days=10), AS_OF, [])
    orders = [f"{one[:-8]}-1" for one in waiting]
    assert set(waiting) <= set(drawn(connection, AS_OF, AS_OF, orders))
    assert drawn(connection, AS_OF, AS_OF, []) == []
