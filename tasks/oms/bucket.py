"""Files of orders in a bucket (`s3://bucket/prefix`), found by listing it or by S3's notices in a queue (SQS).

Region, keys and endpoint are boto3's own (AWS_*). Notices: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import unquote_plus, urlsplit

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tasks.core.errors import ConfigurationError, DataError
from tasks.oms.base import Receipt
from tasks.oms.places import Found

Got = TypeVar("Got")

ATTEMPTS = 4
WAIT_SECONDS = 1
LISTED_AT_ONCE = 1000
MOST_NOTICES = 10_000
"""Notices taken at once; the next run takes the rest."""

_GONE = ("NoSuchKey", "404")
_CHANGED = ("PreconditionFailed", "412")
_CHUNK = 1 << 20
_BATCH = 10


class Bucket:
    """Objects below one prefix. `queue`: URL of the queue that S3 tells of new ones; None: the bucket is listed.

    A queue that is no longer told loses files without a sign; whoever doubts it lists the bucket for a run.
    """

    folder: Path | None = None

    def __init__(self, url: str, queue: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
            raise ConfigurationError(f"TODOKE_OMS_URL: {url!r} is no place for files: write s3://bucket/prefix.")
        self._bucket, prefix = parts.netloc, parts.path.strip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._queue = queue
        self._warnings: dict[str, None] = {}
        self._receipts: list[Receipt] = []

    def __str__(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @property
    def tells_all(self) -> bool:
        """Only a list does."""
        return self._queue is None

    def find(self, known: Mapping[str, str]) -> Sequence[Found]:
        """By list, or those known and those of the queue; before anything is known, both."""
        found = {} if self._queue and known else {one.name: one for one in self._listed()}
        if self._queue:
            found |= {name: Found(name, version) for name, version in known.items() if version}
            found |= {one.name: one for one in self._told([name for name, version in known.items() if not version])}
        return [found[name] for name in sorted(found)]

    @contextmanager
    def opened(self, found: Found) -> Iterator[Path]:
        """A copy for as long as it is open. A reader that needs the end of a file first needs it whole."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / found.name
            answer = self._call(found.name, partial(self._s3.get_object, **self._at(found.name), IfMatch=found.version))
            with path.open("wb") as file:
                for chunk in self._chunks(found.name, answer["Body"]):
                    file.write(chunk)
            yield path

    def warnings(self) -> Sequence[str]:
        """Notices that nobody can read."""
        return list(self._warnings)

    def receipts(self) -> Sequence[Receipt]:
        """Of every notice taken so far."""
        return self._receipts

    def release(self, receipts: Iterable[str]) -> None:
        """Delete the notices."""
        entries = [{"Id": str(number), "ReceiptHandle": one} for number, one in enumerate(receipts)]
        for start in range(0, len(entries), _BATCH):
            asked = {"QueueUrl": self._queue, "Entries": entries[start : start + _BATCH]}
            self._call("", partial(self._sqs.delete_message_batch, **asked))

    # The bucket

    def _listed(self) -> Iterator[Found]:
        asked: dict[str, Any] = {
            "Bucket": self._bucket,
            "Prefix": self._prefix,
            "Delimiter": "/",
            "MaxKeys": LISTED_AT_ONCE,
        }
        while True:
            page = self._call("", partial(self._s3.list_objects_v2, **asked))
            for one in page.get("Contents", []):
                if not one["Key"].endswith("/"):
                    yield Found(one["Key"].removeprefix(self._prefix), one["ETag"])
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}

    def _chunks(self, name: str, body: Any) -> Iterator[bytes]:
        chunks = body.iter_chunks(_CHUNK)
        while chunk := self._call(name, partial(next, chunks, b"")):
            yield chunk

    # The queue

    def _told(self, again: Iterable[str]) -> Iterator[Found]:
        """Objects that notices are about, and those asked for `again`, as they are now."""
        names: dict[str, None] = dict.fromkeys(again)
        for message in self._messages():
            about = self._names(message["Body"])
            if about is not None:
                names |= dict.fromkeys(about)
                self._receipts.append(Receipt(message["ReceiptHandle"], about))
        for name in names:
            version = self._version(name)
            if version:
                yield Found(name, version)

    def _messages(self) -> Iterator[Any]:
        taken = 0
        asked = {"QueueUrl": self._queue, "MaxNumberOfMessages": _BATCH, "WaitTimeSeconds": WAIT_SECONDS}
        while taken < MOST_NOTICES:
            found = self._call("", partial(self._sqs.receive_message, **asked)).get("Messages", [])
            if not found:
                return
            taken += len(found)
            yield from found

    def _names(self, body: str) -> tuple[str, ...] | None:
        """Files of ours that a notice is about; None where it is no notice: such a message stays in the queue."""
        try:
            notice = json.loads(body)
            if notice.get("Type") == "Notification":  # through SNS
                notice = json.loads(notice["Message"])
            records = [] if notice.get("Event") == "s3:TestEvent" else notice["Records"]
            created = [one["s3"] for one in records if one["eventName"].startswith("ObjectCreated")]
            keys = [unquote_plus(one["object"]["key"]) for one in created if one["bucket"]["name"] == self._bucket]
        except (AttributeError, KeyError, TypeError, ValueError):
            self._warnings[f"{self._queue}: a message that is no notice of S3 stays there."] = None
            return None
        names = [key.removeprefix(self._prefix) for key in keys if key.startswith(self._prefix)]
        return tuple(name for name in names if name and "/" not in name)

    def _version(self, name: str) -> str | None:
        """Its ETag, None where it is gone."""
        try:
            version: str = self._call(name, partial(self._s3.head_object, **self._at(name)), passed=_GONE)["ETag"]
        except ClientError:
            return None
        return version

    # Both

    @cached_property
    def _s3(self) -> Any:
        return self._client("s3")

    @cached_property
    def _sqs(self) -> Any:
        return self._client("sqs")

    def _client(self, service: str) -> Any:
        session: Any = Session()
        try:
            return session.client(service, config=Config(retries={"total_max_attempts": ATTEMPTS, "mode": "standard"}))
        except BotoCoreError as error:
            raise ConfigurationError(f"{self}: {error} Set what boto3 asks for (AWS_*).") from error

    def _call(self, name: str, call: Callable[[], Got], passed: tuple[str, ...] = ()) -> Got:
        """Its answer; every error but those `passed` becomes DataError."""
        where = f"{self}/{name}" if name else str(self)
        try:
            return call()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in passed:
                raise
            if code in (*_GONE, *_CHANGED):
                raise DataError(f"{where} is gone or another since it was found; the next run looks again.") from error
            raise DataError(f"{where}: {error}; the next run tries again.") from error
        except BotoCoreError as error:
            raise DataError(f"{where}: {error}; the next run tries again.") from error
