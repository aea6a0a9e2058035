"""Operators' own words: a small template of plain fields and `{% if %}`, filled in the sandbox of all messages.

Whoever writes them is a colleague in a hurry, so what may stand in them is closed twice: by a list of syntax (no calls,
attributes, loops, includes), and by the sandbox that every template runs in. They are plain text: where a message is
HTML they are escaped like any other value.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tasks.core import formats
from tasks.core.declarations import suggestion
from tasks.core.paths import TEMPLATES
from tasks.core.words import words_of

Words = Mapping[str, Mapping[str, str]]
"""Language -> subject and body; an empty one leaves that of the touchpoint's template."""

SUBJECT_LENGTH = 60
BODY_LENGTH = 2000

FIELDS: dict[str, str] = {
    "name": "髙﨑 恵 様",
    "order_number": "H-20260911-0031",
    "items": "スチーム式加湿器",
    "old_date": "9月15日(火)",
    "new_dates": "9月18日〜20日",
    "tracking_url": "https://pages.invalid/t/x/",
    "shop_name": "ひなた商店",
}
"""What own words may ask for, each a plain text, with an example. `old_date` may be empty."""

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr, nodes.Not,
    nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
)  # fmt: skip


def check_words(words: Words) -> None:
    """Raise ValueError naming language and part for words that could not be filled for everybody."""
    for language, parts in words.items():
        for part, source in parts.items():
            try:
                _check(source)
            except (TemplateError, ValueError) as error:
                raise ValueError(f"own words, {part}_{language}: {error}") from error


def fill(source: str, values: Mapping[str, str]) -> str:
    """The words for one person. Raises what Jinja2 raises."""
    return _jinja().from_string(source).render(values)


def _check(source: str) -> None:
    tree = _jinja().parse(source)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise ValueError(
                f"line {node.lineno}: {type(node).__name__} is not allowed; write text, {{{{ a field }}}} "
                "and {% if a field %} … {% endif %} only"
            )
    if unknown := sorted(find_undeclared_variables(tree) - FIELDS.keys()):
        known = list(FIELDS)
        raise ValueError(
            f"there is no field {unknown[0]!r}{suggestion(unknown[0], known)}; fields are {', '.join(known)}"
        )
    fill(source, FIELDS)
    fill(source, dict.fromkeys(FIELDS, ""))


@cache
def _jinja() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )


def fields_of(values: Mapping[str, Any], language: str, shop_name: str) -> dict[str, str]:
    """The fields for one message, from the values its template sees."""
    old_on, until_on = values.get("requested_on") or values.get("old_on"), values.get("new_until_on")
    to_follow = words_of(TEMPLATES, language)["labels"]["to_follow"]
    return {
        "name": formats.dear(values["recipient"], language),
        "order_number": formats.order_reference(values["order_id"]),
        "items": ("、" if language == "ja" else ", ").join(item["name"] for item in values["items"]),
        "old_date": formats.day(old_on, language) if old_on else "",
        "new_dates": formats.day_range(values.get("new_from_on"), until_on, language) if until_on else to_follow,
        "tracking_url": values["tracking_url"],
        "shop_name": shop_name,
    }
