"""SendBulkEmail as aws-ses-v2-local understands it: a program others wrote, with a store of its own."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tasks.channels.ses import Ses
from tasks.core.accounts import SesSettings
from tests.deliver.conftest import Shop
from tests.deliver.contract import MEGUMI, Attached, MailContract, Taken, files_of_json, post
from tests.deliver.node import running
from tests.deliver.people import STEADY, orders, plan, reason_of, states
from tests.deliver.scripted import Answer, Request, Scripted, listening

SETTINGS = SesSettings(rate=10_000)


@pytest.fixture(scope="module")
def standin() -> Iterator[str]:
    """aws-ses-v2-local on a loopback port."""
    script = "aws-ses-v2-local/dist/cli.js"
    with running(script, "--host", "127.0.0.1", port_option="--port", ready="/health-check") as url:
        yield url


def emails(url: str) -> list[dict[str, Any]]:
    """What the stand-in's own store holds."""
    found: list[dict[str, Any]] = httpx.get(f"{url}/store").json()["emails"]
    return found


@pytest.fixture
def empty(standin: str, aws: pytest.MonkeyPatch) -> str:
    """The stand-in without messages, behind boto3's own setting."""
    httpx.post(f"{standin}/clear-store")
    aws.setenv("AWS_ENDPOINT_URL", standin)
    return standin


class TestStandIn(MailContract):
    @pytest.fixture
    def channel(self, empty: str) -> Iterator[Ses]:  # noqa: ARG002
        made = Ses(SETTINGS, 5)
        yield made
        made.close()

    @pytest.fixture
    def taken(self, empty: str) -> Taken:
        return lambda: Counter(one["destination"]["to"][0] for one in emails(empty))

    @pytest.fixture
    def attached(self, empty: str) -> Attached:
        return lambda: [
            file
            for one in emails(empty)
            for file in files_of_json(one.get("attachments", []), "filename", "contentType", "content")
        ]

    def test_the_message_arrives_as_it_was_rendered(self, channel: Ses, empty: str) -> None:
        post(channel, MEGUMI)
        [mail] = emails(empty)
        assert (mail["subject"], mail["body"]) == (MEGUMI.subject, {"html": MEGUMI.html, "text": MEGUMI.text})
        assert {one["name"]: one["value"] for one in mail["headers"]} == MEGUMI.headers
        assert mail["replyTo"] == ["help@todoke.invalid"]


def through(url: str) -> Scripted:
    """A proxy in front of the stand-in that counts, and loses answers on demand."""

    def forward(request: Request) -> Answer:
        kept = {name: value for name, value in request.headers.items() if name in ("Authorization", "Content-Type")}
        answer = httpx.request(request.method, url + request.path, content=request.body, headers=kept)
        return Answer(answer.status_code, answer.content, {"Content-Type": "application/json"})

    return Scripted(forward)


def test_seal_intend_acknowledge(unkeyed: Shop, empty: str, aws: pytest.MonkeyPatch) -> None:
    plan(unkeyed.database, orders(120))
    with listening(through(empty)) as proxy:
        aws.setenv("AWS_ENDPOINT_URL", proxy.url)
        channel = Ses(SETTINGS, 5)
        patient = STEADY.model_copy(update={"batch_size": 500, "lease_seconds": 20, "timeout_seconds": 5})
        done = unkeyed.deliver(channel, run={"env": "production"}, times=patient)
        channel.close()
    assert (done.counts, done.notes, proxy.posts) == ({"accepted": 120}, [], 3)
    assert set(states(unkeyed.database).values()) == {"accepted"}
    assert len({mail["destination"]["to"][0] for mail in emails(empty)}) == len(emails(empty)) == 120
    unkeyed.check_sum()


def test_an_answer_lost_after_accept_is_never_posted_again(unkeyed: Shop, empty: str, aws: pytest.MonkeyPatch) -> None:
    plan(unkeyed.database, orders(8))
    with listening(through(empty)) as proxy:
        aws.setenv("AWS_ENDPOINT_URL", proxy.url)
        proxy.faults_after.append("reset")
        channel = Ses(SETTINGS, 1)
        unkeyed.deliver(channel, run={"env": "production"}, times=STEADY)
        assert set(states(unkeyed.database).values()) == {"unknown"}
        time.sleep(STEADY.lease_seconds + STEADY.timeout_seconds + 0.2)
        unkeyed.deliver(channel, run={"env": "production"}, times=STEADY)
        channel.close()
    assert set(states(unkeyed.database).values()) == {"parked"}
    assert reason_of(unkeyed.database, "O-00000") == "cannot_ask_provider"
    assert (proxy.posts, len(emails(empty))) == (1, 8)


def test_outside_production_only_allowed_addresses_are_reached(unkeyed: Shop, empty: str) -> None:
    plan(unkeyed.database, orders(3))
    channel = Ses(SETTINGS, 5)
    unkeyed.deliver(channel, run={"allow": "o-00001@example.invalid"}, times=STEADY)
    channel.close()
    [mail] = emails(empty)
    assert mail["destination"]["to"] == ["o-00001@example.invalid"]
    assert Counter(states(unkeyed.database).values()) == {"accepted": 1, "rejected": 2}
