"""A shop of Shopify in which everything happened at once."""

from datetime import timedelta
from typing import Any

from tests.oms.shopify_nodes import ShopifySource, customer, fulfilment, line, money, order, said, transaction
from tests.oms.shopify_shop import Connection, iso
from tests.oms.source_contract import AS_OF

AT = AS_OF - timedelta(hours=3)
LATER = AT + timedelta(hours=1)


def two_parcels() -> dict[str, Any]:
    """Two lines in three parcels, one of them put back; paid at once, a part refunded, wished for a day, a gift."""
    return order(
        2001,
        "髙﨑",
        AT,
        updatedAt=iso(LATER),
        displayFinancialStatus="PARTIALLY_REFUNDED",
        displayFulfillmentStatus="FULFILLED",
        paymentGatewayNames=["shopify_payments"],
        tags=["ギフト"],
        taxesIncluded=True,
        customAttributes=[
            {"key": "配送希望日", "value": "2026/11/5(木)"},
            {"key": "配送希望時間帯", "value": "14:00-16:00"},
        ],
        lineItems=Connection(
            [line(1, quantity=3, currentQuantity=2), line(2, name="湯呑", originalUnitPriceSet=money("1100"))]
        ),
        transactions=[
            transaction(11, "AUTHORIZATION", AT),
            transaction(12, "CAPTURE", LATER, "11500"),
            transaction(13, "REFUND", LATER, "3300"),
            transaction(14, "REFUND", LATER, "9", status="FAILURE"),
        ],
        fulfillments=[
            fulfilment(31, AT, {1: 1}, status="CANCELLED"),
            fulfilment(32, LATER, {1: 2}),
            fulfilment(
                33,
                LATER,
                {2: 1},
                deliveredAt=iso(AS_OF),
                trackingInfo=[
                    {"company": "Sagawa (EN)", "number": "5001"},
                    {"company": "Sagawa (EN)", "number": "5002"},
                ],
            ),
        ],
        currentTotalPriceSet=money("7200"),
        currentShippingPriceSet=money("500"),
        totalPriceSet=money("10500"),
    )


def foreign() -> dict[str, Any]:
    """Paid in dollars without tax in its prices, sold at the till, cancelled after it had left."""
    address = {
        "name": "Bob Norman",
        "firstName": "Bob",
        "lastName": "Norman",
        "company": "",
        "zip": "40202",
        "countryCodeV2": "US",
        "provinceCode": "KY",
        "province": "Kentucky",
        "city": "Louisville",
        "address1": "Chestnut Street 92",
        "address2": None,
        "phone": "+15025550100",
    }
    return order(
        2002,
        "Norman",
        AT,
        cancelledAt=iso(LATER),
        updatedAt=iso(LATER),
        presentmentCurrencyCode="USD",
        taxesIncluded=False,
        sourceName="pos",
        shippingAddress=address,
        customer=None,
        retailLocation={"id": "gid://shopify/Location/8001"},
        lineItems=Connection(
            [
                line(
                    3,
                    currentQuantity=0,
                    product=None,
                    originalUnitPriceSet=money("199.00", "USD"),
                    taxLines=[{"rate": 0.06}],
                )
            ]
        ),
        fulfillments=[fulfilment(34, AT, {3: 1}, trackingInfo=[])],
        displayFulfillmentStatus="FULFILLED",
        currentTotalPriceSet=money("0.0", "USD"),
        totalPriceSet=money("210.94", "USD"),
        totalShippingPriceSet=money("10.00", "USD"),
    )


def fill(source: ShopifySource) -> None:
    source.place("恵", AT)
    source.shop.put("orders", two_parcels())
    source.shop.put("orders", foreign())
    source.shop.put("orders", order(2003, "Test", AT, test=True))
    held = customer(
        9001,
        AT,
        tags=["VIP"],
        birthday={"value": "1990-04-01"},
        defaultEmailAddress=said("c@example.invalid", "SUBSCRIBED", LATER),
        defaultPhoneNumber={
            "phoneNumber": "+818012345678",
            "marketingState": "UNSUBSCRIBED",
            "marketingUpdatedAt": iso(AT),
        },
    )
    source.shop.put("customers", held)
    source.shop.put("customers", customer(9002, AT, defaultEmailAddress=said("d@example.invalid", "SUBSCRIBED")))
