"""What SES publishes of what it took: a small source of ours, for no stand-in of SES tells in events.

It takes the word of the stand-in's own answers, signs as SNS does, and hands each notification to the parser and the
receiver of `todoke outcomes`, until it is kept: some twice, some late, in no order, through restarts.
"""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Queue
from threading import Event as Signal
from threading import Thread
from typing import Any

import orjson
from sqlalchemy.exc import DBAPIError

from tasks.core.database import Database
from tasks.core.errors import DatabaseUnreachable
from tasks.core.feedback import Event
from tasks.feedback import parse
from tests.deliver.scripted import Answer, Request
from tests.feedback import signing
from tests.feedback.conftest import incoming_of, receiver_of

TOLD_AGAIN, DELIVERED = 0.05, 0.1
"""Shares of messages whose event comes again, and of those whose delivery is told too: what is taken is what counts."""


@dataclass
class SesEvents:
    """`took` is called for every call that reached the stand-in; a thread publishes."""

    database: Database
    chance: random.Random
    published: int = 0
    _waiting: Queue[tuple[str, dict[str, Any]]] = field(default_factory=Queue)
    _over: Signal = field(default_factory=Signal)

    def __post_init__(self) -> None:
        self._receiver = receiver_of(self.database)
        self._thread = Thread(target=self._publish)
        self._thread.start()

    def took(self, request: Request, answer: Answer) -> None:
        """What this call was."""
        if answer.status != 200:
            return
        entries, results = orjson.loads(request.body)["BulkEmailEntries"], orjson.loads(answer.body)
        for entry, said in zip(entries, results["BulkEmailEntryResults"], strict=True):
            if said["Status"] == "SUCCESS":
                self._tell(entry, said["MessageId"])

    def _tell(self, entry: dict[str, Any], message_id: str) -> None:
        words = ["Send"] + ["Delivery"] * (self.chance.random() < DELIVERED)
        for word in words * (2 if self.chance.random() < TOLD_AGAIN else 1):
            self._waiting.put((f"{message_id}-{word}", _event(word, entry, message_id)))

    def _publish(self) -> None:
        while not (self._over.is_set() and self._waiting.empty()):
            told = list(self._next())
            self.chance.shuffle(told)
            self._deliver([event for name, said in told for event in self._heard(name, said)])

    def _next(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What waits by now, but for what comes later."""
        time.sleep(0.1)
        for _ in range(self._waiting.qsize()):
            one = self._waiting.get()
            if self.chance.random() < TOLD_AGAIN and not self._over.is_set():
                self._waiting.put(one)
            else:
                yield one

    def _heard(self, name: str, said: dict[str, Any]) -> list[Event]:
        return parse(incoming_of(signing.sns(said, name)), self._receiver.trust)

    def _deliver(self, events: list[Event]) -> None:
        """Again and again until they are kept, as SNS and SQS do."""
        while events:
            with suppress(DBAPIError, DatabaseUnreachable):
                self.published += self._receiver.keep(events)
                return
            time.sleep(0.2)

    def close(self) -> None:
        """Everything was published."""
        self._over.set()
        self._thread.join(60)


def _event(word: str, entry: dict[str, Any], message_id: str) -> dict[str, Any]:
    mail = {
        "timestamp": datetime.now(UTC).isoformat(),
        "messageId": message_id,
        "destination": entry["Destination"]["ToAddresses"],
        "tags": {tag["Name"]: [tag["Value"]] for tag in entry["ReplacementTags"]},
    }
    return {"eventType": word, "mail": mail, word.lower(): {}}
