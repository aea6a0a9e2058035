"""The benchmark's sink is a receiver of the webhook channel: it counts what is signed, once, and nothing else."""

import time

import orjson
import pytest

from flows.bench import SECRET, ask, sink
from tasks.channels.webhook import Webhook
from tasks.core.errors import AccountStopped

KEYS = ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002")
BODY = orjson.dumps({"version": 1, "messages": [{"key": key, "text": '{"key":"' + key} for key in KEYS]})


def test_it_counts_signed_batches_once_and_refuses_others() -> None:
    with sink() as address:
        channel, stranger = Webhook(address, SECRET.encode()), Webhook(address, b"another secret, long enough")
        deadline = time.monotonic() + 10
        for _ in range(2):
            assert [result.accepted for result in channel.post(BODY, "batch", deadline)] == [True, True]
        with pytest.raises(AccountStopped):
            stranger.post(BODY, "another", deadline)
        assert ask(address) == {"batches": 1, "messages": 2}
        channel.close()
        stranger.close()
