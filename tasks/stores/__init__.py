"""Which place a setting names: a folder, or `s3://bucket/prefix`."""

from pathlib import Path

from tasks.core.accounts import FeedbackSettings
from tasks.core.errors import ConfigurationError
from tasks.core.settings import Settings
from tasks.core.stores import Folder, Store
from tasks.stores.s3 import S3


def store_at(url: str | None, default: Path, timeout: float | None = None) -> Store:
    """The store of one setting; `timeout` is S3's. Raises ConfigurationError for another kind of URL."""
    if url and "://" in url:
        return S3.from_url(url, timeout)
    return Folder(Path(url) if url else default)


def archive_store(settings: Settings) -> Store:
    """Where the archive and the ledger's high-water mark lie."""
    return store_at(settings.archive_url, settings.home / "archive")


def pages_store(settings: Settings) -> Store:
    """Where tracking pages lie."""
    return store_at(settings.publish_url, settings.home / "pages")


def drop_store(variable: str, url: str | None, seconds: float) -> Store:
    """Where a channel of files writes; `seconds`: those of one attempt, of which one call may take half.

    Raises ConfigurationError where no place is named, or a relative one.
    """
    if not url or not ("://" in url or Path(url).is_absolute()):
        raise ConfigurationError(f"{variable} is {url!r}: name an absolute folder or s3://bucket/prefix.")
    return store_at(url, Path(url), seconds / 2)


def feedback_store(settings: FeedbackSettings) -> Store:
    """Where a gateway lays providers' requests down. Raises ConfigurationError where none is named."""
    if not settings.url:
        raise ConfigurationError(
            "TODOKE_FEEDBACK_URL is not set: name the folder or s3://bucket/prefix of the gateway."
        )
    return store_at(settings.url, Path(settings.url))
