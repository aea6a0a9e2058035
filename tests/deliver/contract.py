"""What every channel adapter must keep; a test class of an adapter inherits this and gives `channel` and `taken`."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tasks.channels.base import Channel
from tasks.core.errors import NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result, message_key
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
