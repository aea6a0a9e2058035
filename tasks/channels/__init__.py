"""Channel adapters. Adding one = one file, one line here, one test file that inherits the contract."""

from collections.abc import Callable

from tasks.channels.base import Channel
from tasks.channels.mailbox import Mailbox
from tasks.channels.postmark import Postmark
from tasks.channels.resend import Resend
from tasks.channels.sendgrid import Sendgrid
from tasks.channels.ses import Ses
from tasks.channels.smtp import Smtp
from tasks.channels.webhook import Webhook
from tasks.core.settings import (
    DeliverySettings,
    PostmarkSettings,
    ResendSettings,
    SendgridSettings,
    SesSettings,
    Settings,
    SmtpSettings,
    WebhookSettings,
)

EMAIL: dict[str, Callable[[Settings], Channel]] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox"),
    "smtp": lambda _: Smtp.from_settings(SmtpSettings()),
    "ses": lambda _: Ses(SesSettings(), DeliverySettings().timeout_seconds),
    "resend": lambda _: Resend.from_settings(ResendSettings()),
    "postmark": lambda _: Postmark.from_settings(PostmarkSettings(), DeliverySettings().timeout_seconds),
    "sendgrid": lambda _: Sendgrid.from_settings(SendgridSettings()),
    "webhook": lambda _: Webhook.from_settings(WebhookSettings()),
}
"""TODOKE_EMAIL -> adapter."""
