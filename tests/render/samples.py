"""Samples of the touchpoints, rendered: what most tests of messages begin with."""

import json
from typing import Any

from tasks.core.paths import TEMPLATES
from tasks.core.rendering import Rendered, Renderer


def sample(touchpoint: str, case: str) -> dict[str, Any]:
    """One named case of a touchpoint's sample.json."""
    found: dict[str, Any] = read_samples(touchpoint)[case]
    return found


def sample_names(touchpoint: str) -> list[str]:
    """Its named cases."""
    return list(read_samples(touchpoint))


def read_samples(touchpoint: str) -> dict[str, Any]:
    """All of them, by name."""
    cases: dict[str, Any] = json.loads((TEMPLATES / touchpoint / "sample.json").read_text(encoding="utf-8"))
    return cases


def rendered(
    renderer: Renderer,
    touchpoint: str,
    case: str,
    language: str = "ja",
    recipient: dict[str, Any] | None = None,
    **context: Any,
) -> Rendered:
    """A sample rendered, with fields of recipient and context replaced."""
    given = sample(touchpoint, case)
    return renderer.render(
        touchpoint,
        "email",
        language,
        given["variant"],
        {**given["context"], **context},
        {**given["recipient"], **(recipient or {})},
    )
