"""TODOKE_OMS=shopify: a shop of Shopify, asked over its Admin API; what its webhooks told is read with it.

The hour asks for what changed, page by page; a first load, or one that begins days ago, by bulk operations.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import orjson
import pyarrow as pa

from tasks.core.accounts import ShopifySettings
from tasks.core.canonical import TABLES
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import live_mapping, steps
from tasks.core.settings import Settings
from tasks.core.stores import Folder
from tasks.oms import shopify_queries as queries
from tasks.oms.shopify_api import Api, adopted_since
from tasks.oms.shopify_webhooks import dropped_between, webhooks_folder
from tasks.oms.staged import Staged, documents
from tasks.oms.web import Web

PAGED_DAYS = 3
"""What changed in a longer time than this is asked for by a bulk operation."""

FULFILMENTS_AT_ONCE = 10

_AT_ONCE = 1000
"""Documents staged together."""

_IN_PART = "told_in_part"
"""The statement that names fulfilments of which not all is known."""

_ASKED_OF = {"consents": "customers", "customers": "customers", "products": "products", "locations": "locations"}
"""Canonical table -> what is asked for; orders tell the others."""


class Shopify:
    """An order system that is a shop of Shopify. `url`: the PostgreSQL that stages what it tells."""

    name = "shopify"
    hazards: Path | None = None

    def __init__(self, settings: Settings, url: str) -> None:
        account = ShopifySettings()
        token = account.secret.get_secret_value() if account.secret else ""
        if not account.shop or not token:
            raise ConfigurationError("TODOKE_OMS=shopify needs TODOKE_SHOPIFY_SHOP and TODOKE_SHOPIFY_SECRET.")
        web = Web(account.shop, headers={"X-Shopify-Access-Token": token}, hidden=(token,))
        root = account.url or f"https://{account.shop}"
        self._api = Api(web, f"{root}/admin/api/{account.version}/graphql.json", account.page)
        self._webhooks = Folder(webhooks_folder(settings, account))
        self._birthday = account.birthday
        self._mapping = live_mapping(self.name, "Shopify")
        self._steps = steps(self.name)
        self._staged = Staged(self._mapping, url)
        self._known: dict[str, datetime | DataError | None] = {}
        self._warnings: dict[str, None] = {}

    def now(self) -> datetime | None:
        """None: the shop lives in the present."""
        return None

    def tables(self) -> tuple[str, ...]:
        """The tables Shopify can tell."""
        return tuple(table for table in TABLES if table in self._mapping.selects)

    def is_full(self, table: str) -> bool:
        """Locations alone: there are few."""
        return table == "locations"

    def warnings(self) -> Sequence[str]:
        """Webhooks that could not be read."""
        return list(self._warnings)

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """See OrderSystem.fetch. What one question answers for several tables is asked once."""
        asked = _ASKED_OF.get(table, "orders")
        if not self._covers(asked, since):
            try:
                self._stage(asked, since, until)
            except DataError as error:
                self._known[asked] = error
                raise
            self._known[asked] = since
        yield from self._staged.rows(table)

    def _covers(self, asked: str, since: datetime | None) -> bool:
        """Whether what is staged begins early enough. Raises the error the question ended with."""
        if asked not in self._known:
            return False
        known = self._known[asked]
        if isinstance(known, DataError):
            raise known
        return known is None or (since is not None and known <= since)

    def _stage(self, asked: str, since: datetime | None, until: datetime) -> None:
        for name in (asked, "webhooks", "fulfilments"):
            self._staged.forget(name)
            self._staged.stage(name, [documents([], name)])
        if asked in ("orders", "customers"):
            self._staged.stage("webhooks", _batches(self._dropped(since, until)))
        if asked == "locations":
            self._stage_pages(asked, "")
        elif since is None or until - since > timedelta(days=PAGED_DAYS):
            began = self._stage_bulk(asked, since, until)
            if began < until:
                self._stage_pages(asked, queries.changed_between(_iso(began), _iso(until)))
        else:
            self._stage_pages(asked, queries.changed_between(_iso(since), _iso(until)))
        self._build(asked)
        if asked == "orders":
            self._complete()

    def _stage_pages(self, asked: str, searched: str) -> None:
        pages = self._api.nodes(asked, self._fields(queries.PAGED[asked]), searched)
        for number, nodes in enumerate(pages, 1):
            texts = [orjson.dumps(node).decode() for node in nodes]
            self._staged.stage(asked, [documents(_storable(texts), f"{asked} page {number}")])

    def _stage_bulk(self, asked: str, since: datetime | None, until: datetime) -> datetime:
        """When the bulk operation was begun: what changed later is not in it."""
        day = since.replace(hour=0, minute=0, second=0, microsecond=0) if since else None
        searched = f"updated_at:>='{_iso(day)}'" if day else ""
        adopted = adopted_since(until)
        began, lines = self._api.bulk(asked, self._fields(queries.BULK[asked]), searched, adopted)
        self._staged.stage(asked, _batches((f"{asked} bulk", line) for line in lines))
        return began

    def _fields(self, fields: str) -> str:
        namespace, _, key = self._birthday.partition(".")
        return fields.replace("NAMESPACE", namespace).replace("KEY", key)

    def _build(self, asked: str) -> None:
        """Temporary tables of what was told, which the SELECTs of its tables read."""
        for step, statement in self._steps.items():
            if step.startswith(("base_", f"{asked}_")):
                self._staged.build(step, statement)

    def _complete(self) -> None:
        """Ask what fulfilments hold where a bulk operation could not tell."""
        ids = self._staged.texts(_IN_PART, self._steps[_IN_PART])
        for start in range(0, len(ids), FULFILMENTS_AT_ONCE):
            nodes = self._api.fulfilments(ids[start : start + FULFILMENTS_AT_ONCE])
            texts = [orjson.dumps(node).decode() for node in nodes]
            self._staged.stage("fulfilments", [documents(texts, f"fulfilments {start}")])
        if ids:
            self._build("orders")

    def _dropped(self, since: datetime | None, until: datetime) -> Iterator[tuple[str, str]]:
        """Webhooks that arrived in (since, until]: file and text."""
        for name, content in dropped_between(self._webhooks, since, until):
            if content is None:
                self._warnings[f"{name}: not a webhook `todoke listen` dropped, ignored."] = None
            else:
                yield name, content


def _batches(texts: Iterable[tuple[str, str]]) -> Iterator[pa.Table]:
    """Documents of (file, text), numbered within each run of the same file."""
    for file, lines in groupby(texts, key=itemgetter(0)):
        numbered = (text for _, text in lines)
        first = 1
        while chunk := list(islice(numbered, _AT_ONCE)):
            yield documents(_storable(chunk), file, first)
            first += len(chunk)


def _storable(texts: list[str]) -> list[str]:
    """PostgreSQL has no text for NUL; somebody's name with one is shown with a mark."""
    return [text.replace("\\u0000", "\\ufffd") for text in texts]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
