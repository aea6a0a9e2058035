"""Channel adapters. Adding one = one file, one line here, one test file that inherits the contract."""

from collections.abc import Callable

from tasks.channels.base import Channel
from tasks.channels.mailbox import Mailbox
from tasks.channels.ses import Ses
from tasks.channels.smtp import Smtp
from tasks.channels.smtp_session import Relay
from tasks.channels.webhook import Webhook
from tasks.core.settings import DeliverySettings, SesSettings, Settings, SmtpSettings, WebhookSettings

EMAIL: dict[str, Callable[[Settings], Channel]] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox"),
    "smtp": lambda _: Smtp(Relay.from_settings(SmtpSettings())),
    "ses": lambda _: Ses(SesSettings(), DeliverySettings().timeout_seconds),
    "webhook": lambda _: Webhook.from_settings(WebhookSettings()),
}
"""TODOKE_EMAIL -> adapter."""
