"""Step 8: publish. Tracking pages of changed orders, and the gallery of what was sent."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.core.brand import load_brand
from tasks.core.errors import DataError
from tasks.core.files import write_if_new
from tasks.core.gallery import GALLERY_LIMIT, GalleryEntry, write_gallery
from tasks.core.pages import PageOwner
from tasks.core.previews import preview
from tasks.core.queries import query
from tasks.core.runs import Run, write_under
from tasks.core.settings import Settings
from tasks.core.thresholds import PagesSettings
from tasks.core.touchpoints import load_all
from tasks.pages.files import Done, Publisher, Row
from tasks.pages.helpers import publish_batches

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
    _publish_pages(run, published, get_run_logger().error)
    published.gallery = len(_publish_gallery(run)) if "mailbox" in run.settings.channels.values() else 0
    return published


def gallery_folder(settings: Settings) -> Path:
    """Where the gallery lies."""
    return settings.home / "gallery"


def revoke(run: Run, order_id: str, by: str) -> str:
    """Take an order's page away from its address and publish it at a new one, which messages name from now on.

    Returns the new address. Raises DataError for an order nobody knows.
    """
    publisher = Publisher(run.settings)
    with run.database.transaction() as connection:
        query("publish/lock").run(connection)
        found = query("publish/revoke").rows(connection, order_id=order_id, by=by)
        if not found:
            raise DataError(f"There is no order {order_id!r}: give its id as the order system writes it.")
        publisher.remove(PageOwner(order_id, found[0]["revoked"]))
    _publish_pages(run, Published(), logging.getLogger(__name__).error)
    return publisher.address(PageOwner(order_id, found[0]["revoked"] + 1))


def publish_again(run: Run) -> int:
    """Ask for every page that has not ended, changed or not; the next publishing writes them. Returns how many."""
    with run.database.transaction() as connection:
        return query("publish/publish_again").run(connection)


def _publish_pages(run: Run, published: Published, say: Callable[[str, str], None]) -> None:
    """Those that are over, then those that changed. One publisher at a time: nobody revokes an address meanwhile."""
    with run.database.transaction() as connection:
        query("publish/lock").run(connection)
        load_id = int(query("decide/newest_load").scalar(connection))
        write_under(connection, load_id, run.as_of)
        where = {"as_of": run.as_of, "sources": [name for name, one in load_brand().sections.items() if one.own_links]}
        over = query("publish/to_end").stream(connection, _AT_ONCE, **where)
        changed = query("publish/pages").stream(
            connection, _AT_ONCE, **where, load_id=load_id, days=PagesSettings().days
        )
        for is_over, batches in ((True, over), (False, changed)):
            for rows, done in publish_batches(run.settings, ([dict(row) for row in rows] for rows in batches)):
                _record(connection, rows, done, is_over)
                _count(done, published, say)


def _record(connection: Connection, rows: Sequence[Row], done: Sequence[Done], is_over: bool) -> None:
    good = [(row, one) for row, one in zip(rows, done, strict=True) if one.problem is None]
    query("publish/record").run(
        connection,
        order_ids=[one.order_id for _, one in good],
        digests=[one.digest for _, one in good],
        calendars=[one.has_calendar for _, one in good],
        ends=[row["ends_at"] for row, _ in good],
        ended=is_over,
    )


def _count(done: Sequence[Done], published: Published, say: Callable[[str, str], None]) -> None:
    for one in done:
        if one.problem:
            published.failed += 1
            say("tracking page not published: %s", one.problem)
        elif one.written:
            published.written += 1
        else:
            published.unchanged += 1


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
