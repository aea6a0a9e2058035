"""Every setting, read from the environment (`TODOKE_*`), typed, bounded and described with its unit."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from tasks.core import accounts
from tasks.core.declarations import suggestion
from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError
from tasks.core.from_environment import FromEnvironment


def default_home() -> Path:
    """Where the state lies unless TODOKE_HOME says otherwise."""
    return Path.home() / ".local" / "share" / "todoke"


class Settings(FromEnvironment):
    """Where Todoke runs and what it talks to. Defaults need no account."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_", extra="ignore", frozen=True)

    env: Literal["development", "production"] = Field(
        "development", description="Only production may send to anyone; elsewhere real channels obey TODOKE_ALLOW."
    )
    home: Path = Field(
        default_factory=default_home, description="Absolute state folder: database, mailbox, pages, archive, keys."
    )
    database_url: str | None = Field(
        None, description="PostgreSQL URL; empty starts the embedded server in TODOKE_HOME."
    )
    shop: str = Field("sample", description="Name of the shop this database belongs to; bound at first use.")
    oms: Literal["sample", "files"] = Field("sample", description="Order system the orders come from.")
    oms_url: Path | None = Field(None, description="Folder of the files, where TODOKE_OMS is files.")
    oms_mapping: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Mapping (folder of sql/oms) of those files; none: they are in the canonical drop format.",
    )
    sample_orders: int = Field(3000, ge=1, le=10_000_000, description="Orders of the sample shop.")
    sample_seed: int = Field(1, ge=0, description="Seed of the sample shop.")
    hazards: Path | None = Field(
        None, description="Folder of weather warnings (hazards.csv); default: those the order system brings along."
    )
    email: Literal["mailbox", "smtp", "ses", "resend", "postmark", "sendgrid", "webhook"] = Field(
        "mailbox", description="Where e-mail goes."
    )
    line: Literal["", "mailbox", "line"] = Field("", description="Where LINE messages go; empty: none are sent.")
    sms: Literal["", "mailbox", "twilio", "aws"] = Field("", description="Where SMS goes; empty: none is sent.")
    allow: str = Field("", description="Comma-separated addresses a real channel may reach outside production.")
    publish_url: str | None = Field(
        None, description="Place of the tracking pages, a folder or s3://bucket/prefix; default TODOKE_HOME/pages."
    )
    archive_url: str | None = Field(
        None,
        description="Place of the archive and of the ledger's high-water mark, a folder or s3://bucket/prefix; "
        "default TODOKE_HOME/archive.",
    )
    base_url: str | None = Field(
        None,
        validate_default=True,
        description="Public address of the published pages, needed where they lie in S3; default the folder (file://).",
    )
    secret: SecretStr | None = Field(
        None, description="Key of addresses and page tokens, never changed; default is made once in TODOKE_HOME."
    )
    link_secret: SecretStr | None = Field(
        None, min_length=16, description="Key of opt-out links; default TODOKE_SECRET. May be changed."
    )
    link_secret_before: SecretStr | None = Field(
        None, min_length=16, description="The key of opt-out links before that: links of either key open."
    )
    listen_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s<>\"'?#]+$",
        description="Public address of `todoke listen`: opt-out links lead there; default the shop's (brand.toml).",
    )
    runner: Literal["threads"] = Field("threads", description="Prefect task runner.")
    prefect_port: int = Field(4200, ge=1024, le=65535, description="Port of the local Prefect server.")

    @property
    def pages_url(self) -> str:
        """Where browsers find the published pages."""
        folder = Path(self.publish_url) if self.publish_url else self.home / "pages"
        return self.base_url or folder.absolute().as_uri()

    @property
    def channels(self) -> dict[ChannelName, str]:
        """The channels this installation sends on, each with its adapter."""
        named = {ChannelName.EMAIL: self.email, ChannelName.LINE: self.line, ChannelName.SMS: self.sms}
        return {channel: adapter for channel, adapter in named.items() if adapter}

    def allowed(self) -> tuple[str, ...]:
        """Addresses of TODOKE_ALLOW, lower case."""
        return tuple(address.strip().lower() for address in self.allow.split(",") if address.strip())

    @field_validator("base_url")
    @classmethod
    def _bucket_has_a_public_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "://" in (info.data.get("publish_url") or "") and not value:
            raise ValueError("set it to where browsers find the pages of TODOKE_PUBLISH_URL")
        return value


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
    calls: str = Field("", pattern=_RATES, description="Calls a second of an account, as `resend=5`.")
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
    """Thresholds of delay detection (sql/detect), in hours."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_DETECTION_", extra="ignore", frozen=True)

    stalled_hours: int = Field(48, ge=1, description="No scan for so long after hand-over means stalled.")
    stalled_far_hours: int = Field(72, ge=1, description="The same for long distance and islands.")
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


class VolumeSettings(FromEnvironment):
    """When the planned messages of one touchpoint in one hour are far from the usual."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_VOLUME_", extra="ignore", frozen=True)

    weeks: int = Field(4, ge=1, le=52, description="Past weeks whose same weekday and hour are compared (median).")
    weeks_needed: int = Field(3, ge=1, description="Fewer of them with a run say nothing: only the ceiling holds.")
    factor: float = Field(3, gt=1, description="So many times the usual is far above it, this part of it far below.")
    smallest: int = Field(50, ge=0, description="So many messages in an hour are never far above the usual.")
    ceiling: int = Field(250_000, ge=1, description="More in an hour wait for approval, transactional ones too.")


_NOT_SETTINGS = ("TODOKE_TEST_", "TODOKE_ROOT")
"""Variables of the tests and of deployments."""


def settings_classes() -> list[type[FromEnvironment]]:
    """Every settings class: those of this file, then the accounts."""
    found = [kind for kind in FromEnvironment.__subclasses__() if kind.__module__ in (__name__, accounts.__name__)]
    return sorted(found, key=lambda kind: kind.__module__ == accounts.__name__)


def check_names(environment: Iterable[str]) -> None:
    """Raise ConfigurationError for a TODOKE_* variable nobody reads, with the nearest one: a typo is no default."""
    known = [
        f"{kind.model_config['env_prefix']}{name}".upper() for kind in settings_classes() for name in kind.model_fields
    ]
    named = [name for name in environment if name.startswith("TODOKE_") and not name.startswith(_NOT_SETTINGS)]
    unknown = [f"{name}{suggestion(name, known)}" for name in sorted(named) if name not in known]
    if unknown:
        raise ConfigurationError(f"Nobody reads {', '.join(unknown)}: correct or unset it.")
