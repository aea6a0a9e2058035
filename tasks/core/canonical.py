"""The canonical drop format: what every order system adapter produces and the load reads.

Instants are aware (UTC here), money is a decimal in major units with tax included, regions are ISO 3166-2,
empty is null. Ids are text. JSON columns travel as text. `*` columns of the document are `required` here.
"""

from tasks.core.canonical_orders import ORDERS
from tasks.core.canonical_people import PEOPLE
from tasks.core.canonical_relations import RELATIONS
from tasks.core.canonical_types import (
    BOOLEAN,
    DATE,
    INSTANT,
    INTEGER,
    JSON,
    MONEY,
    NUMBER,
    TEXT,
    CanonicalTable,
    Kind,
)

__all__ = [
    "BOOLEAN",
    "DATE",
    "INSTANT",
    "INTEGER",
    "JSON",
    "MONEY",
    "NUMBER",
    "TABLES",
    "TEXT",
    "CanonicalTable",
    "Kind",
]

TABLES: dict[str, CanonicalTable] = {table.name: table for table in (*PEOPLE, *ORDERS, *RELATIONS)}
"""Every table of the format by name, in the order of loading: what names an order comes after orders."""
