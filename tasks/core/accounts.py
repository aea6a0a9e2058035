"""Accounts at providers, read from the environment: keys, addresses, limits. One class a provider."""

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from tasks.core.from_environment import FromEnvironment


def _key(description: str) -> Any:
    """A secret a provider gave us; without it the provider is not used."""
    return Field(None, description=description)


def _api(whose: str, url: str, other: str = "another address is for a proxy or a test.") -> Any:
    """Address of a provider's API."""
    return Field(url, description=f"{whose} API; {other}")


class SqlSettings(FromEnvironment):
    """The shop's own database (TODOKE_OMS=sql, eccube): read only, so name a replica and a user who may do no more."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_SQL_", extra="ignore", frozen=True)

    url: SecretStr | None = Field(
        None,
        description="URL of the shop's database, best of a read replica: postgresql://user:password@host/name, "
        "mariadb://… or mysql://…; TLS by its parameters (`?sslmode=verify-full`, `?ssl_ca=/etc/ssl/ca.pem`).",
    )
    timeout_seconds: float = Field(300, gt=0, description="How long reading one page may take in that database.")
    page_rows: int = Field(50_000, ge=1, le=100_000, description="Rows read at once.")
    attempts: int = Field(4, ge=1, le=20, description="Attempts to read one page: a lost connection is made again.")
    backoff_seconds: float = Field(2, ge=0, description="Wait before the second; twice as long before each next.")
    recent_days: float = Field(
        14, ge=0, description="Rows younger than this are read every hour, whatever their time of change says."
    )


class SesSettings(FromEnvironment):
    """Amazon SES (TODOKE_EMAIL=ses). Region, keys and endpoint are boto3's own variables (AWS_*)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_SES_", extra="ignore", frozen=True)

    configuration_set: str | None = Field(
        None, description="Configuration set of every message: without one SES reports no bounce, complaint or click."
    )
    rate: float | None = Field(None, gt=0, description="Messages a second; default: what SES allows the account.")


class SmtpSettings(FromEnvironment):
    """Any relay over SMTP (TODOKE_EMAIL=smtp)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_SMTP_", extra="ignore", frozen=True)

    url: SecretStr | None = Field(
        None,
        description="The relay: smtps://user:password@host, smtp+starttls://user:password@host, or smtp://host "
        "(unencrypted, without password).",
    )
    batch: int = Field(
        10,
        ge=1,
        le=500,
        description="Messages of one intent: more is faster, and a worker killed meanwhile parks more.",
    )


class ResendSettings(FromEnvironment):
    """Resend (TODOKE_EMAIL=resend)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_RESEND_", extra="ignore", frozen=True)

    secret: SecretStr | None = _key("API key of Resend; sending access is enough.")
    url: str = _api("Resend's", "https://api.resend.com")


class PostmarkSettings(FromEnvironment):
    """Postmark (TODOKE_EMAIL=postmark)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_POSTMARK_", extra="ignore", frozen=True)

    secret: SecretStr | None = _key("Server API token of Postmark.")
    url: str = _api("Postmark's", "https://api.postmarkapp.com")
    streams: str = Field(
        "",
        pattern=r"^([\w-]+=[\w-]+(,[\w-]+=[\w-]+)*)?$",
        description="Streams of brand.toml and Postmark's own, as `news=broadcast,service=outbound`; "
        "a stream that is not named goes to outbound.",
    )


class SendgridSettings(FromEnvironment):
    """SendGrid (TODOKE_EMAIL=sendgrid)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_SENDGRID_", extra="ignore", frozen=True)

    secret: SecretStr | None = _key("API key of SendGrid with the permission Mail Send.")
    url: str = _api("SendGrid's", "https://api.sendgrid.com", "https://api.eu.sendgrid.com in the EU.")


class WebhookSettings(FromEnvironment):
    """Signed JSON batches to an address of your own (TODOKE_EMAIL=webhook, docs/webhook.md)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_WEBHOOK_", extra="ignore", frozen=True)

    url: str | None = Field(None, description="Where batches are posted; https but on this machine.")
    secret: SecretStr | None = _key("Key of the signature, at least 16 characters.")


class LineSettings(FromEnvironment):
    """LINE Messaging API (TODOKE_LINE=line)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_LINE_", extra="ignore", frozen=True)

    token: SecretStr | None = Field(None, description="Channel access token of the LINE official account.")
    api: str = Field("https://api.line.me", description="Address of the API; another one only for tests.")


class TwilioSettings(FromEnvironment):
    """SMS through Twilio (TODOKE_SMS=twilio)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_TWILIO_", extra="ignore", frozen=True)

    account: str = Field("", description="Account SID (AC…).")
    token: SecretStr | None = Field(None, description="Auth token of the account.")
    sender: str = Field("", description="Sender: a number in E.164, an alphanumeric id, or a messaging service (MG…).")
    callback: str = Field("", description="Address for status callbacks; our key is added to it (?key=).")
    api: str = Field("https://api.twilio.com", description="Address of the API; another one only for tests.")


class AwsSmsSettings(FromEnvironment):
    """SMS through AWS End User Messaging (TODOKE_SMS=aws). Region, keys and endpoint are boto3's own (AWS_*)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_SMS_", extra="ignore", frozen=True)

    sender: str | None = Field(None, description="Origination identity: number, sender id or pool.")
    configuration_set: str | None = Field(None, description="Configuration set of every SMS: without one, no events.")


class FcmSettings(FromEnvironment):
    """App push through Firebase Cloud Messaging (TODOKE_PUSH=fcm)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_FCM_", extra="ignore", frozen=True)

    credentials: Path | None = Field(None, description="Key file (JSON) of a service account of the Firebase project.")
    api: str = Field("https://fcm.googleapis.com", description="Address of the API; another one only for tests.")


class PostcardSettings(FromEnvironment):
    """Postcards as files for a print house (TODOKE_POSTCARD=print_house)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_POSTCARD_", extra="ignore", frozen=True)

    url: str | None = Field(None, description="Place the print house reads: an absolute folder or s3://bucket/prefix.")


class PrintSettings(FromEnvironment):
    """What we print ourselves: the PDF of postcards."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_PRINT_", extra="ignore", frozen=True)

    font: Path | None = Field(
        None,
        description="Font file (.ttc, .otf, .ttf) of postcards; default: Noto Sans CJK, Noto Sans JP or IPA Gothic, "
        "where it is installed (Debian: fonts-noto-cjk).",
    )


class InsertSettings(FromEnvironment):
    """Package inserts as files for the warehouse (TODOKE_INSERT=warehouse)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_INSERT_", extra="ignore", frozen=True)

    url: str | None = Field(None, description="Place the warehouse reads: an absolute folder or s3://bucket/prefix.")


class AfterShipSettings(FromEnvironment):
    """AfterShip (TODOKE_TRACKING=aftership)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_AFTERSHIP_", extra="ignore", frozen=True)

    secret: SecretStr | None = Field(None, description="API key of AfterShip Tracking.")
    webhook_secret: SecretStr | None = Field(None, description="Webhook secret: its events are verified with it.")
    url: str = Field(
        "https://api.aftership.com/tracking/2026-07", description="Tracking API of AfterShip, with its version."
    )


class SeventeenTrackSettings(FromEnvironment):
    """17TRACK (TODOKE_TRACKING=17track). Its webhooks are signed with the same key."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_SEVENTEENTRACK_", extra="ignore", frozen=True)

    secret: SecretStr | None = Field(None, description="Access key of 17TRACK.")
    carriers: str = Field(
        "",
        pattern=r"^([a-z]+=\d+(,|$))*$",
        description="17TRACK's codes of carriers, as `yamato=100,sagawa=101` (its carrier list); "
        "it guesses the carrier of one that is not named.",
    )
    url: str = Field("https://api.17track.net/track/v2.4", description="API of 17TRACK, with its version.")

    def codes(self) -> dict[str, int]:
        """Our carrier -> 17TRACK's code."""
        named = [part.partition("=") for part in self.carriers.split(",") if part]
        return {carrier: int(code) for carrier, _, code in named}


class ShopifySettings(FromEnvironment):
    """Shopify's Admin API (TODOKE_OMS=shopify). Scopes and webhooks: docs/order_systems.md."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_SHOPIFY_", extra="ignore", frozen=True)

    shop: str = Field(
        "", pattern=r"^([a-z0-9-]+\.myshopify\.com)?$", description="The shop's own domain, `….myshopify.com`."
    )
    secret: SecretStr | None = Field(None, description="Admin API access token (shpat_…) of the shop's custom app.")
    webhook_secret: SecretStr | None = Field(
        None, description="Client secret of the app: its webhooks are verified with it."
    )
    webhooks: Path | None = Field(
        None, description="Folder `todoke listen` drops webhooks into; default TODOKE_HOME/webhooks."
    )
    version: str = Field("2026-07", pattern=r"^\d{4}-\d{2}$", description="Version of the Admin API.")
    birthday: str = Field(
        "facts.birth_date",
        pattern=r"^[\w-]+\.[\w-]+$",
        description="Metafield of customers that holds their birthday, as namespace.key.",
    )
    page: int = Field(50, ge=1, le=250, description="Orders asked at once; fewer where a call would cost too much.")
    url: str = Field("", description="Address of the API where it is not the shop's; only for tests.")


class WooCommerceSettings(FromEnvironment):
    """WooCommerce's REST API v3 (TODOKE_OMS=woocommerce)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_WOOCOMMERCE_", extra="ignore", frozen=True)

    url: str = Field(
        "",
        pattern=r"^(https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?)?$",
        description="Address of the shop (WordPress), https but on this machine.",
    )
    key: SecretStr | None = Field(None, description="Consumer key (ck_…) with read access.")
    secret: SecretStr | None = Field(None, description="Consumer secret (cs_…).")
    webhook_secret: SecretStr | None = Field(
        None, description="Secret of the shop's webhook `Order created`, which starts the express lane."
    )
    statuses: str = Field(
        "",
        pattern=r"^([\w-]+=(draft|open|shipped|cancelled|returned)(,|$))*$",
        description="Order statuses of plugins and what they mean, as `awaiting-pickup=open,delivered=shipped`: "
        "draft (no order yet), open, shipped, cancelled, returned.",
    )

    def words(self) -> dict[str, str]:
        """Status -> what it means."""
        return dict(part.split("=", 1) for part in self.statuses.split(",") if part)


class OrderEventSettings(FromEnvironment):
    """Order systems that tell of an order (docs/order_systems.md)."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_ORDERS_", extra="ignore", frozen=True)

    token: SecretStr | None = Field(
        None,
        min_length=16,
        description="Bearer token with which `POST /orders/placed` tells `todoke listen` of an order.",
    )
    pause_seconds: float = Field(
        15, gt=0, le=60, description="Orders told of within so long start one express run together."
    )


class FeedbackSettings(FromEnvironment):
    """Events of providers (docs/feedback.md). A provider whose key is not set is not listened to."""

    model_config = SettingsConfigDict(env_prefix="TODOKE_FEEDBACK_", extra="ignore", frozen=True)

    url: str | None = Field(
        None,
        description="Where a gateway lays requests down: a folder or s3://bucket/prefix, read by `todoke outcomes`.",
    )
    sqs_url: str | None = Field(None, description="URL of the SQS queue that SES events arrive in.")
    sns_topics: str = Field("", description="Comma-separated ARNs of the SNS topics whose SES events are ours.")
    sendgrid_key: str | None = Field(None, description="Verification key of SendGrid's signed event webhook.")
    postmark_secret: SecretStr | None = Field(
        None, min_length=16, description="Password of Postmark's webhook (basic auth), or its header X-Todoke-Secret."
    )
    resend_secret: SecretStr | None = Field(None, description="Signing secret of Resend's webhook (whsec_...).")
    line_secret: SecretStr | None = Field(None, description="Channel secret of the LINE official account.")
    twilio_token: SecretStr | None = Field(None, description="Auth token of the Twilio account.")
    reply_secret: SecretStr | None = Field(
        None, min_length=16, description="Header X-Todoke-Secret with which a mail gateway posts replies."
    )
    tolerance_seconds: float = Field(300, gt=0, description="How old a signed time may be when it arrives.")
