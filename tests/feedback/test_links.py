"""Opt-out links in messages: sealed with the newest key, leading to the listener where there is one."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from tasks.core.brand import load_brand
from tasks.core.errors import ConfigurationError
from tasks.core.identity import address_key
from tasks.core.rendering import Rendered, Renderer
from tasks.core.secrets import link_secrets
from tasks.core.settings import Settings
from tasks.core.tokens import OptOut, open_unsubscribe_token
from tests.render.samples import rendered, sample

NAKAMURA = ("review_request", "nakamura_used_the_lamp_for_ten_days")


def review(**options: object) -> Rendered:
    """One marketing mail."""
    renderer = Renderer(load_brand(), b"addresses", "https://pages.invalid", **options)  # type: ignore[arg-type]
    return rendered(renderer, *NAKAMURA)


def link_of(message: Rendered) -> tuple[str, str]:
    """Address and token of the header; both parts of the mail carry the same."""
    found = re.fullmatch(r"<(https://\S+)\?t=([\w-]+)>", message.headers["List-Unsubscribe"])
    assert found
    assert all(f"{found[1]}?t={found[2]}" in part for part in (message.html, message.text))
    return found[1], found[2]


def test_links_lead_to_the_listener_where_there_is_one() -> None:
    assert link_of(review())[0] == "https://hinata-shoten.invalid/unsubscribe"
    assert link_of(review(listen_url="https://hear.invalid/"))[0] == "https://hear.invalid/unsubscribe"
    assert review(listen_url="https://hear.invalid").headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_link_says_who_what_and_where_it_was_sent() -> None:
    person = sample(*NAKAMURA)["recipient"]
    _, token = link_of(review(link_secret=b"links"))
    expected = OptOut(person["customer_id"], "review_request", address_key(b"addresses", person["email"]))
    assert open_unsubscribe_token([b"newer", b"links"], token) == expected
    assert open_unsubscribe_token([b"addresses"], token) is None


def test_two_keys_are_valid_at_a_time(tmp_path: Path) -> None:
    old, new = SecretStr("the key of last year"), SecretStr("the key of this year")
    assert link_secrets(Settings(home=tmp_path, secret=old)) == (b"the key of last year",)
    rotated = Settings(home=tmp_path, secret=old, link_secret=new, link_secret_before=old)
    assert link_secrets(rotated) == (b"the key of this year", b"the key of last year")
    _, token = link_of(review(link_secret=b"the key of last year"))
    assert open_unsubscribe_token(link_secrets(rotated), token)


@pytest.mark.parametrize(
    "given", [{"link_secret": "short"}, {"listen_url": "hear.invalid"}, {"listen_url": "https://x/?a=b"}]
)
def test_wrong_settings_are_named(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=f"TODOKE_{next(iter(given)).upper()}"):
        Settings(**given)  # type: ignore[arg-type]
