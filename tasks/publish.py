"""Step 8: publish. Tracking pages of changed orders, and the gallery of what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.core.brand import load_brand
from tasks.core.files import write_if_new
from tasks.core.gallery import GALLERY_LIMIT, GalleryEntry, write_gallery
from tasks.core.previews import preview
from tasks.core.queries import query
from tasks.core.runs import Run, write_under
from tasks.core.settings import PagesSettings, Settings
from tasks.core.touchpoints import load_all
from tasks.page_files import Publisher, Row

_AT_ONCE = 500
"""Pages in memory at the same time."""


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
    """Those that are over, then those that changed. One publisher at a time: nobody revokes an address meanwhile."""
    publisher = Publisher(run.settings)
    with run.database.transaction() as connection:
        query("publish/lock").run(connection)
        load_id = int(query("decide/newest_load").scalar(connection))
        write_under(connection, load_id, run.as_of)
        where = {"as_of": run.as_of, "sources": list(load_brand().sections)}
        over = query("publish/to_end").stream(connection, _AT_ONCE, **where)
        changed = query("publish/pages").stream(
            connection, _AT_ONCE, **where, load_id=load_id, days=PagesSettings().days
        )
        for is_over, batches in ((True, over), (False, changed)):
            for rows in batches:
                _publish_rows(connection, publisher, rows, is_over, published)


def _publish_rows(
    connection: Connection, publisher: Publisher, rows: Sequence[Row], is_over: bool, published: Published
) -> None:
    done = publisher.publish(rows)
    good = [(row, one) for row, one in zip(rows, done, strict=True) if one.problem is None]
    query("publish/record").run(
        connection,
        order_ids=[one.order_id for _, one in good],
        digests=[one.digest for _, one in good],
        calendars=[one.has_calendar for _, one in good],
        ends=[row["ends_at"] for row, _ in good],
        ended=is_over,
    )
    for one in done:
        if one.problem:
            get_run_logger().error("tracking page not published: %s", one.problem)
    written = sum(one.written for one in done)
    published.written += written
    published.unchanged += len(good) - written
    published.failed += len(done) - len(good)


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
