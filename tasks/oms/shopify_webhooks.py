"""Webhooks of Shopify: verified, dropped as files by `todoke listen`, read with the next hour.

What they tell the API tells too, minutes later: its search lags. Merged and deleted customers they alone tell.
https://shopify.dev/docs/apps/build/webhooks/subscribe/https
"""

import base64
import hmac
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import orjson

from tasks.core.accounts import ShopifySettings
from tasks.core.errors import FeedbackRefused
from tasks.core.settings import Settings
from tasks.core.stores import Folder
from tasks.feedback.base import MAX_BODY, Incoming, mapping, needed, same

PATH = "/oms/shopify"
KEPT = timedelta(days=7)
"""How long a webhook is kept: by then the API has told it, whatever happened to the hours between."""

_ID = re.compile(r"^[\w-]{8,64}$")


def webhooks_folder(settings: Settings, account: ShopifySettings) -> Path:
    """Where webhooks are dropped."""
    return account.webhooks or settings.home / "webhooks"


def receive(settings: Settings, incoming: Incoming) -> bool:
    """Verify one webhook and drop it, on disk before it returns. False: it had come already.

    Raises FeedbackRefused, ConfigurationError where no secret is set, StoreError.
    """
    account = ShopifySettings()
    if len(incoming.body) > MAX_BODY:
        raise FeedbackRefused("too_large", f"a body of {len(incoming.body)} bytes")
    secret = needed(account.webhook_secret, "TODOKE_SHOPIFY_WEBHOOK_SECRET")
    expected = base64.b64encode(hmac.new(secret.encode(), incoming.body, sha256).digest()).decode()
    if not same(incoming.header("x-shopify-hmac-sha256"), expected):
        raise FeedbackRefused("forged", "the signature is not Shopify's")
    if account.shop and incoming.header("x-shopify-shop-domain") != account.shop:
        raise FeedbackRefused("forged", "it is another shop's")
    webhook_id = incoming.header("x-shopify-webhook-id")
    if not _ID.match(webhook_id):
        raise FeedbackRefused("malformed", "X-Shopify-Webhook-Id is none")
    told = {
        "topic": incoming.header("x-shopify-topic"),
        "received_at": incoming.received_at.astimezone(UTC).isoformat(),
        "body": mapping(incoming.json(), "the body"),
    }
    folder = Folder(webhooks_folder(settings, account))
    _forget_old(folder, incoming.received_at)
    return folder.create(f"{_day(incoming.received_at)}/{webhook_id}.json", orjson.dumps(told))


def dropped_between(folder: Folder, since: datetime | None, until: datetime) -> Iterator[tuple[str, str | None]]:
    """Files that were received in (since, until] and their text; None: it is no webhook."""
    if not folder.path.is_dir():
        return
    for name, _ in folder.names():
        if since is None or name.split("/")[0] >= _day(since):
            content = folder.read(name)
            at = _received_at(content)
            if at is None or content is None:
                yield name, None
            elif (since is None or at > since) and at <= until:
                yield name, content.decode()


def _received_at(content: bytes | None) -> datetime | None:
    try:
        told = orjson.loads(content or b"")
        at = datetime.fromisoformat(told["received_at"])
    except (ValueError, KeyError, TypeError):
        return None
    is_webhook = isinstance(told.get("body"), dict) and isinstance(told.get("topic"), str) and at.tzinfo is not None
    return at if is_webhook else None


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
