"""TODOKE_OMS=shopify: a shop of Shopify, asked over its Admin API; what its webhooks told is read with it.

The hour asks for what changed, page by page; a first load, or one that begins days ago, by bulk operations.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import orjson

from tasks.core.accounts import ShopifySettings
from tasks.core.errors import ConfigurationError
from tasks.core.settings import Settings
from tasks.core.stores import Folder
from tasks.oms import shopify_queries as queries
from tasks.oms.live import ORDERS, LiveShop, batches, iso
from tasks.oms.order_webhooks import dropped_between, webhooks_folder
from tasks.oms.shopify_api import Api, adopted_since
from tasks.oms.web import Web

PAGED_DAYS = 3
"""What changed in a longer time than this is asked for by a bulk operation."""

FULFILMENTS_AT_ONCE = 10

_IN_PART = "told_in_part"
"""The statement that names fulfilments of which not all is known."""

_ASKED_OF = {"consents": "customers", "customers": "customers", "products": "products", "locations": "locations"}
"""Canonical table -> what is asked for; orders tell the others."""


class Shopify(LiveShop):
    """An order system that is a shop of Shopify. `url`: the PostgreSQL that stages what it tells."""

    def __init__(self, settings: Settings, url: str) -> None:
        account = ShopifySettings()
        token = account.secret.get_secret_value() if account.secret else ""
        if not account.shop or not token:
            raise ConfigurationError("TODOKE_OMS=shopify needs TODOKE_SHOPIFY_SHOP and TODOKE_SHOPIFY_SECRET.")
        super().__init__("shopify", "Shopify", url, _ASKED_OF)
        web = Web(account.shop, headers={"X-Shopify-Access-Token": token}, hidden=(token,))
        root = account.url or f"https://{account.shop}"
        self._api = Api(web, f"{root}/admin/api/{account.version}/graphql.json", account.page)
        self._webhooks = Folder(webhooks_folder(settings, account))
        self._birthday = account.birthday

    def is_full(self, table: str) -> bool:
        """Locations alone: there are few."""
        return table == "locations"

    def _stage(self, asked: str, since: datetime | None, until: datetime) -> None:
        self._empty(asked, "webhooks", "fulfilments")
        if asked in (ORDERS, "customers"):
            self._staged.stage("webhooks", batches(self._dropped(since, until)))
        if asked == "locations":
            self._stage_pages(asked, "")
        elif since is None or until - since > timedelta(days=PAGED_DAYS):
            began = self._stage_bulk(asked, since, until)
            if began < until:
                self._stage_pages(asked, queries.changed_between(iso(began), iso(until)))
        else:
            self._stage_pages(asked, queries.changed_between(iso(since), iso(until)))
        self._build(asked)
        if asked == ORDERS:
            self._complete()

    def _stage_pages(self, asked: str, searched: str) -> None:
        pages = self._api.nodes(asked, self._fields(queries.PAGED[asked]), searched)
        for number, nodes in enumerate(pages, 1):
            told = ((f"{asked} page {number}", orjson.dumps(node).decode()) for node in nodes)
            self._staged.stage(asked, batches(told))

    def _stage_bulk(self, asked: str, since: datetime | None, until: datetime) -> datetime:
        """When the bulk operation was begun: what changed later is not in it."""
        day = since.replace(hour=0, minute=0, second=0, microsecond=0) if since else None
        searched = f"updated_at:>='{iso(day)}'" if day else ""
        adopted = adopted_since(until)
        began, lines = self._api.bulk(asked, self._fields(queries.BULK[asked]), searched, adopted)
        self._staged.stage(asked, batches((f"{asked} bulk", line) for line in lines))
        return began

    def _fields(self, fields: str) -> str:
        namespace, _, key = self._birthday.partition(".")
        return fields.replace("NAMESPACE", namespace).replace("KEY", key)

    def _complete(self) -> None:
        """Ask what fulfilments hold where a bulk operation could not tell."""
        ids = self._staged.texts(_IN_PART, self._steps[_IN_PART])
        for start in range(0, len(ids), FULFILMENTS_AT_ONCE):
            nodes = self._api.fulfilments(ids[start : start + FULFILMENTS_AT_ONCE])
            self._staged.stage("fulfilments", batches(("fulfilments", orjson.dumps(node).decode()) for node in nodes))
        if ids:
            self._build(ORDERS)

    def _dropped(self, since: datetime | None, until: datetime) -> Iterator[tuple[str, str]]:
        """Webhooks that arrived in (since, until]: file and text."""
        for name, content in dropped_between(self._webhooks, since, until):
            if content is None:
                self._warn(f"{name}: not a webhook `todoke listen` dropped, ignored.")
            else:
                yield name, content
