"""TODOKE_OMS=eccube: the database of EC-CUBE 4, MariaDB, MySQL or PostgreSQL, through the queries of sql/oms/eccube.

What its codes mean stands there (https://github.com/EC-CUBE/ec-cube, src/Eccube/Entity). A shop with columns of its own
copies that folder and names the copy: TODOKE_OMS=sql, TODOKE_OMS_MAPPING.
"""

from tasks.core.accounts import SqlSettings
from tasks.core.settings import Settings
from tasks.core.source_queries import load_source
from tasks.oms.base import OrderSystem
from tasks.oms.sql import SqlShop

NAME = "eccube"


def eccube(settings: Settings, url: str) -> OrderSystem:
    """The database TODOKE_SQL_URL as EC-CUBE fills it."""
    del settings, url
    return SqlShop(NAME, load_source(NAME), SqlSettings())
