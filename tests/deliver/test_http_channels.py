"""Resend, Postmark and SendGrid alike: what a failed call proves, and one POST whatever is answered."""

import time
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from tasks.channels.base import Channel
from tasks.channels.postmark import Postmark
from tasks.channels.resend import Resend
from tasks.channels.sendgrid import Sendgrid
from tasks.core.accounts import PostmarkSettings, ResendSettings, SendgridSettings
from tasks.core.errors import AccountStopped, ConfigurationError, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tests.deliver.contract import MEGUMI, post
from tests.deliver.scripted import Answer, Scripted, listening

KEY = SecretStr("key of the tests")
MAKERS: dict[str, Callable[[str], Channel]] = {
    "resend": lambda url: Resend.from_settings(ResendSettings(secret=KEY, url=url)),
    "postmark": lambda url: Postmark.with_streams(PostmarkSettings(secret=KEY, url=url), 1),
    "sendgrid": lambda url: Sendgrid.from_settings(SendgridSettings(secret=KEY, url=url)),
}


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with listening(Scripted()) as server:
        yield server


@pytest.fixture(params=MAKERS)
def channel(request: pytest.FixtureRequest, scripted: Scripted) -> Iterator[Channel]:
    made = MAKERS[request.param](scripted.url)
    yield made
    made.close()


FAULTS: list[tuple[Answer, type[DeliveryError]]] = [
    (Answer(fault="reset"), UnknownOutcome),
    (Answer(fault="hang"), UnknownOutcome),
    (Answer(200, b'{"data": [{"id": "1"}]}', fault="cut"), UnknownOutcome),
    (Answer(200, b" " * 100, fault="drip"), UnknownOutcome),
    (Answer(200), UnknownOutcome),
    (Answer(200, b"<html>welcome</html>"), UnknownOutcome),
    (Answer(200, b"[]"), UnknownOutcome),
    (Answer(200, b"{}"), UnknownOutcome),
    (Answer(500, b'{"name": "application_error", "ErrorCode": 300}'), UnknownOutcome),
    (Answer(502, b"<html>bad gateway</html>"), UnknownOutcome),
    (Answer(503), UnknownOutcome),
    (Answer(408), UnknownOutcome),
    (Answer(429), NotWritten),
    (Answer(401), AccountStopped),
    (Answer(403), AccountStopped),
    (Answer(404), AccountStopped),
    (Answer(308, headers={"Location": "/elsewhere"}), AccountStopped),
    (Answer(413), Rejected),
]


@pytest.mark.parametrize(
    ("answer", "error"), FAULTS, ids=[f"{one.status}{one.fault}{one.body[:20]!r}" for one, _ in FAULTS]
)
def test_one_post_whatever_is_answered(
    scripted: Scripted, channel: Channel, answer: Answer, error: type[DeliveryError]
) -> None:
    scripted.answers.append(answer)
    started = time.monotonic()
    with pytest.raises(error) as raised:
        post(channel, MEGUMI, seconds=0.5)
    assert raised.type is error
    assert scripted.posts == len(scripted.requests) == 1
    assert time.monotonic() - started < 2


def test_retry_after(scripted: Scripted, channel: Channel) -> None:
    scripted.answers.append(Answer(429, headers={"Retry-After": "7"}))
    with pytest.raises(NotWritten) as raised:
        post(channel, MEGUMI)
    assert raised.value.retry_after_seconds == 7


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://nowhere.invalid"])
def test_a_connection_that_never_was_wrote_nothing(name: str, url: str) -> None:
    channel = MAKERS[name](url)
    with pytest.raises(NotWritten):
        post(channel, MEGUMI)
    channel.close()


@pytest.mark.parametrize("name", MAKERS)
def test_settings_are_refused_by_name_and_show_no_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=f"TODOKE_{name.upper()}_URL"):
        MAKERS[name]("http://shop.example")
    assert "key of the tests" not in repr(MAKERS[name]("https://shop.example"))
    monkeypatch.setattr("tests.deliver.test_http_channels.KEY", SecretStr(""))
    with pytest.raises(ConfigurationError, match=f"TODOKE_{name.upper()}_SECRET"):
        MAKERS[name]("https://shop.example")
