"""What is known of customers: counted by hand on random shops, told as of any load, and the same however it came in."""

from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import Connection, text

from tasks.core import customer_facts
from tasks.core.runs import begin_load
from tests.track.conftest import Row, Shop
from tests.track.random_shop import STEPS, Known, facts, happen, instant, members, pairs

OF_LOYALTY = {"tier_since", "tier_order_id", "vip_since"}
COLUMNS = "select * from customer_fact order by customer_id"
NONE_TOUCHED = "create temp table customer_to_fold (customer_id text) on commit drop"


def told(connection: Connection) -> dict[str, Row]:
    """Person -> stored facts."""
    rows = [dict(row) for row in connection.execute(text(COLUMNS)).mappings()]
    for row in rows:
        del row["from_load"], row["to_load"]
        row["spent"] = {currency: Decimal(str(amount)) for currency, amount in row["spent"].items()}
    return {row.pop("customer_id"): row for row in rows}


def differences(found: dict[str, Row], wanted: dict[str, Row], loyal: dict[str, str]) -> dict[str, object]:
    """Person (and fact) -> found, wanted. Of who has a loyalty word only the word is compared, not since when."""
    wrong: dict[str, object] = {person: (person in found, person in wanted) for person in found.keys() ^ wanted.keys()}
    for person in found.keys() & wanted.keys():
        want = wanted[person] | ({"tier": loyal[person]} if person in loyal else {})
        for key in want.keys() - (OF_LOYALTY if person in loyal else set()):
            if found[person][key] != want[key]:
                wrong[f"{person}.{key}"] = found[person][key], want[key]
    return wrong


def rebuilt(shop: Shop, at: str) -> dict[str, Row]:
    """The facts made from nothing, as by the first fold after an upgrade, in a transaction that is rolled back."""
    with shop.database.transaction() as connection:
        begin_load(connection, shop.run(at), "fold")
        connection.execute(text("delete from customer_fact"))
        connection.execute(text(NONE_TOUCHED))
        customer_facts.fold_customers(connection, 1_000_000, None)
        found = told(connection)
        connection.rollback()
    return found


@pytest.mark.parametrize("seed", [1, 5])
def test_facts_are_those_counted_by_hand_and_stay_known_as_of_each_load(
    shop: Shop, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_facts, "LEAST_SUPPORT", 2)
    random, known = Random(seed), Known()  # noqa: S311
    history: dict[int, dict[str, Row]] = {}
    for step, at in enumerate(STEPS):
        happen(random, shop, known, step)
        shop.track(at)
        with shop.database.transaction() as connection:
            found = told(connection)
            load_id = int(connection.execute(text("select max(load_id) from load")).scalar_one())
        history[load_id] = found
        loyal = members(known, instant(at))
        assert differences(found, facts(known, instant(at)), loyal) == {}, at
        assert differences(rebuilt(shop, at), found, loyal) == {}, at
        assert told_pairs(shop) == pairs(known, instant(at), 2), at
    for load_id, found in history.items():
        with shop.database.as_of(load_id) as connection:
            assert told(connection) == found


def told_pairs(shop: Shop) -> dict[tuple[str, str], tuple[int, int]]:
    rows = shop.rows("select * from next_category")
    return {(row["category"], row["next_category"]): (row["support"], row["buyers"]) for row in rows}
