"""Backfills: what the data team asks for, and what is kept of it (docs/backfill.md).

`BackfillRequest` is the form in the Prefect UI and the arguments of `todoke backfill`.
"""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from tasks.core.errors import ConfigurationError
from tasks.core.notice_plans import Cost, Sample
from tasks.core.thresholds import BackfillSettings

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONGEST = 100_000
"""Steps of one backfill at most: eleven years of hours."""


class BackfillMode(StrEnum):
    """What becomes of what is found."""

    SHADOW = "shadow"
    MARK = "mark"
    SEND = "send"


STEPS = {BackfillMode.SHADOW: "1h", BackfillMode.MARK: "1d", BackfillMode.SEND: "30d"}
"""Step where none is given: an hour is what the shop decided by; the others only keep transactions small."""


class BackfillState(StrEnum):
    """Where a backfill stands. shadow, mark: open, done, dropped; send: the others, and done where it found nothing."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    PREVIEWED = "previewed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _in_order(schema: dict[str, Any]) -> None:
    """Prefect stores a form as jsonb, which forgets the order of fields; its UI sorts by `position`."""
    for place, field in enumerate(schema["properties"].values()):
        field["position"] = place


class BackfillRequest(BaseModel):
    """A window of business time, the touchpoints, and what shall become of what was due in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Backfill", json_schema_extra=_in_order)

    mode: BackfillMode = Field(
        title="Mode",
        description="shadow: decide the window anew beside the ledger, and compare. mark: record what was due as "
        "handled, send nothing. send: what is still true today, after a preview and your approval.",
    )
    from_at: AwareDatetime = Field(title="From", description="What was due after this instant, with its zone ...")
    to_at: AwareDatetime = Field(title="To", description="... and up to this one.")
    touchpoints: tuple[Name, ...] = Field(
        (), title="Touchpoints", description="Names; a mark needs them. Empty: all of them."
    )
    step: str = Field(
        "",
        title="Step",
        description="30m, 1h, 1d: what one step does. Empty: 1h for shadow, 1d for mark, 30d for send.",
    )
    most: int = Field(
        default_factory=lambda: BackfillSettings().most,
        ge=1,
        title="Most",
        description="Messages a send may hold; the owed come first, then by priority.",
    )
    move_floor: bool = Field(
        False,
        title="Move the floor",
        description="Of a mark: the touchpoints begin at To, earlier or later than before.",
    )
    read_again: bool = Field(
        False, title="Read the source again", description="First read the order system again from From: corrected rows."
    )
    note: str = Field("", max_length=500, title="Note for colleagues", description="Kept with it: why it is needed.")

    @field_validator("step")
    @classmethod
    def _a_step(cls, value: str) -> str:
        if value:
            length_of(value)
        return value

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.to_at <= self.from_at:
            raise ValueError(f"From {_shown(self.from_at)} is not before To {_shown(self.to_at)}: swap them")
        if self.mode is BackfillMode.MARK and not self.touchpoints:
            raise ValueError("touchpoints: a mark needs names, for what it marks is never sent")
        if self.move_floor and self.mode is not BackfillMode.MARK:
            raise ValueError("move_floor: only a mark moves floors; what it does not mark would be lost unseen")
        if (self.to_at - self.from_at) / self.length > LONGEST:
            raise ValueError(f"step: more than {LONGEST} steps; take a shorter window or a longer step")
        return self

    @property
    def length(self) -> timedelta:
        """Length of one step."""
        return length_of(self.step or STEPS[self.mode])

    def bounds(self) -> list[datetime]:
        """Ends of the steps, From first, To last, in UTC; the last step may be shorter."""
        start, end = self.from_at.astimezone(UTC), self.to_at.astimezone(UTC)
        count = -(-(end - start) // self.length)
        return [start + number * self.length for number in range(count)] + [end]

    def steps(self, oldest_due: datetime | None = None) -> list[tuple[datetime, datetime]]:
        """(since, until] of each step; with `oldest_due` those that may hold it or anything later."""
        found = list(pairwise(self.bounds()))
        return found if oldest_due is None else [one for one in found if one[1] > oldest_due - self.length]

    def identity(self, rules: str) -> str:
        """Id of a shadow or a mark: the same question by the same rules is the same backfill."""
        asked = self.model_dump(mode="json", exclude={"note", "most"}) | {"step": str(self.length), "rules": rules}
        asked |= {"from_at": self.from_at.timestamp(), "to_at": self.to_at.timestamp()}
        return "b" + hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:10]


def length_of(step: str) -> timedelta:
    """30m, 1h, 1d. Raises ValueError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", step)
    if found is None:
        raise ValueError(f"step {step}: write it like 30m, 1h or 1d")
    return int(found[1]) * _UNITS[found[2]]


def parse_backfill(**values: Any) -> BackfillRequest:
    """A request from arguments; raises ConfigurationError with one sentence for each mistake."""
    try:
        return BackfillRequest.model_validate(values)
    except ValidationError as error:
        said = [_mistake(dict(problem)) for problem in error.errors(include_url=False)]
        raise ConfigurationError("The backfill cannot be made: " + "; ".join(said) + ".") from error


def _mistake(problem: dict[str, Any]) -> str:
    field, said = ".".join(map(str, problem["loc"])), str(problem["msg"]).removeprefix("Value error, ")
    return said if problem["type"] == "value_error" else f"{field}: {said}"


def _shown(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


class Backfill(BaseModel):
    """A stored backfill. `plan_hash` stands for the members of a send and their templates: an approval names it."""

    backfill_id: str
    mode: BackfillMode
    state: BackfillState
    request: BackfillRequest
    rules: str
    plan_hash: str | None = None
    summary: dict[str, Any] = Field(default_factory=dict)
    operator: str
    as_of: datetime
    opened_at: datetime = Field(description="Clock time.")
    expires_at: datetime | None = Field(None, description="Clock time after which a send cannot be approved any more.")
    read_at: datetime | None = Field(None, description="Clock time the source was read again.")
    ended_by: str | None = None
    ended_at: datetime | None = Field(None, description="Clock time.")


class Stopped(BaseModel):
    """Subjects of the window that a send leaves alone, and why."""

    reason: str
    explanation: str
    subjects: int


class SendSummary(BaseModel):
    """The figures of a send's preview: no personal data, kept with it."""

    messages: int
    held_out: int = Field(description="Recorded to measure by, not sent.")
    by_touchpoint: dict[str, int]
    by_channel: dict[str, int]
    by_language: dict[str, int]
    stopped: list[Stopped]
    broken: dict[str, str] = Field(description="Touchpoint -> error of its due file: nothing of it is in the plan.")
    costs: list[Cost]


class Member(BaseModel):
    """One message of a send."""

    touchpoint: str
    subject_id: str
    customer_id: str
    order_id: str | None
    channel: str | None
    language: str | None
    due_at: datetime
    held_out: bool


class SendPreview(BaseModel):
    """A send with what its operator looks at before deciding. Names customers: never a task's stored result."""

    plan: Backfill
    found: SendSummary
    members: list[Member] = Field(description="The first hundred.")
    samples: list[Sample]


class Sent(BaseModel):
    """What an approval did. `states` counts messages by state after delivery."""

    backfill_id: str
    planned: int
    waiting: int = Field(description="They may not leave now after all: the hours send them when they may.")
    stopped: list[Stopped] = Field(description="Members that stopped being true since the preview.")
    states: dict[str, int]
    notes: list[str] = Field(default_factory=list, description="What delivery could not do.")
