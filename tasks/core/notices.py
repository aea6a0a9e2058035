"""Ad-hoc notices of operations: what a person asks for.

`NoticeRequest` is the form in the Prefect UI and the file of `todoke notice preview`: its titles, descriptions and
errors are read by people who look after parcels, not code. How a plan lives: docs/notices.md.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from tasks.core.declarations import suggestion
from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError
from tasks.core.own_words import BODY_LENGTH, SUBJECT_LENGTH, Words, check_words
from tasks.core.paths import TEMPLATES
from tasks.core.words import words_of


class NoticeKind(StrEnum):
    """A delay is a fact about open orders; a service notice is a message about orders of any age."""

    DELAY = "delay"
    SERVICE = "service"


class DelayReason(StrEnum):
    """What customers are told as the cause of a delay; the sentences stand in words.toml [notice_reasons]."""

    WAREHOUSE = "warehouse"
    CARRIER = "carrier"
    WEATHER = "weather"
    ROADS = "roads"
    STOCK = "stock"
    VOLUME = "volume"
    SYSTEM = "system"


class Preset(StrEnum):
    """Wordings of a service notice that are there already (templates/service_notice)."""

    RECALL = "recall"
    WRONG_PRICE = "wrong_price"
    WAREHOUSE_ACCIDENT = "warehouse_accident"
    APOLOGY = "apology"


Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]

FILTERS = (
    "regions", "municipalities", "postal_prefixes", "warehouses", "carriers", "shipped_from", "shipped_until",
    "products", "hazard_id",
)  # fmt: skip
"""Fields that choose orders. Within one field any value will do, of several fields each must fit."""

_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


def _in_order(schema: dict[str, Any]) -> None:
    """Prefect stores a form as jsonb, which forgets the order of fields; its UI sorts by `position`."""
    for place, field in enumerate(schema["properties"].values()):
        field["position"] = place


class NoticeRequest(BaseModel):
    """What operations want customers to be told, and which orders it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Notice", json_schema_extra=_in_order)

    kind: NoticeKind = Field(
        title="Kind",
        description="delay: open orders come later than promised; the tracking page says so too. "
        "service: anything else customers must know (recall, wrong price, accident, apology).",
    )
    regions: tuple[Code, ...] = Field(
        (), title="Prefectures", description="Where the parcel goes: JP-47 or 沖縄県; elsewhere ISO 3166-2."
    )
    municipalities: tuple[Code, ...] = Field(
        (), title="Municipalities", description="Where the parcel goes: five digits of JIS X 0402, e.g. 47207."
    )
    postal_prefixes: tuple[Code, ...] = Field(
        (), title="Postal codes", description="Where the parcel goes: a code or its beginning, e.g. 907."
    )
    warehouses: tuple[Code, ...] = Field(
        (), title="Warehouses", description="Ids of the locations it leaves from, as in the order system."
    )
    carriers: tuple[Code, ...] = Field(
        (), title="Carriers", description="yamato or ヤマト運輸; only parcels handed over."
    )
    shipped_from: date | None = Field(None, title="Shipped from", description="First day of hand-over to the carrier.")
    shipped_until: date | None = Field(None, title="Shipped until", description="Last day of hand-over, included.")
    products: tuple[Code, ...] = Field((), title="Products", description="Product ids; only pieces not cancelled.")
    hazard_id: Code | None = Field(
        None, title="Live hazard", description="Id of a warning: open orders whose way crosses its area."
    )
    reason: DelayReason | None = Field(
        None, title="Reason of the delay", description="What customers are told as its cause. Needed for a delay."
    )
    new_from_on: date | None = Field(
        None, title="New date, first day", description="Earliest honest day of arrival. Empty: date to follow."
    )
    new_until_on: date | None = Field(
        None, title="New date, last day", description="Last honest day of arrival. Empty: date to follow."
    )
    preset: Preset | None = Field(
        None, title="Ready wording", description="Of a service notice; own words add what happened to it."
    )
    subject_ja: Text = Field("", max_length=SUBJECT_LENGTH, title="Own subject, Japanese")
    body_ja: Text = Field("", max_length=BODY_LENGTH, title="Own words, Japanese")
    subject_en: Text = Field("", max_length=SUBJECT_LENGTH, title="Own subject, English")
    body_en: Text = Field(
        "",
        max_length=BODY_LENGTH,
        title="Own words, English",
        description="Fields: {{ name }}, {{ order_number }}, {{ items }}, {{ old_date }}, {{ new_dates }}, "
        "{{ tracking_url }}, {{ shop_name }}.",
    )
    channels: tuple[ChannelName, ...] = Field(
        (), title="Channels", description="Only by these. Empty: as each customer is usually reached."
    )
    note: Text = Field(
        "", max_length=500, title="Note for colleagues", description="Kept with the plan, never sent: why it is needed."
    )

    @field_validator("regions")
    @classmethod
    def _known_regions(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_code(value, "regions", _REGION) for value in values)

    @field_validator("carriers")
    @classmethod
    def _canonical_carriers(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_named("carriers").get(value, value) for value in values)

    @field_validator("municipalities")
    @classmethod
    def _five_digits(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if not re.fullmatch(r"[0-9]{5}", value):
                raise ValueError(f"{value!r} is no municipality; give the five digits of JIS X 0402, 47207 for 石垣市")
        return values

    @field_validator("postal_prefixes")
    @classmethod
    def _postal(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(value.replace("-", "").replace(" ", "").upper() for value in values)

    @model_validator(mode="after")
    def _selects_somebody(self) -> Self:
        if not self.filters:
            raise ValueError(f"it selects nobody: fill in at least one of {', '.join(FILTERS)}")
        if self.shipped_from and self.shipped_until and self.shipped_until < self.shipped_from:
            raise ValueError(
                f"shipped_until {self.shipped_until} is before shipped_from {self.shipped_from}: swap them"
            )
        return self

    @model_validator(mode="after")
    def _says_a_date(self) -> Self:
        first, last = self.new_from_on, self.new_until_on
        if (first is None) != (last is None):
            raise ValueError("give both new_from_on and new_until_on (the same day twice for one day), or neither")
        if first and last and last < first:
            raise ValueError(f"new_until_on {last} is before new_from_on {first}: swap them")
        if self.kind is NoticeKind.SERVICE and first:
            raise ValueError(
                "new dates are told by a delay: choose kind delay, or leave new_from_on and new_until_on empty"
            )
        return self

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._check_wording()
        if self.words:
            check_words(self.words)
        return self

    def _check_wording(self) -> None:
        if self.kind is NoticeKind.DELAY and self.reason is None:
            raise ValueError(f"a delay needs a reason: one of {', '.join(DelayReason)}")
        if self.kind is NoticeKind.DELAY and self.preset is not None:
            raise ValueError("a preset belongs to a service notice; a delay is told by its reason and own words")
        if self.kind is NoticeKind.SERVICE and self.reason is not None:
            raise ValueError("a reason belongs to a delay; tell a service notice by a preset or own words")
        given = {name for name in ("subject_ja", "body_ja", "subject_en", "body_en") if getattr(self, name)}
        if missing := {f"{name[:-3]}_{other}" for name in given for other in ("ja", "en")} - given:
            raise ValueError(f"own words are told in both languages: fill in {', '.join(sorted(missing))}")
        if self.kind is NoticeKind.SERVICE and self.preset is None and len(given) < 4:
            raise ValueError(
                f"say what is sent: a preset ({', '.join(Preset)}), or own subject and body in both languages"
            )

    @property
    def filters(self) -> dict[str, Any]:
        """The fields that choose orders and are filled in."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    @property
    def words(self) -> Words | None:
        """Own words by language, None without any; an empty subject or body leaves that of the template."""
        if not (self.subject_ja or self.body_ja):
            return None
        return {
            "ja": {"subject": self.subject_ja, "body": self.body_ja},
            "en": {"subject": self.subject_en, "body": self.body_en},
        }

    @property
    def touchpoint(self) -> str:
        """The touchpoint that tells it."""
        return "delay_notice" if self.kind is NoticeKind.DELAY else "service_notice"


def parse_request(values: dict[str, Any]) -> NoticeRequest:
    """A request from a file or options; raises ConfigurationError with one sentence for each mistake."""
    try:
        return NoticeRequest.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError("The notice cannot be planned: " + "; ".join(mistakes(error)) + ".") from error


def mistakes(error: ValidationError) -> list[str]:
    """Field and what to do, for each mistake."""
    fields = list(NoticeRequest.model_fields)
    return [_mistake(dict(problem), fields) for problem in error.errors(include_url=False)]


def _mistake(problem: dict[str, Any], fields: list[str]) -> str:
    field = str(problem["loc"][0]) if problem["loc"] else ""
    if problem["type"] == "extra_forbidden":
        return f"there is no field {field!r}{suggestion(field, fields)}"
    text = str(problem["msg"]).removeprefix("Value error, ")
    return f"{field}: {text}" if field else text


def _named(table: str) -> dict[str, str]:
    """Name in either language -> code."""
    return {name: code for language in ("ja", "en") for code, name in words_of(TEMPLATES, language)[table].items()}


def _code(value: str, table: str, pattern: re.Pattern[str]) -> str:
    named = _named(table)
    codes = set(named.values())
    code = named.get(value, value)
    if code in codes or (pattern.fullmatch(code) and not code.startswith("JP-")):
        return code
    near = suggestion(value, [*named, *codes])
    raise ValueError(f"there is no prefecture {value!r}{near}; give JP-01 to JP-47 or a name such as 沖縄県")
