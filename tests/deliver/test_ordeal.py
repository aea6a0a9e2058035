"""The harness itself: it finds nothing wrong with the protocol, and is not blind. `make chaos` asks it everything."""

import pytest

from tests.deliver.conftest import Shop
from tests.deliver.mutations import MUTATIONS
from tests.deliver.nursery import Nursery
from tests.deliver.ordeal import ROUNDS, Ordeal

SHORT = ("a key for each attempt", "skip the checks before the post")


@pytest.mark.parametrize("name", ["faults", "opted out"])
def test_the_protocol_gets_through(keyed: Shop, nursery: Nursery, name: str) -> None:
    ordeal = Ordeal(keyed, nursery)
    ROUNDS[name](ordeal)
    assert ordeal.findings() == []


@pytest.mark.parametrize("name", SHORT)
def test_a_broken_protocol_is_found(keyed: Shop, nursery: Nursery, name: str) -> None:
    ordeal = Ordeal(keyed, nursery, {"mutation": name})
    ROUNDS[MUTATIONS[name].round](ordeal)
    assert ordeal.findings() != []


def test_naive_retry_is_found(keyed: Shop, nursery: Nursery) -> None:
    ordeal = Ordeal(keyed, nursery, {"naive": True})
    ordeal.plan(25)
    ordeal.work(strike="post", nth=2)
    ordeal.settle()
    assert "10 extra copies" in ordeal.findings()
