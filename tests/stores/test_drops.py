"""Files for a print house and a warehouse, in a folder and in S3 (moto): whole batches, once, whatever breaks."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from tasks.channels.drop import Drop
from tasks.channels.insert import Insert
from tasks.channels.mailbox import Mailbox
from tasks.channels.postcard import Postcard
from tasks.core.claims import Claimed
from tasks.core.database import Database
from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError, NotWritten, Rejected, StoreError, UnknownOutcome
from tasks.core.outgoing import Outgoing
from tasks.core.rendering import Rendered
from tasks.core.stores import Change, Folder, Store
from tasks.deliver import deliver_messages
from tasks.stores import drop_store
from tests.deliver.contract import KEY, MEGUMI, ChannelContract, Taken, post
from tests.deliver.people import STEADY, all_due, change, orders, plan, render, run_of, states
from tests.deliver.scripted import Answer, Scripted, listening
from tests.stores.conftest import BUCKET

CARD = {
    "postal_code": "810-0001",
    "region": "福岡県",
    "address": '福岡市中央区天神0-0-0,　"天神ハイツ" 201',
    "name": "髙﨑 恵 様",
    "title": "次のお買い物に、500円引き",
    "body": "髙﨑 恵 様\n\nお元気ですか。",
    "link": "https://shop.example/news",
    "stop": "https://shop.example/unsubscribe?t=x",
}
SHEET = {**CARD, "order_id": "O-1042", "location_id": ""}
UNPRINTABLE: list[dict[str, Any]] = [
    {"title": ""},
    {"name": "髙﨑\n恵"},
    {"name": "=HYPERLINK(1)"},
    {"title": "@SUM(1)"},
    {"title": None},
    {"body": " "},
    {"body": "lone \ud83d surrogate"},
]


def noted(message: Outgoing, note: dict[str, Any]) -> Outgoing:
    """With the text a note has; the name tells whose it is."""
    said = {**note, "name": f"{message.to_address} 様"}
    return replace(message, subject=str(note["title"]), text=orjson.dumps(said).decode(), html="")


class DropContract(ChannelContract):
    note = CARD

    def fit(self, message: Outgoing) -> Outgoing:
        return noted(message, self.note)

    @pytest.mark.parametrize("changes", UNPRINTABLE)
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Any, changes: dict[str, Any]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(MEGUMI, text=json.dumps({**self.note, **changes})))

    @pytest.mark.parametrize("text", ["no json", "[]", "{}"])
    def test_what_is_no_note_is_refused(self, channel: Any, text: str) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(MEGUMI, text=text))


class TestPostcardInAFolder(DropContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Postcard:
        return Postcard(Folder(tmp_path / "print house"))

    @pytest.fixture
    def taken(self, channel: Postcard) -> Taken:
        return lambda: copies(channel)


class TestInsertInAFolder(TestPostcardInAFolder):
    note = SHEET

    @pytest.fixture
    def channel(self, tmp_path: Path) -> Insert:
        return Insert(Folder(tmp_path / "warehouse"))


class TestPostcardInS3(TestPostcardInAFolder):
    @pytest.fixture
    def channel(self, s3: Any) -> Postcard:  # noqa: ARG002
        return Postcard(drop_store("TODOKE_POSTCARD_URL", f"s3://{BUCKET}/cards", 9))


class TestPostcardMailbox(ChannelContract):
    def fit(self, message: Outgoing) -> Outgoing:
        return noted(message, CARD)

    @pytest.fixture
    def channel(self, tmp_path: Path) -> Mailbox:
        return Mailbox(tmp_path / "mailbox", ChannelName.POSTCARD)

    @pytest.fixture
    def taken(self, tmp_path: Path) -> Taken:
        found = tmp_path / "mailbox"
        return lambda: Counter(orjson.loads(path.read_bytes())["to"] for path in found.glob("*/*.json"))

    @pytest.mark.parametrize("changes", [{"text": "no json"}])
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Any, changes: dict[str, str]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(MEGUMI, **changes))  # type: ignore[arg-type]


def copies(channel: Drop) -> Counter[str]:
    """Whom a reader that waits for manifests finds, and how often; each table is what its manifest says."""
    found: Counter[str] = Counter()
    for name in [name for name, _ in channel.store.names() if name.endswith("manifest.json")]:
        manifest = orjson.loads(channel.store.read(name) or b"")
        table = channel.store.read(name.replace("manifest.json", manifest["file"])) or b""
        assert hashlib.sha256(table).hexdigest() == manifest["sha256"]
        rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
        assert (len(rows), list(rows[0])) == (manifest["rows"], manifest["columns"])
        found.update(row["name"].removesuffix(" 様") for row in rows)
    return found


@dataclass
class Faulty:
    """A folder whose calls fail as the test says. `faults`: name's ending -> what happens to its next write."""

    folder: Folder
    faults: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    at_once: int = 1

    def read(self, name: str) -> bytes | None:
        return self.folder.read(name)

    def names(self) -> Iterator[tuple[str, datetime]]:
        return self.folder.names()

    def remove(self, name: str) -> None:
        self.folder.remove(name)

    def publish(self, name: str, content: bytes) -> None:
        self.folder.publish(name, content)

    def update(self, name: str, change: Change) -> None:
        self.folder.update(name, change)

    def create(self, name: str, content: bytes) -> bool:
        self.written.append(name.rpartition("/")[2])
        fault = self.faults.pop(self.written[-1], "")
        if fault == "killed":
            raise KeyboardInterrupt
        if fault == "lost":
            raise StoreError(f"{name}: no connection")
        made = self.folder.create(name, content)
        if fault == "answer lost":
            raise StoreError(f"{name}: the answer was lost")
        return made


@pytest.fixture
def faulty(tmp_path: Path) -> Faulty:
    return Faulty(Folder(tmp_path / "print house"))


@pytest.fixture
def cards(faulty: Faulty) -> Postcard:
    store: Store = faulty
    return Postcard(store)


MEGUMI_S = noted(MEGUMI, CARD)


def test_what_the_print_house_gets(cards: Postcard, faulty: Faulty) -> None:
    [result] = post(cards, MEGUMI_S)
    table = faulty.read(f"{KEY}/cards.csv") or b""
    assert table.startswith(b"\xef\xbb\xbfmessage_key,design,postal_code,region,address,name,title,body,link,stop\r\n")
    [row] = csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    assert row == {**CARD, "message_key": MEGUMI.key.hex, "design": "shipped", "name": "megumi@example.com 様"}
    manifest = orjson.loads(faulty.read(f"{KEY}/manifest.json") or b"")
    assert (manifest["batch_id"], manifest["rows"], manifest["as_of"]) == (KEY, 1, "2026-09-15T01:00:00+00:00")
    assert len(manifest["designs"]["shipped"]) == 16
    assert result.provider_id == f"{KEY}/cards.csv:2"
    assert faulty.written == ["cards.csv", "cards.pdf", "manifest.json"], (
        "the manifest comes last; each is written once"
    )


def test_a_batch_half_written_by_a_killed_worker_is_finished_by_the_next(cards: Postcard, faulty: Faulty) -> None:
    faulty.faults["manifest.json"] = "killed"
    with pytest.raises(KeyboardInterrupt):
        post(cards, MEGUMI_S)
    assert (copies(cards), cards.look_up([MEGUMI.key])) == ({}, {}), "a table without manifest was never handed over"
    assert [result.accepted for result in post(cards, MEGUMI_S)] == [True]
    assert copies(cards) == {MEGUMI.to_address: 1}
    assert cards.look_up([MEGUMI.key]) == {MEGUMI.key: f"{KEY}/cards.csv:2"}


@pytest.mark.parametrize(
    ("file", "fault", "error", "copies_of_it"),
    [
        ("cards.csv", "lost", NotWritten, 0),
        ("cards.csv", "answer lost", NotWritten, 0),
        ("cards.pdf", "answer lost", NotWritten, 0),
        ("manifest.json", "lost", UnknownOutcome, 0),
        ("manifest.json", "answer lost", UnknownOutcome, 1),
    ],
)
def test_what_a_failed_write_proves(
    cards: Postcard, faulty: Faulty, file: str, fault: str, error: type[Exception], copies_of_it: int
) -> None:
    faulty.faults[file] = fault
    with pytest.raises(error) as raised:
        post(cards, MEGUMI_S)
    assert raised.type is error
    assert copies(cards)[MEGUMI.to_address] == copies_of_it
    assert [result.accepted for result in post(cards, MEGUMI_S)] == [True]
    assert copies(cards) == {MEGUMI.to_address: 1}


@pytest.mark.parametrize(("file", "error"), [("cards.csv", NotWritten), ("manifest.json", UnknownOutcome)])
def test_another_content_under_our_name_is_left_alone(
    cards: Postcard, faulty: Faulty, file: str, error: type[Exception]
) -> None:
    faulty.folder.create(f"{KEY}/{file}", b"somebody else's")
    with pytest.raises(error, match=file) as raised:
        post(cards, MEGUMI_S)
    assert raised.type is error
    assert faulty.read(f"{KEY}/{file}") == b"somebody else's"
    assert "manifest.json" not in faulty.written


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_bytes(b"a file where the folder should be")
    with pytest.raises(NotWritten, match="free space or correct its permissions"):
        post(Postcard(Folder(tmp_path / "occupied")), MEGUMI_S)


@pytest.mark.parametrize("place", ["s3://no-such-bucket", "nobody listens"])
def test_a_bucket_that_is_not_there_wrote_nothing(s3: Any, monkeypatch: pytest.MonkeyPatch, place: str) -> None:  # noqa: ARG001
    if place == "nobody listens":
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        place = f"s3://{BUCKET}"
    channel = Postcard(drop_store("TODOKE_POSTCARD_URL", place, 9))
    with pytest.raises(NotWritten):
        post(channel, MEGUMI_S)
    with pytest.raises(UnknownOutcome):
        channel.look_up([MEGUMI.key])


def test_one_post_is_one_put_a_file_even_where_s3_fails(monkeypatch: pytest.MonkeyPatch, s3: Any) -> None:  # noqa: ARG001
    """boto3 would try four times: here the protocol decides what comes next."""
    with listening(Scripted(lambda request: Answer(404 if request.method == "GET" else 503))) as failing:
        monkeypatch.setenv("AWS_ENDPOINT_URL", failing.url)
        with pytest.raises(NotWritten):
            post(Postcard(drop_store("TODOKE_POSTCARD_URL", f"s3://{BUCKET}", 9)), MEGUMI_S)
    assert Counter(request.method for request in failing.requests) == {"GET": 1, "PUT": 1}


@pytest.mark.parametrize("url", [None, "", "cards", "gs://bucket"])
def test_a_place_is_needed(url: str | None) -> None:
    with pytest.raises(ConfigurationError):
        drop_store("TODOKE_POSTCARD_URL", url, 9)


def as_card(claimed: Claimed) -> Rendered:
    note = {**CARD, "name": f"{claimed.subject_id} 様"}
    return replace(render(claimed), text=orjson.dumps(note).decode())


def test_every_fault_ends_in_one_card_each(database: Database, tmp_path: Path, cards: Postcard, faulty: Faulty) -> None:
    plan(database, orders(4))
    for table in ("message", "outbox"):
        change(database, f"update {table} set channel = 'postcard'")  # noqa: S608
    run = run_of(database, tmp_path, env="production", postcard="print_house")
    faulty.faults = {"cards.csv": "lost", "manifest.json": "killed"}
    with pytest.raises(KeyboardInterrupt):
        deliver_messages(run, [cards], as_card, all_due, STEADY)
    assert (set(states(database).values()), copies(cards)) == ({"posting"}, {}), "half a batch: no manifest"
    faulty.faults = {"manifest.json": "answer lost"}
    deliver_messages(run, [cards], as_card, all_due, STEADY)
    assert set(states(database).values()) == {"accepted"}
    assert copies(cards) == dict.fromkeys(states(database), 1)
