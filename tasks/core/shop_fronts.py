"""What each shop front of brand.toml offers, where due files can ask (table shop_front)."""

import json
from typing import Any

from sqlalchemy import Connection

from tasks.core.brand import Section, load_brand
from tasks.core.queries import query


def note_shop_fronts(connection: Connection) -> int:
    """Write what brand.toml says now, inside the caller's load; returns how many shop fronts changed."""
    fronts = [{"source": source, **_offers(section)} for source, section in load_brand().sections.items()]
    return int(query("track/merge_shop_fronts").scalar(connection, fronts=json.dumps(fronts)))


def _offers(section: Section) -> dict[str, Any]:
    return {
        "stamp_places": section.stamp_card.places if section.stamp_card else None,
        "surprise_share": section.surprise_share or None,
        "has_membership": section.membership is not None,
        "has_community": section.urls.community is not None,
    }
