"""Real orders nobody here wrote, through their mapping (TODOKE_TEST_DATA; `make olist` walks their November)."""

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tasks.core.mappings import load_mapping
from tasks.core.paths import ROOT
from tasks.oms.base import OrderSystem
from tasks.oms.files import MappedFolder
from tasks.oms.sample import CLOCK
from tests.oms.contract import OrderSystemContract

DATA = Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data")) / "olist"


@pytest.fixture(scope="module")
def olist(server: str) -> MappedFolder:
    if not DATA.is_dir():
        pytest.skip("the real data of TODOKE_TEST_DATA is absent")
    return MappedFolder(DATA, load_mapping("olist"), server)


def fetch(system: OrderSystem, table: str) -> list[dict[str, Any]]:
    return [row for batch in system.fetch(table, None, CLOCK) for row in batch.to_pylist()]


class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, olist: MappedFolder) -> OrderSystem:
        return olist


def test_every_order_is_there_once_with_its_line(olist: MappedFolder) -> None:
    orders = fetch(olist, "orders")
    assert len(orders) == len({row["order_id"] for row in orders}) == 10_000
    assert {row["_line"] for row in orders} == set(range(2, 10_002))
    assert sum(row["total"] is None for row in orders) == 111, "orders without lines"
    assert Counter(row["status"] for row in orders) == {None: 9845, "cancelled": 155}


def test_instants_are_those_of_sao_paulo(olist: MappedFolder) -> None:
    (order,) = [row for row in fetch(olist, "orders") if row["_line"] == 2]
    assert order["placed_at"] == "2017-10-02T13:56:33.000000Z", "10:56:33 at -03:00"
    assert order["promised_on"] == "2017-10-18"


def test_a_parcel_for_each_order_that_left(olist: MappedFolder) -> None:
    shipments, lines = fetch(olist, "shipments"), fetch(olist, "shipment_lines")
    assert len(shipments) == len({row["order_id"] for row in shipments}) == 9753
    assert {row["shipment_id"] for row in lines} <= {row["shipment_id"] for row in shipments}


def test_people_are_written_to_at_an_address_of_their_own(olist: MappedFolder) -> None:
    people = fetch(olist, "customers")
    assert len({row["email"] for row in people}) == len(people) == 9920
    assert all(row["email"] == f"{row['customer_id']}@olist.invalid" for row in people)
    assert all(len(row["postal_code"]) == 5 for row in people), "no leading zero is lost"


def test_no_shop_is_named_in_the_code() -> None:
    """A mapping is SQL and TOML alone."""
    code = [path for top in ("flows", "tasks") for path in (ROOT / top).rglob("*.py")]
    mappings = [path.parent.name for path in (ROOT / "sql" / "oms").glob("*/mapping.toml")]
    word = re.compile(rf"[\"']({'|'.join(mappings)})[\"']", re.IGNORECASE)
    assert mappings and [path for path in code if word.search(path.read_text(encoding="utf-8"))] == []
