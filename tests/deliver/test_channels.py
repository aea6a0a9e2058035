"""The list of channels: each that may be configured has an adapter that calls itself so."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from tasks.channels import CHANNELS, channels_of
from tasks.channels.line import Line
from tasks.channels.twilio import Twilio
from tasks.channels.webhook import Webhook
from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError
from tasks.core.settings import LineSettings, Settings, TwilioSettings, WebhookSettings

GIVEN = {
    "TODOKE_WEBHOOK_URL": "https://shop.example/in",
    "TODOKE_WEBHOOK_SECRET": "sixteen characters",
    "TODOKE_LINE_TOKEN": "sixteen characters",
    "TODOKE_TWILIO_ACCOUNT": "AC1",
    "TODOKE_TWILIO_TOKEN": "sixteen characters",
    "TODOKE_TWILIO_SENDER": "+815012345678",
}
ADAPTERS = [(channel, name) for channel, adapters in CHANNELS.items() for name in adapters]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)


def test_every_choice_has_an_adapter() -> None:
    for channel, adapters in CHANNELS.items():
        choices = set(get_args(Settings.model_fields[channel].annotation)) - {""}
        assert choices == set(adapters)


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(("channel", "name"), ADAPTERS)
def test_an_adapter_is_what_it_is_called_and_all_but_the_mailbox_reach_people(
    channel: ChannelName, name: str, tmp_path: Path
) -> None:
    made = CHANNELS[channel][name](Settings(home=tmp_path))
    assert (made.provider, made.name) == (name, channel)
    assert made.is_real == (name != "mailbox")
    made.close()


def test_an_installation_has_the_channels_it_names() -> None:
    assert [made.name for made in channels_of(Settings())] == ["email"]
    everything = channels_of(Settings(line="mailbox", sms="mailbox"))
    assert [made.name for made in everything] == ["email", "line", "sms"]


def test_a_channel_without_its_settings_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="TODOKE_LINE_TOKEN"):
        channels_of(Settings(line="line"))


@pytest.mark.usefixtures("given")
def test_a_secret_is_not_shown() -> None:
    secret = SecretStr("sixteen characters")
    made = [
        Webhook.from_settings(WebhookSettings(url="https://shop.example/in", secret=secret)),
        Line.from_settings(LineSettings(token=secret)),
        Twilio.from_settings(TwilioSettings()),
    ]
    assert "sixteen" not in repr(made)
