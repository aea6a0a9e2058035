"""What every channel adapter must keep; a test class of an adapter inherits this and gives `channel` and `taken`."""

import email
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from email.policy import default
from typing import Any

import pytest

from tasks.channels.base import Channel
from tasks.core.errors import NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Attachment, Outgoing, Result, message_key
from tasks.core.sealing import alike, split
from tests.deliver.people import NOW

KEY = "6f1d9b1e-5d0c-4c51-9d3e-7c1b3f0e6d2a"
"""Of a batch, as the ledger makes them."""

Taken = Callable[[], Counter[str]]
"""Addresses the provider holds a message for -> how many copies, from the provider's own store."""

MEGUMI = Outgoing(
    key=message_key("shipped", "O-1042:S-1"),
    touchpoint="shipped",
    subject_id="O-1042:S-1",
    to_address="megumi@example.com",
    to_name="髙﨑 恵",
    from_address="orders@todoke.invalid",
    from_name="とどけ堂",
    reply_to="help@todoke.invalid",
    stream="orders",
    subject="【とどけ堂】商品を発送しました(ご注文番号 O-1042)🚚",
    html='<p title="a">髙﨑 恵 様 {{ & }}</p>',
    text="髙﨑 恵 様\n",
    headers={"List-Id": "<orders.todoke.invalid>", "Content-Language": "ja"},
    dated_at=NOW,
)


CALENDAR = Attachment("delivery.ics", "text/calendar", "BEGIN:VCALENDAR\r\nSUMMARY:お届け予定\r\nEND:VCALENDAR\r\n")

Attached = Callable[[], list[tuple[str, str, bytes]]]
"""What came with the messages, from the provider's own store or off the wire: file name, media type, bytes."""


def files_of_mail(content: bytes) -> list[tuple[str, str, bytes]]:
    """What a mail program finds attached."""
    mail: Any = email.message_from_bytes(content, policy=default)
    return [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in mail.iter_attachments()
    ]


def files_of_json(files: list[dict[str, str]], name: str, kind: str, content: str) -> list[tuple[str, str, bytes]]:
    """What a provider gets in these three fields of each."""
    return [(one[name], one[kind], b64decode(one[content])) for one in files]


def people(count: int) -> list[Outgoing]:
    """Messages to as many people."""
    return [
        replace(MEGUMI, subject_id=f"O-{n}", key=message_key("shipped", f"O-{n}"), to_address=f"p{n}@example.com")
        for n in range(count)
    ]


def post(channel: Channel, *messages: Outgoing, seconds: float = 5, key: str = KEY) -> list[Result]:
    """One post of these messages."""
    body = channel.join([channel.encode(message) for message in messages])
    return channel.post(body, key, time.monotonic() + seconds)


class ChannelContract:
    """Fixtures `channel` and `taken` belong to one provider that takes everything."""

    @pytest.fixture
    def channel(self) -> Channel:
        raise NotImplementedError

    @pytest.fixture
    def taken(self) -> Taken:
        raise NotImplementedError

    def fit(self, message: Outgoing) -> Outgoing:
        """The message as this channel gets it: another kind of address or text."""
        return message

    def test_each_message_is_taken_once_and_answered_in_order(self, channel: Channel, taken: Taken) -> None:
        messages = [self.fit(message) for message in people(min(5, channel.max_messages))]
        results = post(channel, *messages)
        assert [result.accepted for result in results] == [True] * len(messages)
        assert taken() == Counter(message.to_address for message in messages)

    def test_the_same_message_is_the_same_bytes(self, channel: Channel) -> None:
        assert channel.encode(self.fit(MEGUMI)) == channel.encode(self.fit(MEGUMI))
        assert channel.envelope(channel.encode(self.fit(MEGUMI))) == channel.envelope(
            channel.encode(self.fit(people(1)[0]))
        )

    def test_one_message_fits(self, channel: Channel) -> None:
        assert channel.max_messages >= 1
        assert len(channel.join([channel.encode(self.fit(MEGUMI))])) < channel.max_bytes

    def test_after_the_deadline_nothing_is_written(self, channel: Channel, taken: Taken) -> None:
        with pytest.raises(NotWritten):
            post(channel, self.fit(MEGUMI), seconds=-1)
        assert not taken()

    def test_a_keyed_provider_takes_the_same_bytes_once(self, channel: Channel, taken: Taken) -> None:
        post(channel, self.fit(MEGUMI))
        if channel.keyed:
            assert [result.accepted for result in post(channel, self.fit(MEGUMI))] == [True]
        assert taken() == {self.fit(MEGUMI).to_address: 1}

    def test_look_up_answers_or_says_it_cannot(self, channel: Channel) -> None:
        post(channel, self.fit(MEGUMI))
        if channel.can_look_up:
            assert list(channel.look_up([MEGUMI.key, message_key("shipped", "O-2")])) == [MEGUMI.key]
        else:
            with pytest.raises(UnknownOutcome):
                channel.look_up([MEGUMI.key])

    @pytest.mark.parametrize(
        "changes",
        [
            {"to_address": "nobody"},
            {"to_address": "a@example.jp\nBcc: all@example.jp"},
            {"subject": "hello\r\nBcc: all@example.jp"},
            {"to_name": "恵\nBcc: all@example.jp"},
            {"headers": {"X-Note": "a\nb"}},
            {"headers": {"X-Note: a\nBcc": "b"}},
            {"subject": "lone \ud83d surrogate"},
            {"html": "lone \ud83d surrogate"},
            {"text": "lone \ud83d surrogate"},
        ],
    )
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Channel, changes: dict[str, str]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(self.fit(MEGUMI), **changes))  # type: ignore[arg-type]


class MailContract(ChannelContract):
    """The same for e-mail, which carries files; fixture `attached` belongs to the same provider."""

    @pytest.fixture
    def attached(self) -> Attached:
        raise NotImplementedError

    def test_a_file_arrives_byte_by_byte(self, channel: Channel, taken: Taken, attached: Attached) -> None:
        [result] = post(channel, replace(MEGUMI, attachments=(CALENDAR,)))
        assert (result.accepted, taken()) == (True, {MEGUMI.to_address: 1})
        assert attached() == [(CALENDAR.name, CALENDAR.media_type, CALENDAR.text.encode())]

    def test_messages_with_and_without_files_are_sealed_together(
        self, channel: Channel, taken: Taken, attached: Attached
    ) -> None:
        plain, *with_files = people(3)
        messages = [plain, *(replace(one, attachments=(CALENDAR,)) for one in with_files)]
        entries = [((one.touchpoint, one.subject_id), channel.encode(one)) for one in messages]
        groups = alike(entries, channel.envelope)
        for batch in (one for group in groups for one in split(group, channel.max_messages, channel.max_bytes)):
            body = channel.join([entry for _, entry in batch])
            results = channel.post(body, f"{KEY}-{batch[0][0][1]}", time.monotonic() + 5)
            assert [result.accepted for result in results] == [True] * len(batch)
        assert taken() == Counter(message.to_address for message in messages)
        assert [name for name, _, _ in attached()] == [CALENDAR.name] * 2
