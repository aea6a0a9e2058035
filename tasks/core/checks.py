"""What `todoke check` says about templates, brand and SQL: one sentence per problem, none where all is well."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from tasks.core.advice import check_advice
from tasks.core.attachments import attachment_files, file_problems
from tasks.core.brand import Brand, load_brand
from tasks.core.channel_checks import check_rendered
from tasks.core.completeness import check_declared, check_partials, check_places
from tasks.core.contrast import check_contrast
from tasks.core.declarations import suggestion
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.errors import ConfigurationError, TemplateRejected
from tasks.core.incentives import as_given, check_coupon, check_incentives
from tasks.core.mentions import reply_problems
from tasks.core.pace import load_throttles
from tasks.core.pages import PageRenderer
from tasks.core.parts import FILES
from tasks.core.paths import TEMPLATES
from tasks.core.promotions import unguarded
from tasks.core.queries import Statement, names, query
from tasks.core.rendering import Rendered, Renderer
from tasks.core.seeds import seed_problems
from tasks.core.templating import compile_mjml
from tasks.core.touchpoints import Touchpoint, check_context, check_segments, load_all, parse_touchpoint

NOT_TOUCHPOINTS = frozenset(
    {"_shared", "_scaffold", "tracking_page", "preference_page", "gallery", "calendar", "explain"}
)
DUE_PARAMS = frozenset({"as_of", "since", "until", "touched", "customer_id"})
HEADER = {"Who": "in one sentence who is due", "Grain": "what one row is"}
MAX_HTML_BYTES = 100_000  # Gmail clips a message at 102 KB, and with it the opt-out link
MAX_SUBJECT = 78  # characters; RFC 5322 recommends lines no longer
_MJML_ATTRIBUTES = """
    align alt background-color background-size background-url border border-color border-radius border-style
    border-width color container-background-color css-class direction font-family font-size font-style font-
    weight full-width height href inner-padding letter-spacing line-height mj-class name padding padding-
    bottom padding-left padding-right padding-top rel src target text-align text-decoration text-transform
    title vertical-align width
"""
_ATTRIBUTES = frozenset(_MJML_ATTRIBUTES.split())
_SECRET = b"check"
_BASE_URL = "https://pages.invalid"


def check_templates(templates: Path = TEMPLATES) -> list[str]:
    """Problems of brand, throttles, touchpoint folders, their samples, and the tracking page."""
    try:
        brand = load_brand()
        load_throttles()
    except ConfigurationError as error:
        return [str(error)]
    folders = [path for path in sorted(templates.iterdir()) if path.is_dir() and path.name not in NOT_TOUCHPOINTS]
    declared, problems = _declarations(folders, brand)
    problems += check_advice(templates)
    if problems:  # a renderer needs every folder to be declared
        return problems
    problems = check_contrast(brand) + check_declared(declared)
    renderer = Renderer(brand, _SECRET, _BASE_URL, templates)
    for touchpoint in declared:
        problems += _check_touchpoint(touchpoint, templates, renderer)
    problems += check_incentives(brand, load_all().values())
    problems += seed_problems(brand, load_all()) + reply_problems(brand, templates)
    return [*problems, *_check_tracking_page(brand, templates)]


def check_sql() -> list[str]:
    """Problems of SQL files: header and text disagree; touchpoints without folder, due file or cases."""
    problems = []
    for name in (name for name in names("") if not name.startswith("migrations/")):
        try:
            statement = query(name)
        except ConfigurationError as error:
            problems.append(str(error))
            continue
        if name.startswith("due/"):
            problems += [f"sql/{name}.sql: {what}" for what in _check_due(statement)]
    return problems + check_places()


def _check_due(statement: Statement) -> Iterator[str]:
    if statement.params != DUE_PARAMS:
        yield f"parameters must be {', '.join(sorted(DUE_PARAMS))}"
    for word in ("Who", "Grain"):
        if not re.search(rf"^-- {word}:\s+\S", statement.source, re.MULTILINE):
            yield f"the header has no `-- {word}:` line; say {HEADER[word]}"


def _declarations(folders: list[Path], brand: Brand) -> tuple[list[Touchpoint], list[str]]:
    declared, problems = [], []
    for folder in folders:
        try:
            declared.append(parse_touchpoint(folder / "touchpoint.toml", brand.classes))
        except ConfigurationError as error:
            problems.append(str(error))
    return declared, problems


def _check_touchpoint(touchpoint: Touchpoint, templates: Path, renderer: Renderer) -> list[str]:
    folder = templates / touchpoint.name
    problems = _check_files(touchpoint, folder)
    if problems:
        return problems
    try:
        cases = _samples(folder)
        promotion = _check_promotion(touchpoint, templates)
    except ConfigurationError as error:
        return [str(error)]
    shown = {case["variant"] for case in cases.values()}
    problems = [
        f"{touchpoint.name}: sample.json has no case of variant {variant!r}"
        for variant in touchpoint.variants.keys() - shown
    ]
    if touchpoint.incentive and not any(case["recipient"].get("coupon") for case in cases.values()):
        problems.append(f"{touchpoint.name}: sample.json has no case with a coupon (recipient.coupon)")
    for name, case in cases.items():
        problems += [f"{touchpoint.name}, sample {name}: {what}" for what in _check_case(touchpoint, case, renderer)]
    return problems + promotion


def _check_attributes(path: Path) -> list[str]:
    """Attributes MJML does not know: mrml drops them without a word."""
    tags = re.findall(r"<mj-(?!include)[\w-]+([^>]*)>", path.read_text(encoding="utf-8"))
    found = {name for attributes in tags for name in re.findall(r"([\w-]+)=\"", attributes)}
    return [
        f"{path.parent.name}/{path.name}: unknown MJML attribute {name!r}{suggestion(name, sorted(_ATTRIBUTES))}"
        for name in sorted(found - _ATTRIBUTES)
    ]


def _check_files(touchpoint: Touchpoint, folder: Path) -> list[str]:
    forms = [form for channel in touchpoint.channels for form in FILES[channel]]
    wanted = {form.format(language) for language in touchpoint.languages for form in forms} | {"sample.json"}
    missing = sorted(name for name in wanted if not (folder / name).is_file())
    found = [path.name for channel in FILES for path in folder.glob(f"{channel}.*")]
    extra = sorted(name for name in found if name not in wanted)
    problems = [f"{name} is missing" for name in missing]
    problems += [f"{name} is of a language or channel that touchpoint.toml does not list" for name in extra]
    problems += file_problems(folder, touchpoint.languages)
    problems += check_partials(folder, {*wanted, *found}, touchpoint.languages)
    problems = [f"{touchpoint.name}: {what}" for what in problems]
    return problems + [what for path in sorted(folder.glob("*.mjml")) for what in _check_attributes(path)]


def _samples(folder: Path) -> dict[str, Any]:
    try:
        cases: dict[str, Any] = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"templates/{folder.name}/sample.json: {error}") from error
    if not cases:
        raise ConfigurationError(f"templates/{folder.name}/sample.json: needs at least one named case")
    return cases


def _check_case(touchpoint: Touchpoint, case: Mapping[str, Any], renderer: Renderer) -> list[str]:
    """Every channel, language and variant of one case, with and without consent, and the coupon it may have."""
    problems = check_context(touchpoint, case["context"])
    problems += check_segments(touchpoint, case["recipient"].get("segments", {}))
    coupon = case["recipient"].get("coupon")
    problems += check_coupon(touchpoint, case["variant"], coupon)
    if problems:
        return problems
    versions = [(variant, given) for variant in touchpoint.variants for given in _coupons(touchpoint, variant, coupon)]
    ways = product(touchpoint.channels, touchpoint.languages, versions, (True, False))
    for channel, language, (variant, given), consent in ways:
        recipient = {**case["recipient"], "consent": consent, "coupon": given}
        try:
            rendered = renderer.render(touchpoint.name, channel, language, variant, case["context"], recipient)
        except (TemplateRejected, ConfigurationError) as error:
            return [str(error)]
        if channel is ChannelName.EMAIL:
            found = _check_message(touchpoint, language, rendered)
        else:
            found = check_rendered(touchpoint, channel, rendered, _BASE_URL)
        problems += [f"{channel}, {language}, {variant}: {what}" for what in found]
    return list(dict.fromkeys(problems))


def _coupons(touchpoint: Touchpoint, variant: str, coupon: Mapping[str, Any] | None) -> list[Mapping[str, Any] | None]:
    """Coupons a variant is looked at with; none at all where it needs one that this case does not have."""
    incentive = touchpoint.incentive_of(variant)
    if not incentive or not coupon:
        return [] if incentive == "required" else [None]
    given: list[Mapping[str, Any] | None] = [coupon, *as_given(touchpoint, load_brand(), coupon)]
    return given if incentive == "required" else [*given, None]


def _check_message(touchpoint: Touchpoint, language: str, message: Rendered) -> Iterator[str]:
    size = len(message.html.encode())
    if size > MAX_HTML_BYTES:
        yield f"HTML has {size} bytes, at most {MAX_HTML_BYTES}"
    if not 0 < len(message.subject) <= MAX_SUBJECT:
        yield f"subject has {len(message.subject)} characters, between 1 and {MAX_SUBJECT} are allowed"
    if f'<html lang="{language}"' not in message.html:
        yield f'HTML does not say lang="{language}"'
    if any(" alt=" not in image for image in re.findall(r"<img\b[^>]*>", message.html)):
        yield "an image has no alt text"
    if unknown := re.search(r"<(mj-[\w-]+)", message.html):
        yield f"<{unknown[1]}> is no MJML element"
    if any("{{" in text for text in (message.html, message.text, *(one.text for one in message.attachments))):
        yield "a {{ }} was not filled"
    yield from _check_links(touchpoint, message)


def _check_links(touchpoint: Touchpoint, message: Rendered) -> Iterator[str]:
    marketing = touchpoint.touchpoint_class is TouchpointClass.MARKETING
    for part, text in (("HTML", message.html), ("text", message.text)):
        if marketing and "/unsubscribe?t=" not in text:
            yield f"the {part} part has no opt-out link"
        if not marketing and "order_id" in touchpoint.context and _BASE_URL not in text:
            yield f"the {part} part does not link the tracking page"


def _check_promotion(touchpoint: Touchpoint, templates: Path) -> list[str]:
    if touchpoint.touchpoint_class is TouchpointClass.MARKETING:
        return []
    sources = {
        f"email.{language}.mjml": compile_mjml(templates, touchpoint.name, language)
        for language in touchpoint.languages
        if ChannelName.EMAIL in touchpoint.channels
    }
    folder = templates / touchpoint.name
    for path in (*sorted(folder.glob("*.txt")), *attachment_files(folder)):
        sources[path.name] = path.read_text(encoding="utf-8")
    return [
        f"{touchpoint.name}/{name}: class {touchpoint.touchpoint_class} promotes outside {{% if consent %}} ({found})"
        for name, source in sources.items()
        for found in unguarded(source)
    ]


def _check_tracking_page(brand: Brand, templates: Path) -> list[str]:
    problems = []
    renderer = PageRenderer(brand, _SECRET, templates)
    for name, page in _samples(templates / "tracking_page").items():
        try:
            html = renderer.tracking_page(page)
        except (TemplateRejected, ConfigurationError) as error:
            problems.append(f"tracking_page, sample {name}: {error}")
            continue
        problems += [f"tracking_page, sample {name}: {what}" for what in _check_page(page, html)]
    return problems


def _check_page(page: Mapping[str, Any], html: str) -> Iterator[str]:
    if 'name="robots" content="noindex' not in html:
        yield "search engines may index it"
    if f'<html lang="{page["language"]}"' not in html:
        yield "it does not say its language"
    if "<script" in html:
        yield "it has a script"
    if re.search(r"\d円|¥\s?\d", html):
        yield "it shows a price"
