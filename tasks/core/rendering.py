"""Messages from templates.

MJML becomes HTML once per template (mrml keeps `{{ }}` intact), Jinja2 fills it per message. Sandboxed, autoescaped,
strict about missing fields. `email.<lang>.txt` holds `Subject:` and `Preheader:` lines, an empty line, then the text.

Every template sees the fields of its context, and: recipient, consent, variant, zone, unsubscribe_token, with an order
tracking_url and review_token, shop (the brand's section), lang, words (`_shared/words.toml`), stages, blocks
(`_shared/blocks.*`).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.sandbox import SandboxedEnvironment

from tasks.core import formats, tokens
from tasks.core.brand import DEFAULT_SECTION, Brand, Section
from tasks.core.domain import TouchpointClass
from tasks.core.errors import ConfigurationError, TemplateRejected
from tasks.core.paths import TEMPLATES
from tasks.core.touchpoints import Touchpoint, missing_or_mistyped, read_all
from tasks.core.words import localised, words_of

RECIPIENT: dict[str, Any] = {
    **dict.fromkeys(("customer_id", "email", "name", "family_name", "given_name", "company", "locale", "timezone")),
    **dict.fromkeys(("consent", "is_new", "is_vip"), False),
}
"""What a template may ask about the recipient, with the value where the caller knows nothing."""


@dataclass(frozen=True)
class Rendered:
    """One message, ready for a channel adapter. Message-ID and To are the caller's; `headers` are the extra ones."""

    subject: str
    html: str
    text: str
    from_name: str
    from_address: str
    reply_to: str
    stream: str
    headers: dict[str, str]


@dataclass(frozen=True)
class _Compiled:
    """The four templates of one touchpoint in one language of one shop front."""

    subject: Template
    preheader: Template
    html: Template
    text: Template


class Renderer:
    """Renders messages of one brand. Thread-safe; templates are compiled at first use and kept."""

    def __init__(self, brand: Brand, secret: bytes, base_url: str, templates: Path = TEMPLATES) -> None:
        self._brand, self._secret, self._base_url, self._templates = brand, secret, base_url, templates
        self._touchpoints = read_all(templates)
        self._compiled: dict[tuple[str, str, str], _Compiled] = {}

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
        if problems:
            found = "; ".join(problems)
            raise TemplateRejected(f"{touchpoint} ({language}): {found}; correct sql/due/{touchpoint}.sql")
        values = self._values(declared, variant, context, recipient)
        parts = self._parts(touchpoint, language, source or DEFAULT_SECTION)
        try:
            return self._filled(declared, language, source, parts, values)
        except (TemplateError, TypeError, ValueError, KeyError, ArithmeticError) as error:
            raise TemplateRejected(f"{touchpoint} ({language}, {variant}): {error}; correct the template") from error

    def _declaration(self, name: str, channel: str, language: str) -> Touchpoint:
        declared = self._touchpoints.get(name)
        if declared is None or channel not in declared.channels or language not in declared.languages:
            raise ConfigurationError(f"templates/{name} does not declare channel {channel!r} in language {language!r}")
        return declared

    def _values(
        self, declared: Touchpoint, variant: str, context: Mapping[str, Any], recipient: Mapping[str, Any]
    ) -> dict[str, Any]:
        values: dict[str, Any] = {name: formats.clean(context[name]) for name in declared.context}
        person = formats.clean({**RECIPIENT, **recipient})
        values |= {"recipient": person, "consent": person["consent"] is True, "variant": variant}
        values["zone"] = person["timezone"] or self._brand.calendar.zone
        values["unsubscribe_token"] = tokens.unsubscribe_token(self._secret, str(person["customer_id"]), declared.name)
        if "order_id" in values:
            values["tracking_url"] = tokens.tracking_url(self._base_url, self.tracking_token(values["order_id"]))
            values["review_token"] = tokens.review_token(self._secret, values["order_id"])
        return values

    def tracking_token(self, order_id: str) -> str:
        """Token of an order's tracking page."""
        return tokens.tracking_token(self._secret, order_id)

    def _filled(
        self, declared: Touchpoint, language: str, source: str | None, parts: _Compiled, values: dict[str, Any]
    ) -> Rendered:
        section = self._brand.section(source)
        sender = getattr(section.senders, declared.touchpoint_class.value)
        values["subject"] = subject = formats.header(parts.subject.render(values))
        values["preheader"] = formats.header(parts.preheader.render(values))
        return Rendered(
            subject=subject,
            html=parts.html.render(values),
            text=parts.text.render(values),
            from_name=getattr(sender.name, language),
            from_address=sender.address,
            reply_to=section.reply_to,
            stream=sender.stream,
            headers=_headers(declared, language, section, values["unsubscribe_token"]),
        )

    def _parts(self, name: str, language: str, source: str) -> _Compiled:
        key = (name, language, source)
        if key not in self._compiled:
            self._compiled[key] = self._compile(name, language, self._brand.section(source))
        return self._compiled[key]

    def _compile(self, name: str, language: str, section: Section) -> _Compiled:
        subject, preheader, body = split_text(self._templates / name / f"email.{language}.txt")
        html = compile_mjml(self._templates, name, language)
        try:
            rich, plain = (environment(self._templates, name, language, section, escape) for escape in (True, False))
            return _Compiled(
                subject=_template(plain, subject),
                preheader=_template(plain, preheader),
                html=_template(rich, html),
                text=_template(plain, body),
            )
        except TemplateError as error:
            raise ConfigurationError(f"templates/{name} ({language}): {error}") from error


class _Environment(SandboxedEnvironment):
    """The sandbox, with short cuts for what is ours: fields, blocks, macros (a third of the time).

    `parcel.items` is the field of that name, never a method of dict: the data's words always win.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if type(obj) is TemplateModule and not attribute.startswith("_"):
            return getattr(obj, attribute, None) or self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(obj) is Macro:
            return context.call(obj, *args, **kwargs)
        return super().call(context, obj, *args, **kwargs)


def environment(templates: Path, name: str, language: str, section: Section, escape: bool) -> SandboxedEnvironment:
    """Jinja2 for one folder, language and shop front: HTML escapes, text does not. Filters speak that language."""
    words = words_of(templates, language)
    constants = {"words": words["labels"], "shop": localised(section.model_dump(mode="json"), language)}
    jinja = _Environment(
        loader=_FoldingLoader([templates / name, templates / "_shared"], constants),
        undefined=StrictUndefined,
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.globals |= {"lang": language, "stages": list(words["stages"].values()), **constants}
    jinja.filters |= _filters(language, words)
    jinja.globals["blocks"] = jinja.get_template("blocks.html" if escape else "blocks.txt").module
    return jinja


def _template(jinja: SandboxedEnvironment, source: str) -> Template:
    if not isinstance(jinja.loader, _FoldingLoader):
        raise TypeError("environment() makes the only environments we render with")
    return jinja.from_string(jinja.loader.folded(source))


class _FoldingLoader(FileSystemLoader):
    """Templates with every `shop.…` and `words.…` replaced by its text: nearly twice as fast per message."""

    def __init__(self, folders: list[Path], constants: dict[str, Any]) -> None:
        super().__init__(folders)
        self._constants = constants

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, uptodate = super().get_source(environment, template)
        return self.folded(source), filename, uptodate

    def folded(self, source: str) -> str:
        """The source with constants as literals, which Jinja2 then writes (escaped) at compile time."""
        return _TAG.sub(lambda tag: _CONSTANT.sub(self._literal, tag[0]), source)

    def _literal(self, match: re.Match[str]) -> str:
        """A string literal, or the name as it stands for StrictUndefined to complain about."""
        value: Any = self._constants
        for part in match[0].split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else match[0]


_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CONSTANT = re.compile(r"(?<![\w.\"'])(?:shop|words)(?:\.\w+)+")


def compile_mjml(templates: Path, name: str, language: str) -> str:
    """HTML with Jinja2 inside, from one MJML file and the partials of `_shared`. A warning of mrml is an error."""
    path = templates / name / f"email.{language}.mjml"
    partials = {part.name: part.read_text(encoding="utf-8") for part in (templates / "_shared").glob("*.mjml")}
    options = mrml.ParserOptions(include_loader=mrml.memory_loader(partials))
    try:
        output = mrml.to_html(path.read_text(encoding="utf-8"), parser_options=options)
    except OSError as error:
        raise ConfigurationError(f"templates/{name}/email.{language}.mjml: {error}") from error
    if output.warnings:
        found = output.warnings[0]
        raise ConfigurationError(f"templates/{name}/email.{language}.mjml: {found.kind} at character {found.start}")
    return output.content


def split_text(path: Path) -> tuple[str, str, str]:
    """Subject, preheader and body of an `email.<lang>.txt`."""
    where = f"templates/{path.parent.name}/{path.name}"
    try:
        head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
        subject, preheader = head.split("\n")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{where}: needs Subject:, Preheader:, an empty line, then the text") from error
    if not (subject.startswith("Subject: ") and preheader.startswith("Preheader: ")):
        raise ConfigurationError(f"{where}: begin with `Subject: ` and `Preheader: ` lines")
    return subject.removeprefix("Subject: "), preheader.removeprefix("Preheader: "), body.lstrip("\n")


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


def _filters(language: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """Filters bound to one language; those of instants read the recipient's `zone` from the message."""
    plain = (formats.day, formats.day_range, formats.money, formats.dear, formats.person, formats.sama)
    named = {function.__name__: partial(function, language=language) for function in plain}
    for function in (formats.instant, formats.day_of, formats.until):
        named[function.__name__] = _zoned(function, language)
    lookups = {name: partial(_word, words[plural]) for name, plural in _LOOKUPS.items()}
    return {**named, **lookups, "percent": formats.percent, "order_ref": formats.order_reference, "url": _url}


_LOOKUPS = {
    "carrier": "carriers",
    "payment": "payments",
    "region": "regions",
    "slot": "slots",
    "status": "statuses",
    "hazard": "hazards",
    "place": "places",
}


def _zoned(function: Any, language: str) -> Any:
    @pass_context
    def filled(context: Context, value: str) -> str:
        return str(function(value, language, context["zone"]))

    return filled


def _word(table: Mapping[str, str], key: str) -> str:
    """The word for a code; an unknown code is shown as it is, never as another word."""
    return table.get(key, key)


def _url(value: str | None) -> str:
    """A link from the shop's data, or nothing: no scheme but http(s) reaches a message."""
    return value if value and value.startswith(("https://", "http://")) else ""
