"""The list of channels: each that may be configured has an adapter that calls itself so."""

from pathlib import Path
from typing import Any, get_args

import pytest

from tasks.channels import CHANNELS, channels_of
from tasks.core.database import DEFAULT_NAMESPACE
from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tests.deliver.people import NOW

GIVEN = {
    "TODOKE_SMTP_URL": "smtps://shop:sixteen@relay.example",
    "TODOKE_RESEND_SECRET": "sixteen characters",
    "TODOKE_POSTMARK_SECRET": "sixteen characters",
    "TODOKE_SENDGRID_SECRET": "sixteen characters",
    "TODOKE_WEBHOOK_URL": "https://shop.example/in",
    "TODOKE_WEBHOOK_SECRET": "sixteen characters",
    "TODOKE_LINE_TOKEN": "sixteen characters",
    "TODOKE_TWILIO_ACCOUNT": "AC1",
    "TODOKE_TWILIO_TOKEN": "sixteen characters",
    "TODOKE_TWILIO_SENDER": "+815012345678",
    "TODOKE_POSTCARD_URL": "s3://print-house/cards",
    "TODOKE_INSERT_URL": "/srv/warehouse",
}
ADAPTERS = [(channel, name) for channel, adapters in CHANNELS.items() for name in adapters]


def run(namespace: str = DEFAULT_NAMESPACE, **settings: Any) -> Run:
    """A run that opens no database."""
    return Run("run-1", NOW, "", namespace, Settings(**settings))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, key_file: Path) -> None:
    for name, value in (GIVEN | {"TODOKE_FCM_CREDENTIALS": str(key_file)}).items():
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
    assert [made.name for made in channels_of(run())] == ["email"]
    assert [made.name for made in channels_of(run(line="mailbox", sms="mailbox"))] == ["email", "line", "sms"]


def test_a_scratch_run_reaches_nobody() -> None:
    made = channels_of(run("scratch_x", line="line", sms="aws", email="ses"))
    assert [one.provider for one in made] == ["mailbox"] * 3


def test_a_channel_without_its_settings_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="TODOKE_LINE_TOKEN"):
        channels_of(run(line="line"))


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(("channel", "name"), ADAPTERS)
def test_a_secret_is_not_shown(channel: ChannelName, name: str, tmp_path: Path) -> None:
    assert "sixteen" not in repr(CHANNELS[channel][name](Settings(home=tmp_path)))
