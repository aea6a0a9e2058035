"""`todoke outcomes`: requests that a gateway laid down in a folder or a bucket, and SES events in a queue."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.channels.mailbox import Mailbox
from tasks.core.database import Database
from tasks.core.errors import StoreError
from tasks.deliver import deliver_messages
from tasks.feedback.base import Trust
from tasks.feedback.receive import Receiver
from tasks.outcomes import Outcomes, read_outcomes
from tests.deliver.people import all_due, change, orders, plan, render, run_of, states
from tests.deliver.test_settling import dies_at
from tests.feedback import signing
from tests.feedback.authorities import roots, serving
from tests.feedback.conftest import LINKS, SECRET
from tests.feedback.signing import PUBLIC, Signed, feedback_settings
from tests.feedback.test_parsers import bounce, line, ses, twilio
from tests.stores.conftest import BUCKET, moto, s3  # noqa: F401  # fixtures


def landed(signed: Signed, encoded: bool = False) -> bytes:
    """As a gateway writes a request down."""
    body = base64.b64encode(signed.body).decode() if encoded else signed.body.decode()
    return json.dumps(
        {"path": signed.path, "headers": signed.headers, "body": body, "isBase64Encoded": encoded}
    ).encode()


def outcomes(database: Database, **places: Any) -> Outcomes:
    """One reading."""
    trust = Trust(feedback_settings(), LINKS, PUBLIC, serving(), roots())
    return read_outcomes(Receiver(database, SECRET, trust), feedback_settings(**places))


def kinds(database: Database) -> list[str]:
    """Kinds of what was kept, sorted."""
    with database.transaction() as connection:
        return [row[0] for row in connection.exec_driver_sql("select kind from feedback order by kind")]


def lay_down(folder: Path, objects: dict[str, bytes]) -> None:
    """Write files."""
    for name, content in objects.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


OBJECTS = {
    "2026/09/15/a.json": landed(ses("Bounce", **bounce("Permanent"))),
    "2026/09/15/b.json": landed(line("unfollow"), encoded=True),
    "2026/09/15/c.json": landed(twilio("delivered")),
    "2026/09/15/forged.json": landed(signing.line([], "guess")),
    "2026/09/15/broken.json": b"{",
    "2026/09/15/scanner.json": json.dumps(
        {"method": "GET", "path": "/unsubscribe?t=x", "headers": {}, "body": ""}
    ).encode(),
    "2026/09/15/nobody.json": landed(Signed("/feedback/pigeon", b"coo")),
    "replies/0100abc": b"From: megumi@example.invalid\r\nMessage-ID: <1@x>\r\n\r\nhello",
    "away.eml": b"From: megumi@example.invalid\r\nAuto-Submitted: auto-replied\r\n\r\naway",
    ".being-written": b"{",
}
READ: Outcomes = {
    "requests": 9,
    "new_events": 4,
    "refused": {"forged": 1, "malformed": 1, "no_post": 1, "no_such_path": 1},
    "left": {},
    "settled": {},
}


def test_a_folder_is_read_and_emptied(database: Database, tmp_path: Path) -> None:
    lay_down(tmp_path, OBJECTS)
    assert outcomes(database, url=str(tmp_path)) == READ
    assert kinds(database) == ["bounced", "delivered", "replied", "unsubscribed"]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".being-written"]
    with database.transaction() as connection:
        assert connection.exec_driver_sql("select count(*) from suppression").scalar() == 1
        counted = connection.exec_driver_sql("select provider || ':' || reason from feedback_refused order by 1").all()
    assert [row[0] for row in counted] == ["landed:malformed", "landed:no_post", "line:forged", "other:no_such_path"]
    lay_down(tmp_path, OBJECTS)
    assert outcomes(database, url=str(tmp_path)) == READ | {"new_events": 0}


def test_what_cannot_be_verified_here_stays_in_place(database: Database, tmp_path: Path) -> None:
    trust = Trust(feedback_settings(line_secret=None), LINKS, PUBLIC, serving(), roots())
    lay_down(tmp_path, {"b.json": landed(line("unfollow"))})
    found = read_outcomes(Receiver(database, SECRET, trust), feedback_settings(url=str(tmp_path)))
    assert (found["left"], (tmp_path / "b.json").exists()) == ({"not_configured": 1}, True)


def test_a_certificate_that_cannot_be_fetched_ends_the_reading_and_loses_nothing(
    database: Database, tmp_path: Path
) -> None:
    def unreachable(_url: str) -> bytes:
        raise StoreError("no route")

    lay_down(tmp_path, {"a.json": landed(ses("Send"))})
    trust = Trust(feedback_settings(), LINKS, PUBLIC, unreachable)
    with pytest.raises(StoreError):
        read_outcomes(Receiver(database, SECRET, trust), feedback_settings(url=str(tmp_path)))
    assert (tmp_path / "a.json").exists()


def test_a_bucket_is_read_and_emptied(database: Database, s3: Any) -> None:  # noqa: F811
    for name, content in OBJECTS.items():
        if not name.startswith("."):
            s3.put_object(Bucket=BUCKET, Key=f"events/{name}", Body=content)
    s3.put_object(Bucket=BUCKET, Key="events/", Body=b"")
    s3.put_object(Bucket=BUCKET, Key="other/a.json", Body=b"{}")
    assert outcomes(database, url=f"s3://{BUCKET}/events") == READ
    left = [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert left == ["events/", "other/a.json"]


@pytest.fixture
def queue(s3: Any) -> Iterator[Any]:  # noqa: ARG001, F811  # its credentials and endpoint
    """boto3's client and the URL of an empty queue."""
    client = boto3.session.Session().client("sqs")
    url = client.create_queue(QueueName="todoke-events")["QueueUrl"]
    yield client, url
    client.delete_queue(QueueUrl=url)
    client.close()


def test_a_queue_is_read_and_emptied(database: Database, queue: Any) -> None:
    client, url = queue
    good = ses("Complaint", complaint={"complainedRecipients": [{"emailAddress": "a@example.invalid"}]})
    forged = signing.sns({"eventType": "Bounce"}, "m-forged", Message="{}")
    for signed in (good, good, forged, *(ses("Delivery") for _ in range(12))):
        client.send_message(QueueUrl=url, MessageBody=signed.body.decode())
    found = outcomes(database, sqs_url=url)
    assert found == {"requests": 15, "new_events": 13, "refused": {"forged": 1}, "left": {}, "settled": {}}
    counts = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0"
    with database.transaction() as connection:
        [(scope, reason)] = connection.exec_driver_sql("select scope, reason from suppression").all()
    assert (scope, reason) == ("all", "complained")


def test_the_command_says_what_it_read(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_down(tmp_path / "in", {"a.json": landed(line("unfollow"))})
    given = {"DATABASE_URL": database.url, "FEEDBACK_URL": str(tmp_path / "in"), "FEEDBACK_LINE_SECRET": signing.LINE}
    for name, value in given.items():
        monkeypatch.setenv(f"TODOKE_{name}", value)
    done = CliRunner().invoke(app, ["outcomes", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == {"requests": 1, "new_events": 1, "refused": {}, "left": {}, "settled": {}}
    assert CliRunner().invoke(app, ["outcomes"]).output == "0 requests, 0 new events.\n"


def test_the_command_settles_what_an_hour_left_in_doubt(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mailbox took it, and its worker died before that was written down."""
    plan(database, orders(2))
    with pytest.raises(KeyboardInterrupt):
        deliver_messages(
            run_of(database, tmp_path), [Mailbox(tmp_path / "mailbox")], render, all_due, hook=dies_at("post")
        )
    change(database, "update batch set lease_until = now(), last_posted_at = now() - interval '1 hour'")
    for name, value in {"DATABASE_URL": database.url, "HOME": str(tmp_path), "SAMPLE_ORDERS": "20"}.items():
        monkeypatch.setenv(f"TODOKE_{name}", value)
    done = CliRunner().invoke(app, ["outcomes", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["settled"] == {"accepted": 2, "taken_over": 1}
    assert set(states(database).values()) == {"accepted"}
