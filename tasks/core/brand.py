"""`templates/brand.toml`: who the shop is in every message. One section per source; `shop` is the default."""

from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from tasks.core.brand_types import Address, Colour, Country, Line, Localised, Url, Zone
from tasks.core.declarations import Declaration, load_toml
from tasks.core.domain import TouchpointClass
from tasks.core.errors import ConfigurationError
from tasks.core.offers import Membership, StampCard
from tasks.core.paths import TEMPLATES
from tasks.core.pools import Giving

DEFAULT_SECTION = "shop"
_LOOKS = ("name", "logo", "tagline", "reply_to", "review_points", "senders", "company", "colours", "promotion")
Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Sender(Declaration):
    """From of one class: transactional, service and marketing mail never share a stream."""

    address: Address
    name: Localised
    stream: Line = Field(description="Provider's message stream, also in List-Id and Feedback-ID.")


class Senders(Declaration):
    """One sender per touchpoint class."""

    T: Sender
    S: Sender
    M: Sender


class Company(Declaration):
    """Who is legally behind the shop (特定電子メール法: name, postal address, contact)."""

    name: Localised
    address: Localised
    phone: Line
    phone_hours: Localised


class Urls(Declaration):
    """Public addresses of the shop's own pages."""

    home: Url
    coupon: Url | None = Field(None, description="Takes `?code=`, and applies that code to the order.")
    contact: Url
    faq: Url
    returns: Url
    review: Url
    survey: Url
    account: Url = Field(description="Where a customer changes what they subscribed to.")
    unsubscribe: Url
    preferences: Url = Field(description="Where customers say how to be reached; takes `?t=` as unsubscribe does.")
    news: Url
    community: Url | None = Field(None, description="LINE open chat, Instagram, forum …; none = nobody is invited.")
    vip: Url | None = Field(None, description="Page for VIPs; none = the account page.")


class Palette(Declaration):
    """Colours of one scheme. `todoke check` computes every contrast that is used."""

    ground: Colour = Field(description="Behind the card.")
    paper: Colour = Field(description="The card.")
    ink: Colour = Field(description="Text.")
    quiet: Colour = Field(description="Secondary text.")
    line: Colour = Field(description="Rules and the empty part of the progress bar.")
    accent: Colour = Field(description="Buttons, links, the filled part of the progress bar.")
    on_accent: Colour = Field(description="Text on a button.")
    tint: Colour = Field(description="Box behind the one thing that matters most.")


class Colours(Declaration):
    """Light and dark scheme."""

    light: Palette
    dark: Palette


class Promotion(Declaration):
    """The one promotional line a transactional message may carry, and only to those who consented."""

    text: Localised
    link: Localised


class Seed(Declaration):
    """A colleague who gets a copy of what customers get."""

    email: Address
    name: Line = Field(description="Stands where the customer's name stood.")
    language: Language | None = Field(None, description="None: as the customer was written to.")
    touchpoints: tuple[Line, ...] = Field(("*",), min_length=1, description='Names, or "*" for all.')


class Section(Giving):
    """How one shop front presents itself."""

    name: Localised
    logo: Localised
    tagline: Localised
    reply_to: Address
    review_points: int = Field(ge=0, description="Points for any review, whatever its score; 0 = no reward.")
    stamp_card: StampCard | None = Field(None, description="None = nobody gets stamps.")
    membership: Membership | None = Field(None, description="None = nobody is invited.")
    perks: dict[str, tuple[Localised, ...]] = Field(
        default_factory=dict, description="What a tier brings, a short line each (tier_up, vip_invite)."
    )
    surprise_share: float = Field(0, ge=0, le=0.2, description="Of good customers each month; 0 = no gifts.")
    seeds: tuple[Seed, ...] = Field((), description="Colleagues who get a copy of what customers get.")
    allowed: tuple[TouchpointClass, ...] = Field(description="Classes this shop front lets us send.")
    own_links: bool = Field(
        True,
        description="May messages link to pages of ours? If not, the account page stands where the tracking page did.",
    )
    senders: Senders
    company: Company
    urls: Urls
    colours: Colours
    promotion: Promotion


class Costs(Declaration):
    """What one message costs, for the preview of a notice. A channel without a price costs an unknown amount."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "JPY"
    email: Decimal | None = Field(None, ge=0)
    line: Decimal | None = Field(None, ge=0)
    sms: Decimal | None = Field(None, ge=0, description="Of one segment.")
    push: Decimal | None = Field(None, ge=0)
    postcard: Decimal | None = Field(None, ge=0)
    insert: Decimal | None = Field(None, ge=0)


class Quotas(Declaration):
    """What an account's plan includes in a calendar month, messages (SMS: segments); held against in simulations."""

    email: int | None = Field(None, ge=0)
    line: int | None = Field(None, ge=0)
    sms: int | None = Field(None, ge=0)
    push: int | None = Field(None, ge=0)
    postcard: int | None = Field(None, ge=0)
    insert: int | None = Field(None, ge=0)


class Calendar(Declaration):
    """When the shop works: business days and the hour after which an order counts for the next one."""

    zone: Zone
    country: Country
    cutoff: time
    closed_weekdays: tuple[Weekday, ...] = ()
    closed_on: tuple[date, ...] = ()

    @property
    def timezone(self) -> ZoneInfo:
        """The shop's zone."""
        return ZoneInfo(self.zone)

    @property
    def days(self) -> dict[str, object]:
        """Parameters of the statement that counts business days; weekdays as in ISO 8601."""
        closed = [get_args(Weekday).index(day) + 1 for day in self.closed_weekdays]
        return {"zone": self.zone, "cutoff": self.cutoff, "closed_weekdays": closed, "closed_on": list(self.closed_on)}


class Tier(Declaration):
    """One step of lifetime spend."""

    name: Line = Field(description="As the loyalty programme calls it; words.toml says it in both languages.")
    spend: int = Field(ge=0, description="From this lifetime spend on, less refunds.")


class Tiers(Declaration):
    """Steps of lifetime spend. The word of a loyalty programme goes before them."""

    currency: str = Field("JPY", pattern=r"^[A-Z]{3}$", description="What was spent in another one counts for no step.")
    vip: Line | None = Field(None, description="From this step on somebody is a VIP.")
    steps: tuple[Tier, ...] = ()

    @model_validator(mode="after")
    def _rising(self) -> Self:
        spends = [step.spend for step in self.steps]
        if spends != sorted(set(spends)) or len({step.name for step in self.steps}) < len(self.steps):
            raise ValueError("steps rise from one to the next and have a name each")
        if self.vip is not None and self.vip not in [step.name for step in self.steps]:
            raise ValueError(f"vip = {self.vip!r} is no step")
        return self


class Brand(Declaration):
    """All shop fronts of one business."""

    language: Language = Field(description="Language of a customer whose locale is unknown.")
    calendar: Calendar
    classes: dict[str, TouchpointClass] = Field(
        default_factory=dict, description="Touchpoints whose class differs from the catalogue."
    )
    costs: Costs = Field(default_factory=Costs, description="What messages cost.")
    quotas: Quotas = Field(default_factory=Quotas, description="What accounts include in a month.")
    tiers: Tiers = Field(default_factory=lambda: Tiers(), description="Steps of lifetime spend; none = nobody has one.")
    relays: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict,
        description="Domains of addresses a marketplace lends, and for how many days after an order.",
    )
    sections: dict[str, Section]

    @model_validator(mode="before")
    @classmethod
    def _alike(cls, values: dict[str, Any]) -> dict[str, Any]:
        """`like = "shop"`: looks that a section does not say are those of that one; never what is given or linked."""
        sections: dict[str, dict[str, Any]] = values.get("sections", {})
        told = {name: {key: one[key] for key in one if key != "like"} for name, one in sections.items()}
        for name, section in sections.items():
            if "like" in section and section["like"] not in sections:
                raise ValueError(f"[sections.{name}] is like {section['like']!r}, which is no section")
            other = told.get(section.get("like", ""), {})
            told[name] = {key: other[key] for key in _LOOKS if key in other} | told[name]
        return {**values, "sections": told}

    def section(self, source: str | None) -> Section:
        """The section of one source; an unlisted source has none: nothing is sent in a name nobody approved."""
        try:
            return self.sections[source or DEFAULT_SECTION]
        except KeyError:
            raise ConfigurationError(
                f"brand.toml has no [sections.{source}]; add one before anything is sent for this source"
            ) from None

    @property
    def has_seeds(self) -> bool:
        """Does anybody get copies?"""
        return any(section.seeds for section in self.sections.values())

    def listening_at(self, address: str) -> "Brand":
        """The same brand whose opt-out and preference links lead to `todoke listen` at `address`."""
        pages = {name: f"{address.rstrip('/')}/{name}" for name in ("unsubscribe", "preferences")}
        moved = {
            source: section.model_copy(
                update={"urls": section.urls.model_copy(update=pages)} if section.own_links else {}
            )
            for source, section in self.sections.items()
        }
        return self.model_copy(update={"sections": moved})


def language_of(brand: Brand, locale: str | None) -> Language:
    """Language to write in: that of the locale where we write it, the brand's without a locale, else English."""
    if not locale:
        return brand.language
    return "ja" if locale.replace("_", "-").split("-")[0].lower() == "ja" else "en"


def parse_brand(path: Path) -> Brand:
    """Brand from a TOML file; raises ConfigurationError naming file and key."""
    brand = load_toml(path, Brand)
    if DEFAULT_SECTION not in brand.sections:
        raise ConfigurationError(f"{path.name}: [sections.{DEFAULT_SECTION}] is missing")
    return brand


@cache
def load_brand() -> Brand:
    """The brand of this installation, read once per process."""
    return parse_brand(TEMPLATES / "brand.toml")
