"""Corrected source data arrives as an ordinary load; the hours' watermark stays where it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.backfill import finish, open_window, read_again, work
from tasks.core.database import Database
from tests.backfill.conftest import CLOCK, asked, plan_hour, rows, run_at
from tests.load.shop import Shop

YEAR = CLOCK - timedelta(days=365)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """One order, in a shop that answers what it is asked."""
    shop = Shop(
        {
            "customers": [{"customer_id": "hana", "email": "hana@example.invalid", "name": "花田 華"}],
            "orders": [
                {
                    "order_id": "hana-1", "customer_id": "hana", "placed_at": "2026-09-15T08:30:00+09:00",
                    "total": "1100", "currency": "JPY", "payment_method": "card",
                    "paid_at": "2026-09-15T08:30:00+09:00",
                }
            ],
            "order_lines": [
                {"order_id": "hana-1", "line_no": "1", "product_id": "P-1", "quantity": "1", "unit_price": "1100"}
            ],
            "products": [{"product_id": "P-1", "name": "湯のみ"}],
        }
    )  # fmt: skip
    for module in ("extract", "prepare"):
        monkeypatch.setattr(f"tasks.{module}.order_system", lambda *_: shop)
    yield shop


def test_a_corrected_row_is_a_new_load_and_no_watermark_moves_back(
    database: Database, tmp_path: Path, source: Shop
) -> None:
    run = run_at(database, tmp_path, CLOCK)
    read_again(run, YEAR)
    assert set(source.asked.values()) == {None}, "the first read is of everything"
    plan_hour(replace(run, run_id="hour"))
    told = rows(run, "select touchpoint, subject_id from message order by 1")
    marks = rows(run, "select feed, watermark_at from feed order by 1")
    source.tables_["orders"][0]["total"] = "2200"

    later = replace(run, as_of=CLOCK + timedelta(minutes=10))
    request = asked("mark", from_at=YEAR, to_at=CLOCK, touchpoints=("birthday",), step="90d", read_again=True)
    opened = open_window(later, request, "aya")
    assert set(source.asked.values()) == {YEAR}
    assert [int(one[0]) for one in rows(run, "select total from orders")] == [2200]
    assert [int(one[0]) for one in rows(run, "select total from todoke_rec.orders_old")] == [1100]
    now = rows(run, "select feed, watermark_at from feed order by 1")
    assert all(before[1] is None or after[1] >= before[1] for before, after in zip(marks, now, strict=True))
    assert rows(run, "select touchpoint, subject_id from message order by 1") == told, "nothing is sent by it"
    newest = "select count(*) from touched_order where load_id = (select max(load_id) from load where kind = 'merge')"
    assert rows(run, newest) == [(1,)], "the next hour looks at the order again"

    for _ in work(later, opened):
        pass
    finish(later, opened, "aya")
    source.asked.clear()
    open_window(later, request, "aya")
    assert source.asked == {}, "a finished backfill reads nothing"
