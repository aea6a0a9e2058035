"""Which advice an order shows: categories and attributes of what it still holds, in the order of its lines."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.queries import query
from tasks.core.runs import write_under
from tests.worlds import World, build

AS_OF = datetime.fromisoformat("2026-09-15T10:00:00+09:00")
GIVEN: dict[str, list[dict[str, Any]]] = {
    "products": [
        {"product_id": "P-cake", "category": "food", "attributes": {"storage": "cool", "gift_box": False}},
        {"product_id": "P-bowl", "attributes": {"fragile": True, "assembly_minutes": 0}},
        {"product_id": "P-more", "category": "food"},
        {"product_id": "P-off", "category": "furniture"},
    ],
    "orders": [{"order_id": "o", "customer_id": "c", "placed_at": AS_OF}],
    "order_lines": [
        {"order_id": "o", "line_no": 1, "product_id": "P-cake"},
        {"order_id": "o", "line_no": 2, "product_id": "P-bowl"},
        {"order_id": "o", "line_no": 3, "product_id": "P-more"},
        {"order_id": "o", "line_no": 4, "product_id": "P-off", "cancelled_quantity": 1},
    ],
}


def test_traits_are_those_of_what_is_still_wanted(database: Database) -> None:
    run = build(database, World(Path(__file__), AS_OF, GIVEN, (), {}, {}))
    with database.transaction() as connection:
        write_under(connection, int(query("decide/newest_load").scalar(connection)), run.as_of)
        traits = connection.execute(text("select traits from order_facts where order_id = 'o'")).scalar_one()
    assert traits == [
        "attributes/storage_cool",
        "categories/food",
        "attributes/fragile",
        "categories/tableware",
    ]
