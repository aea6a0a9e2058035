"""Where things are and which way they go, read from the environment (`TODOKE_*`); no other variable is taken.

Every setting is typed, bounded and described with its unit. Thresholds and accounts have rooms of their own.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from tasks.core import accounts, thresholds
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
    oms: Literal["sample", "files", "sql", "eccube", "shopify", "woocommerce"] = Field(
        "sample", description="Order system the orders come from."
    )
    oms_url: Path | str | None = Field(
        None, description="Place of the files, a folder or s3://bucket/prefix, where TODOKE_OMS is files."
    )
    oms_sqs_url: str | None = Field(
        None, description="URL of the SQS queue in which S3 tells of new files there; default: the bucket is listed."
    )
    oms_mapping: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Mapping (folder of sql/oms) of those files; none: they are in the canonical drop format. Where "
        "TODOKE_OMS is sql: the folder with the queries of that database.",
    )
    sources: Path | None = Field(
        None, description="TOML file of further shop fronts (marketplaces), each with its order system; none: one shop."
    )
    sample_orders: int = Field(3000, ge=1, le=10_000_000, description="Orders of the sample shop.")
    sample_seed: int = Field(1, ge=0, description="Seed of the sample shop.")
    hazards: str | None = Field(
        None,
        description="Comma-separated sources of warnings: folders, `jma`, `nws`, `nws:https://…`, `cap:https://…`; "
        "default: the folder the order system brings along.",
    )
    tracking: str = Field(
        "",
        pattern=r"^([a-z0-9]+(=[a-z]+(\+[a-z]+)*)?(,|$))*$",
        description="Sources of tracking beside the order system's own, comma-separated: drop, aftership, 17track, "
        "json; `aftership=ups+dhl` asks it about these carriers only.",
    )
    email: Literal["mailbox", "smtp", "ses", "resend", "postmark", "sendgrid", "webhook"] = Field(
        "mailbox", description="Where e-mail goes."
    )
    line: Literal["", "mailbox", "line"] = Field("", description="Where LINE messages go; empty: none are sent.")
    sms: Literal["", "mailbox", "twilio", "aws"] = Field("", description="Where SMS goes; empty: none is sent.")
    push: Literal["", "mailbox", "fcm"] = Field("", description="Where app push goes; empty: none is sent.")
    postcard: Literal["", "mailbox", "print_house"] = Field(
        "", description="Where postcards go: files for a print house; empty: none are written."
    )
    insert: Literal["", "mailbox", "warehouse"] = Field(
        "", description="Where package inserts (同梱物) go: files for the warehouse; empty: none are written."
    )
    allow: str = Field(
        "",
        description="Comma-separated addresses (on paper: customer ids) a real channel may reach outside production.",
    )
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
        named = {channel: getattr(self, channel) for channel in ChannelName}
        return {channel: adapter for channel, adapter in named.items() if adapter}

    def tracking_sources(self) -> dict[str, list[str] | None]:
        """Sources of TODOKE_TRACKING, each with the carriers it is asked about; None: all."""
        named = [part.partition("=") for part in self.tracking.split(",") if part]
        return {name: carriers.split("+") if carriers else None for name, _, carriers in named}

    def allowed(self) -> tuple[str, ...]:
        """Addresses of TODOKE_ALLOW, lower case."""
        return tuple(address.strip().lower() for address in self.allow.split(",") if address.strip())

    @field_validator("home", "publish_url", "archive_url", "sources")
    @classmethod
    def _is_the_same_from_every_folder(cls, value: Path | str | None) -> Path | str | None:
        if value and "://" not in str(value) and not Path(value).is_absolute():
            raise ValueError("name an absolute folder: this one is another from each folder a command is started in")
        return value

    @field_validator("base_url")
    @classmethod
    def _bucket_has_a_public_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "://" in (info.data.get("publish_url") or "") and not value:
            raise ValueError("set it to where browsers find the pages of TODOKE_PUBLISH_URL")
        return value


_NOT_SETTINGS = ("TODOKE_TEST_", "TODOKE_ROOT")
"""Variables of the tests and of deployments."""


def settings_classes() -> list[type[FromEnvironment]]:
    """Every settings class: that of this file, the thresholds, then the accounts."""
    rooms = [__name__, thresholds.__name__, accounts.__name__]
    found = [kind for kind in FromEnvironment.__subclasses__() if kind.__module__ in rooms]
    return sorted(found, key=lambda kind: rooms.index(kind.__module__))


def check_names(environment: Iterable[str]) -> None:
    """Raise ConfigurationError for a TODOKE_* variable nobody reads, with the nearest one: a typo is no default."""
    known = [
        f"{kind.model_config['env_prefix']}{name}".upper() for kind in settings_classes() for name in kind.model_fields
    ]
    named = [name for name in environment if name.startswith("TODOKE_") and not name.startswith(_NOT_SETTINGS)]
    unknown = [f"{name}{suggestion(name, known)}" for name in sorted(named) if name not in known]
    if unknown:
        raise ConfigurationError(f"Nobody reads {', '.join(unknown)}: correct or unset it.")
