"""What brand.toml offers, where due files ask: as it was said at each load."""

import pytest
from sqlalchemy import text

from tasks.core import shop_fronts
from tasks.core.brand import load_brand
from tests.track.conftest import Shop

OFFERED = "select source, stamp_places, surprise_share, has_membership, has_community from shop_front"


def test_due_files_see_what_the_brand_offers_now_and_a_replay_what_it_did(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.track("02-01 10:00")
    (before,) = shop.rows(OFFERED)
    assert (before["source"], before["stamp_places"], before["has_community"]) == ("shop", 5, True)
    first = int(shop.rows("select max(load_id) as id from load")[0]["id"])

    section = load_brand().section(None)
    bare = section.model_copy(
        update={
            "stamp_card": None,
            "membership": None,
            "surprise_share": 0.0,
            "urls": section.urls.model_copy(update={"community": None}),
        }
    )
    brand = load_brand().model_copy(update={"sections": {"shop": bare, "mall": section}})
    monkeypatch.setattr(shop_fronts, "load_brand", lambda: brand)
    shop.track("02-02 10:00")
    shop.track("02-03 10:00")

    found = {row["source"]: tuple(row.values())[1:] for row in shop.rows(OFFERED)}
    assert found["shop"] == (None, None, False, False)
    assert found["mall"][0] == 5
    assert len(shop.rows("select from todoke_rec.shop_front")) == 3, "an unchanged one is not written again"
    with shop.database.as_of(first) as connection:
        assert [dict(row) for row in connection.execute(text(OFFERED)).mappings()] == [before]
