"""Order systems by name (TODOKE_OMS). A new one is one file here, one line below and one test of the contract."""

from collections.abc import Callable
from functools import partial

from tasks.core.fronts import further_fronts
from tasks.core.settings import Settings
from tasks.oms.base import OrderSystem
from tasks.oms.eccube import eccube
from tasks.oms.files import files
from tasks.oms.sample import SampleShop
from tasks.oms.several import Further, Several
from tasks.oms.shopify import Shopify
from tasks.oms.sql import sql
from tasks.oms.woocommerce import WooCommerce

SYSTEMS: dict[str, Callable[[Settings, str], OrderSystem]] = {
    "sample": SampleShop,
    "files": files,
    "sql": sql,
    "eccube": eccube,
    "shopify": Shopify,
    "woocommerce": WooCommerce,
}


def order_system(settings: Settings, url: str) -> OrderSystem:
    """The order system of the settings, with the further shop fronts of TODOKE_SOURCES.

    `url` is the PostgreSQL it may compute on.
    """
    own = _one(settings, url)
    further = [
        Further(name, partial(_one, front.of(settings), url), front.shares_products)
        for name, front in further_fronts(settings).items()
    ]
    return Several(own, further) if further else own


def _one(settings: Settings, url: str) -> OrderSystem:
    return SYSTEMS[settings.oms](settings, url)
