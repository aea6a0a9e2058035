"""The slow proofs use the people and places of the fast ones."""

from tests.deliver.conftest import keyed, nursery, shop, unkeyed
from tests.hour.conftest import calm, shop_home

__all__ = ["calm", "keyed", "nursery", "shop", "shop_home", "unkeyed"]
