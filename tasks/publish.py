"""Step 8: publish. Tracking pages of changed orders, and the gallery of what was sent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.core.brand import load_brand
from tasks.core.errors import TemplateRejected
from tasks.core.files import write_if_new
from tasks.core.pages import GALLERY_LIMIT, GalleryEntry, PageRenderer, write_gallery
from tasks.core.previews import preview
from tasks.core.queries import query
from tasks.core.runs import Run, write_under
from tasks.core.secrets import secret
from tasks.core.settings import Settings
from tasks.core.touchpoints import load_all
from tasks.stores import pages_store

_AT_ONCE = 500
"""Pages rendered before they are written, several at once where the store gains by it."""


@dataclass
class Published:
    """Tracking pages written and left as they were, messages in the gallery, and orders whose page failed."""

    written: int = 0
    unchanged: int = 0
    gallery: int = 0
    failed: int = 0


@task(name="publish", timeout_seconds=1800, tags=["publish"], cache_policy=NO_CACHE, persist_result=False)
def publish(run: Run) -> Published:
    """Write the tracking page of every order that changed since the last finished run, then the gallery."""
    published = Published()
    _publish_pages(run, published)
    published.gallery = len(_publish_gallery(run)) if "mailbox" in run.settings.channels.values() else 0
    return published


def gallery_folder(settings: Settings) -> Path:
    """Where the gallery lies."""
    return settings.home / "gallery"


def _publish_pages(run: Run, published: Published) -> None:
    store = pages_store(run.settings)
    renderer = PageRenderer(load_brand(), secret(run.settings))
    pages = _rendered(run, renderer, published)
    with ThreadPoolExecutor(store.at_once) as pool:
        while some := list(islice(pages, _AT_ONCE)):
            written = sum(pool.map(store.publish, *zip(*some, strict=True)))
            published.written += written
            published.unchanged += len(some) - written


def _rendered(run: Run, renderer: PageRenderer, published: Published) -> Iterator[tuple[str, bytes]]:
    """Name and content of each page of a changed order."""
    for row in _changed_orders(run):
        try:
            yield renderer.path(row["order_id"]), renderer.tracking_page(row, row["source"]).encode()
        except TemplateRejected as error:
            published.failed += 1
            get_run_logger().error("tracking page not published: %s", error)


def _changed_orders(run: Run) -> Iterator[dict[str, Any]]:
    with run.database.transaction() as connection:
        load_id = int(query("decide/newest_load").scalar(connection))
        write_under(connection, load_id, run.as_of)
        rows = query("publish/pages").rows(connection, as_of=run.as_of, load_id=load_id)
    for row in rows:
        yield {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """Dates and instants as the page's contract wants them: ISO text."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _publish_gallery(run: Run) -> list[GalleryEntry]:
    folder, mailbox = gallery_folder(run.settings), run.settings.home / "mailbox"
    with run.database.transaction() as connection:
        rows = query("publish/sent").rows(connection, newest=GALLERY_LIMIT)
    ours = {channel for channel, adapter in run.settings.channels.items() if adapter == "mailbox"}
    rows = [row for row in rows if row["channel"] in ours and (mailbox / row["file"]).exists()]
    entries = [_entry(dict(row), mailbox / row["file"], folder) for row in rows]
    write_gallery(folder, entries, load_brand())
    return entries


def _entry(row: dict[str, Any], path: Path, folder: Path) -> GalleryEntry:
    shown = preview(path, row["language"])
    file = Path(row["touchpoint"]) / f"{path.stem}.html"
    write_if_new(folder / file, shown.html.encode())
    return GalleryEntry(
        touchpoint=row["touchpoint"],
        title=load_all()[row["touchpoint"]].title,
        language=row["language"],
        variant=row["variant"],
        recipient=row["recipient"],
        subject=shown.subject,
        sent_at=row["sent_at"].isoformat(),
        file=file.as_posix(),
        channel=row["channel"],
    )
