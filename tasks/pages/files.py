"""Tracking pages of some orders: rendered, compared with what was published last, and written where they differ."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from tasks.core.brand import load_brand
from tasks.core.errors import TemplateRejected
from tasks.core.pages import PageFiles, PageOwner, PageRenderer
from tasks.core.secrets import link_secrets, secret
from tasks.core.settings import Settings
from tasks.core.stores import Store
from tasks.stores import pages_store

Row = Mapping[str, Any]
"""A row of sql/publish/pages.sql: its owner's fields, `digest`, `has_calendar`, and `page` as JSON text."""


@dataclass(frozen=True)
class Done:
    """One order's page: the digest of what lies in the store now. `problem`: why it could not be rendered."""

    order_id: str
    digest: str | None
    written: bool = False
    has_calendar: bool = False
    problem: str | None = None


class Publisher:
    """Renders rows and writes what changed."""

    def __init__(self, settings: Settings) -> None:
        self._store: Store = pages_store(settings)
        self._pages_url, newest = settings.pages_url, link_secrets(settings)[0]
        self._renderer = PageRenderer(
            load_brand(),
            secret(settings),
            base_url=self._pages_url,
            link_secret=newest,
            listen_url=settings.listen_url,
        )

    def publish(self, rows: Sequence[Row]) -> list[Done]:
        """Each row's page, in their order. Raises StoreError where the store cannot be reached."""
        if self._store.at_once == 1:
            return [self._publish(row) for row in rows]
        with ThreadPoolExecutor(self._store.at_once) as pool:
            return list(pool.map(self._publish, rows))

    def address(self, owner: PageOwner) -> str:
        """Where browsers find the page."""
        return f"{self._pages_url.rstrip('/')}/{self._renderer.name(owner)}"

    def remove(self, owner: PageOwner) -> None:
        """Take an order's files away."""
        for ending in ("html", "json", "ics"):
            self._store.remove(self._renderer.name(owner, ending))

    def _publish(self, row: Row) -> Done:
        owner = PageOwner(row["order_id"], row["version"], row["source"], row["customer_id"], row["address_key"])
        try:
            files = self._rendered(owner, orjson.loads(row["page"]))
        except TemplateRejected as error:
            return Done(owner.order_id, None, problem=str(error))
        digest = self._digest(owner, files)
        has_calendar = files.calendar is not None
        if digest != row["digest"]:
            self._write(owner, files, row["has_calendar"])
        return Done(owner.order_id, digest, digest != row["digest"], has_calendar)

    def _rendered(self, owner: PageOwner, page: dict[str, Any]) -> PageFiles:
        is_over = page.keys() == {"language"}
        return self._renderer.ended(owner, page["language"]) if is_over else self._renderer.files(page, owner)

    def _write(self, owner: PageOwner, files: PageFiles, had_calendar: bool) -> None:
        """The page last: who sees it finds what it links to."""
        if files.calendar is not None:
            self._store.publish(self._renderer.name(owner, "ics"), files.calendar)
        elif had_calendar:
            self._store.remove(self._renderer.name(owner, "ics"))
        self._store.publish(self._renderer.name(owner, "json"), files.status)
        self._store.publish(self._renderer.name(owner), files.html)

    def _digest(self, owner: PageOwner, files: PageFiles) -> str:
        """Of the files and where they lie: moved to another store they are new."""
        found = blake2b(f"{self._store}\0{owner.version}".encode(), digest_size=16)
        for content in (files.html, files.status, files.calendar or b""):
            found.update(b"%d\0" % len(content) + content)
        return found.hexdigest()
