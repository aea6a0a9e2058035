"""SMTP against aiosmtpd: what is sent, and what each answer proves; one DATA a message."""

import email.policy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from tasks.channels.smtp import Smtp
from tasks.channels.smtp_session import Relay as Address
from tasks.core.accounts import SmtpSettings
from tasks.core.errors import AccountStopped, ConfigurationError, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tests.deliver.contract import MEGUMI, Attached, MailContract, Taken, files_of_mail, people, post
from tests.deliver.relay import GOOD, Relay, certificate, knows_the_shop, serving


class TestRelay(MailContract):
    @pytest.fixture
    def channel(self, smtp: Smtp) -> Smtp:
        return smtp

    @pytest.fixture
    def taken(self, relay: Relay) -> Taken:
        return lambda: relay.copies

    @pytest.fixture
    def attached(self, relay: Relay) -> Attached:
        return lambda: [file for _, content in relay.taken for file in files_of_mail(content)]

    def test_the_message_arrives_as_it_was_rendered(self, channel: Smtp, relay: Relay) -> None:
        [result] = post(channel, replace(MEGUMI, text="first\n.second\n..third\n"))
        [(address, content)] = relay.taken
        mail = message_from_bytes(content, policy=email.policy.default)
        assert (address, mail["Message-ID"]) == ("megumi@example.com", f"<{MEGUMI.key}@todoke.invalid>")
        assert (mail["Subject"], mail["List-Id"]) == (MEGUMI.subject, MEGUMI.headers["List-Id"])
        text, html = (part.get_content() for part in mail.iter_parts())
        assert (text.splitlines(), html.strip()) == (["first", ".second", "..third"], MEGUMI.html)
        assert result.provider_id == "250 2.0.0 Ok: queued as 1"


def test_the_connection_is_kept(smtp: Smtp, relay: Relay) -> None:
    post(smtp, *people(3))
    post(smtp, *people(2))
    assert (relay.connections, relay.posts) == (1, 5)


def test_a_connection_the_relay_closed_is_opened_again(relay: Relay) -> None:
    with serving(
        Relay(),
    ) as other:
        smtp = Smtp(Address("127.0.0.1", other.port, "smtp"))
        post(smtp, MEGUMI)
    smtp.relay = Address("127.0.0.1", relay.port, "smtp")
    assert [one.accepted for one in post(smtp, MEGUMI)] == [True]
    smtp.close()
    assert relay.posts == 1


MESSAGE = [
    ("rcpt", "550 5.1.1 no such user", None),
    ("rcpt", "553 5.1.3 bad address", None),
    ("rcpt", "552 5.2.2 mailbox full", None),
    ("before", "554 5.7.1 looks like spam", None),
    ("mail", "552 5.3.4 too large", None),
    ("rcpt", "450 4.2.0 greylisted", NotWritten),
    ("rcpt", "452 4.2.2 mailbox full for now", NotWritten),
    ("before", "451 4.3.0 try later", NotWritten),
    ("before", "421 4.3.2 shutting down", NotWritten),
    ("rcpt", "454 4.7.1 Relay access denied", AccountStopped),
    ("rcpt", "550 5.7.1 Unable to relay", AccountStopped),
    ("before", "550 5.4.5 Daily user sending limit exceeded", AccountStopped),
    ("mail", "550 5.7.1 this sender is not yours", AccountStopped),
    ("mail", "530 5.7.0 Authentication required", AccountStopped),
    ("mail", "451 4.3.0 try later", NotWritten),
    ("rcpt", "999 what", NotWritten),
    ("after", "reset", UnknownOutcome),
    ("after", "late", UnknownOutcome),
    ("after", "354 what", UnknownOutcome),
]


@pytest.mark.parametrize(("step", "answer", "failure"), MESSAGE, ids=[f"{step} {said}" for step, said, _ in MESSAGE])
def test_what_an_answer_proves_of_its_message(
    relay: Relay, smtp: Smtp, step: str, answer: str, failure: type[DeliveryError] | None
) -> None:
    getattr(relay, step).extend(["", answer])
    first, second, third = post(smtp, *people(3), seconds=1)
    assert first.accepted
    assert (second.accepted, type(second.failure)) == (False, failure or type(None))
    said = answer[:3] if answer[0].isdecimal() else "Disconnected|deadline"
    assert any(word in str(second.reason) for word in said.split("|"))
    ends = failure in (AccountStopped, UnknownOutcome) or answer[:3] in ("421", "999")
    assert isinstance(third.failure, NotWritten) if ends else third.accepted
    assert max(relay.copies.values()) == 1


def test_greylisting_is_tried_again_by_a_later_run(relay: Relay, smtp: Smtp) -> None:
    relay.rcpt.append("450 4.2.0 greylisted")
    [result] = post(smtp, MEGUMI)
    assert isinstance(result.failure, NotWritten)
    assert result.failure.retry_after_seconds == 300


@pytest.mark.parametrize(
    ("step", "answer", "failure"),
    [
        ("mail", "421 4.3.2 busy", NotWritten),
        ("mail", "550 5.7.1 this sender is not yours", AccountStopped),
        ("rcpt", "554 5.7.1 Relay access denied", AccountStopped),
    ],
)
def test_a_relay_that_takes_nothing_refuses_the_call(
    relay: Relay, smtp: Smtp, step: str, answer: str, failure: type[DeliveryError]
) -> None:
    getattr(relay, step).append(answer)
    with pytest.raises(failure) as raised:
        post(smtp, *people(2))
    assert raised.type is failure
    assert relay.posts == 0


def test_a_slow_relay_gets_no_message_it_could_not_answer_in_time(relay: Relay, smtp: Smtp) -> None:
    relay.after.extend(["", "late", "late"])
    first, second, third = post(smtp, *people(3), seconds=2.8)
    assert (first.accepted, second.accepted) == (True, True)
    assert isinstance(third.failure, NotWritten)
    assert relay.posts == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid"])
def test_a_connection_that_never_was_wrote_nothing(host: str) -> None:
    with pytest.raises(NotWritten):
        post(Smtp(Address(host, 1, "smtp")), MEGUMI)


TO_UTF8 = replace(MEGUMI, to_address="恵@例え.jp")


@pytest.mark.parametrize("offered", [True, False])
def test_an_address_beyond_ascii_needs_smtputf8(offered: bool) -> None:
    with serving(Relay(), enable_SMTPUTF8=offered) as relay:
        smtp = Smtp(Address("127.0.0.1", relay.port, "smtp"))
        first, second = post(smtp, TO_UTF8, MEGUMI)
        smtp.close()
    assert (first.accepted, second.accepted) == (offered, True)
    assert (first.reason is None) or "SMTPUTF8" in first.reason
    assert relay.copies == Counter([MEGUMI.to_address, *["恵@xn--r8jz45g.jp"] * offered])


Serve = Callable[..., tuple[Relay, Smtp]]


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A relay behind TLS, and a client of it."""
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with ExitStack() as stack:

        def serve(scheme: str, password: str = GOOD[1], host: str = "127.0.0.1") -> tuple[Relay, Smtp]:
            tls: dict[str, Any] = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context}
            later = scheme != "smtps"  # aiosmtpd does not see that a connection began with TLS
            auth = {"authenticator": knows_the_shop, "auth_required": later, "auth_require_tls": later}
            relay = stack.enter_context(serving(Relay(), **tls, **auth))
            url = SecretStr(f"{scheme}://{GOOD[0]}:{quote(password, safe='')}@{host}:{relay.port}")
            smtp = Smtp(Address.from_settings(SmtpSettings(url=url)))
            stack.callback(smtp.close)
            return relay, smtp

        yield serve


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_tls_and_password(secured: Serve, scheme: str) -> None:
    relay, smtp = secured(scheme)
    assert [one.accepted for one in post(smtp, *people(2))] == [True, True]
    assert relay.posts == 2


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_wrong_password_stops(secured: Serve, scheme: str) -> None:
    relay, smtp = secured(scheme, password="wrong")
    with pytest.raises(AccountStopped, match="535") as raised:
        post(smtp, MEGUMI)
    assert "wrong" not in str(raised.value)
    assert not relay.taken


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize("why", ["not trusted", "another name"])
def test_a_certificate_that_is_wrong_gets_nothing(
    secured: Serve, scheme: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, smtp = secured(scheme, host="127.0.0.1" if why == "not trusted" else "localhost")
    if why == "not trusted":
        monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotWritten, match="CERTIFICATE_VERIFY_FAILED"):
        post(smtp, MEGUMI)
    assert not relay.taken


def test_without_starttls_nothing_is_said(relay: Relay) -> None:
    with pytest.raises(AccountStopped, match="STARTTLS"):
        post(Smtp(Address("127.0.0.1", relay.port, "smtp+starttls", *GOOD)), MEGUMI)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (None, "scheme ''"),
        ("http://relay", "scheme 'http'"),
        ("smtps://", "host None"),
        ("smtp://a:b@relay", "unencr"),
        ("smtps://a:b%C3%B6@relay", "beyond ASCII"),
    ],
)
def test_an_unsafe_address_is_refused_by_name(url: str | None, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as raised:
        Address.from_settings(SmtpSettings(url=SecretStr(url) if url else None))
    assert "TODOKE_SMTP_URL" in str(raised.value)
    assert "a:b" not in str(raised.value)


def test_what_is_no_message_is_refused(smtp: Smtp) -> None:
    with pytest.raises(Rejected):
        smtp.encode(replace(MEGUMI, to_address="恵 \u2028@example.jp"))
