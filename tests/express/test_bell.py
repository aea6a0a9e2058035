"""Orders told of: one run for many, none forgotten, and a server that is away stops nobody."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tasks.core.bell import Bell
from tasks.core.database import Database
from tasks.core.settings import Settings
from tasks.listen import listener
from tests.feedback.conftest import receiver_of, running

TOKEN = "a token of these tests"


def wait_for(rings: list[float], number: int) -> None:
    deadline = time.monotonic() + 30
    while len(rings) < number and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(rings) >= number


def test_many_presses_ring_at_once_and_once_more() -> None:
    rings: list[float] = []
    bell = Bell(lambda: rings.append(time.monotonic()), 1)
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda _: bell.press(), range(200)))
    last_press = time.monotonic()
    wait_for(rings, 2)
    assert rings[-1] - rings[0] >= 1
    time.sleep(1.2)
    assert len(rings) == 2, "nobody pressed again"
    bell.press()
    wait_for(rings, 3)
    assert rings[-1] > last_press


def test_a_ring_that_fails_is_said_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    heard = threading.Event()

    def ring() -> None:
        if not caplog.records:
            raise ConnectionError("no server")
        heard.set()

    bell = Bell(ring, 0.05)
    bell.press()
    bell.press()
    assert heard.wait(30)
    assert "no server; the schedule sees to it" in caplog.text


def test_only_who_has_the_token_starts_a_run(module_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    app = listener(receiver_of(module_database), "http://here.invalid", Settings(), lambda: told.append(1)).app()
    with contextmanager(running)(app) as address, httpx.Client(base_url=address) as client:
        assert client.post("/orders/placed").status_code == 503, "no token is set"
        monkeypatch.setenv("TODOKE_ORDERS_TOKEN", TOKEN)
        assert client.post("/orders/placed").status_code == 403
        assert client.post("/orders/placed", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 403
        assert client.get("/orders/placed").status_code == 405
        assert told == []
        body = '{"order_id": "whatever it says"}'
        assert client.post("/orders/placed", headers={"Authorization": f"Bearer {TOKEN}"}, content=body).is_success
        assert told == [1]
