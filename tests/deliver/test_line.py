"""The LINE channel against a stand-in that remembers retry keys, and against one that fails on demand."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import md5
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from tasks.channels.line import Line
from tasks.core.accounts import LineSettings
from tasks.core.claims import Claimed
from tasks.core.database import Database
from tasks.core.errors import AccountStopped, ConfigurationError, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing
from tasks.core.rendering import Rendered
from tasks.deliver import Delivered, deliver_messages
from tests.deliver.contract import KEY, MEGUMI, ChannelContract, Taken, post
from tests.deliver.line_standin import STRANGER, TOKEN, LineStore
from tests.deliver.people import STEADY, all_due, change, orders, plan, render, run_of, states
from tests.deliver.scripted import Answer, Scripted, listening

TO_USER = """update message_content set recipient = recipient || jsonb_build_object('line_user_id', cast(:user as text))
             where subject_id = :id"""
TEXT = orjson.dumps([{"type": "text", "text": "髙﨑 恵 様"}]).decode()


def user(address: str) -> str:
    """A LINE user id of somebody."""
    return "U" + md5(address.encode(), usedforsecurity=False).hexdigest()


def for_line(message: Outgoing) -> Outgoing:
    return replace(message, to_address=user(message.to_address), text=TEXT, html="")


@pytest.fixture
def store() -> LineStore:
    return LineStore()


@pytest.fixture
def api(store: LineStore) -> Iterator[Scripted]:
    with listening(Scripted(store.handle)) as scripted:
        yield scripted


@pytest.fixture
def line(api: Scripted) -> Iterator[Line]:
    made = Line(TOKEN, api.url)
    yield made
    made.close()


class TestLine(ChannelContract):
    def fit(self, message: Outgoing) -> Outgoing:
        return for_line(message)

    @pytest.fixture
    def channel(self, line: Line) -> Line:
        return line

    @pytest.fixture
    def taken(self, store: LineStore) -> Taken:
        return lambda: store.copies

    @pytest.mark.parametrize(
        "changes",
        [
            {"to_address": "nobody"},
            {"to_address": "C" + "0" * 32},
            {"to_address": user("a") + "\n"},
            {"text": "no json"},
            {"text": "[]"},
            {"text": orjson.dumps([{"type": "text", "text": "x"}] * 6).decode()},
            {"text": orjson.dumps([{"type": "text", "text": "x" * 5001}]).decode()},
            {"text": '[{"type":"text","text":"lone \\ud83d surrogate"}]'},
            {"text": '[{"type":"flex","altText":"a","contents":{"type":"uri","label":"a","uri":"file:///a"}}]'},
        ],
    )
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Any, changes: dict[str, str]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(for_line(MEGUMI), **changes))  # type: ignore[arg-type]


def test_what_is_posted(api: Scripted, line: Line) -> None:
    [result] = post(line, for_line(MEGUMI))
    [request] = api.requests
    assert orjson.loads(request.body) == {"to": user(MEGUMI.to_address), "messages": orjson.loads(TEXT)}
    assert request.headers["X-Line-Retry-Key"] == KEY
    assert result.provider_id == "461"


def test_one_connection_is_kept(api: Scripted, line: Line) -> None:
    for _ in range(3):
        post(line, for_line(MEGUMI))
    assert (api.posts, api.connections) == (3, 1)


def test_a_lost_answer_is_settled_by_the_same_key(api: Scripted, store: LineStore, line: Line) -> None:
    api.faults_after.append("reset")
    with pytest.raises(UnknownOutcome):
        post(line, for_line(MEGUMI))
    [again] = post(line, for_line(MEGUMI))
    assert (again.accepted, again.provider_id) == (True, "request-0")
    assert store.copies == {user(MEGUMI.to_address): 1}


QUOTA = b'{"message":"You have reached your monthly limit."}'
RATE = b'{"message":"The API rate limit has been exceeded. Try again later."}'
ANSWERS: list[tuple[Answer, type[DeliveryError]]] = [
    *[(Answer(status), Rejected) for status in (400, 413, 415)],
    *[(Answer(status), AccountStopped) for status in (401, 403, 404, 405, 410)],
    (Answer(429, QUOTA), AccountStopped),
    (Answer(429, RATE), NotWritten),
    *[(Answer(status), UnknownOutcome) for status in (301, 302, 408, 409, 418, 500, 502, 503, 504)],
    *[(Answer(fault=fault), UnknownOutcome) for fault in ("reset", "hang")],
    *[(Answer(body=body), UnknownOutcome) for body in (b"", b"<html>welcome</html>", b"[]", b"null")],
    (Answer(body=b'{"sentMessages": []}' * 9, fault="cut"), UnknownOutcome),
]


@pytest.mark.parametrize(
    ("answer", "error"), ANSWERS, ids=[f"{one.status} {one.fault}{one.body[:30]!r}" for one, _ in ANSWERS]
)
def test_what_an_answer_proves(api: Scripted, line: Line, answer: Answer, error: type[DeliveryError]) -> None:
    api.answers.append(answer)
    with pytest.raises(error) as raised:
        post(line, for_line(MEGUMI), seconds=0.8)
    assert raised.type is error
    assert api.posts == 1, "posted once, whatever was answered"


@pytest.mark.parametrize(("headers", "seconds"), [({}, 1.0), ({"Retry-After": "7"}, 7.0)])
def test_a_rate_limit_says_when_to_come_back(
    api: Scripted, line: Line, headers: dict[str, str], seconds: float
) -> None:
    api.answers.append(Answer(429, RATE, headers))
    with pytest.raises(NotWritten) as raised:
        post(line, for_line(MEGUMI))
    assert raised.value.retry_after_seconds == seconds


def test_a_connection_that_never_was_wrote_nothing() -> None:
    nobody = Line(TOKEN, "http://127.0.0.1:1")
    with pytest.raises(NotWritten):
        post(nobody, for_line(MEGUMI))
    nobody.close()


def test_another_token_stops_and_takes_nothing(api: Scripted, store: LineStore) -> None:
    stranger = Line("another", api.url)
    with pytest.raises(AccountStopped, match="401"):
        post(stranger, for_line(MEGUMI))
    stranger.close()
    assert not store.copies


@pytest.mark.parametrize(
    ("settings", "named"),
    [({}, "TODOKE_LINE_TOKEN"), ({"token": SecretStr("x"), "api": "http://api.example"}, "TODOKE_LINE_API")],
)
def test_unsafe_settings_are_refused_by_name(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        Line.from_settings(LineSettings(**settings))


def planned_on_line(database: Database, count: int) -> list[str]:
    """Messages planned on LINE; the user ids they go to."""
    made = orders(count)
    plan(database, made)
    users = [user(one.subject_id) for one in made]
    for one, known in zip(made, users, strict=True):
        change(
            database,
            TO_USER,
            user=known,
            id=one.subject_id,
        )
    change(database, "update message set channel = 'line'")
    change(database, "update outbox set channel = 'line'")
    return users


def as_line(claimed: Claimed) -> Rendered:
    return replace(render(claimed), text=orjson.dumps([{"type": "text", "text": claimed.subject_id}]).decode())


def deliver(database: Database, home: Path, line: Line) -> Delivered:
    return deliver_messages(run_of(database, home, env="production"), [line], as_line, all_due, STEADY)


def test_every_fault_ends_in_one_copy_each(
    database: Database, tmp_path: Path, api: Scripted, store: LineStore, line: Line
) -> None:
    """Answers lost after LINE took the message, before it did, and refused for a moment: one copy each."""
    users = planned_on_line(database, 8)
    api.faults_after.extend(["", "reset", "cut", "", "reset"])
    api.answers.extend([Answer(500), Answer(429, RATE, {"Retry-After": "0"}), Answer(502)])
    for _ in range(3):
        deliver(database, tmp_path, line)
    assert set(states(database).values()) == {"accepted"}
    assert store.copies == dict.fromkeys(users, 1)


def test_a_used_up_month_stops_at_the_first_answer(
    database: Database, tmp_path: Path, api: Scripted, line: Line
) -> None:
    planned_on_line(database, 5)
    api.answers.append(Answer(429, QUOTA))
    notes = deliver(database, tmp_path, line).notes
    assert api.posts == 1
    assert set(states(database).values()) == {"planned"}
    assert any("this month are used up" in note for note in notes)


def test_a_user_line_does_not_know_is_rejected_alone(
    database: Database, tmp_path: Path, store: LineStore, line: Line
) -> None:
    planned_on_line(database, 3)
    change(
        database,
        TO_USER,
        user=STRANGER,
        id="O-00001",
    )
    deliver(database, tmp_path, line)
    assert states(database) == {"O-00000": "accepted", "O-00001": "rejected", "O-00002": "accepted"}
    assert sum(store.copies.values()) == 2
