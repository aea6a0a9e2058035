"""QR codes as SVG: what paper leads to."""

from functools import lru_cache

import segno

_QUIET_ZONE = 4
"""Modules of white around a code (ISO/IEC 18004)."""


@lru_cache(maxsize=256)
def qr_svg(address: str) -> str:
    """The code of an address as one SVG element without size: dark modules as strokes, level M (15 % may be lost)."""
    return segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=_QUIET_ZONE, light="#fff")
