"""Everything the ordeal asks, of the protocol, of naive retry and of each broken protocol (`make chaos`)."""

import pytest

from tests.deliver.conftest import Shop
from tests.deliver.mutations import MUTATIONS
from tests.deliver.nursery import Nursery
from tests.deliver.ordeal import ROUNDS, Ordeal

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", ROUNDS)
def test_the_protocol_gets_through(shop: Shop, nursery: Nursery, name: str) -> None:
    ordeal = Ordeal(shop, nursery)
    ROUNDS[name](ordeal)
    assert ordeal.findings() == []


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_protocol_is_found(request: pytest.FixtureRequest, nursery: Nursery, name: str) -> None:
    mutation = MUTATIONS[name]
    ordeal = Ordeal(request.getfixturevalue("keyed" if mutation.keyed else "unkeyed"), nursery, {"mutation": name})
    ROUNDS[mutation.round](ordeal)
    found = ordeal.findings()
    print(f"\n{name}: {', '.join(found) or 'nothing found'}")
    assert found


def test_naive_retry_is_found(shop: Shop, nursery: Nursery) -> None:
    ordeal = Ordeal(shop, nursery, {"naive": True})
    for step in ("post", "acknowledge", "post"):
        ordeal.plan(25)
        ordeal.work(strike=step)
    ordeal.settle()
    print(f"\nnaive retry: {', '.join(ordeal.findings())}")
    assert any("extra copies" in line for line in ordeal.findings())
