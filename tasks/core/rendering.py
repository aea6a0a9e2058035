"""Messages from templates.

`email.<lang>.mjml` is the HTML part; `email.<lang>.txt` holds `Subject:`, `Preheader:`, an empty line, the text;
`line.<lang>.txt` holds `Alt:`, `Title:`, `Stage:`, `Button:`, an empty line, paragraphs; `sms.<lang>.txt` is a text;
push, postcards and inserts are those of tasks/core/notes.py; `attachment.<lang>.ics` is a file that goes with the mail.
Every template sees the fields of its context, and: recipient, segments (those its touchpoint names), coupon (where its
touchpoint declares an incentive; or none), consent, variant, zone, as_of (of the run), unsubscribe_token, with an
order tracking_url and review_token, with a mention photo_url (None where nobody listens), shop (the brand's section),
lang, words (`_shared/words.toml`), stages, blocks (`_shared/blocks.*`); with a notice `own`: subject and body in
operations' own words (tasks/core/own_words.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from tasks.core import audience, formats, incentives, own_words, tokens
from tasks.core.brand import DEFAULT_SECTION, Brand, Section
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.errors import ConfigurationError, TemplateRejected
from tasks.core.identity import address_key
from tasks.core.outgoing import Attachment
from tasks.core.parts import Parts, compile_parts
from tasks.core.paths import TEMPLATES
from tasks.core.touchpoints import Touchpoint, missing_or_mistyped, read_all

RECIPIENT: dict[str, Any] = {
    **dict.fromkeys(("customer_id", "email", "name", "family_name", "given_name", "company", "locale", "timezone")),
    **dict.fromkeys(("postal", "box", "segments", "coupon")),
    "consent": False,
}
"""What a template may ask about the recipient, with the value where the caller knows nothing."""


@dataclass(frozen=True)
class Rendered:
    """One message, ready for a channel adapter. Message-ID and To are the caller's; `headers` are the extra ones.

    Channels but e-mail have no HTML and no headers; what subject and text are there says tasks/core/content.py.
    """

    subject: str
    html: str
    text: str
    from_name: str
    from_address: str
    reply_to: str
    stream: str
    headers: dict[str, str]
    attachments: tuple[Attachment, ...] = ()


class Renderer:
    """Renders messages of one brand. Thread-safe; templates are compiled at first use and kept."""

    def __init__(
        self,
        brand: Brand,
        secret: bytes,
        base_url: str,
        templates: Path = TEMPLATES,
        link_secret: bytes | None = None,
        listen_url: str | None = None,
        as_of: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        page_versions: Mapping[str, int] | None = None,
    ) -> None:
        """`link_secret` seals opt-out links (default `secret`); `listen_url`: where they lead, and those to the
        preference page (default the shop's).

        `as_of`: business time of the run, the day that calendar files say they were made. `page_versions`: orders
        whose tracking page had an address revoked, each with how many.
        """
        self._brand = brand.listening_at(listen_url) if listen_url else brand
        self._secret, self._base_url, self._templates = secret, base_url, templates
        self._link_secret, self._as_of = link_secret or secret, as_of.isoformat()
        self._listen_url = listen_url.rstrip("/") if listen_url else None
        self._page_versions = page_versions or {}
        self._touchpoints = read_all(templates, brand.classes)
        self._compiled: dict[tuple[str, str, str, str], Parts] = {}

    def render(
        self,
        touchpoint: str,
        channel: str,
        language: str,
        variant: str,
        context: Mapping[str, Any],
        recipient: Mapping[str, Any],
        source: str | None = None,
    ) -> Rendered:
        """One message. Raises TemplateRejected for what is wrong with it, ConfigurationError for its folder."""
        declared = self._declaration(touchpoint, channel, language)
        problems = missing_or_mistyped(declared.context, context)
        if variant not in declared.variants:
            problems.append(f"unknown variant {variant!r}, declared {sorted(declared.variants)}")
        if declared.incentive_of(variant) == "required":
            problems += incentives.check_coupon(declared, variant, recipient.get("coupon"))
        if problems:
            found = "; ".join(problems)
            raise TemplateRejected(f"{touchpoint} ({language}): {found}; correct sql/due/{touchpoint}.sql")
        values = self._values(declared, variant, context, recipient, source)
        parts = self._parts(touchpoint, channel, language, source or DEFAULT_SECTION)
        try:
            values |= self._own_words(values, language, source)
            return self._filled(declared, channel, language, source, parts, values)
        except (TemplateError, TypeError, ValueError, KeyError, ArithmeticError) as error:
            raise TemplateRejected(f"{touchpoint} ({language}, {variant}): {error}; correct the template") from error

    def _declaration(self, name: str, channel: str, language: str) -> Touchpoint:
        declared = self._touchpoints.get(name)
        if declared is None or channel not in declared.channels or language not in declared.languages:
            raise ConfigurationError(f"templates/{name} does not declare channel {channel!r} in language {language!r}")
        return declared

    def _values(
        self,
        declared: Touchpoint,
        variant: str,
        context: Mapping[str, Any],
        recipient: Mapping[str, Any],
        source: str | None,
    ) -> dict[str, Any]:
        values: dict[str, Any] = {name: formats.clean(context[name]) for name in declared.context}
        person = formats.clean({**RECIPIENT, **recipient})
        section = self._brand.section(source)
        may_promote = person["consent"] is True and TouchpointClass.MARKETING in section.allowed
        values |= {"recipient": person, "consent": may_promote, "variant": variant}
        values["zone"], values["as_of"] = person["timezone"] or self._brand.calendar.zone, self._as_of
        values["segments"] = audience.asked(declared.segments, person["segments"])
        if declared.incentive:
            values["coupon"] = incentives.told(person["coupon"], section)
        address = address_key(self._secret, person["email"])
        opt_out = tokens.OptOut(str(person["customer_id"]), declared.name, address)
        values["unsubscribe_token"] = tokens.unsubscribe_token(self._link_secret, opt_out)
        if "mention_id" in values:
            values["photo_url"] = self._photo_url(values["mention_id"], str(person["customer_id"]))
        if "order_id" in values:
            page = tokens.tracking_url(self._base_url, self.tracking_token(values["order_id"]))
            values["tracking_url"] = page if section.own_links else section.urls.account
            values["review_token"] = tokens.review_token(self._secret, values["order_id"])
        return values

    def _photo_url(self, mention_id: str, customer_id: str) -> str | None:
        """Page where the author says yes or no; None where nobody listens: they answer by mail."""
        token = tokens.photo_token(self._link_secret, tokens.Photo(mention_id, customer_id))
        return f"{self._listen_url}/photo?t={token}" if self._listen_url else None

    def _own_words(self, values: Mapping[str, Any], language: str, source: str | None) -> dict[str, Any]:
        """`own`: subject and body in the words of operations, empty without any; only where a context has a notice."""
        if "notice" not in values:
            return {}
        words = ((values["notice"] or {}).get("words") or {}).get(language) or {}
        shop = getattr(self._brand.section(source).name, language)
        fields = own_words.fields_of(values, language, shop) if words else {}
        return {"own": {part: own_words.fill(words.get(part, ""), fields) for part in ("subject", "body")}}

    def tracking_token(self, order_id: str) -> str:
        """Token of an order's tracking page."""
        return tokens.tracking_token(self._secret, order_id, self._page_versions.get(order_id, 0))

    def _filled(
        self,
        declared: Touchpoint,
        channel: str,
        language: str,
        source: str | None,
        parts: Parts,
        values: dict[str, Any],
    ) -> Rendered:
        section = self._brand.section(source)
        sender = getattr(section.senders, declared.touchpoint_class.value)
        content = parts.fill(values)
        mail = channel == ChannelName.EMAIL
        return Rendered(
            subject=content.subject,
            html=content.html,
            text=content.text,
            from_name=getattr(sender.name, language),
            from_address=sender.address,
            reply_to=section.reply_to,
            stream=sender.stream,
            headers=_headers(declared, language, section, values["unsubscribe_token"]) if mail else {},
            attachments=content.attachments,
        )

    def _parts(self, name: str, channel: str, language: str, source: str) -> Parts:
        key = (name, channel, language, source)
        if key not in self._compiled:
            section = self._brand.section(source)
            self._compiled[key] = compile_parts(self._templates, name, channel, language, section)
        return self._compiled[key]


def _headers(declared: Touchpoint, language: str, section: Section, token: str) -> dict[str, str]:
    """Headers that mailbox providers ask for (RFC 2919, 3834, 8058; Feedback-ID)."""
    marketing = declared.touchpoint_class is TouchpointClass.MARKETING
    sender = getattr(section.senders, declared.touchpoint_class.value)
    domain = sender.address.partition("@")[2]
    headers = {
        "Content-Language": language,
        "Feedback-ID": f"{declared.name}:{sender.stream}:{declared.touchpoint_class}:{domain}",
        "List-Id": f"<{sender.stream}.{domain}>",
    }
    if not marketing:
        return headers | {"Auto-Submitted": "auto-generated"}
    return headers | {
        "List-Unsubscribe": f"<{section.urls.unsubscribe}?t={token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
