"""TODOKE_OMS=woocommerce: a shop of WooCommerce, asked over its REST API v3.

https://woocommerce.github.io/woocommerce-rest-api-docs/. Customers cannot be asked for by when they changed: those who
are new and those of changed orders are read each hour, all of them with a first load or a backfill.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tasks.core.accounts import WooCommerceSettings
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.settings import Settings
from tasks.oms.live import ORDERS, LiveShop, batches, iso
from tasks.oms.web import Web

Document = dict[str, Any]
PAGE = 100
"""The most WooCommerce hands over at once."""

ALL_AFTER_DAYS = 3
"""What began longer ago than this is read with all customers."""

_MOST_PAGES = 100_000

_ASKED_OF = {"customers": "customers", "products": "products"}
"""Canonical table -> what is asked for; orders tell the others."""

FIELDS = {
    "orders": "id status currency total total_tax shipping_total shipping_tax customer_id billing shipping created_via "
    "payment_method date_created_gmt date_modified_gmt date_paid_gmt date_completed_gmt line_items fee_lines refunds "
    "meta_data",
    "customers": "id email first_name last_name username billing date_created_gmt date_modified_gmt",
    "products": "id name status price stock_status permalink categories images date_modified_gmt",
}
"""What the SELECTs read of a document: a field that is gone is said by name, not loaded as nothing."""


class WooCommerce(LiveShop):
    """An order system that is a shop of WooCommerce. `url`: the PostgreSQL that stages what it tells."""

    def __init__(self, settings: Settings, url: str) -> None:
        del settings
        account = WooCommerceSettings()
        key = account.key.get_secret_value() if account.key else ""
        secret = account.secret.get_secret_value() if account.secret else ""
        if not (account.url and key and secret):
            names = ", ".join(f"TODOKE_WOOCOMMERCE_{name}" for name in ("URL", "KEY", "SECRET"))
            raise ConfigurationError(f"TODOKE_OMS=woocommerce needs {names}.")
        super().__init__("woocommerce", "WooCommerce", url, _ASKED_OF)
        self._root = f"{account.url.rstrip('/')}/wp-json/wc/v3"
        self._web = Web(account.url, auth=(key, secret), hidden=(key, secret))
        self._words = account.words()
        self._buyers: set[int] = set()

    def is_full(self, table: str) -> bool:
        """Never."""
        del table
        return False

    def _stage(self, asked: str, since: datetime | None, until: datetime) -> None:
        if asked == "customers":
            self._ask(ORDERS, since, until)
        self._empty(asked)
        if asked == ORDERS:
            self._stage_orders(since, until)
        elif asked == "customers":
            for number, page in enumerate(self._customers(since, until), 1):
                self._keep(asked, page, f"customers page {number}")
        else:
            for number, page in enumerate(self._changed(asked, since), 1):
                self._keep(asked, page, f"{asked} page {number}")
        self._build(asked)
        if asked == ORDERS:
            for status in self._staged.texts("unknown_statuses", self._steps["unknown_statuses"]):
                self._warn(
                    f"WooCommerce status {status}: taken for an open order; say what it means "
                    "with TODOKE_WOOCOMMERCE_STATUSES."
                )

    def _stage_orders(self, since: datetime | None, until: datetime) -> None:
        self._empty("refunds", "statuses")
        said = [{"status": status, "means": means} for status, means in self._words.items()]
        self._keep("statuses", said, "TODOKE_WOOCOMMERCE_STATUSES")
        for number, page in enumerate(self._changed(ORDERS, since), 1):
            told = [order for order in page if _gmt(order["date_modified_gmt"]) <= until]
            self._keep(ORDERS, told, f"orders page {number}")
            refunded = [order["id"] for order in told if order["refunds"]]
            refunds = [{"order_id": one, "refunds": self._refunds(one)} for one in refunded]
            self._keep("refunds", refunds, f"refunds page {number}")
            self._buyers |= {order["customer_id"] for order in told if order["customer_id"]}

    def _keep(self, name: str, told: Iterable[Document], file: str) -> None:
        self._staged.stage(name, batches((file, orjson.dumps(one).decode()) for one in told))

    def _refunds(self, order: int) -> list[Document]:
        return [one for page in self._pages(f"orders/{order}/refunds", {}) for one in page]

    def _customers(self, since: datetime | None, until: datetime) -> Iterator[list[Document]]:
        """All, or those who are new and those of the changed orders."""
        if since is None or until - since > timedelta(days=ALL_AFTER_DAYS):
            yield from self._pages("customers", {})
            return
        for number in range(1, _MOST_PAGES):
            newest = {"orderby": "registered_date", "order": "desc", "per_page": str(PAGE), "page": str(number)}
            page = self._page("customers", newest)[0]
            new = [one for one in page if _gmt(one["date_created_gmt"]) > since]
            yield new
            if len(new) < PAGE:
                break
        buyers = sorted(self._buyers)
        for start in range(0, len(buyers), PAGE):
            some = ",".join(str(one) for one in buyers[start : start + PAGE])
            yield self._page("customers", {"include": some, "per_page": str(PAGE)})[0]

    def _changed(self, asked: str, since: datetime | None) -> Iterator[list[Document]]:
        """What changed since then. No end is named: what changes meanwhile would leave the list."""
        searched = {"modified_after": iso(since).removesuffix("Z"), "dates_are_gmt": "true"} if since else {}
        yield from self._pages(asked, searched)

    def _pages(self, asked: str, searched: Mapping[str, str]) -> Iterator[list[Document]]:
        """Rows by id, in pages, each asked to begin with the last row read.

        Where one begins after it, rows left the list meanwhile and others moved up to where nobody looks any more: a
        page further back is read again.
        """
        seen, last = 0, 0
        for _ in range(_MOST_PAGES):
            offset = max(0, seen - 1)
            by_id = {"orderby": "id", "order": "asc", "per_page": str(PAGE), "offset": str(offset)}
            page, total = self._page(asked, {**searched, **by_id})
            if seen and (not page or page[0]["id"] > last):
                seen = max(0, seen - PAGE)
                continue
            yield [one for one in page if one["id"] > last]
            seen = offset + len(page)
            if not page or seen >= total:
                return
            last = max(last, page[-1]["id"])
        raise DataError(f"{self._web.shop}: {asked}: the list has no end; run again when the shop is quiet.")

    def _page(self, asked: str, params: Mapping[str, str]) -> tuple[list[Document], int]:
        """One answer, and how many rows the list has. Raises DataError where a field is gone."""
        page, headers = self._web.json(asked, "GET", f"{self._root}/{asked}", params=params)
        if not isinstance(page, list) or not headers.get("x-wp-total", "").isdecimal():
            raise DataError(
                f"{self._web.shop}: {asked}: no list with X-WP-Total came; is something between us and the shop "
                "taking headers away?"
            )
        for one in page:
            gone = [name for name in FIELDS.get(asked, "").split() if name not in one]
            if gone:
                raise DataError(
                    f"{self._web.shop}: {asked}: number {one.get('id')} has no field {', '.join(gone)}; "
                    "a plugin or a new version changed it: look at sql/oms/woocommerce."
                )
        return page, int(headers["x-wp-total"])


def _gmt(at: str | None) -> datetime:
    """An instant of the API: UTC, without saying so. None: before all time."""
    return datetime.fromisoformat(at or "0001-01-01T00:00:00").replace(tzinfo=UTC)
