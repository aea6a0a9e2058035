"""Webhooks of shop systems, signed with a secret both know.

Shopify's are dropped as files by `todoke listen` and read with the next hour: what they tell the API tells too, minutes
later (its search lags), but of merged and deleted customers they alone tell. WooCommerce's only start the express lane.
https://shopify.dev/docs/apps/build/webhooks/subscribe/https
"""

import base64
import hmac
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from tasks.core.accounts import ShopifySettings, WooCommerceSettings
from tasks.core.errors import FeedbackRefused
from tasks.core.settings import Settings
from tasks.core.stores import Folder
from tasks.feedback.base import MAX_BODY, Incoming, mapping, needed, same

KEPT = timedelta(days=7)
"""How long a webhook is kept: by then the API has told it, whatever happened to the hours between."""

_ID = re.compile(r"^[\w-]{8,64}$")


def webhooks_folder(settings: Settings, account: ShopifySettings) -> Path:
    """Where webhooks are dropped."""
    return account.webhooks or settings.home / "webhooks"


def receive(settings: Settings, incoming: Incoming) -> bool:
    """Verify one webhook, and keep what has to be kept, on disk before it returns. Whether a new order is told of.

    Raises FeedbackRefused, ConfigurationError where no secret is set here, StoreError.
    """
    if len(incoming.body) > MAX_BODY:
        raise FeedbackRefused("too_large", f"a body of {len(incoming.body)} bytes")
    return WEBHOOKS[urlsplit(incoming.path).path](settings, incoming)


def from_woocommerce(settings: Settings, incoming: Incoming) -> bool:
    """https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks: an order created. Its body is not read."""
    del settings
    secret = needed(WooCommerceSettings().webhook_secret, "TODOKE_WOOCOMMERCE_WEBHOOK_SECRET")
    _verify(incoming, "x-wc-webhook-signature", secret)
    return incoming.header("x-wc-webhook-topic") == "order.created"


def from_shopify(settings: Settings, incoming: Incoming) -> bool:
    """Dropped as a file, once however often it comes."""
    account = ShopifySettings()
    _verify(incoming, "x-shopify-hmac-sha256", needed(account.webhook_secret, "TODOKE_SHOPIFY_WEBHOOK_SECRET"))
    if account.shop and incoming.header("x-shopify-shop-domain") != account.shop:
        raise FeedbackRefused("forged", "it is another shop's")
    webhook_id, topic = incoming.header("x-shopify-webhook-id"), incoming.header("x-shopify-topic")
    if not _ID.match(webhook_id):
        raise FeedbackRefused("malformed", "X-Shopify-Webhook-Id is none")
    received_at = incoming.received_at.astimezone(UTC).isoformat()
    told = {"topic": topic, "received_at": received_at, "body": mapping(incoming.json(), "the body")}
    folder = Folder(webhooks_folder(settings, account))
    _forget_old(folder, incoming.received_at)
    is_new = folder.create(f"{_day(incoming.received_at)}/{webhook_id}.json", orjson.dumps(told))
    return is_new and topic == "orders/create"


WEBHOOKS: dict[str, Callable[[Settings, Incoming], bool]] = {
    "/oms/shopify": from_shopify,
    "/oms/woocommerce": from_woocommerce,
}
"""Path -> reader. The last part of the path names the source."""


def _verify(incoming: Incoming, header: str, secret: str) -> None:
    """HMAC-SHA256 over the body, in base64."""
    expected = base64.b64encode(hmac.new(secret.encode(), incoming.body, sha256).digest()).decode()
    if not same(incoming.header(header), expected):
        raise FeedbackRefused("forged", "the signature is not the shop's")


def dropped_between(folder: Folder, since: datetime | None, until: datetime) -> Iterator[tuple[str, str | None]]:
    """Files that tell what changed in (since, until] and their text; None: it is no webhook.

    When it changed, not when it was told: what the API tells no more, as it lies before `since`, must not stand alone.
    """
    if not folder.path.is_dir():
        return
    for name, _ in folder.names():
        if since is None or name.split("/")[0] >= _day(since):
            content = folder.read(name) or b""
            told = _told(content)
            if told is None:
                yield name, None
            elif (since is None or told[0] > since) and told[1] <= until:
                yield name, content.decode()


def _told(content: bytes) -> tuple[datetime, datetime] | None:
    """When something changed and when that was received; None: it is no webhook."""
    try:
        told = orjson.loads(content)
        received_at = datetime.fromisoformat(told["received_at"])
        changed_at = datetime.fromisoformat(told["body"].get("updated_at") or told["received_at"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    is_whole = isinstance(told["topic"], str) and received_at.tzinfo is not None and changed_at.tzinfo is not None
    return (changed_at, received_at) if is_whole else None


def _forget_old(folder: Folder, now: datetime) -> None:
    if not folder.path.is_dir():
        return
    for day in folder.path.iterdir():
        if day.is_dir() and day.name < _day(now - KEPT):
            for file in day.iterdir():
                file.unlink(missing_ok=True)
            day.rmdir()


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")
