"""What is expected of each source table, and which tables are gated together as one feed.

`stop` closes the feed, `quarantine` sets the row aside, `warn` is counted and shown. What follows from the canonical
schema (columns, nulls, types) is derived; what a table means stands in SUITES, one expectation a line.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pyarrow as pa

from tasks.core.canonical import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, NUMBER, TABLES, CanonicalTable
from tasks.core.domain import ChannelName
from tasks.core.touchpoints import Touchpoint


class Severity(StrEnum):
    """What a failed expectation does."""

    STOP = "stop"
    QUARANTINE = "quarantine"
    WARN = "warn"


class Expectation(StrEnum):
    """The expectations of Great Expectations that we use, by their own names."""

    EXISTS = "expect_column_to_exist"
    NOT_NULL = "expect_column_values_to_not_be_null"
    MATCHES = "expect_column_values_to_match_regex"
    ONE_OF = "expect_column_values_to_be_in_set"
    ABSENT = "expect_column_values_to_be_null"
    AFTER = "expect_column_pair_values_a_to_be_greater_than_b"


@dataclass(frozen=True)
class Check:
    """One expectation of one column; `reason` is what a rejected row is told."""

    column: str
    expectation: Expectation
    reason: str
    severity: Severity = Severity.QUARANTINE
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Feed:
    """Tables that are read, gated and remembered (watermark) together; a shop may lack the optional ones."""

    tables: tuple[str, ...]
    optional: tuple[str, ...] = ()
    stale_after_hours: int | None = None


FEEDS: dict[str, Feed] = {
    "customers": Feed(("customers",)),
    "consents": Feed(("consents",)),
    "products": Feed(("products",)),
    "locations": Feed(("locations",)),
    "orders": Feed(("orders", "order_lines"), ("recipients",), stale_after_hours=26),
    "payments": Feed(("payments",)),
    "refunds": Feed(("refunds",)),
    "shipments": Feed(("shipments",), ("shipment_lines",), stale_after_hours=74),  # Friday to Monday
    "tracking": Feed(("tracking_events",), stale_after_hours=26),
    "returns": Feed(("returns",)),
    "reviews": Feed(("reviews",)),
    "tickets": Feed(("tickets",)),
    "survey_answers": Feed(("survey_answers",)),
    "loyalty": Feed(("loyalty",)),
    "subscriptions": Feed(("subscriptions",)),
    "pressure": Feed(("pressure",)),
    "journeys": Feed(("journeys",)),
    "scores": Feed(("scores",)),
    "contents": Feed(("contents",)),
    "campaigns": Feed(("campaigns",)),
    "coupon_codes": Feed(("coupon_codes",)),
    "mentions": Feed(("mentions",)),
}

FEED_OF = {table: name for name, feed in FEEDS.items() for table in (*feed.tables, *feed.optional)}

NEWEST = {"orders": ("placed_at", "updated_at"), "shipments": ("shipped_at", "updated_at"),
          "tracking_events": ("occurred_at", "recorded_at")}  # fmt: skip
"""Columns whose newest instant says how fresh a feed is."""

STOP_SHARE = 0.2
"""More bad rows than this share mean that the export changed, not that somebody mistyped."""

STOP_ROWS = 10
"""... but never on so few: three rows of a quiet hour prove nothing."""

INSTANT_TEXT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)$"
TYPE_TEXT: dict[pa.DataType, tuple[str, str]] = {
    INSTANT: (INSTANT_TEXT, "not an instant with offset"),
    DATE: (r"^\d{4}-\d{2}-\d{2}$", "not a date"),
    MONEY: (r"^-?\d{1,14}(?:\.\d{1,4})?$", "not an amount of money"),
    INTEGER: (r"^-?\d{1,19}$", "not an integer"),
    NUMBER: (r"^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$", "not a number"),
    BOOLEAN: (r"^(?:true|false|TRUE|FALSE|True|False|1|0)$", "not a boolean"),
}
"""How each type is written in the drop format, and the reason for what is not."""

_REGION = r"^[A-Z]{2}-[A-Z0-9]{1,3}$"
_POSTAL_CODE = r"^(?!(?:\d{3,4}|\d{6})$)"  # Japan's have seven digits, Brazil's and the first part of America's five
_NOT_ROUNDED = r"^(?!\d(?:\.\d+)?[eE]\+?\d+$)"  # 4.02E+11
_PHONE = r"^\+?[\d() -]{9,}$"
_IF_LIVE = {"row_condition": {"type": "comparison", "column": {"name": "kind"}, "operator": "==", "parameter": "live"}}
_CHANNELS = [str(channel) for channel in ChannelName]


def _matches(column: str, regex: str, reason: str, severity: Severity = Severity.QUARANTINE) -> Check:
    return Check(column, Expectation.MATCHES, reason, severity, {"regex": regex})


def _one_of(column: str, *words: str, severity: Severity = Severity.QUARANTINE) -> Check:
    return Check(column, Expectation.ONE_OF, "unknown word", severity, {"value_set": list(words)})


def _not_negative(column: str, severity: Severity = Severity.QUARANTINE) -> Check:
    return _matches(column, r"^[^-]", "negative", severity)


def _not_blank(column: str) -> Check:
    return _matches(column, r"\S", "blank")


SUITES: dict[str, tuple[Check, ...]] = {
    "customers": (
        _matches("postal_code", _POSTAL_CODE, "leading zeros lost?", Severity.WARN),
        _matches("status", r"^(?:active|deceased|do_not_contact|merged_into:.+)$", "unknown word"),
        _matches("email", r"^[^@\s]+@[^@\s]+$", "not an address", Severity.WARN),
        _matches("phone", _PHONE, "not a phone number", Severity.WARN),
        _matches("region", _REGION, "not a region of ISO 3166-2", Severity.WARN),
    ),
    "consents": (_one_of("channel", "all", *_CHANNELS),),
    "orders": (
        _matches("currency", r"^[A-Z]{3}$", "not a currency of ISO 4217"),
        _matches("total", r"^[^-]", "negative amount"),
        _matches("ship_to_postal_code", _POSTAL_CODE, "leading zeros lost?", Severity.WARN),
        _matches("buyer_email", r"^[^@\s]+@[^@\s]+$", "not an address", Severity.WARN),
        _matches("buyer_phone", _PHONE, "not a phone number", Severity.WARN),
        _matches("ship_to_region", _REGION, "not a region of ISO 3166-2", Severity.WARN),
    ),
    "order_lines": (
        _matches("quantity", r"^0*[1-9]", "not above 0"),
        _matches("cancelled_quantity", r"^[^-]", "negative quantity"),
    ),
    "recipients": (_matches("region", _REGION, "not a region of ISO 3166-2", Severity.WARN),),
    "returns": (
        _one_of("status", "requested", "approved", "received", "refunded", "replaced", "rejected"),
        _one_of("kind", "return", "exchange"),
    ),
    "shipments": (
        _one_of("service", "normal", "cool", "frozen", "mail", severity=Severity.WARN),
        _matches("tracking_number", _NOT_ROUNDED, "rounded by a spreadsheet"),
    ),
    "shipment_lines": (_matches("quantity", r"^0*[1-9]", "not above 0"),),
    "locations": (
        _one_of("kind", "warehouse", "hub", "store", severity=Severity.WARN),
        _matches("region", _REGION, "not a region of ISO 3166-2", Severity.WARN),
    ),
    "reviews": (_matches("score", r"^[^-]", "negative score", Severity.WARN),),
    "products": (_not_negative("price"), _matches("consumption_days", r"^0*[1-9]", "not above 0", Severity.WARN)),
    "payments": (_not_negative("amount"),),
    "refunds": (_not_negative("amount"),),
    "tracking_events": (_not_blank("tracking_number"), _not_blank("raw_status")),
    "tickets": (_not_blank("customer_id"),),
    "survey_answers": (_not_blank("question"),),
    "loyalty": (_not_negative("points", Severity.WARN),),
    "subscriptions": (_not_blank("customer_id"),),
    "journeys": (_not_blank("journey"),),
    "scores": (_not_blank("name"),),
    "pressure": (_one_of("channel", *_CHANNELS),),
    "contents": (
        _one_of("kind", "update", "recall", "blog", "video", "live", "tutorial"),
        _not_blank("title"),
        Check("begins_at", Expectation.NOT_NULL, "a live says when it begins", arguments=_IF_LIVE),
    ),
    "campaigns": (_not_blank("title"),),
    "coupon_codes": (_not_blank("pool"), _not_blank("code")),
    "mentions": (_not_blank("platform"),),
}


def suite(name: str) -> tuple[Check, ...]:
    """Every check of one canonical table: what its schema implies, then what SUITES says."""
    table = TABLES[name]
    exists = [Check(column, Expectation.EXISTS, "required column missing", Severity.STOP) for column in table.required]
    filled = [Check(column, Expectation.NOT_NULL, "required and empty") for column in table.required]
    return (*exists, *filled, *_typed(table), *SUITES.get(name, ()))


def _typed(table: CanonicalTable) -> list[Check]:
    known = [column for column in table.schema if column.type in TYPE_TEXT]
    return [_matches(column.name, *TYPE_TEXT[column.type]) for column in known]


def due_suite(touchpoints: Iterable[Touchpoint]) -> tuple[Check, ...]:
    """Every check of the due set (sql/decide/due_set.sql); `reason` is what follows `invalid:` in the verdict.

    Great Expectations takes 25 ms for an expectation however few the rows (measured): hence one column for all that is
    missing, whose value is the reason.
    """
    declared = list(touchpoints)
    variants = [f"{one.name}/{variant}" for one in declared for variant in one.variants]
    languages = [f"{one.name}/{language}" for one in declared for language in one.languages]
    lasts = {"column_B": "due_at", "ignore_row_if": "either_value_is_missing"}
    return (
        Check("broken", Expectation.ABSENT, "broken"),
        Check("valid_until", Expectation.AFTER, "valid_until", arguments=lasts),
        Check("variant", Expectation.ONE_OF, "variant", arguments={"value_set": variants}),
        Check("language", Expectation.ONE_OF, "language", arguments={"value_set": languages}),
    )
