"""A shop of WooCommerce over HTTP: lists of its REST API v3 as WordPress pages them."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from tasks.core.settings import Settings
from tasks.oms.base import OrderSystem
from tasks.oms.woocommerce import WooCommerce
from tests.deliver.scripted import Answer, Request, Scripted
from tests.oms.source_contract import AS_OF, ZONE

Document = dict[str, Any]
KEY, SECRET = "ck_0123456789", "cs_9876543210"
ROOT = "/wp-json/wc/v3/"


@dataclass
class WooCommerceShop(Scripted):
    """`held`: path -> documents by id. `before`: called with each path before it is answered."""

    held: dict[str, dict[int, Document]] = field(
        default_factory=lambda: {"orders": {}, "customers": {}, "products": {}}
    )
    seen_at: list[float] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        self.handler = self._answer

    def answer(self, request: Request) -> Answer:
        """Remembers when it was asked."""
        self.seen_at.append(time.monotonic())
        return super().answer(request)

    def _answer(self, request: Request) -> Answer:
        signed = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {signed}":
            code = {"code": "woocommerce_rest_cannot_view", "message": f"Sorry, {request.headers} cannot list."}
            return Answer(401, json.dumps(code).encode())
        parts = urlsplit(request.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix(ROOT)
        self.before(path)
        found = self._sorted(path, asked)
        size = int(asked.get("per_page", "10"))
        start = int(asked.get("offset") or (int(asked.get("page", "1")) - 1) * size)
        page = [{self.gone.get(k, k): v for k, v in one.items()} for one in found[start : start + size]]
        headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
        return Answer(200, json.dumps(page).encode(), {"Content-Type": "application/json", **headers})

    def _sorted(self, path: str, asked: dict[str, str]) -> list[Document]:
        found = list(self.held.get(path, {}).values())
        if "modified_after" in asked:
            assert asked["dates_are_gmt"] == "true"
            found = [one for one in found if one["date_modified_gmt"] > asked["modified_after"]]
        if "include" in asked:
            found = [one for one in found if one["id"] in {int(part) for part in asked["include"].split(",")}]
        by = {"id": "id", "registered_date": "date_created_gmt"}[asked.get("orderby", "id")]
        return sorted(found, key=lambda one: one[by], reverse=asked.get("order", "desc") == "desc")

    def put(self, path: str, document: Document) -> Document:
        """A document as it is now."""
        self.held.setdefault(path, {})[document["id"]] = document
        return document


def gmt(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def local(at: datetime) -> str:
    """As the shop's own clock shows it: twice the same hour in autumn."""
    return at.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M:%S")


def address(name: str, **more: Any) -> Document:
    return {
        "first_name": "",
        "last_name": name,
        "company": "",
        "address_1": "渋谷1-2-3",
        "address_2": "",
        "city": "渋谷区",
        "state": "JP13",
        "postcode": "150-0002",
        "country": "JP",
    } | more


def line(number: int, **more: Any) -> Document:
    return {
        "id": number,
        "name": "急須 &ndash; 青",
        "product_id": 7001,
        "quantity": 1,
        "subtotal": "3000",
        "subtotal_tax": "300",
        "total": "3000",
        "total_tax": "300",
        "meta_data": [],
    } | more


def order(number: int, name: str, at: datetime, **more: Any) -> Document:
    """An order of one line, 3,300 yen, of a guest of this name."""
    return {
        "id": number,
        "status": "processing",
        "currency": "JPY",
        "date_created": local(at),
        "date_created_gmt": gmt(at),
        "date_modified": local(at),
        "date_modified_gmt": gmt(at),
        "date_paid_gmt": None,
        "date_completed_gmt": None,
        "total": "3300",
        "total_tax": "300",
        "shipping_total": "0",
        "shipping_tax": "0",
        "customer_id": 0,
        "billing": address(name, email=f"b{number}@example.invalid", phone="03-1234-5678"),
        "shipping": address(name),
        "created_via": "checkout",
        "payment_method": "bacs",
        "line_items": [line(number * 10)],
        "fee_lines": [],
        "refunds": [],
        "meta_data": [],
    } | more


def customer(number: int, at: datetime, **more: Any) -> Document:
    return {
        "id": number,
        "email": f"c{number}@example.invalid",
        "first_name": "恵",
        "last_name": "髙﨑",
        "username": f"megumi{number}",
        "billing": address("髙﨑", phone=""),
        "date_created_gmt": gmt(at),
        "date_modified_gmt": gmt(at),
    } | more


def product(number: int, at: datetime, **more: Any) -> Document:
    return {
        "id": number,
        "name": "急須 &amp; 湯呑",
        "status": "publish",
        "price": "3300",
        "stock_status": "instock",
        "permalink": "https://shop.invalid/p",
        "categories": [{"name": "茶器"}],
        "images": [],
        "date_modified_gmt": gmt(at),
    } | more


class WooCommerceSource:
    """The verbs of the contract. `url`: the PostgreSQL that stages."""

    def __init__(self, shop: WooCommerceShop, url: str) -> None:
        self.shop = shop
        self._url, self._numbers = url, count(1001)
        shop.put("products", product(7001, AS_OF - timedelta(minutes=5)))

    def system(self) -> OrderSystem:
        return WooCommerce(Settings(), self._url)

    def place(self, name: str, at: datetime) -> str:
        number = next(self._numbers)
        self.shop.put("orders", order(number, name, at))
        return str(number)

    def edit(self, order_id: str, name: str, at: datetime) -> None:
        held = self.shop.held["orders"][int(order_id)]
        self.shop.put("orders", held | {"billing": held["billing"] | {"last_name": name}, "date_modified_gmt": gmt(at)})

    def delete(self, order_id: str) -> None:
        del self.shop.held["orders"][int(order_id)]

    def rename(self) -> tuple[str, str]:
        self.shop.gone["total"] = "order_total"
        return "has no field total", "products"

    def fill(self, orders: int) -> None:
        for _ in range(orders):
            self.place("恵", AS_OF - timedelta(hours=1))

    def fail(self, answers: int, status: int, retry_after: int | None = None) -> None:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self.shop.answers.clear()
        self.shop.answers.extend([Answer(status, b"", headers)] * answers)

    def asked_at(self) -> list[float]:
        return self.shop.seen_at
