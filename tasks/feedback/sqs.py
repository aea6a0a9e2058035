"""SES events waiting in a queue (SQS, through boto3): taken, kept, then deleted.

A message that could not be kept comes again when its visibility ends; after its redrive policy's limit it goes to the
dead-letter queue, where a person finds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tasks.core.errors import ConfigurationError, StoreError
from tasks.feedback.base import Incoming

BATCH = 10
PATH = "/feedback/ses"


@dataclass(frozen=True)
class Queue:
    """One queue. Region, keys and endpoint are boto3's own (AWS_*)."""

    url: str
    wait_seconds: int = 1

    def messages(self) -> Iterator[tuple[str, Incoming]]:
        """(receipt, request) until the queue answers empty. Raises StoreError when it cannot be reached."""
        while found := self._call("receive_message", MaxNumberOfMessages=BATCH, WaitTimeSeconds=self.wait_seconds).get(
            "Messages", []
        ):
            for one in found:
                yield one["ReceiptHandle"], Incoming(PATH, {}, one["Body"].encode(), datetime.now(UTC))

    def delete(self, receipt: str) -> None:
        """It is kept, or refused for good."""
        self._call("delete_message", ReceiptHandle=receipt)

    @cached_property
    def _client(self) -> Any:
        try:
            return Session().client("sqs", config=Config(retries={"total_max_attempts": 4, "mode": "standard"}))
        except BotoCoreError as error:
            raise ConfigurationError(f"{self.url}: {error} Set what boto3 asks for (AWS_*).") from error

    def _call(self, name: str, **options: Any) -> Any:
        try:
            return getattr(self._client, name)(QueueUrl=self.url, **options)
        except (ClientError, BotoCoreError) as error:
            raise StoreError(f"{self.url}: {error}") from error
