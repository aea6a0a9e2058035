"""Ad-hoc notices of operations: what was found for a request, what was decided, what came of it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from tasks.core.notices import NoticeKind, NoticeRequest


class NoticeState(StrEnum):
    """Where a plan stands."""

    PREVIEWED = "previewed"
    APPROVED = "approved"
    REJECTED = "rejected"
    LIFTED = "lifted"
    EXPIRED = "expired"


class Sample(BaseModel):
    """One message addressed to nobody: `to` is masked, links open nothing, no name stands in it."""

    language: str
    channel: str
    to: str
    subject: str
    text: str
    html: str = ""


class LeftOut(BaseModel):
    """People the plan does not write to, and why."""

    reason: str
    explanation: str
    orders: int


class Cost(BaseModel):
    """What the messages of one channel cost; None where brand.toml [costs] names no price: unknown, never nothing."""

    channel: str
    messages: int
    amount: str | None = None
    currency: str | None = None


class Overlap(BaseModel):
    """What the same people get besides."""

    due_soon: dict[str, int] = Field(default_factory=dict, description="Touchpoint -> messages planned or waiting.")
    told_already: int = Field(0, description="Orders told of the same or a later day already: not told again.")
    told_today: int = Field(0, description="Orders told less than 24 h ago: told again later, if it is still worse.")
    open_notices: dict[str, int] = Field(default_factory=dict, description="Other approved plans -> orders in both.")


class NoticeSummary(BaseModel):
    """The figures of a preview: no personal data, kept with the plan."""

    orders: int = Field(description="Orders the filters found.")
    now: int = Field(description="Messages that leave on approval.")
    later: int = Field(description="Messages that wait for their hour (quiet hours, 24 h after the last notice …).")
    by_channel: dict[str, int]
    by_language: dict[str, int]
    by_region: dict[str, int]
    left_out: list[LeftOut]
    overlap: Overlap
    costs: list[Cost]


class NoticePlan(BaseModel):
    """A stored plan. `plan_hash` stands for its members, texts and dates: an approval names it."""

    plan_id: str
    plan_hash: str
    kind: NoticeKind
    touchpoint: str
    state: NoticeState
    request: NoticeRequest
    summary: NoticeSummary
    operator: str
    previewed_at: datetime = Field(description="Clock time.")
    expires_at: datetime = Field(description="Clock time after which it cannot be approved any more.")
    decided_by: str | None = None
    decided_at: datetime | None = Field(None, description="Clock time of approval or rejection.")
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(None, description="Clock time.")


class Person(BaseModel):
    """One order of the plan's list."""

    order_id: str
    customer_id: str
    region: str | None
    channel: str | None
    language: str | None
    outcome: str = Field(description="now, later, or the reason it is left out.")


class NoticePreview(BaseModel):
    """A plan with what its operator looks at before deciding. Names customers: never a task's stored result."""

    plan: NoticePlan
    people: list[Person] = Field(description="The first hundred.")
    samples: list[Sample]


class Approved(BaseModel):
    """What an approval did. `sent` and others count messages by state after delivery."""

    plan_id: str
    planned: int
    waiting: int = Field(description="Messages that leave in an hour of their own.")
    later: list[LeftOut] = Field(description="Why these wait.")
    left_out: list[LeftOut] = Field(description="Since the preview something stopped being true; and as previewed.")
    states: dict[str, int] = Field(description="Messages of the plan by their state in the ledger now.")
    notes: list[str] = Field(default_factory=list, description="What delivery could not do.")


class Lifted(BaseModel):
    """What a lift did."""

    plan_id: str
    stopped: int = Field(description="Messages that had not left and never will.")
    told: int = Field(description="People who had been told, and hear that it is over.")
    states: dict[str, int] = Field(default_factory=dict, description="Follow-ups by state in the ledger now.")
    notes: list[str] = Field(default_factory=list)
