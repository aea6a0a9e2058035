"""The mailbox: whole files, one a key, deterministic, readable by any mail program."""

import email
import time
from collections import Counter
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import orjson
import pytest

from tasks.channels.base import Channel
from tasks.channels.mailbox import Mailbox, file_name
from tasks.core.domain import ChannelName
from tasks.core.errors import NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, message_key
from tasks.core.rfc5322 import checked_address
from tests.deliver.contract import Attached, ChannelContract, MailContract, Taken, files_of_mail
from tests.deliver.people import NOW

MEGUMI = Outgoing(
    key=message_key("shipped", "O-1042:S-1"),
    touchpoint="shipped",
    subject_id="O-1042:S-1",
    to_address="megumi@example.invalid",
    to_name="髙﨑 恵",
    from_address="orders@todoke.invalid",
    from_name="とどけ堂",
    reply_to="help@todoke.invalid",
    stream="orders",
    subject="【とどけ堂】商品を発送しました(ご注文番号 O-1042)🚚",
    html="<p>髙﨑 恵 様</p>",
    text="髙﨑 恵 様\n",
    headers={"List-Id": "<orders.todoke.invalid>", "Content-Language": "ja"},
    dated_at=NOW,
)


class TestMailbox(MailContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Mailbox:
        return Mailbox(tmp_path / "mailbox")

    @pytest.fixture
    def taken(self, tmp_path: Path) -> Taken:
        return lambda: Counter(
            email.message_from_bytes(path.read_bytes(), policy=default)["to"].addresses[0].addr_spec
            for path in (tmp_path / "mailbox").glob("*/*.eml")
        )

    @pytest.fixture
    def attached(self, tmp_path: Path) -> Attached:
        files = (tmp_path / "mailbox").glob("*/*.eml")
        return lambda: [file for path in files for file in files_of_mail(path.read_bytes())]


class TestLineMailbox(ChannelContract):
    def fit(self, message: Outgoing) -> Outgoing:
        return replace(message, text='[{"type":"text","text":"髙﨑"}]')

    @pytest.fixture
    def channel(self, tmp_path: Path) -> Mailbox:
        return Mailbox(tmp_path / "mailbox", ChannelName.LINE)

    @pytest.fixture
    def taken(self, tmp_path: Path) -> Taken:
        files = (tmp_path / "mailbox").glob("*/*.json")
        return lambda: Counter(orjson.loads(path.read_bytes())["to"] for path in files)

    @pytest.mark.parametrize("changes", [{"text": "no json"}, {"text": "lone \ud83d"}, {"to_address": "lone \ud83d"}])
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Channel, changes: dict[str, str]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(self.fit(MEGUMI), **changes))  # type: ignore[arg-type]


class TestSmsMailbox(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Mailbox:
        return Mailbox(tmp_path / "mailbox", ChannelName.SMS)

    @pytest.fixture
    def taken(self, tmp_path: Path) -> Taken:
        files = (tmp_path / "mailbox").glob("*/*.txt")
        return lambda: Counter(path.read_text().split("\n")[0].removeprefix("To: ") for path in files)

    @pytest.mark.parametrize("changes", [{"text": "lone \ud83d"}, {"to_address": "lone \ud83d"}])
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Channel, changes: dict[str, str]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(MEGUMI, **changes))  # type: ignore[arg-type]


def soon() -> float:
    return time.monotonic() + 5


def post(mailbox: Mailbox, *messages: Outgoing) -> list[bool]:
    body = mailbox.join([mailbox.encode(message) for message in messages])
    return [result.accepted for result in mailbox.post(body, "batch", soon())]


def read(folder: Path) -> EmailMessage:
    [path] = folder.glob("*/*.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_program_reads_what_was_meant(tmp_path: Path) -> None:
    assert post(Mailbox(tmp_path), MEGUMI) == [True]
    message = read(tmp_path)
    assert message["subject"] == MEGUMI.subject
    assert message["to"] == "髙﨑 恵 <megumi@example.invalid>"
    assert message["from"] == "とどけ堂 <orders@todoke.invalid>"
    assert message["date"] == "Tue, 15 Sep 2026 01:00:00 +0000"
    assert message["message-id"] == f"<{MEGUMI.key}@todoke.invalid>"
    assert message["list-id"] == "<orders.todoke.invalid>"
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert [part.get_content().strip() for part in message.iter_parts()] == ["髙﨑 恵 様", "<p>髙﨑 恵 様</p>"]


def test_the_same_message_is_the_same_bytes_and_one_file(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    assert mailbox.encode(MEGUMI) == mailbox.encode(MEGUMI)
    assert post(mailbox, MEGUMI) == post(mailbox, MEGUMI) == [True]
    assert len(list(tmp_path.glob("*/*.eml"))) == 1
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_other_bytes_under_a_known_key_are_an_error(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    post(mailbox, MEGUMI)
    assert post(mailbox, replace(MEGUMI, text="something else")) == [False]
    assert "髙﨑" in read(tmp_path).get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_the_mailbox_can_be_asked(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    post(mailbox, MEGUMI)
    assert mailbox.look_up([MEGUMI.key, message_key("shipped", "O-2")]) == {MEGUMI.key: file_name(MEGUMI)}


@pytest.mark.parametrize("address", ["a..b@docomo.ne.jp", ".taro@ezweb.ne.jp", "taro.@docomo.ne.jp", "x+y@日本語.jp"])
def test_addresses_people_really_have(tmp_path: Path, address: str) -> None:
    assert post(Mailbox(tmp_path), replace(MEGUMI, to_address=address)) == [True]
    assert checked_address(address)[0] == address.rpartition("@")[0]


@pytest.mark.parametrize(
    "address",
    ["", "taro", "@example.jp", "taro@", "a b@example.jp", "taro@example.jp\nBcc: all@example.jp", "ta\0ro@example.jp",
     "恵@example.jp", "taro@-.jp", "taro@exa_mple.jp", "taro\ud83d@example.jp", "taro@\ud83d.jp", "<x>@example.jp",
     "a@b@example.jp", "taro@" + "x" * 300 + ".jp"],
)  # fmt: skip
def test_malformed_addresses_are_refused_with_a_reason(address: str) -> None:
    with pytest.raises(Rejected, match="address"):
        Mailbox(Path("unused")).encode(replace(MEGUMI, to_address=address))


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "hello\r\nBcc: all@example.jp"},
        {"to_name": "恵\nBcc: all@example.jp"},
        {"headers": {"X-Note": "a\nb"}},
        {"headers": {"X-Note: a\nBcc": "b"}},
        {"headers": {"X-Note": "a" * 1000}},
        {"text": "nul \0"},
        {"subject": "lone \ud83d surrogate"},
        {"text": "lone \ud83d surrogate"},
        {"html": "lone \ud83d surrogate"},
        {"to_name": "lone \ud83d surrogate"},
    ],
)
def test_what_cannot_be_a_message_is_refused_with_a_reason(changes: dict[str, str]) -> None:
    with pytest.raises(Rejected, match="not a sendable message"):
        Mailbox(Path("unused")).encode(replace(MEGUMI, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "長い件名" * 60},
        {"subject": "=?utf-8?q?a?="},
        {"to_name": 'Taro "T" O\\Neill, Jr.'},
        {"to_name": ""},
        {"to_name": "高橋　恵"},
        {"html": "<p>" + "長" * 2000 + "</p>"},
        {"text": "line\r\nline\n.\nFrom me\n--=_ \n"},
    ],
)
def test_what_is_unusual_survives(tmp_path: Path, changes: dict[str, str]) -> None:
    wanted = replace(MEGUMI, **changes)  # type: ignore[arg-type]
    assert post(Mailbox(tmp_path), wanted) == [True]
    message = read(tmp_path)
    assert message["subject"] == wanted.subject
    assert message["to"].addresses[0].display_name == wanted.to_name
    bodies = [part.get_content().replace("\r\n", "\n").strip() for part in message.iter_parts()]
    assert bodies == [wanted.text.replace("\r\n", "\n").strip(), wanted.html]
    assert max(map(len, next(tmp_path.glob("*/*.eml")).read_bytes().split(b"\r\n"))) <= 998


def test_any_subject_id_makes_a_safe_file_name(tmp_path: Path) -> None:
    for subject_id in ("../../etc/passwd", "C-1:P-2@2026-09-20", "..", "注文", "x" * 500, "a/b\\c"):
        message = replace(MEGUMI, subject_id=subject_id, key=message_key("shipped", subject_id))
        assert post(Mailbox(tmp_path / "box"), message) == [True]
    files = [path.relative_to(tmp_path / "box").parts for path in (tmp_path / "box").rglob("*.eml")]
    assert {parts[0] for parts in files} == {"shipped"}
    assert len(files) == 6


def test_a_mailbox_that_takes_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "box").write_text("a file where the folder should be")
    with pytest.raises(NotWritten, match="permissions"):
        post(Mailbox(tmp_path / "box"), MEGUMI)


def test_a_mailbox_that_breaks_half_way_is_in_doubt(tmp_path: Path) -> None:
    (tmp_path / "delivered").write_text("a file where the folder should be")
    second = replace(MEGUMI, touchpoint="delivered")
    with pytest.raises(UnknownOutcome):
        post(Mailbox(tmp_path), MEGUMI, second)


def test_after_the_deadline_nothing_is_written(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    with pytest.raises(NotWritten, match="deadline"):
        mailbox.post(mailbox.join([mailbox.encode(MEGUMI)]), "batch", time.monotonic() - 1)
    assert list(tmp_path.glob("*/*.eml")) == []
