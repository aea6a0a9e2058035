"""Which place a setting names: a folder, or `s3://bucket/prefix`."""

from pathlib import Path

from tasks.core.settings import Settings
from tasks.core.stores import Folder, Store
from tasks.stores.s3 import S3


def store_at(url: str | None, default: Path) -> Store:
    """The store of one setting. Raises ConfigurationError for another kind of URL."""
    if url and "://" in url:
        return S3.from_url(url)
    return Folder(Path(url) if url else default)


def archive_store(settings: Settings) -> Store:
    """Where the archive and the ledger's high-water mark lie."""
    return store_at(settings.archive_url, settings.home / "archive")


def pages_store(settings: Settings) -> Store:
    """Where tracking pages lie."""
    return store_at(settings.publish_url, settings.home / "pages")
