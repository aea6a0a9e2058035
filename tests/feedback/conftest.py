"""A listener over real HTTP on the loopback, its PostgreSQL, and keys of our own."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text
from starlette.applications import Starlette

from tasks.core.database import Database
from tasks.core.settings import Settings
from tasks.core.tokens import OptOut, unsubscribe_token
from tasks.feedback.base import Incoming, Trust
from tasks.feedback.receive import Receiver
from tasks.listen import listener
from tests.deliver.people import change
from tests.feedback.authorities import roots, serving
from tests.feedback.signing import PUBLIC, Signed, feedback_settings

SECRET = b"key of addresses"
LINKS = (b"key of links", b"key of links before")
KEY = "key:o-1@example.invalid"
"""Address key of the customer that tests/deliver/people.py plans for."""


@dataclass
class Heard:
    """A listener and what it wrote."""

    database: Database
    receiver: Receiver
    client: httpx.Client

    def post(self, signed: Signed, **headers: str) -> httpx.Response:
        """Post one request."""
        return self.client.post(signed.path, content=signed.body, headers=signed.headers | headers)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """What the database holds, as tuples."""
        with self.database.transaction() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def kinds(self) -> list[str]:
        """Kinds of what was kept, in order."""
        return [kind for (kind,) in self.rows("select kind from feedback order by feedback_id")]

    def suppressed(self) -> list[Any]:
        """(scope, reason) of every suppression."""
        return self.rows("select scope, reason from suppression order by address_key, scope")

    def refused(self) -> dict[str, int]:
        """provider:reason -> how often."""
        found = self.rows("select provider || ':' || reason, times from feedback_refused")
        return {name: int(times) for name, times in found}

    def link(
        self, customer: str = "C-O-1", key: str | None = KEY, topic: str = "review_request", secret: bytes = LINKS[0]
    ) -> str:
        """The token of an opt-out link."""
        return unsubscribe_token(secret, OptOut(customer, topic, key))


def receiver_of(database: Database, **changes: Any) -> Receiver:
    """Listens to everybody; the certificate is the test CA's."""
    trust = Trust(feedback_settings(**changes), LINKS, PUBLIC, serving(), roots())
    return Receiver(database, SECRET, trust)


@pytest.fixture
def heard(database: Database, tmp_path: Path) -> Iterator[Heard]:
    """The app under uvicorn, in a thread."""
    yield from _heard(database, tmp_path)


@pytest.fixture(scope="module")
def module_heard(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    """The same for tests that keep nothing."""
    yield from _heard(module_database, tmp_path_factory.mktemp("home"))


def _heard(database: Database, home: Path) -> Iterator[Heard]:
    receiver = receiver_of(database)
    for address in running(listener(receiver, PUBLIC, Settings(home=home)).app()):
        with httpx.Client(base_url=address, timeout=20) as client:
            yield Heard(database, receiver, client)


def incoming_of(signed: Signed) -> Incoming:
    """As the listener would read it."""
    headers = {name.lower(): value for name, value in signed.headers.items()}
    return Incoming(signed.path, headers, signed.body, datetime.now(UTC))


def running(app: Starlette) -> Iterator[str]:
    """Serve an app; yields its address."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="error", access_log=False, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def customer(database: Database, customer_id: str = "C-O-1", key: str = KEY, **columns: Any) -> None:
    """A customer who agreed to marketing, without any message."""
    with database.transaction() as connection:
        connection.execute(
            text("insert into load (load_id, kind, as_of) values (1, 'merge', now()) on conflict do nothing")
        )
    named = {"customer_id": customer_id, "address_key": key, "email": "megumi@example.invalid", **columns}
    columns_of, values_of = ", ".join(named), ", ".join(f":{name}" for name in named)
    change(database, f"insert into customers ({columns_of}) values ({values_of})", **named)  # noqa: S608
    change(
        database,
        """insert into consents (customer_id, channel, topic, granted, at, source)
           values (:customer_id, 'email', 'marketing', true, '2026-01-01', 'checkout')""",
        customer_id=customer_id,
    )
