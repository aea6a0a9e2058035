"""What a shop front offers beside coupons: stamp card and contest, loyalty programme."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from tasks.core.brand_types import Localised, Url
from tasks.core.declarations import Declaration


class Contest(Declaration):
    """A draw among orders: what a message that tells of it must say (景品表示法)."""

    title: Localised
    prize: Localised = Field(description="What, and how many win it.")
    starts_on: date
    ends_on: date = Field(description="Orders placed from the first to the last of these days take part.")
    winners: Localised = Field(description="How they are found, and how and when they are told; a whole sentence.")

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on is before starts_on")
        return self


class StampCard(Declaration):
    """A stamp for each order that arrived and counts; the last place brings the reward of stamp_card's pool."""

    places: int = Field(5, ge=2, le=10)
    contest: Contest | None = None


class Membership(Declaration):
    """The loyalty programme (loyalty_invite)."""

    name: Localised
    url: Url
    benefits: tuple[Localised, ...] = Field(min_length=1, description="A short line each.")
