"""The closed words of the domain. Every table, summary and artifact uses these and no others."""

from enum import StrEnum


class State(StrEnum):
    """State of one message in the ledger (one meaning everywhere)."""

    PLANNED = "planned"
    APPROVAL = "approval"
    HELD_OUT = "held_out"
    SEALED = "sealed"
    POSTING = "posting"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PARKED = "parked"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({State.PLANNED, State.APPROVAL, State.SEALED, State.POSTING, State.UNKNOWN})
UNCOUNTED_STATES = frozenset({State.REJECTED, State.EXPIRED, State.CANCELLED})


class TouchpointClass(StrEnum):
    """Who may be told what, and when: the matrix is written once, in sql/decide/gates."""

    TRANSACTIONAL = "T"
    SERVICE = "S"
    MARKETING = "M"


class Mode(StrEnum):
    """How far a touchpoint may go on its own."""

    DRAFT = "draft"
    APPROVAL = "approval"
    LIVE = "live"


class ChannelName(StrEnum):
    """How a message reaches a person."""

    EMAIL = "email"
    LINE = "line"
    SMS = "sms"
    PUSH = "push"
    POSTCARD = "postcard"
    INSERT = "insert"


class TrackingStatus(StrEnum):
    """What a carrier's word means. A word nobody mapped is UNKNOWN, counted and shown, never a comfortable default."""

    LABEL_CREATED = "label_created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    ATTEMPT_FAILED = "attempt_failed"
    HELD_AT_LOCATION = "held_at_location"
    EXCEPTION = "exception"
    RETURNED = "returned"
    LOST = "lost"
    UNKNOWN = "unknown"


class DelayCause(StrEnum):
    """Why an order is, or will be, later than the customer was told."""

    PROMISE_MISSED = "promise_missed"
    STALLED = "stalled"
    NOT_HANDED_OVER = "not_handed_over"
    HAZARD = "hazard"
    CARRIER_NOTICE = "carrier_notice"
    PREDICTED_LATE = "predicted_late"
    SHOP_NOTICE = "shop_notice"


class GateState(StrEnum):
    """Whether touchpoints that need a feed may be decided this hour."""

    OPEN = "open"
    CLOSED = "closed"
    STALE = "stale"
    ABSENT = "absent"  # the source never had it: rules that need it are off, and the summary says so
