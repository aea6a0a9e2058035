"""Touchpoints: one folder `templates/<name>/` each, declared in `touchpoint.toml`.

The declaration says who may get it (class), what it needs, and which fields its due SQL puts into `context`. The
context is a contract: the type words are closed and `check_context` compares every field.
"""

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from tasks.core.audience import known_names, types_of
from tasks.core.brand import Language, load_brand
from tasks.core.brand_types import Line
from tasks.core.declarations import Declaration, load_toml, parse_toml, suggestion
from tasks.core.domain import ChannelName, Mode, TouchpointClass
from tasks.core.errors import ConfigurationError
from tasks.core.paths import SQL, TEMPLATES

_T, _S, _M = TouchpointClass.TRANSACTIONAL, TouchpointClass.SERVICE, TouchpointClass.MARKETING
_NAMES = {
    _T: """order_confirmation payment_reminder payment_received order_amended order_cancelled refund_issued
        order_waiting on_the_way shipped out_for_delivery delivery_attempted ready_for_pickup delivered
        delay_notice delay_recovered parcel_problem return_update subscription_upcoming service_notice""",
    _S: "thank_you how_to check_in warranty_reminder maintenance_reminder product_update satisfaction_survey",
    _M: """profile_request review_request replenishment second_order_offer cross_sell loyalty_invite stamp_card
        tier_up vip_invite referral community_invite story birthday anniversary win_back surprise_gift campaign
        mention_reply""",
}
CATALOGUE: dict[str, TouchpointClass] = {name: of for of, names in _NAMES.items() for name in names.split()}
"""Class of every touchpoint of the catalogue; brand.toml alone may say otherwise."""

NEVER_LIVE = frozenset({"mention_reply"})
"""Touchpoints that answer what a stranger wrote: a person reads it before anything leaves."""

DEFAULT_HOLDOUT = {_T: 0.0, _S: 0.0, _M: 0.05}

Feed = Literal[
    "orders",
    "customers",
    "products",
    "shipments",
    "tracking",
    "hazards",
    "returns",
    "refunds",
    "reviews",
    "consents",
    "subscriptions",
    "contents",
    "campaigns",
    "coupon_codes",
    "mentions",
    "loyalty",
]
Rule = Literal["rule"]
Incentive = Literal["optional", "required"]
TypeWord = Annotated[
    str, StringConstraints(pattern=r"^(text|integer|number|money|date|instant|boolean|list|object)\??$")
]

Segments = Annotated[tuple[str, ...], AfterValidator(known_names)]


class Touchpoint(Declaration):
    """One touchpoint as its folder declares it."""

    name: str
    title: Line
    purpose: Line
    touchpoint_class: TouchpointClass = Field(alias="class")
    owner: Line
    mode: Mode
    needs: tuple[Feed, ...] = Field(min_length=1, description="Feeds whose closed gate holds this touchpoint.")
    valid_for_hours: int = Field(
        gt=0, le=24 * 60, description="Most hours from due_at; contents end by their own date."
    )
    priority: int = Field(ge=0, le=100, description="Higher goes first between competing messages.")
    subject_format: Line = Field(description="What one message is about: a column or parts like C:P@run-out.")
    channels: tuple[ChannelName, ...] = Field(min_length=1, description="In order of fallback.")
    languages: tuple[Language, ...] = Field(min_length=1)
    holdout: float = Field(ge=0, le=0.5, description="Share never sent, to measure lift. Never for class T.")
    variants: dict[str, float | Rule] = Field(
        min_length=1, description='Weight (any sum), or "rule": the due SQL chooses.'
    )
    context: dict[str, TypeWord]
    segments: Segments = Field((), description="What templates ask about the person (`segments.<name>`).")
    incentive: Incentive | None = Field(None, description="Whether it gives a coupon, or is nothing without one.")
    incentive_variants: tuple[str, ...] = Field((), description="Only these variants give it; none named = all.")

    @model_validator(mode="before")
    @classmethod
    def _default_holdout(cls, values: dict[str, Any]) -> dict[str, Any]:
        share = DEFAULT_HOLDOUT.get(values.get("class", ""), 0.0)
        return {"holdout": share, **values}

    @model_validator(mode="after")
    def _lawful(self) -> Self:
        if self.touchpoint_class is _T and self.holdout:
            raise ValueError("holdout must be 0: a transactional message is owed to everyone")
        if len({isinstance(weight, str) for weight in self.variants.values()}) > 1:
            raise ValueError('variants are either all weights or all "rule"')
        weights = [weight for weight in self.variants.values() if not isinstance(weight, str)]
        if weights and not (min(weights) >= 0 and 0 < sum(weights) < math.inf):
            raise ValueError("weights of variants are 0 or more, and one of them is above 0")
        if self.incentive == "required" and self.touchpoint_class is not _M:
            raise ValueError("a coupon may be required of marketing alone: other messages are owed without it")
        if extra := set(self.incentive_variants) - set(self.variants):
            raise ValueError(f"incentive_variants: {sorted(extra)} are no variants")
        if self.incentive_variants and not self.incentive:
            raise ValueError('incentive_variants: say incentive = "optional" or "required" too')
        return self

    @property
    def shares(self) -> dict[str, float]:
        """Variants sql/decide/collect.sql chooses among, with their weights; none where the due file says which."""
        weights = {name: weight for name, weight in self.variants.items() if not isinstance(weight, str)}
        return {name: weight for name, weight in weights.items() if weight} if len(weights) > 1 else {}

    @property
    def ends_by_fact(self) -> bool:
        """The due file says until when, for contents and campaigns end on a day of their own."""
        return bool({"contents", "campaigns"} & set(self.needs))

    def incentive_of(self, variant: str) -> Incentive | None:
        """Whether this variant gives a coupon."""
        return self.incentive if variant in (self.incentive_variants or self.variants) else None


def parse_touchpoint(path: Path, brand_classes: Mapping[str, TouchpointClass]) -> Touchpoint:
    """Touchpoint of one touchpoint.toml; raises ConfigurationError naming file and key."""
    touchpoint = load_toml(path, Touchpoint, name=path.parent.name)
    expected = brand_classes.get(touchpoint.name, CATALOGUE.get(touchpoint.name, _M))
    found = touchpoint.touchpoint_class
    if found is not expected and touchpoint.name not in brand_classes and not (expected is _M and found is _S):
        raise ConfigurationError(
            f"{touchpoint.name}: class {found} is not that of the catalogue ({expected}); "
            f'list it in brand.toml under [classes] ({touchpoint.name} = "{found}") or change it back'
        )
    if touchpoint.name in NEVER_LIVE and touchpoint.mode is Mode.LIVE:
        raise ConfigurationError(
            f"{touchpoint.name}: mode live is not allowed: it answers what a stranger wrote, so nothing leaves without "
            'a person\'s approval; say mode = "approval" or "draft"'
        )
    return touchpoint


def parse_recorded(name: str, written: str) -> Touchpoint:
    """Touchpoint of a declaration that was in force once: its class was checked then."""
    return parse_toml(f"{name}/touchpoint.toml", written, Touchpoint, name=name)


def read_all(templates: Path, classes: Mapping[str, TouchpointClass] | None = None) -> dict[str, Touchpoint]:
    """Every touchpoint below one templates folder, by name. `classes`: those of another brand than this one's."""
    classes = load_brand().classes if classes is None else classes
    paths = sorted(templates.glob("*/touchpoint.toml"))
    return {path.parent.name: parse_touchpoint(path, classes) for path in paths}


@cache
def load_all() -> dict[str, Touchpoint]:
    """Every touchpoint of this installation by name, read once per process."""
    return read_all(TEMPLATES)


def load(name: str) -> Touchpoint:
    """One touchpoint; raises ConfigurationError naming the nearest one."""
    try:
        return load_all()[name]
    except KeyError:
        raise ConfigurationError(f"There is no touchpoint {name!r}{suggestion(name, list(load_all()))}") from None


@cache
def version(name: str) -> str:
    """Content hash (16 hex digits) of all that shapes a touchpoint: folder, _shared, brand.toml, due SQL."""
    files = [path for folder in (name, "_shared") for path in sorted((TEMPLATES / folder).rglob("*")) if path.is_file()]
    files += [TEMPLATES / "brand.toml", SQL / "due" / f"{name}.sql"]
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def check_context(touchpoint: Touchpoint, context: Mapping[str, Any]) -> list[str]:
    """What is wrong with a context: missing, undeclared and mistyped fields. Empty when it keeps the contract."""
    declared = list(touchpoint.context)
    unknown = [f"unknown field {key!r}{suggestion(key, declared)}" for key in context if key not in touchpoint.context]
    return missing_or_mistyped(touchpoint.context, context) + unknown


def check_segments(touchpoint: Touchpoint, told: Mapping[str, Any]) -> list[str]:
    """What is wrong with the segments of a sample: those declared are there, in their types, and no others."""
    extra = [f"segment {name!r} is not declared" for name in told if name not in touchpoint.segments]
    return [f"segments: {what}" for what in missing_or_mistyped(types_of(touchpoint.segments), told)] + extra


def missing_or_mistyped(declared: Mapping[str, str], context: Mapping[str, Any]) -> list[str]:
    """The part of `check_context` that makes a message impossible; an extra field is simply not used."""
    problems = []
    for name, word in declared.items():
        if name not in context:
            problems.append(f"missing field {name!r} ({word})")
        elif not _fits(context[name], word):
            problems.append(f"field {name!r} is {context[name]!r:.60}, declared {word}")
    return problems


def _fits(value: Any, word: str) -> bool:
    if value is None:
        return word[-1] == "?"
    return _CHECKS[word.rstrip("?")](value)


_MONEY = re.compile(r"-?\d+(\.\d+)?")


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 10 and _parses(date.fromisoformat, value)


def _is_instant(value: Any) -> bool:
    return isinstance(value, str) and _parses(_aware, value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_money(value: Any) -> bool:
    return _is_number(value) or (isinstance(value, str) and _MONEY.fullmatch(value) is not None)


def _aware(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("an instant has an offset")
    return instant


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "money": _is_money,
    "date": _is_date,
    "instant": _is_instant,
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
