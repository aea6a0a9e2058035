"""Times, rates and thresholds of the steps, read from the environment. One class a step."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from tasks.core.from_environment import FromEnvironment


class DeliverySettings(FromEnvironment):
    """Times of the delivery protocol (docs/delivery.md), in seconds unless said otherwise."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_DELIVERY_", extra="ignore", frozen=True)

    lease_seconds: float = Field(
        30, gt=0, description="How long a worker owns a batch it posts, by the database's clock."
    )
    timeout_seconds: float = Field(10, gt=0, description="HTTP timeout of one attempt.")
    margin_seconds: float = Field(2, ge=0, description="Clock margin between lease and timeout.")
    repost_minutes: float = Field(
        15, gt=0, description="How long an unknown batch of a keyed provider may be posted again."
    )
    horizon_minutes: float = Field(10, gt=0, description="How long to wait before an unkeyed provider is asked.")
    event_horizon_minutes: float = Field(
        60,
        gt=0,
        description="How long a provider's event may take; twice as long is waited for others.",
    )
    batch_size: int = Field(
        500, ge=1, le=1000, description="Messages sealed together at most; a provider may take fewer."
    )


_RATES = r"^([a-z][a-z0-9_]*=[0-9]+(\.[0-9]+)?(,|$))*$"


class PaceSettings(FromEnvironment):
    """How fast messages may leave, shared by all workers (tasks/core/pace.py; recipients: templates/throttles.toml)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_PACE_", extra="ignore", frozen=True)

    messages: str = Field(
        "", pattern=_RATES, description="Messages a second of an account, as `smtp=5,sendgrid=100`; SES tells its own."
    )
    calls: str = Field(
        "", pattern=_RATES, description="Calls a second of an account, as `resend=5`; Resend tells its own."
    )
    patience_minutes: float = Field(
        40, ge=0, le=45, description="How long a run waits for rates and throttles; the next run goes on."
    )
    throttles: Path | None = Field(None, description="Another file of recipients' throttles than that of templates/.")
    warm_up: str = Field("", description="Comma-separated sending domains that are being warmed up.")
    warm_up_first_day: int = Field(500, ge=1, description="Messages of such a domain on its first day (UTC).")
    warm_up_growth: float = Field(1.5, ge=1, le=10, description="So many times as many each day after it.")
    warm_up_enough: int = Field(50_000, ge=1, description="From so many a day on it is warm: nothing is held any more.")
    breaker_failures: int = Field(
        5, ge=1, description="So many answers without proof in a row open the circuit of a provider for all workers."
    )
    breaker_pause_seconds: float = Field(20, gt=0, description="How long it stays open before one call tries.")

    def rates(self) -> dict[str, float]:
        """Provider -> messages a second."""
        return _rates(self.messages)

    def call_rates(self) -> dict[str, float]:
        """Provider -> calls a second."""
        return _rates(self.calls)

    def domains(self) -> list[str]:
        """Sending domains being warmed up, lower case."""
        return [name.strip().lower() for name in self.warm_up.split(",") if name.strip()]


def _rates(value: str) -> dict[str, float]:
    pairs = [pair.partition("=") for pair in value.split(",") if pair]
    return {name: float(number) for name, _, number in pairs if float(number) > 0}


class DetectionSettings(FromEnvironment):
    """Thresholds of delay detection (sql/detect)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_DETECTION_", extra="ignore", frozen=True)

    stalled_hours: int = Field(48, ge=1, description="No scan for so long after hand-over means stalled.")
    stalled_far_hours: int = Field(72, ge=1, description="The same for long distance and islands.")
    doubted_hours: int = Field(
        24, ge=1, description="No scan for so long counts as held up where a warning covers a part of the region only."
    )
    lead_days: int = Field(
        3, ge=0, description="Business days until an order is usually sent, where its shop's history does not say."
    )
    halting_share: float = Field(
        0.7, gt=0, le=1, description="Chance that a warning stops a parcel under it, where its lane is known."
    )
    zone: str = Field("Asia/Tokyo", description="Zone that decides when a day ends where the order has none.")


class PagesSettings(FromEnvironment):
    """Tracking pages."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_PAGES_", extra="ignore", frozen=True)

    days: int = Field(
        90,
        ge=1,
        description="A page shows its order for so many days after delivery, cancellation or the last of a return.",
    )


class GuardSettings(FromEnvironment):
    """Limits of invariant 11."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_GUARD_", extra="ignore", frozen=True)

    gap_hours: int = Field(72, ge=1, description="A run later than this after the last good one opens in hold.")
    vanished_share: float = Field(
        0.2, gt=0, le=1, description="Share of known subjects that may vanish before the run holds."
    )

    history_days: int = Field(
        30, ge=1, description="An order that first comes so long after it was placed is history: see gate `41_history`."
    )
    history_most: int = Field(100, ge=0, description="More of them in one run than this, and the run holds.")

    @property
    def gap(self) -> timedelta:
        """Longest silence between two runs."""
        return timedelta(hours=self.gap_hours)


class FeedSettings(FromEnvironment):
    """Reading of source feeds. Limits of freshness stand in tasks/core/suites.py."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_FEED_", extra="ignore", frozen=True)

    overlap_hours: float = Field(
        6, ge=0, description="How far before its watermark a feed is read again: `updated_at` is not trusted alone."
    )
    express_overlap_minutes: float = Field(
        15,
        ge=0,
        description="The same for the express lane, which reads every two minutes; the hour reads on behind it.",
    )


class TrackingSettings(FromEnvironment):
    """Sources of tracking (TODOKE_TRACKING); when a parcel is asked about stands in sql/poll/due.sql."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_TRACKING_", extra="ignore", frozen=True)

    drop: Path | None = Field(
        None, description="Folder of shippers' exports (Yamato B2 Cloud, Sagawa e飛伝), for drop."
    )
    mapping: Path | None = Field(None, description="TOML that says where an API and its answers hold what, for json.")
    budget: int = Field(5000, ge=1, description="Parcels one run asks each source about; the others wait for the next.")
    timeout_seconds: float = Field(10, gt=0, description="HTTP timeout of one call to a carrier or aggregator.")
    attempts: int = Field(3, ge=1, le=10, description="Calls until an answer is given up: reading twice is harmless.")
    backoff_seconds: float = Field(1, ge=0, description="Wait before the second call; twice as long before each next.")
    patience_minutes: float = Field(
        10, gt=0, description="How long a run goes on asking; the parcels left over are asked next time."
    )


class OmsSettings(FromEnvironment):
    """How an order system is asked over HTTP."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_OMS_", extra="ignore", frozen=True)

    timeout_seconds: float = Field(30, gt=0, description="HTTP timeout of one call to the order system.")
    attempts: int = Field(5, ge=1, le=10, description="Calls until an answer is given up: reading twice is harmless.")
    backoff_seconds: float = Field(1, ge=0, description="Wait before the second call; twice as long before each next.")
    poll_seconds: float = Field(10, gt=0, description="How often a bulk operation is looked after.")
    patience_minutes: float = Field(
        20, gt=0, le=25, description="How long a run waits for a bulk operation; the next run takes it up."
    )


class VolumeSettings(FromEnvironment):
    """When the planned messages of one touchpoint in one hour are far from the usual."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_VOLUME_", extra="ignore", frozen=True)

    weeks: int = Field(4, ge=1, le=52, description="Past weeks whose same weekday and hour are compared (median).")
    weeks_needed: int = Field(3, ge=1, description="Fewer of them with a run say nothing: only the ceiling holds.")
    factor: float = Field(3, gt=1, description="So many times the usual is far above it, this part of it far below.")
    smallest: int = Field(50, ge=0, description="So many messages in an hour are never far above the usual.")
    ceiling: int = Field(250_000, ge=1, description="More in an hour wait for approval, transactional ones too.")


class NoticeSettings(FromEnvironment):
    """Ad-hoc notices of operations."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_NOTICE_", extra="ignore", frozen=True)

    expiry_hours: float = Field(
        4, gt=0, description="A preview can be approved for so long: the shop moves on meanwhile."
    )
    samples: int = Field(3, ge=1, le=20, description="Messages a preview renders.")


class BackfillSettings(FromEnvironment):
    """Backfills of the data team."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_BACKFILL_", extra="ignore", frozen=True)

    most: int = Field(200, ge=1, le=250_000, description="Messages a send may hold where nobody says otherwise.")
    expiry_hours: float = Field(4, gt=0, description="A previewed send can be approved for so long.")
    samples: int = Field(
        3, ge=1, le=20, description="Messages a preview renders, and differences of each kind a shadow shows."
    )
