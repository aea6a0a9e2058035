"""Order systems by name (TODOKE_OMS). A new one is one file here, one line below and one test of the contract."""

from collections.abc import Callable

from tasks.core.settings import Settings
from tasks.oms.base import OrderSystem
from tasks.oms.eccube import eccube
from tasks.oms.files import files
from tasks.oms.sample import SampleShop
from tasks.oms.sql import sql

SYSTEMS: dict[str, Callable[[Settings, str], OrderSystem]] = {
    "sample": SampleShop,
    "files": files,
    "sql": sql,
    "eccube": eccube,
}


def order_system(settings: Settings, url: str) -> OrderSystem:
    """The order system of the settings; `url` is the PostgreSQL it may compute on."""
    return SYSTEMS[settings.oms](settings, url)
