"""Fixtures of the delivery tests."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tasks.channels.base import Channel
from tasks.channels.fcm import Fcm
from tasks.channels.smtp import Smtp
from tasks.channels.smtp_session import Relay as Address
from tasks.core.accounts import FcmSettings
from tasks.core.claims import StillDue
from tasks.core.database import Database
from tasks.core.ledger import discrepancies, ledger_sum
from tasks.core.outgoing import message_key
from tasks.core.steps import Hook
from tasks.core.thresholds import PaceSettings
from tasks.deliver import Delivered, deliver_messages
from tests.deliver.google import KEY, Google
from tests.deliver.nursery import Nursery, Worker
from tests.deliver.people import PATIENT, QUICK, all_due, render, run_of, states
from tests.deliver.relay import Relay
from tests.deliver.relay import serving as serve_mail
from tests.deliver.scripted import Scripted, listening
from tests.deliver.standin import HttpChannel, StandIn, serving


@dataclass
class Shop:
    """A ledger, a home and a provider."""

    database: Database
    home: Path
    provider: StandIn

    @property
    def channel(self) -> HttpChannel:
        """The provider's adapter."""
        return HttpChannel(self.provider.port, self.provider.keyed)

    def deliver(
        self,
        channel: Channel | None = None,
        hook: Hook = lambda _: None,
        still_due: StillDue = all_due,
        run: dict[str, Any] | None = None,
        times: Any = QUICK,
        pace: PaceSettings = PATIENT,
    ) -> Delivered:
        """One run's delivery step."""
        made = run_of(self.database, self.home, **(run or {}))
        return deliver_messages(made, [channel or self.channel], render, still_due, times, hook, pace)

    def worker(self, **changes: Any) -> Worker:
        """The same in a process of its own."""
        return Worker(self.database.url, str(self.home), self.provider.port, self.provider.keyed, **changes)

    def check(self) -> None:
        """Accepted in the ledger = taken by the provider, once each; ledger, work list and batches agree."""
        accepted = {
            str(message_key("shipped", one)) for one, state in states(self.database).items() if state == "accepted"
        }
        assert dict(self.provider.copies) == dict.fromkeys(accepted, 1)
        self.check_sum()

    def check_sum(self) -> None:
        """Rows of the ledger = sum over its states; nothing hangs between two tables."""
        with self.database.transaction() as connection:
            assert discrepancies(connection) == []
            assert sum(sum(by_state.values()) for by_state in ledger_sum(connection).values()) == len(
                states(self.database)
            )


@pytest.fixture
def keyed(database: Database, tmp_path: Path) -> Iterator[Shop]:
    """A shop whose provider honours keys."""
    yield from _open(database, tmp_path, True)


@pytest.fixture
def unkeyed(database: Database, tmp_path: Path) -> Iterator[Shop]:
    """A shop whose provider does not, but can be asked."""
    yield from _open(database, tmp_path, False)


@pytest.fixture(params=["keyed", "unkeyed"])
def shop(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Shop]:
    """Both kinds."""
    yield from _open(database, tmp_path, request.param == "keyed")


def _open(database: Database, home: Path, is_keyed: bool) -> Iterator[Shop]:
    with serving(StandIn(is_keyed)) as provider:
        yield Shop(database, home, provider)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where worker processes come from."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Credentials of nobody."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    return monkeypatch


@pytest.fixture(params=[False, True], ids=["one by one", "pipelined"])
def relay(request: pytest.FixtureRequest) -> Iterator[Relay]:
    """aiosmtpd, which offers PIPELINING or not."""
    with serve_mail(Relay(pipelining=request.param)) as made:
        yield made


@pytest.fixture
def smtp(relay: Relay) -> Iterator[Smtp]:
    """A client of it."""
    made = Smtp(Address("127.0.0.1", relay.port, "smtp"))
    yield made
    made.close()


@pytest.fixture
def google() -> Google:
    """Takes everything."""
    return Google()


@pytest.fixture
def google_api(google: Google) -> Iterator[Scripted]:
    """The stand-in on a loopback port, answering as a test says first."""
    with listening(Scripted(google)) as scripted:
        yield scripted


@pytest.fixture
def key_file(google_api: Scripted, tmp_path: Path) -> Path:
    """Of a service account of the stand-in."""
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    said = {"project_id": "hinata", "client_email": "todoke@hinata.iam.example", "private_key": pem}
    path = tmp_path / "service-account.json"
    path.write_bytes(orjson.dumps({**said, "token_uri": f"{google_api.url}/token"}))
    return path


@pytest.fixture
def fcm(google_api: Scripted, key_file: Path) -> Iterator[Fcm]:
    """A client of it."""
    made = Fcm.from_settings(FcmSettings(credentials=key_file, api=google_api.url))
    yield made
    made.close()


@pytest.fixture
def warm(fcm: Fcm, google_api: Scripted) -> Fcm:
    """With an access token, so that the next request is the message."""
    fcm.access.token(time.monotonic() + 30)
    google_api.requests.clear()
    return fcm
