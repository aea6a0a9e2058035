"""What a shop front gives away: pools of coupons, and who gives from which (brand.toml). Amounts stand nowhere else."""

from typing import Annotated, Self

from pydantic import Field, computed_field, model_validator

from tasks.core.declarations import Declaration, suggestion

PREFERENCE_PAGE = "preference_page"
"""What gives a coupon and is no touchpoint."""

Code = Annotated[str, Field(pattern=r"^[!-~]+$")]
"""What people type in at the checkout: ASCII without spaces."""


class Pool(Declaration):
    """Coupons of one kind: what each gives and asks for. Every message that gives one states all of it."""

    amount: int | None = Field(None, gt=0, description="Taken off the order, in `currency`. Either it or `percent`.")
    percent: int | None = Field(None, gt=0, le=100, description="Taken off the goods.")
    minimum_spend: int = Field(0, ge=0, description="Goods of the order must come to this much, tax included.")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "JPY"
    friend_amount: int | None = Field(None, gt=0, description="What a friend gets who uses the code of a referral.")
    valid_days: int = Field(gt=0, le=730, description="Good until this many days after the message was planned.")
    code: Code | None = Field(None, description="One for everybody; without it each gets one of coupon_codes.")

    @model_validator(mode="after")
    def _one_worth(self) -> Self:
        if (self.amount is None) == (self.percent is None):
            raise ValueError("needs either amount or percent")
        return self


class Giving(Declaration):
    """The part of a section that says what is given, and by whom."""

    pools: dict[str, Pool] = Field(default_factory=dict, description="Coupons by the name of their pool.")
    incentives: dict[str, str] = Field(
        default_factory=dict, description="Touchpoint, or `preference_page`, -> pool; what is not named gives nothing."
    )

    @model_validator(mode="after")
    def _known_pools(self) -> Self:
        for name, pool in self.incentives.items():
            if pool not in self.pools:
                raise ValueError(f"incentives.{name}: there is no pool {pool!r}{suggestion(pool, list(self.pools))}")
        if self.profile_offer and not self.profile_offer.code:
            raise ValueError(f"incentives.{PREFERENCE_PAGE}: its pool needs one code for everybody")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def profile_offer(self) -> Pool | None:
        """What the preference page gives for a birthday; the tracking page tells of it."""
        return self.pools.get(self.incentives.get(PREFERENCE_PAGE, ""))
