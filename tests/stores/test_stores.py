"""Archive and pages in a folder and in a bucket: one contract, S3 over real HTTP (moto)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tasks.core.errors import ConfigurationError, StoreError
from tasks.core.settings import Settings
from tasks.core.stores import Folder, Store
from tasks.stores import archive_store, pages_store, store_at
from tasks.stores.s3 import S3
from tests.stores.conftest import BUCKET


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Both kinds."""
    if request.param == "folder":
        return Folder(tmp_path / "files")
    request.getfixturevalue("s3")
    return S3.from_url(f"s3://{BUCKET}/shop/one")


def test_what_was_created_is_read(store: Store) -> None:
    assert store.read("batches/a.zst") is None
    assert store.create("batches/a.zst", b"first")
    assert store.read("batches/a.zst") == b"first"


def test_what_was_created_is_never_overwritten(store: Store) -> None:
    assert [store.create("a.zst", content) for content in (b"first", b"second")] == [True, False]
    assert store.read("a.zst") == b"first"


def test_a_page_is_replaced_and_taken_away(store: Store) -> None:
    for page in (b"one", b"two"):
        store.publish("ab/x.html", page)
    assert store.read("ab/x.html") == b"two"
    store.remove("ab/x.html")
    store.remove("ab/x.html")
    assert store.read("ab/x.html") is None
    assert list(store.names()) == []


def test_updates_at_once_lose_nothing(store: Store) -> None:
    def add(_: int) -> None:
        store.update("count.json", lambda found: str(int(found or b"0") + 1).encode())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))
    assert store.read("count.json") == b"12"
    store.update("count.json", lambda _: None)
    assert store.read("count.json") == b"12"


def test_objects_lie_below_their_prefix_with_type_and_cache(s3: Any) -> None:
    store = S3.from_url(f"s3://{BUCKET}/shop/")
    store.publish("ab/x.html", "注文".encode())
    store.publish("ab/x.ics", b"BEGIN:VCALENDAR")
    store.create("batches/a.zst", b"bytes")
    page = s3.head_object(Bucket=BUCKET, Key="shop/ab/x.html")
    assert (page["ContentType"], page["CacheControl"]) == ("text/html; charset=utf-8", "private, no-cache")
    assert s3.head_object(Bucket=BUCKET, Key="shop/ab/x.ics")["ContentType"] == "text/calendar; charset=utf-8"
    assert s3.head_object(Bucket=BUCKET, Key="shop/batches/a.zst")["ContentType"] == "application/zstd"
    assert str(store) == f"s3://{BUCKET}/shop"


def test_a_missing_bucket_says_so(s3: Any) -> None:  # noqa: ARG001
    store = S3.from_url("s3://no-such-bucket")
    for call in (
        lambda: store.create("a", b""),
        lambda: store.publish("a", b""),
        lambda: store.update("a", lambda _: b""),
    ):
        with pytest.raises(StoreError, match="no-such-bucket"):
            call()


def test_a_place_that_does_not_answer_says_so(monkeypatch: pytest.MonkeyPatch, s3: Any) -> None:  # noqa: ARG001
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("tasks.stores.s3.ATTEMPTS", 1)
    with pytest.raises(StoreError, match="not connect"):
        S3.from_url(f"s3://{BUCKET}").read("a")


@pytest.mark.parametrize("url", ["s3://", "s3:///prefix", "gs://bucket", "https://bucket.example", "s3://b?x=1"])
def test_other_places_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="s3://bucket/prefix"):
        store_at(url, Path("unused"))


def test_settings_name_the_places(tmp_path: Path) -> None:
    plain = Settings(home=tmp_path)
    assert (archive_store(plain), pages_store(plain)) == (Folder(tmp_path / "archive"), Folder(tmp_path / "pages"))
    other = Settings(home=tmp_path, archive_url="s3://a/b", publish_url="s3://pages", base_url="https://track.example")
    assert (archive_store(other), pages_store(other)) == (S3("a", "b/"), S3("pages", ""))
    with pytest.raises(ConfigurationError, match="TODOKE_BASE_URL"):
        Settings(home=tmp_path, publish_url="s3://pages")


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_bytes(b"a file where the folder should be")
    folder = Folder(tmp_path / "occupied")
    calls: list[Callable[[], object]] = [
        lambda: folder.create("a.zst", b"1"),
        lambda: folder.publish("a.html", b"1"),
        lambda: folder.update("a.json", lambda _: b"1"),
    ]
    for call in calls:
        with pytest.raises(StoreError, match="free space or correct its permissions"):
            call()
