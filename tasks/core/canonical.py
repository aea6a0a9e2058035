"""The canonical drop format: what every order system adapter produces and the load reads.

Instants are aware (UTC here), money is a decimal in major units with tax included, regions are ISO 3166-2,
empty is null. Ids are text. JSON columns travel as text. `*` columns of the document are `required` here.
"""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

TEXT = pa.string()
INSTANT = pa.timestamp("us", tz="UTC")
DATE = pa.date32()
MONEY = pa.decimal128(18, 4)
INTEGER = pa.int64()
NUMBER = pa.float64()
BOOLEAN = pa.bool_()
JSON = pa.string()


class Kind(StrEnum):
    """How a table changes: mutable rows have history, facts are only ever added."""

    MUTABLE = "mutable"
    APPENDED = "appended"


@dataclass(frozen=True)
class CanonicalTable:
    """One table of the drop format. `key` is unique within one shop front."""

    name: str
    kind: Kind
    key: tuple[str, ...]
    required: tuple[str, ...]
    schema: pa.Schema

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(self.schema.names)


def _table(name: str, kind: Kind, key: str, required: str, /, **columns: pa.DataType) -> CanonicalTable:
    schema = pa.schema([pa.field(column, kind_of) for column, kind_of in columns.items()])
    return CanonicalTable(name, kind, tuple(key.split()), tuple(required.split()), schema)


_ALL = (
    _table(
        "customers",
        Kind.MUTABLE,
        "customer_id",
        "customer_id",
        customer_id=TEXT,
        email=TEXT,
        phone=TEXT,
        line_user_id=TEXT,
        push_token=TEXT,
        name=TEXT,
        family_name=TEXT,
        given_name=TEXT,
        company=TEXT,
        locale=TEXT,
        timezone=TEXT,
        birthday=DATE,
        registered_at=INSTANT,
        preferred_channel=TEXT,
        postal_code=TEXT,
        region=TEXT,
        status=TEXT,
        newsletter=BOOLEAN,
        attributes=JSON,
        updated_at=INSTANT,
    ),
    _table(
        "consents",
        Kind.APPENDED,
        "customer_id address channel topic at",
        "channel granted at source",
        customer_id=TEXT,
        address=TEXT,
        channel=TEXT,
        topic=TEXT,
        granted=BOOLEAN,
        at=INSTANT,
        source=TEXT,
    ),
    _table(
        "products",
        Kind.MUTABLE,
        "product_id",
        "product_id name",
        product_id=TEXT,
        name=TEXT,
        category=TEXT,
        attributes=JSON,
        price=MONEY,
        in_stock=BOOLEAN,
        url=TEXT,
        image_url=TEXT,
        consumption_days=INTEGER,
        howto_url=TEXT,
        warranty_months=INTEGER,
        maintenance_days=INTEGER,
        replace_after_months=INTEGER,
        reviewable_after_days=INTEGER,
    ),
    _table(
        "orders",
        Kind.MUTABLE,
        "order_id",
        "order_id placed_at total currency",
        order_id=TEXT,
        source=TEXT,
        customer_id=TEXT,
        buyer_name=TEXT,
        buyer_email=TEXT,
        buyer_phone=TEXT,
        locale=TEXT,
        placed_at=INSTANT,
        paid_at=INSTANT,
        payment_method=TEXT,
        payment_due_at=INSTANT,
        subtotal=MONEY,
        shipping_fee=MONEY,
        discount=MONEY,
        points_used=MONEY,
        fee=MONEY,
        tax=MONEY,
        total=MONEY,
        currency=TEXT,
        status=TEXT,
        promised_on=DATE,
        requested_on=DATE,
        requested_slot=TEXT,
        preorder_until=DATE,
        gift=BOOLEAN,
        sales_channel=TEXT,
        ship_to_name=TEXT,
        ship_to_postal_code=TEXT,
        ship_to_region=TEXT,
        ship_to_address=TEXT,
        location_id=TEXT,
        original_order_id=TEXT,
        subscription_id=TEXT,
        cancelled_at=INSTANT,
        updated_at=INSTANT,
    ),
    _table(
        "order_lines",
        Kind.MUTABLE,
        "order_id line_no",
        "order_id line_no product_id quantity unit_price",
        order_id=TEXT,
        line_no=INTEGER,
        product_id=TEXT,
        product_name=TEXT,
        quantity=INTEGER,
        cancelled_quantity=INTEGER,
        unit_price=MONEY,
        tax_rate=MONEY,
        recipient_no=INTEGER,
    ),
    _table(
        "recipients",
        Kind.MUTABLE,
        "order_id recipient_no",
        "order_id recipient_no",
        order_id=TEXT,
        recipient_no=INTEGER,
        name=TEXT,
        postal_code=TEXT,
        region=TEXT,
        address=TEXT,
    ),
    _table(
        "payments",
        Kind.APPENDED,
        "payment_id",
        "payment_id order_id amount at",
        payment_id=TEXT,
        order_id=TEXT,
        amount=MONEY,
        at=INSTANT,
        method=TEXT,
    ),
    _table(
        "refunds",
        Kind.APPENDED,
        "refund_id",
        "refund_id order_id amount at",
        refund_id=TEXT,
        order_id=TEXT,
        amount=MONEY,
        at=INSTANT,
        method=TEXT,
    ),
    _table(
        "returns",
        Kind.MUTABLE,
        "return_id",
        "return_id order_id status opened_at",
        return_id=TEXT,
        order_id=TEXT,
        kind=TEXT,
        status=TEXT,
        opened_at=INSTANT,
        closed_at=INSTANT,
        label_url=TEXT,
    ),
    _table(
        "shipments",
        Kind.MUTABLE,
        "shipment_id",
        "shipment_id order_id carrier",
        shipment_id=TEXT,
        order_id=TEXT,
        recipient_no=INTEGER,
        carrier=TEXT,
        tracking_number=TEXT,
        shipped_at=INSTANT,
        delivered_at=INSTANT,
        location_id=TEXT,
        service=TEXT,
        promised_on=DATE,
        updated_at=INSTANT,
    ),
    _table(
        "shipment_lines",
        Kind.MUTABLE,
        "shipment_id line_no",
        "shipment_id line_no quantity",
        shipment_id=TEXT,
        line_no=INTEGER,
        quantity=INTEGER,
    ),
    _table(
        "locations",
        Kind.MUTABLE,
        "location_id",
        "location_id",
        location_id=TEXT,
        kind=TEXT,
        postal_code=TEXT,
        region=TEXT,
    ),
    _table(
        "tracking_events",
        Kind.APPENDED,
        "carrier tracking_number raw_status occurred_at location",
        "carrier tracking_number raw_status occurred_at",
        carrier=TEXT,
        tracking_number=TEXT,
        raw_status=TEXT,
        occurred_at=INSTANT,
        recorded_at=INSTANT,
        location=TEXT,
        region=TEXT,
        eta_on=DATE,
        payload=JSON,
    ),
    _table(
        "reviews",
        Kind.APPENDED,
        "order_id at",
        "order_id at",
        order_id=TEXT,
        at=INSTANT,
        score=INTEGER,
    ),
    _table(
        "tickets",
        Kind.MUTABLE,
        "ticket_id",
        "ticket_id customer_id opened_at",
        ticket_id=TEXT,
        customer_id=TEXT,
        order_id=TEXT,
        channel=TEXT,
        opened_at=INSTANT,
        closed_at=INSTANT,
        topic=TEXT,
    ),
    _table(
        "survey_answers",
        Kind.APPENDED,
        "order_id at question",
        "order_id at question",
        order_id=TEXT,
        at=INSTANT,
        question=TEXT,
        answer=TEXT,
    ),
    _table(
        "loyalty",
        Kind.MUTABLE,
        "customer_id",
        "customer_id",
        customer_id=TEXT,
        points=INTEGER,
        tier=TEXT,
        joined_at=INSTANT,
    ),
    _table(
        "subscriptions",
        Kind.MUTABLE,
        "subscription_id",
        "subscription_id customer_id",
        subscription_id=TEXT,
        customer_id=TEXT,
        product_id=TEXT,
        next_ship_on=DATE,
        change_until=INSTANT,
        status=TEXT,
    ),
    _table(
        "pressure",
        Kind.APPENDED,
        "customer_id address channel at source",
        "channel at source",
        customer_id=TEXT,
        address=TEXT,
        channel=TEXT,
        at=INSTANT,
        source=TEXT,
    ),
    _table(
        "journeys",
        Kind.MUTABLE,
        "customer_id journey entered_at",
        "customer_id journey entered_at",
        customer_id=TEXT,
        journey=TEXT,
        entered_at=INSTANT,
        left_at=INSTANT,
    ),
    _table(
        "scores",
        Kind.APPENDED,
        "customer_id name at",
        "customer_id name value at",
        customer_id=TEXT,
        name=TEXT,
        value=NUMBER,
        at=INSTANT,
    ),
    _table(
        "contents",
        Kind.MUTABLE,
        "content_id",
        "content_id kind title starts_at",
        content_id=TEXT,
        kind=TEXT,
        title=TEXT,
        body=TEXT,
        url=TEXT,
        locale=TEXT,
        product_id=TEXT,
        category=TEXT,
        bought_from=DATE,
        bought_until=DATE,
        starts_at=INSTANT,
        ends_at=INSTANT,
    ),
)

TABLES: dict[str, CanonicalTable] = {table.name: table for table in _ALL}
