"""Webhooks of shop systems to `todoke listen`, over real HTTP, and the same laid down by a gateway."""

import base64
import hmac
import json
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tasks.core.accounts import FeedbackSettings
from tasks.core.database import Database
from tasks.core.settings import Settings
from tasks.listen import listener
from tasks.outcomes import read_outcomes
from tests.feedback.conftest import receiver_of, running
from tests.feedback.signing import PUBLIC

BODY = json.dumps({"id": 820982911946154508, "name": "#9999"}).encode()
SECRET = "a secret of the shop"


def signed(system: str, body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    digest = base64.b64encode(hmac.new(secret.encode(), body, sha256).digest()).decode()
    if system == "woocommerce":
        return {"X-WC-Webhook-Signature": digest, "X-WC-Webhook-Topic": "order.created"}
    return {
        "X-Shopify-Hmac-Sha256": digest,
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Shop-Domain": "kissa.myshopify.com",
    }


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_SHOPIFY_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("TODOKE_WOOCOMMERCE_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("TODOKE_SHOPIFY_SHOP", "kissa.myshopify.com")


def test_an_order_starts_the_express_lane_once(module_database: Database, tmp_path: Path) -> None:
    told: list[int] = []
    app = listener(receiver_of(module_database), PUBLIC, Settings(home=tmp_path), lambda: told.append(1)).app()
    for address in running(app):
        with httpx.Client(base_url=address, timeout=20) as client:
            for system, expected in (("shopify", 1), ("shopify", 1), ("woocommerce", 2)):
                answer = client.post(f"/oms/{system}", content=BODY, headers=signed(system))
                assert (answer.status_code, len(told)) == (200, expected)
            for system in ("shopify", "woocommerce"):
                forged = client.post(f"/oms/{system}", content=BODY, headers=signed(system, secret="another"))
                assert (forged.status_code, forged.text) == (403, "forged: the signature is not the shop's")
                assert client.post(f"/oms/{system}", content=BODY).status_code == 403
    (dropped,) = (tmp_path / "webhooks").rglob("*.json")
    kept = json.loads(dropped.read_bytes())
    assert (kept["topic"], kept["body"]["id"]) == ("orders/create", 820982911946154508)
    assert len(told) == 2


def test_a_gateway_may_lay_it_down(module_database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "landed"
    folder.mkdir()
    landed = {"path": "/oms/shopify", "headers": signed("shopify"), "body": BODY.decode()}
    (folder / "one.json").write_text(json.dumps(landed), encoding="utf-8")
    (folder / "two.json").write_text(json.dumps(landed | {"body": "{}"}), encoding="utf-8")
    own = Settings(home=tmp_path)
    outcome = read_outcomes(receiver_of(module_database), FeedbackSettings(url=str(folder)), own)
    assert (outcome["requests"], outcome["new_events"], outcome["refused"]) == (2, 1, {"forged": 1})
    assert len(list((tmp_path / "webhooks").rglob("*.json"))) == 1
