"""Channel adapters. Adding one = one file, one line here, one test file that inherits the contract."""

from collections.abc import Callable

from tasks.channels.base import Channel
from tasks.channels.mailbox import Mailbox
from tasks.channels.ses import Ses
from tasks.channels.webhook import Webhook
from tasks.core.settings import DeliverySettings, SesSettings, Settings, WebhookSettings

EMAIL: dict[str, Callable[[Settings], Channel]] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox"),
    "ses": lambda _: Ses(SesSettings(), DeliverySettings().timeout_seconds),
    "webhook": lambda _: Webhook.from_settings(WebhookSettings()),
}
"""TODOKE_EMAIL -> adapter."""
