"""The webhook channel against the receiver of docs/webhook.md, and against one that fails on demand."""

import hashlib
import hmac
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http.server import HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from tasks.channels.webhook import Webhook
from tasks.core.accounts import WebhookSettings
from tasks.core.errors import AccountStopped, ConfigurationError, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.paths import ROOT
from tests.deliver.contract import MEGUMI, Attached, MailContract, Taken, files_of_json, people, post
from tests.deliver.scripted import Answer, Scripted, listening

SECRET = b"a secret of sixteen or more"


def documented() -> dict[str, Any]:
    """What the receiver in the document defines."""
    [source] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhook.md").read_text(encoding="utf-8"), re.DOTALL)
    defined: dict[str, Any] = {"__name__": "receiver"}
    exec(source, defined)  # noqa: S102  # our own document
    defined["Receiver"].log_message = lambda *_: None
    return defined


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Any]:
    server: HTTPServer = documented()["serve"](0, SECRET, tmp_path / "messages.db")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    server.store.close()  # type: ignore[attr-defined]


class TestWebhook(MailContract):
    @pytest.fixture
    def channel(self, receiver: Any) -> Iterator[Webhook]:
        made = Webhook(f"http://127.0.0.1:{receiver.server_port}/todoke", SECRET)
        yield made
        made.close()

    @pytest.fixture
    def taken(self, receiver: Any) -> Taken:
        return lambda: Counter(row[0] for row in receiver.store.execute("select address from messages"))

    @pytest.fixture
    def attached(self, receiver: Any) -> Attached:
        return lambda: [
            file
            for row in receiver.store.execute("select message from messages")
            for file in files_of_json(orjson.loads(row[0]).get("attachments", []), "name", "type", "content")
        ]

    def test_another_secret_stops_and_takes_nothing(self, channel: Webhook, taken: Taken) -> None:
        stranger = replace(channel, secret=b"another secret of sixteen")
        with pytest.raises(AccountStopped, match="401"):
            post(stranger, MEGUMI)
        stranger.close()
        assert not taken()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with listening(Scripted()) as server:
        yield server


@pytest.fixture
def webhook(scripted: Scripted) -> Iterator[Webhook]:
    made = Webhook(scripted.url, SECRET)
    yield made
    made.close()


def test_what_is_posted(scripted: Scripted, webhook: Webhook) -> None:
    post(webhook, MEGUMI, key="batch-7")
    [request] = scripted.requests
    [message] = orjson.loads(request.body)["messages"]
    assert (message["key"], message["html"], message["headers"]) == (str(MEGUMI.key), MEGUMI.html, MEGUMI.headers)
    assert (message["to"], message["dated_at"]) == (
        {"address": "megumi@example.com", "name": "髙﨑 恵"},
        "2026-09-15T01:00:00+00:00",
    )
    assert request.headers["Idempotency-Key"] == "batch-7"
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request.headers["Todoke-Signature"])
    assert found is not None
    signed = f"{found[1]}.batch-7.".encode() + request.body
    assert hmac.new(SECRET, signed, hashlib.sha256).hexdigest() == found[2]
    assert abs(int(found[1]) - time.time()) < 60


def test_one_connection_is_kept(scripted: Scripted, webhook: Webhook) -> None:
    for number in range(5):
        post(webhook, MEGUMI, key=str(number))
    assert (scripted.posts, scripted.connections) == (5, 1)


ANSWERS: list[tuple[Answer, type[DeliveryError]]] = [
    *[(Answer(status), Rejected) for status in (400, 413, 415, 422)],
    *[(Answer(status), AccountStopped) for status in (301, 302, 307, 308, 401, 403, 404, 405, 410)],
    (Answer(429), NotWritten),
    *[(Answer(status), UnknownOutcome) for status in (303, 408, 409, 418, 500, 502, 503, 504)],
    *[(Answer(fault=fault), UnknownOutcome) for fault in ("reset", "hang")],
    (Answer(body=b'{"results": []}' * 9, fault="cut"), UnknownOutcome),
    *[
        (Answer(body=body), UnknownOutcome)
        for body in (
            b"<html>welcome</html>", b"ok", b"[]", b"null", b"{}", b'{"results": []}', b'{"results": [{}]}',
            b'{"results": [1]}',
            orjson.dumps({"results": [{"key": "another", "status": "accepted"}]}),
            orjson.dumps({"results": [{"key": str(MEGUMI.key), "status": "queued"}]}),
            orjson.dumps({"results": [{"key": str(MEGUMI.key), "status": ["accepted"]}]}),
            orjson.dumps({"results": [{"key": str(MEGUMI.key), "status": "accepted"}] * 2}),
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "error"), ANSWERS, ids=[f"{one.status} {one.fault}{one.body[:40]!r}" for one, _ in ANSWERS]
)
def test_what_an_answer_proves(
    scripted: Scripted, webhook: Webhook, answer: Answer, error: type[DeliveryError]
) -> None:
    scripted.answers.append(answer)
    with pytest.raises(error) as raised:
        post(webhook, MEGUMI, seconds=0.8)
    assert raised.type is error
    assert scripted.posts == 1, "posted once, whatever was answered"


@pytest.mark.parametrize(
    "answer", [Answer(200), Answer(202, b"\n"), Answer(204), Answer(409, b'{"already_accepted": true}')]
)
def test_all_were_taken(scripted: Scripted, webhook: Webhook, answer: Answer) -> None:
    scripted.answers.append(answer)
    assert [result.accepted for result in post(webhook, *people(3))] == [True] * 3


def test_results_message_by_message(scripted: Scripted, webhook: Webhook) -> None:
    first, second = people(2)
    results = [
        {"key": str(first.key), "status": "accepted", "id": 17},
        {"key": str(second.key), "status": "rejected", "reason": "no such\0mailbox"},
    ]
    scripted.answers.append(Answer(body=orjson.dumps({"results": results})))
    found = post(webhook, first, second)
    assert [(one.accepted, one.provider_id, one.reason) for one in found] == [
        (True, "17", None),
        (False, None, "no suchmailbox"),
    ]


def test_a_text_that_looks_like_a_message_is_none(scripted: Scripted, webhook: Webhook) -> None:
    odd = replace(MEGUMI, text='[{"key":"' + "0" * 36 + '"},{"key":"x"}]', headers={"key": str(MEGUMI.key)})
    scripted.answers.append(
        Answer(body=orjson.dumps({"results": [{"key": str(MEGUMI.key), "status": "accepted"}] * 2}))
    )
    assert len(post(webhook, odd, odd)) == 2


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)])
def test_retry_after(scripted: Scripted, webhook: Webhook, header: str, seconds: float | None) -> None:
    scripted.answers.append(Answer(429, headers={"Retry-After": header}))
    with pytest.raises(NotWritten) as raised:
        post(webhook, MEGUMI)
    assert raised.value.retry_after_seconds == seconds


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://nowhere.invalid/"])
def test_a_connection_that_never_was_wrote_nothing(url: str) -> None:
    webhook = Webhook(url, SECRET)
    with pytest.raises(NotWritten):
        post(webhook, MEGUMI)
    webhook.close()


def test_tls_that_fails_wrote_nothing(scripted: Scripted) -> None:
    webhook = Webhook(scripted.url.replace("http:", "https:"), SECRET)
    with pytest.raises(NotWritten):
        post(webhook, MEGUMI)
    webhook.close()
    assert scripted.posts == 0


def test_an_answer_that_drips_ends_at_the_deadline(scripted: Scripted, webhook: Webhook) -> None:
    scripted.answers.append(Answer(body=b" " * 100, fault="drip"))
    started = time.monotonic()
    with pytest.raises(UnknownOutcome):
        post(webhook, MEGUMI, seconds=0.3)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("url", "secret", "named"),
    [
        (None, "x" * 16, "TODOKE_WEBHOOK_URL"),
        ("http://shop.example/in", "x" * 16, "TODOKE_WEBHOOK_URL"),
        ("https://shop.example/in", None, "TODOKE_WEBHOOK_SECRET"),
        ("https://shop.example/in", "short", "TODOKE_WEBHOOK_SECRET"),
    ],
)
def test_unsafe_settings_are_refused_by_name(url: str | None, secret: str | None, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        Webhook.from_settings(WebhookSettings(url=url, secret=SecretStr(secret) if secret else None))
