"""Files in a bucket (`s3://bucket/prefix`) through boto3. Region, keys and endpoint are boto3's own (AWS_*).

Every call here may be repeated without harm, so boto3's retries stay on. Writing once and changing in place are
conditional writes (`If-None-Match: *`, `If-Match`): S3 itself decides between two writers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tasks.core.calendar_file import MEDIA_TYPE
from tasks.core.errors import ConfigurationError, StoreError
from tasks.core.stores import Change

Got = TypeVar("Got")

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ics": MEDIA_TYPE,
    "json": "application/json",
    "zst": "application/zstd",
}
"""Ending of a name -> content type; anything else is application/octet-stream."""

PAGE_CACHE = "private, no-cache"
"""A page is one customer's and may change each hour: no shared cache keeps it, browsers ask whether it changed."""

ATTEMPTS = 4
_CONNECTIONS = 16
_CONTENTION = 20


@dataclass(frozen=True)
class S3:
    """Objects below one prefix of a bucket."""

    bucket: str
    prefix: str
    at_once: int = _CONNECTIONS
    timeout: float | None = None

    @classmethod
    def from_url(cls, url: str, timeout: float | None = None) -> "S3":
        """`s3://bucket` or `s3://bucket/prefix`. Raises ConfigurationError for anything else.

        `timeout`: seconds that a call waits for S3, tried once; None leaves waiting and trying again to boto3.
        """
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
            raise ConfigurationError(f"{url!r} is no place for files: write s3://bucket/prefix or an absolute folder.")
        prefix = parts.path.strip("/")
        return cls(parts.netloc, f"{prefix}/" if prefix else "", timeout=timeout)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def read(self, name: str) -> bytes | None:
        """The object's content."""
        return self._versioned(name)[0]

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Page by page, as S3 lists them; its folder markers are left out."""
        asked = {"Bucket": self.bucket, "Prefix": self.prefix}
        while True:
            page = self._unless((), partial(self._client.list_objects_v2, **asked)) or {}
            for found in page.get("Contents", []):
                if not found["Key"].endswith("/"):
                    yield found["Key"].removeprefix(self.prefix), found["LastModified"]
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def remove(self, name: str) -> None:
        """S3 does not mind one that is gone."""
        self._unless((), lambda: self._client.delete_object(Bucket=self.bucket, Key=self.prefix + name))

    def create(self, name: str, content: bytes) -> bool:
        """With `If-None-Match: *`; S3 answers only when the object is stored."""
        return self._put(name, content, IfNoneMatch="*")

    def publish(self, name: str, content: bytes) -> None:
        """With what browsers and caches must know."""
        self._put(name, content, CacheControl=PAGE_CACHE)

    def update(self, name: str, change: Change) -> None:
        """With `If-Match`, again from the start when another writer was first."""
        for _ in range(_CONTENTION):
            content, version = self._versioned(name)
            changed = change(content)
            if changed is None:
                return
            if self._put(name, changed, **({"IfMatch": version} if version else {"IfNoneMatch": "*"})):
                return
        raise StoreError(f"{self}/{name} is changed by others all the time; the next run tries again.")

    @cached_property
    def _client(self) -> Any:
        retries: Any = {"total_max_attempts": 1 if self.timeout else ATTEMPTS, "mode": "standard"}
        config = Config(retries=retries, max_pool_connections=_CONNECTIONS)
        if self.timeout:
            config = config.merge(Config(connect_timeout=self.timeout / 2, read_timeout=self.timeout))
        try:
            return Session().client("s3", config=config)
        except BotoCoreError as error:
            raise ConfigurationError(f"{self}: {error} Set what boto3 asks for (AWS_*).") from error

    def _versioned(self, name: str) -> tuple[bytes | None, str | None]:
        """Content and ETag."""
        found = self._unless(
            ("NoSuchKey", "404"), lambda: self._client.get_object(Bucket=self.bucket, Key=self.prefix + name)
        )
        return (found["Body"].read(), found["ETag"]) if found else (None, None)

    def _put(self, name: str, content: bytes, **options: Any) -> bool:
        """False when a condition did not hold, or another write of the same name was under way."""
        kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        key = self.prefix + name
        lost = ("PreconditionFailed", "ConditionalRequestConflict", "412")
        put = self._unless(
            lost,
            lambda: self._client.put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=kind, **options),
        )
        return put is not None

    def _unless(self, codes: tuple[str, ...], call: Callable[[], Got]) -> Got | None:
        """The answer, None for an error among `codes`; any other becomes StoreError."""
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] in codes:
                return None
            raise StoreError(f"{self}: {error}") from error
        except BotoCoreError as error:
            raise StoreError(f"{self}: {error}") from error
