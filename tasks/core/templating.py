"""Jinja2 and MJML as Todoke uses them: sandboxed, strict, folded per brand and language.

MJML becomes HTML once per template (mrml keeps `{{ }}` intact), Jinja2 fills it per message.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from tasks.core import formats, icalendar
from tasks.core.brand import Section
from tasks.core.errors import ConfigurationError
from tasks.core.words import localised, words_of


class _Environment(SandboxedEnvironment):
    """The sandbox, with short cuts for what is ours: fields, blocks, macros (a third of the time).

    `parcel.items` is the field of that name, never a method of dict: the data's words always win.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if type(obj) in (TemplateModule, LoopContext) and attribute[0] != "_":
            value = getattr(obj, attribute, missing)
            return self.undefined(obj=obj, name=attribute) if value is missing else value
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
        auto_reload=False,
    )
    jinja.globals |= {"lang": language, "stages": list(words["stages"].values()), **constants}
    jinja.filters |= _filters(language, words)
    jinja.globals["blocks"] = jinja.get_template("blocks.html" if escape else "blocks.txt").module
    return jinja


def template(jinja: SandboxedEnvironment, source: str) -> Template:
    """A template from its text, folded like those from files."""
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


def split_head(path: Path, needed: tuple[str, ...], other: tuple[str, ...]) -> tuple[dict[str, list[str]], str]:
    """Head lines (`Name: text`, by name; a name may repeat) and body of a text file: an empty line parts them."""
    where = f"templates/{path.parent.name}/{path.name}"
    try:
        head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{where}: needs {', '.join(needed)}, an empty line, then the text") from error
    found: dict[str, list[str]] = {name: [] for name in (*needed, *other)}
    for line in head.split("\n"):
        name, colon, value = line.partition(": ")
        if not colon or name not in found:
            raise ConfigurationError(f"{where}: {line!r:.60} begins with none of {', '.join(found)} and a colon")
        found[name].append(value)
    for name in needed:
        if len(found[name]) != 1:
            raise ConfigurationError(f"{where}: needs exactly one line `{name}: `")
    return found, body


def _filters(language: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """Filters bound to one language; those of instants read the recipient's `zone` from the message."""
    plain = (formats.day, formats.day_range, formats.money, formats.worth, formats.dear, formats.person, formats.sama)
    named: dict[str, Any] = {function.__name__: partial(function, language=language) for function in plain}
    for function in (formats.instant, formats.day_of, formats.until):
        named[function.__name__] = _zoned(function, language)
    lookups = {name: partial(_word, words[plural]) for name, plural in _LOOKUPS.items()}
    named["address"] = partial(formats.address, regions=words["regions"], language=language)
    return {**named, **lookups, **_PLAIN}


_PLAIN: dict[str, Any] = {
    "percent": formats.percent,
    "is_reduced": formats.is_reduced,
    "any_reduced": formats.any_reduced,
    "line_total": formats.line_total,
    "order_ref": formats.order_reference,
    "url": formats.web_address,
    "ics": icalendar.ics,
    "ics_day": icalendar.ics_day,
    "ics_instant": icalendar.ics_instant,
}


_LOOKUPS = {
    "carrier": "carriers",
    "payment": "payments",
    "region": "regions",
    "slot": "slots",
    "status": "statuses",
    "hazard": "hazards",
    "notice_reason": "notice_reasons",
    "place": "places",
    "state": "states",
    "after_sale": "after_sales",
    "tier": "tiers",
    "category": "categories",
}


def _zoned(function: Any, language: str) -> Any:
    @pass_context
    def filled(context: Context, value: str) -> str:
        return str(function(value, language, context["zone"]))

    return filled


def _word(table: Mapping[str, str], key: str) -> str:
    """The word for a code; an unknown code is shown as it is, never as another word."""
    return table.get(key, key)
