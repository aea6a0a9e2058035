"""The slow proofs use the people and places of the fast ones."""

from tests.hour.conftest import calm, shop_home

__all__ = ["calm", "shop_home"]
