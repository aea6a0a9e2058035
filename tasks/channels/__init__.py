"""Channel adapters. Adding one = one file, one line here, one test file that inherits the contract."""

from collections.abc import Callable

from tasks.channels.aws_sms import AwsSms
from tasks.channels.base import Channel
from tasks.channels.fcm import Fcm
from tasks.channels.insert import Insert
from tasks.channels.line import Line
from tasks.channels.mailbox import Mailbox
from tasks.channels.postcard import Postcard
from tasks.channels.postmark import Postmark
from tasks.channels.resend import Resend
from tasks.channels.sendgrid import Sendgrid
from tasks.channels.ses import Ses
from tasks.channels.smtp import Smtp
from tasks.channels.twilio import Twilio
from tasks.channels.webhook import Webhook
from tasks.core.accounts import (
    AwsSmsSettings,
    FcmSettings,
    InsertSettings,
    LineSettings,
    PostcardSettings,
    PostmarkSettings,
    PrintSettings,
    ResendSettings,
    SendgridSettings,
    SesSettings,
    SmtpSettings,
    TwilioSettings,
    WebhookSettings,
)
from tasks.core.database import DEFAULT_NAMESPACE
from tasks.core.domain import ChannelName
from tasks.core.print_font import print_font
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.core.thresholds import DeliverySettings
from tasks.stores import drop_store

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

PUSH: dict[str, Make] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox", ChannelName.PUSH),
    "fcm": lambda _: Fcm.from_settings(FcmSettings()),
}
"""TODOKE_PUSH -> adapter."""

POSTCARD: dict[str, Make] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox", ChannelName.POSTCARD),
    "print_house": lambda _: Postcard(
        drop_store("TODOKE_POSTCARD_URL", PostcardSettings().url, _seconds()), print_font(PrintSettings().font)
    ),
}
"""TODOKE_POSTCARD -> adapter."""

INSERT: dict[str, Make] = {
    "mailbox": lambda settings: Mailbox(settings.home / "mailbox", ChannelName.INSERT),
    "warehouse": lambda _: Insert(drop_store("TODOKE_INSERT_URL", InsertSettings().url, _seconds())),
}
"""TODOKE_INSERT -> adapter."""

CHANNELS: dict[ChannelName, dict[str, Make]] = {
    ChannelName.EMAIL: EMAIL,
    ChannelName.LINE: LINE,
    ChannelName.SMS: SMS,
    ChannelName.PUSH: PUSH,
    ChannelName.POSTCARD: POSTCARD,
    ChannelName.INSERT: INSERT,
}


def channels_of(run: Run) -> list[Channel]:
    """The channels this installation sends on; a scratch run has mailboxes of its own.

    Raises ConfigurationError where one lacks its settings.
    """
    real = run.namespace == DEFAULT_NAMESPACE
    named = run.settings.channels.items()
    return [CHANNELS[channel][adapter if real else "mailbox"](run.settings) for channel, adapter in named]


def _seconds() -> float:
    return DeliverySettings().timeout_seconds
