"""The list of channels: each that may be configured has an adapter that calls itself so."""

from pathlib import Path
from typing import get_args

import pytest

from tasks.channels import EMAIL
from tasks.core.settings import Settings


@pytest.fixture(autouse=True)
def accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_SMTP_URL", "smtps://shop:sixteen@relay.example")
    monkeypatch.setenv("TODOKE_WEBHOOK_URL", "https://shop.example/in")
    for provider in ("WEBHOOK", "RESEND", "POSTMARK", "SENDGRID"):
        monkeypatch.setenv(f"TODOKE_{provider}_SECRET", "sixteen characters")


def test_every_choice_has_an_adapter() -> None:
    assert set(get_args(Settings.model_fields["email"].annotation)) == set(EMAIL)


@pytest.mark.parametrize("name", EMAIL)
def test_an_adapter_is_what_it_is_called_and_all_but_the_mailbox_reach_people(name: str, tmp_path: Path) -> None:
    channel = EMAIL[name](Settings(home=tmp_path))
    assert channel.provider == name
    assert channel.is_real == (name != "mailbox")
    channel.close()


@pytest.mark.parametrize("name", EMAIL)
def test_a_secret_is_not_shown(name: str, tmp_path: Path) -> None:
    assert "sixteen" not in repr(EMAIL[name](Settings(home=tmp_path)))
