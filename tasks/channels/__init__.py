"""Channel adapters. Adding one = one file, one line here, one test file that inherits the contract."""

from collections.abc import Callable

from tasks.channels.aws_sms import AwsSms
from tasks.channels.base import Channel
from tasks.channels.line import Line
from tasks.channels.mailbox import Mailbox
from tasks.channels.postmark import Postmark
from tasks.channels.resend import Resend
from tasks.channels.sendgrid import Sendgrid
from tasks.channels.ses import Ses
from tasks.channels.smtp import Smtp
from tasks.channels.twilio import Twilio
from tasks.channels.webhook import Webhook
from tasks.core.accounts import (
    AwsSmsSettings,
    LineSettings,
    PostmarkSettings,
    ResendSettings,
    SendgridSettings,
    SesSettings,
    SmtpSettings,
    TwilioSettings,
    WebhookSettings,
)
from tasks.core.database import DEFAULT_NAMESPACE
from tasks.core.domain import ChannelName
from tasks.core.runs import Run
from tasks.core.settings import DeliverySettings, Settings

Make = Callable[[Settings], Channel]

EMAIL: dict[str, Make] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox"),
    "smtp": lambda _: Smtp.from_settings(SmtpSettings()),
    "ses": lambda _: Ses(SesSettings(), DeliverySettings().timeout_seconds),
    "resend": lambda _: Resend.from_settings(ResendSettings()),
    "postmark": lambda _: Postmark.with_streams(PostmarkSettings(), DeliverySettings().timeout_seconds),
    "sendgrid": lambda _: Sendgrid.from_settings(SendgridSettings()),
    "webhook": lambda _: Webhook.from_settings(WebhookSettings()),
}
"""TODOKE_EMAIL -> adapter."""

LINE: dict[str, Make] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox", ChannelName.LINE),
    "line": lambda _: Line.from_settings(LineSettings()),
}
"""TODOKE_LINE -> adapter."""

SMS: dict[str, Make] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox", ChannelName.SMS),
    "twilio": lambda _: Twilio.from_settings(TwilioSettings()),
    "aws": lambda _: AwsSms(AwsSmsSettings(), DeliverySettings().timeout_seconds),
}
"""TODOKE_SMS -> adapter."""

CHANNELS: dict[ChannelName, dict[str, Make]] = {ChannelName.EMAIL: EMAIL, ChannelName.LINE: LINE, ChannelName.SMS: SMS}


def channels_of(run: Run) -> list[Channel]:
    """The channels this installation sends on; a scratch run has mailboxes of its own.

    Raises ConfigurationError where one lacks its settings.
    """
    real = run.namespace == DEFAULT_NAMESPACE
    named = run.settings.channels.items()
    return [CHANNELS[channel][adapter if real else "mailbox"](run.settings) for channel, adapter in named]
