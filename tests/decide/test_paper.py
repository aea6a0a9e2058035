"""Postcards and inserts from facts to the files of print house and warehouse; who is reached by app push."""

import csv
import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from tasks.channels.drop import Drop
from tasks.channels.insert import Insert
from tasks.channels.postcard import Postcard
from tasks.core.database import Database
from tasks.core.runs import Run
from tasks.core.sealing import renderer_of
from tasks.core.settings import Settings
from tasks.core.stores import Folder
from tasks.core.touchpoints import load_all
from tasks.decide import plan_messages
from tasks.deliver import deliver_messages
from tests.worlds import build, read_world, verdicts, wrong

PEOPLE = read_world(Path(__file__).with_name("paper.toml"))


@pytest.fixture
def shop(database: Database) -> Run:
    return build(database, PEOPLE)


def test_people_get_the_channel_their_case_names(shop: Run) -> None:
    with shop.database.transaction() as connection:
        assert wrong(PEOPLE, verdicts(connection, shop, PEOPLE)) == {}


def _sent(shop: Run, home: Path, channel: Drop, touchpoint: str) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Rows and manifest of the one batch that a decision and a delivery make."""
    settings = Settings(home=home, env="production", base_url="https://track.example")
    run = replace(shop, settings=settings.model_copy(update={channel.name: channel.provider}))
    with shop.database.transaction() as connection:
        floor = {"name": touchpoint, "format": load_all()[touchpoint].subject_format}
        connection.execute(
            text("insert into touchpoint_floor values (:name, :format, :at, 'test')"),
            {**floor, "at": PEOPLE.as_of - timedelta(days=60)},
        )
        plan_messages(connection, run, load_all(), (touchpoint,))
    deliver_messages(run, [channel], renderer_of(run))
    deliver_messages(run, [channel], renderer_of(run))
    [manifest] = [orjson.loads(path.read_bytes()) for path in home.glob("drop/*/manifest.json")]
    content = (home / "drop" / manifest["batch_id"] / manifest["file"]).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (manifest["bytes"], manifest["sha256"])
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True))), manifest


def test_the_print_house_gets_who_and_what(shop: Run, tmp_path: Path) -> None:
    rows, manifest = _sent(shop, tmp_path, Postcard(Folder(tmp_path / "drop")), "second_order_offer")
    cards = {row["name"]: row for row in rows}
    assert set(cards) == {"青井 彩 様", "株式会社みどり 権田 豪 様"}
    card = cards["青井 彩 様"]
    assert (card["postal_code"], card["region"], card["address"]) == ("810-0001", "福岡県", "福岡市中央区天神0-0-0")
    assert card["title"] == "次のお買い物に、500円引きクーポン"
    assert card["body"].startswith("青井 彩 様\n\n先日はひなた商店をご利用いただき")
    for needed in ("OKAERI-", "043-000-0000", "千葉県千葉市", "配信停止のQRコード"):
        assert needed in card["body"], needed
    assert "/unsubscribe?t=" in card["stop"]
    assert "湯のみ" not in str(card), "an open card does not say what was bought"
    assert (manifest["rows"], list(manifest["designs"])) == (2, ["second_order_offer"])


def test_the_warehouse_gets_what_goes_into_which_parcel(shop: Run, tmp_path: Path) -> None:
    rows, _ = _sent(shop, tmp_path, Insert(Folder(tmp_path / "drop")), "order_confirmation")
    sheets = {row["order_id"]: row for row in rows}
    assert sorted(sheets) == ["hide-1", "itsu-1"]
    assert (sheets["hide-1"]["location_id"], sheets["hide-1"]["name"]) == ("CHIBA-1", "日出 英 様")
    assert "・湯のみ × 1" in sheets["hide-1"]["body"]
    assert "1,100" not in sheets["hide-1"]["body"], "no price in a box"
    assert sheets["hide-1"]["link"].startswith("https://track.example/")
