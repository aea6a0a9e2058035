"""Colours of brand.toml that people with weak sight cannot read (WCAG 2.2, 1.4.3)."""

from collections.abc import Iterator

from tasks.core.brand import Brand, Palette

MIN_CONTRAST = 4.5  # WCAG 2.2 AA, normal text
_TEXT_ON = {
    "ink": ("paper", "ground", "tint"),
    "quiet": ("paper", "ground", "tint"),
    "accent": ("paper", "ground", "tint"),
    "on_accent": ("accent",),
}


def check_contrast(brand: Brand) -> list[str]:
    """Colour pairs of brand.toml that people with weak sight cannot read."""
    problems = []
    for source, section in brand.sections.items():
        for scheme in ("light", "dark"):
            palette: Palette = getattr(section.colours, scheme)
            for text, ground, ratio in _weak_pairs(palette):
                problems.append(
                    f"brand.toml: sections.{source}.colours.{scheme}: {text} on {ground} has contrast {ratio:.1f}, "
                    f"needs {MIN_CONTRAST}"
                )
    return problems


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #rrggbb colours (WCAG 2.2, 1.4.3)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _weak_pairs(palette: Palette) -> Iterator[tuple[str, str, float]]:
    for text, grounds in _TEXT_ON.items():
        for ground in grounds:
            ratio = contrast(getattr(palette, text), getattr(palette, ground))
            if ratio < MIN_CONTRAST:
                yield text, ground, ratio


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
