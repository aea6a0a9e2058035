"""Webhooks of Shopify: who may send them, how they are kept, and what they tell beside the API."""

import base64
import hmac
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from tasks.core.errors import FeedbackRefused
from tasks.core.paths import ROOT
from tasks.core.settings import Settings
from tasks.feedback.base import Incoming
from tasks.oms import order_webhooks
from tests.oms.shopify_nodes import ShopifySource, customer
from tests.oms.shopify_shop import iso
from tests.oms.shopify_world import AT, LATER, fill
from tests.oms.source_contract import AS_OF
from tests.oms.test_shopify import only, rows, serve

DATA = Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data")) / "oms" / "shopify"
TOPICS = {
    "order": "orders/updated",
    "fulfillment": "fulfillments/update",
    "refund": "refunds/create",
    "customer": "customers/update",
}
SECRET = "a client secret of the tests"


@pytest.fixture
def source(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopifySource]:
    monkeypatch.setenv("TODOKE_SHOPIFY_WEBHOOK_SECRET", SECRET)
    yield from serve(server, tmp_path, monkeypatch)


def webhook(topic: str, body: Any, at: datetime = AS_OF, webhook_id: str = "", secret: str = SECRET) -> Incoming:
    content = orjson.dumps(body)
    headers = {
        "x-shopify-topic": topic,
        "x-shopify-webhook-id": webhook_id or sha256(content).hexdigest()[:32],
        "x-shopify-shop-domain": "kissa.myshopify.com",
        "x-shopify-hmac-sha256": base64.b64encode(hmac.new(secret.encode(), content, sha256).digest()).decode(),
    }
    return Incoming("/oms/shopify", headers, content, at)


def drop(source: ShopifySource, topic: str, body: Any, at: datetime = AS_OF, webhook_id: str = "") -> bool:
    return order_webhooks.receive(Settings(home=source.home), webhook(topic, body, at, webhook_id))


def test_a_webhook_is_verified_and_kept_once(source: ShopifySource) -> None:
    settings = Settings(home=source.home)
    assert drop(source, "orders/create", {"id": 1}, webhook_id="a-webhook-id"), "the express lane is told"
    assert not drop(source, "orders/create", {"id": 1}, webhook_id="a-webhook-id"), "it comes at least once"
    bad = webhook("orders/create", {"id": 1}, secret="another")
    with pytest.raises(FeedbackRefused, match="the signature"):
        order_webhooks.receive(settings, bad)
    outside = webhook("orders/create", {"id": 1}, webhook_id="../../../x")
    with pytest.raises(FeedbackRefused, match="X-Shopify-Webhook-Id"):
        order_webhooks.receive(settings, outside)
    (kept,) = (source.home / "webhooks").rglob("*.json")
    later = AS_OF + timedelta(days=8)
    drop(source, "orders/create", {"id": 2}, later)
    assert not kept.exists(), "forgotten after a week"


def test_the_newest_telling_wins(source: ShopifySource) -> None:
    """Merged and deleted customers are told by webhook alone."""
    fill(source)
    rest = {
        "id": 2001,
        "test": False,
        "created_at": iso(AT),
        "processed_at": iso(AT),
        "email": "b@example.invalid",
        "phone": None,
        "presentment_currency": "JPY",
        "taxes_included": True,
        "financial_status": "paid",
        "fulfillment_status": None,
        "line_items": [],
        "fulfillments": [],
        "refunds": [],
        "note_attributes": [],
        "tags": "a, b",
        "current_total_price_set": {"presentment_money": {"amount": "1"}},
        "customer": {"id": 5_002_001, "first_name": "", "last_name": "新しい"},
        "shipping_address": {"country_code": "JP"},
    }
    drop(source, "orders/updated", rest | {"updated_at": iso(LATER - timedelta(minutes=1))})
    gid = "gid://shopify/Customer/"
    drop(
        source,
        "customers/merge",
        {"admin_graphql_api_id_customer_kept": gid + "9002", "admin_graphql_api_id_customer_deleted": gid + "9001"},
    )
    drop(source, "customers/delete", {"id": 9002})
    (source.home / "webhooks" / "2026-11-01" / "note.json").write_text("no webhook", encoding="utf-8")
    system = source.system()
    assert only(rows(system, "orders"), order_id="2001")["buyer_name"] == "髙﨑"
    people = {row["customer_id"]: (row["status"], row["email"]) for row in rows(system, "customers")}
    assert people["9001"] == ("merged_into:9002", None) and people["9002"] == ("do_not_contact", None)
    assert list(system.warnings()) == ["2026-11-01/note.json: not a webhook `todoke listen` dropped, ignored."]
    drop(source, "orders/updated", rest | {"updated_at": iso(LATER + timedelta(minutes=1))})
    assert only(rows(source.system(), "orders"), order_id="2001")["buyer_name"] == "新しい"


def test_of_a_customer_just_made_a_webhook_tells_first(source: ShopifySource) -> None:
    """It is not used where it would blank what the API alone knows."""
    person = {"id": 9100, "email": "n@example.invalid", "last_name": "髙﨑", "created_at": iso(AT)}
    drop(source, "customers/create", person | {"updated_at": iso(AT)})
    drop(source, "customers/update", person | {"id": 9101, "updated_at": iso(AT)})
    assert [row["customer_id"] for row in rows(source.system(), "customers")] == ["9100"]
    source.shop.put("customers", customer(9100, AT))
    (known,) = rows(source.system(), "customers")
    assert (known["locale"], known["email"]) == ("ja", "c9100@example.invalid")
    assert rows(source.system(), "customers", AT) == [], "told late, it is old news"


def test_real_answers_of_rest(source: ShopifySource) -> None:
    """Shopify's own samples of 2026-07, as webhooks would bring them."""
    if not DATA.is_dir():
        pytest.skip("the real data of TODOKE_TEST_DATA is absent")
    for path in sorted(DATA.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        for word, topic in TOPICS.items():
            for body in (told.get(word), *(told.get(f"{word}s") or [])):
                if isinstance(body, dict) and {"updated_at", "processed_at"} & set(body):
                    drop(source, topic, body)
    (alone,) = DATA.glob("fulfillments_update_*.json")
    drop(source, "fulfillments/update", json.loads(alone.read_text(encoding="utf-8")))
    system = source.system()
    orders = {row["order_id"]: row for row in rows(system, "orders", None)}
    assert orders["450789469"]["updated_at"] == "2025-07-02T11:31:42-05:00", "the newest of sixteen"
    assert (
        orders["450789469"] | {"buyer_name": "Bob Norman", "total": "199.65", "currency": "USD"} == orders["450789469"]
    )
    euro = orders["1073459976"]
    assert (euro["subtotal"], euro["discount"], euro["total"], euro["currency"]) == ("238.47", "0", "238.47", "EUR")
    assert only(rows(system, "order_lines", None), order_id="1073459976")["unit_price"] == "79.49"
    left = {
        row["line_no"]: row["cancelled_quantity"]
        for row in rows(system, "order_lines", None)
        if row["order_id"] == "450789469"
    }
    assert left == {"466157049": "1", "518995019": None, "703073504": "1"}
    parcel = only(rows(system, "shipments", None), shipment_id="4829430743254")
    assert (parcel["order_id"], parcel["shipped_at"], parcel["tracking_number"]) == ("5361237360854", None, None), (
        "cancelled"
    )
    assert only(rows(system, "refunds", None), refund_id="1068278525")["amount"] == "5.00"
    assert {row["granted"] for row in rows(system, "consents", None) if row["customer_id"] == "207119551"} == {"false"}
    assert datetime.fromisoformat(euro["placed_at"]).astimezone(UTC).hour == 16
