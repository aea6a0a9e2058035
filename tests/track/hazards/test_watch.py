"""Looking at folders and addresses: whatever they answer, no crash and no false all-clear."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tasks.core.domain import GateState
from tasks.core.errors import ConfigurationError
from tasks.core.runs import Run
from tasks.hazards import watch
from tasks.hazards.live import Asked
from tasks.hazards.watch import Look, look, places
from tests.track.hazards import test_nws
from tests.track.hazards.test_jma import telegram, weather

NOW = datetime(2026, 9, 15, 1, tzinfo=UTC)
ALERTS = test_nws.TestNws.document


@dataclass
class Server:
    """Answers by path: (status, body). What was asked, with which conditions, is remembered."""

    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def _serving() -> Iterator[Server]:
    held = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held.asked.append((self.path, self.headers.get("If-None-Match")))
            status, body = held.answers.get(self.path, (404, b""))
            status = 304 if status == 200 and self.headers.get("If-None-Match") == '"1"' else status
            self.send_response(status)
            for name, value in ({"ETag": '"1"'} | held.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(0 if status == 304 else len(body)))
            self.end_headers()
            if status != 304:
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with _serving() as held:
        yield held


def _look(setting: str, known: dict[str, Asked] | None = None, at: datetime = NOW) -> Look:
    return look(Run("r", at, "postgresql://nowhere"), setting, known or {})


def test_it_is_asked_once_and_then_only_for_what_is_new(server: Server) -> None:
    server.answers["/a"] = (200, ALERTS)
    address = f"nws:{server.url}/a"
    first = _look(address)
    assert (len(first.hazards), first.gate) == (1, (GateState.OPEN, None))
    second = _look(address, first.asked, NOW + timedelta(hours=1))
    assert (second.hazards, second.gate, server.asked) == ([], (GateState.OPEN, None), [("/a", None), ("/a", '"1"')])
    assert second.asked[f"{server.url}/a"].good_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, b"oops", "answered 500"),
        (200, b"<html><body>Maintenance</body></html>", "not JSON"),
        (200, b"{}", "no GeoJSON"),
        (200, b"[" * 2_000, "not JSON"),
        (404, b"", "answered 404"),
    ],
    ids=["error", "html", "other json", "deep", "gone"],
)
def test_a_feed_that_fails_makes_the_gate_stale_and_is_left_alone_for_a_while(
    server: Server, status: int, body: bytes, says: str
) -> None:
    server.answers["/a"] = (status, body)
    url = f"{server.url}/a"
    good = Asked(url, "nws", etag='"0"', good_at=NOW)
    seen = _look(f"nws:{url}", {url: good})
    state, reason = seen.gate
    assert (state, seen.hazards) == (GateState.STALE, [])
    assert reason is not None
    assert says in reason
    after = seen.asked[url]
    assert (after.failures, after.etag, after.good_at) == (1, '"0"', NOW), "what could not be read is not remembered"
    calls = len(server.asked)
    again = _look(f"nws:{url}", seen.asked, NOW + timedelta(minutes=5))
    assert (again.gate[0], len(server.asked)) == (GateState.STALE, calls)
    server.answers["/a"] = (200, ALERTS)
    healed = _look(f"nws:{url}", seen.asked, NOW + timedelta(hours=1))
    assert (healed.gate, len(healed.hazards), healed.asked[url].failures) == ((GateState.OPEN, None), 1, 0)


def test_nobody_listening_is_said_too(server: Server) -> None:
    with _serving() as other:
        url = f"{other.url}/a"
    state, reason = _look(f"nws:{url}, nws:{server.url}/b").gate
    assert state is GateState.STALE
    assert reason is not None
    assert "cannot be reached" in reason
    assert "answered 404" in reason


def test_pauses_double_and_keep_what_the_server_wishes(server: Server) -> None:
    server.headers["Retry-After"] = "3600"
    server.answers["/a"] = (503, b"")
    seen = _look(f"nws:{server.url}/a")
    assert seen.asked[f"{server.url}/a"].retry_at == NOW + timedelta(hours=1)
    asked, pauses = Asked("u", "nws"), []
    for _ in range(8):
        asked = asked.failed(NOW, "x")
        assert asked.retry_at is not None
        pauses.append((asked.retry_at - NOW) // timedelta(minutes=10))
    assert pauses == [1, 2, 4, 8, 16, 32, 36, 36]


def _feed(server: Server, *names: str) -> None:
    entries = "".join(f"<entry><id>{server.url}/{name}</id><updated>{name}</updated></entry>" for name in names)
    server.answers["/extra.xml"] = (200, f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode())


def test_a_feed_of_telegrams_is_followed_once_and_again_where_one_failed(server: Server) -> None:
    first, second = "1_0_VPWW60_150000.xml", "2_0_VPWW58_150000.xml"
    _feed(server, first, second)
    server.answers[f"/{first}"] = (200, telegram(weather(("1520200", "06", "発表"))))
    server.answers[f"/{second}"] = (500, b"")
    seen = _look(f"jma:{server.url}/extra.xml")
    assert {hazard.hazard_id for hazard in seen.hazards} >= {"jma:150000:06"}
    assert seen.gate[0] is GateState.STALE
    server.answers[f"/{second}"] = (200, telegram(weather(("1520200", "05", "発表"))))
    server.asked.clear()
    later = _look(f"jma:{server.url}/extra.xml", seen.asked, NOW + timedelta(hours=1))
    assert server.asked == [("/extra.xml", None), (f"/{second}", None)], "the feed must announce it again"
    assert [one.hazard_id for one in later.hazards if one.state == "active"] == ["jma:150000:05"]
    assert later.gate[0] is GateState.OPEN


def test_a_telegram_that_cannot_be_read_is_set_aside_alone(server: Server) -> None:
    names = ("1_0_VPWW60_150000.xml", "2_0_VPWW58_150000.xml")
    _feed(server, *names)
    server.answers[f"/{names[0]}"] = (200, b"<Report>")
    server.answers[f"/{names[1]}"] = (200, telegram(weather(("1520200", "05", "発表"))))
    seen = _look(f"jma:{server.url}/extra.xml")
    assert (len(seen.rejected), seen.gate[0]) == (1, GateState.OPEN)
    assert any(hazard.state == "active" for hazard in seen.hazards)


def test_folders_and_addresses_are_looked_at_together(server: Server, tmp_path: Path) -> None:
    server.answers["/a"] = (200, ALERTS)
    (tmp_path / "jma").mkdir()
    (tmp_path / "jma" / "x_VPWW60_150000.xml").write_bytes(telegram(weather(("1520200", "06", "発表"))))
    (tmp_path / "jma" / "y_VPWW60_150000.xml").write_bytes(b"half a tele")
    (tmp_path / "cap").mkdir()
    (tmp_path / "cap" / "z.cap").write_bytes(b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>")
    seen = _look(f"{tmp_path}, nws:{server.url}/a")
    assert {hazard.source for hazard in seen.hazards} == {"jma", "nws"}
    assert {row.file for row in seen.rejected} == {"y_VPWW60_150000.xml", "z.cap"}
    assert seen.gate == (GateState.OPEN, None)
    (tmp_path / "advisories.csv").write_text("carrier\nyamato\n")
    state, reason = _look(f"{tmp_path},{tmp_path / 'nowhere'}").gate
    assert state is GateState.CLOSED
    assert reason is not None
    assert "advisories.csv" in reason
    assert "nowhere" in reason


def test_the_setting_names_sources_and_folders() -> None:
    found = [(source and source.name, place) for source, place in places("/a, nws ,cap:https://x/feed,jma:http://y/z")]
    assert found == [
        (None, "/a"),
        ("nws", "https://api.weather.gov/alerts/active"),
        ("cap", "https://x/feed"),
        ("jma", "http://y/z"),
    ]
    for wrong in ("cap", "drop", "nws:ftp://x"):
        with pytest.raises(ConfigurationError, match=wrong):
            list(places(wrong))


def test_a_scratch_run_asks_nobody(server: Server, tmp_path: Path) -> None:
    seen = look(Run("r", NOW, "postgresql://nowhere", "scratch_x"), f"nws:{server.url}/a,{tmp_path}", {})
    assert (server.asked, seen.gate) == ([], (GateState.OPEN, None))


def test_what_does_not_fit_into_the_hour_is_left_for_the_next(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_LINKS", 1)
    names = ("1_0_VXSE53_1.xml", "2_0_VXSE53_2.xml")
    _feed(server, *names)
    for name in names:
        server.answers[f"/{name}"] = (200, telegram("<Earthquake/>", event=name))
    seen = _look(f"jma:{server.url}/extra.xml")
    assert seen.gate == (GateState.STALE, "jma: 1 documents are left for the next run.")
    assert server.asked[1:] == [(f"/{names[1]}", None)], "the newest first"
    later = _look(f"jma:{server.url}/extra.xml", seen.asked, NOW + timedelta(hours=1))
    assert (later.gate[0], server.asked[-1][0]) == (GateState.OPEN, f"/{names[0]}")
    calm = _look(f"jma:{server.url}/extra.xml", {**seen.asked, **later.asked}, NOW + timedelta(hours=2))
    assert (calm.gate[0], server.asked[-1]) == (GateState.OPEN, ("/extra.xml", '"1"')), "nothing is left"


def test_what_failed_too_often_is_not_asked_for_ever(server: Server) -> None:
    lost = f"{server.url}/1_0_VPWW60_150000.xml"
    _feed(server, "1_0_VPWW60_150000.xml")
    known = {lost: replace(Asked(lost, "jma"), failures=8, problem="answered 404")}
    assert _look(f"jma:{server.url}/extra.xml", known).gate[0] is GateState.OPEN
    assert [path for path, _ in server.asked] == ["/extra.xml"]
