"""Nodes of Shopify's Admin API as it answers them (2026-07), and a shop of them as a source."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tasks.core.settings import Settings
from tasks.oms.base import OrderSystem
from tasks.oms.shopify import Shopify
from tests.deliver.scripted import Answer
from tests.oms.shopify_shop import Connection, Node, ShopifyShop, iso
from tests.oms.source_contract import AS_OF


def money(amount: str, currency: str = "JPY") -> Node:
    return {"presentmentMoney": {"amount": amount, "currencyCode": currency}}


def line(number: int, **more: Any) -> Node:
    return {
        "id": f"gid://shopify/LineItem/{number}", "name": "急須 - 青", "quantity": 1, "currentQuantity": 1,
        "product": {"id": "gid://shopify/Product/7001"}, "originalUnitPriceSet": money("3300"),
        "taxLines": [{"rate": 0.1}],
    } | more  # fmt: skip


def fulfilment(number: int, at: datetime, lines: dict[int, int], **more: Any) -> Node:
    """`lines`: line item -> quantity."""
    return {
        "id": f"gid://shopify/Fulfillment/{number}", "status": "SUCCESS", "createdAt": iso(at), "updatedAt": iso(at),
        "deliveredAt": None, "estimatedDeliveryAt": None, "location": {"id": "gid://shopify/Location/8001"},
        "trackingInfo": [{"company": "Yamato (EN)", "number": f"4000{number}"}],
        "fulfillmentLineItems": Connection(
            [{"quantity": held, "lineItem": {"id": f"gid://shopify/LineItem/{item}"}} for item, held in lines.items()]
        ),
    } | more  # fmt: skip


def transaction(number: int, kind: str, at: datetime, amount: str = "3300", **more: Any) -> Node:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}", "kind": kind, "status": "SUCCESS", "processedAt": iso(at),
        "gateway": "shopify_payments", "amountSet": money(amount),
    } | more  # fmt: skip


def order(number: int, name: str, at: datetime, **more: Any) -> Node:
    """An order of one line, 3,300 yen, not paid, of somebody of this name."""
    address = {
        "name": name, "firstName": "", "lastName": name, "company": None, "zip": "150-0002", "countryCodeV2": "JP",
        "provinceCode": "JP-13", "province": "東京都", "city": "渋谷区", "address1": "渋谷1-2-3", "address2": "",
        "phone": None,
    }  # fmt: skip
    return {
        "id": f"gid://shopify/Order/{number}", "name": f"#{number}", "email": f"b{number}@example.invalid",
        "phone": None,
        "customerLocale": "ja-JP", "createdAt": iso(at), "processedAt": iso(at), "updatedAt": iso(at),
        "cancelledAt": None, "test": False, "sourceName": "web", "tags": [], "note": None,
        "presentmentCurrencyCode": "JPY", "taxesIncluded": True, "displayFinancialStatus": "PENDING",
        "displayFulfillmentStatus": "UNFULFILLED", "paymentGatewayNames": ["銀行振込"], "customAttributes": [],
        "customer": {"id": f"gid://shopify/Customer/{number + 5_000_000}", "firstName": "", "lastName": name},
        "retailLocation": None, "shippingAddress": address, "currentTotalPriceSet": money("3300"),
        "totalPriceSet": money("3300"), "currentTotalTaxSet": money("300"), "currentShippingPriceSet": money("0"),
        "totalShippingPriceSet": money("0"), "transactions": [], "fulfillments": [], "paymentTerms": None,
        "lineItems": Connection([line(number * 10)]),
    } | more  # fmt: skip


def said(address: str, state: str, at: datetime | None = None) -> Node:
    """What somebody said to marketing by e-mail."""
    return {"emailAddress": address, "marketingState": state, "marketingUpdatedAt": iso(at) if at else None}


def customer(number: int, at: datetime, **more: Any) -> Node:
    """A customer who said nothing to marketing."""
    return {
        "id": f"gid://shopify/Customer/{number}", "firstName": "恵", "lastName": "髙﨑", "locale": "ja",
        "createdAt": iso(at), "updatedAt": iso(at), "tags": [], "birthday": None,
        "defaultEmailAddress": said(f"c{number}@example.invalid", "NOT_SUBSCRIBED"),
        "defaultPhoneNumber": None,
        "defaultAddress": {"company": None, "zip": "150-0002", "countryCodeV2": "JP", "provinceCode": "JP-13"},
    } | more  # fmt: skip


def product(number: int, at: datetime, **more: Any) -> Node:
    return {
        "id": f"gid://shopify/Product/{number}", "title": "急須", "productType": "茶器", "tags": [], "status": "ACTIVE",
        "updatedAt": iso(at), "totalInventory": 3, "tracksInventory": True, "onlineStoreUrl": None,
        "priceRangeV2": {"minVariantPrice": {"amount": "3300.0"}}, "featuredMedia": None,
    } | more  # fmt: skip


def location(number: int) -> Node:
    address = {"zip": "150-0002", "countryCode": "JP", "provinceCode": "JP-13"}
    return {"id": f"gid://shopify/Location/{number}", "address": address, "shipsInventory": True}


class ShopifySource:
    """The verbs of the contract. `url`: the PostgreSQL that stages."""

    def __init__(self, shop: ShopifyShop, url: str, home: Path) -> None:
        self.shop = shop
        self._url, self.home = url, home
        shop.put("products", product(7001, AS_OF - timedelta(days=1)))
        shop.put("locations", location(8001))

    def system(self) -> OrderSystem:
        return Shopify(Settings(home=self.home, secret=SecretStr("a secret of the tests")), self._url)

    def place(self, name: str, at: datetime) -> str:
        number = self.shop.number()
        self.shop.put("customers", customer(number + 5_000_000, at, lastName=name, firstName=""))
        self.shop.put("orders", order(number, name, at))
        return str(number)

    def edit(self, order_id: str, name: str, at: datetime) -> None:
        node = self.shop.held["orders"][f"gid://shopify/Order/{order_id}"]
        changed = {"updatedAt": iso(at), "customer": node["customer"] | {"lastName": name}}
        self.shop.put("orders", node | changed)

    def delete(self, order_id: str) -> None:
        del self.shop.held["orders"][f"gid://shopify/Order/{order_id}"]

    def rename(self) -> tuple[str, str]:
        self.shop.gone.add("currentTotalPriceSet")
        return "currentTotalPriceSet", "products"

    def fill(self, orders: int) -> None:
        for _ in range(orders):
            self.shop.put("orders", order(self.shop.number(), "恵", AS_OF - timedelta(hours=1)))

    def fail(self, answers: int, status: int, retry_after: int | None = None) -> None:
        headers = {} if retry_after is None else {"Retry-After": f"{retry_after}.0"}
        self.shop.answers.clear()
        self.shop.answers.extend([Answer(status, b"", headers)] * answers)

    def asked_at(self) -> list[float]:
        return self.shop.seen_at
