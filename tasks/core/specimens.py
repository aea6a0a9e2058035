"""Specimens: every message a touchpoint can send, from its declaration and the named people of its sample.json."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from tasks.core.brand import Brand
from tasks.core.domain import ChannelName
from tasks.core.paths import TEMPLATES
from tasks.core.rendering import Rendered, Renderer
from tasks.core.touchpoints import Touchpoint

NOWHERE = "https://pages.invalid"
"""Base address of the links in specimens: it leads nowhere, on every machine."""

_OF_NOBODY = b"the secret of specimens: what it signs opens nothing"


@dataclass(frozen=True)
class Specimen:
    """One message. `person`: name of the sample case, or subject of a real one; `rendered`: for its channel adapter."""

    touchpoint: Touchpoint
    channel: ChannelName
    language: str
    variant: str
    person: str
    rendered: Rendered


def renderer_to_nowhere(brand: Brand, templates: Path = TEMPLATES) -> Renderer:
    """Renders messages to look at: no link in them leads anywhere, and no token opens or ends anything."""
    return Renderer(brand, _OF_NOBODY, NOWHERE, templates)


def specimens_of(touchpoint: Touchpoint, renderer: Renderer, templates: Path = TEMPLATES) -> Iterator[Specimen]:
    """Channel x sample case x language. Each case has a variant, and each variant a case (`todoke check`).

    Raises TemplateRejected for a sample that breaks its contract.
    """
    path = templates / touchpoint.name / "sample.json"
    cases: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    for channel, (person, case), language in product(touchpoint.channels, cases.items(), touchpoint.languages):
        rendered = renderer.render(
            touchpoint.name, channel, language, case["variant"], case["context"], case["recipient"]
        )
        yield Specimen(touchpoint, channel, language, case["variant"], person, rendered)
