"""Regions (ISO 3166-2) by the codes that alerts outside Japan use."""

import re
from collections.abc import Iterable

from tasks.core.hazards import Area


def _pairs(words: str, country: str) -> dict[str, str]:
    found = words.split()
    return {code: f"{country}-{name}" for code, name in zip(found[::2], found[1::2], strict=True)}


_STATES = """
01 AL 02 AK 04 AZ 05 AR 06 CA 08 CO 09 CT 10 DE 11 DC 12 FL 13 GA 15 HI 16 ID 17 IL 18 IN 19 IA 20 KS 21 KY 22 LA 23 ME
24 MD 25 MA 26 MI 27 MN 28 MS 29 MO 30 MT 31 NE 32 NV 33 NH 34 NJ 35 NM 36 NY 37 NC 38 ND 39 OH 40 OK 41 OR 42 PA 44 RI
45 SC 46 SD 47 TN 48 TX 49 UT 50 VT 51 VA 53 WA 54 WV 55 WI 56 WY 60 AS 66 GU 69 MP 72 PR 78 VI
"""
FIPS = _pairs(_STATES, "US")
"""FIPS state code -> region. https://www.census.gov/library/reference/code-lists/ansi.html"""

UGC = {region[3:]: region for region in FIPS.values()}
"""First letters of a zone or county of the NWS; marine zones (AMZ, GMZ ...) are none of them."""

_PROVINCES = "10 NL 11 PE 12 NS 13 NB 24 QC 35 ON 46 MB 47 SK 48 AB 59 BC 60 YT 61 NT 62 NU"
SGC = _pairs(_PROVINCES, "CA")
"""First digits of a place in Canada (Standard Geographical Classification)."""

_ISO = re.compile(r"^[A-Z]{2}-[A-Z0-9]{1,3}$")


def area_of(scheme: str, value: str) -> Area | None:
    """The area of one geocode; None where the scheme or the code is not known to us.

    Schemes: SAME and FIPS6 (county), UGC (zone or county), profile:CAP-CP:Location (Canada), JIS X 0402, ISO 3166-2.
    """
    name = re.sub(r"[^A-Z0-9]", "", scheme.upper())
    if name in ("SAME", "FIPS6") and len(value) == 6:
        return _part(FIPS.get(value[1:3]), f"{name} {value}", whole=value.endswith("000"))
    if name == "UGC":
        return _part(UGC.get(value[:2]) if value[2:3] in ("Z", "C") else None, f"UGC {value}")
    if name.startswith("PROFILECAPCPLOCATION"):
        return _part(SGC.get(value[:2]), f"SGC {value}", whole=len(value) == 2)
    if name.startswith("JISX0402") and re.fullmatch(r"[0-9]{5,7}", value):
        return Area(f"JP-{value[:2]}", municipality=value[:5])
    return Area(value) if name.startswith("ISO31662") and _ISO.match(value) else None


def areas_of(codes: Iterable[tuple[str, str]]) -> tuple[Area, ...]:
    """Areas of geocodes, each once, of the first scheme alone that we know: the others say the same again."""
    found: dict[str, dict[tuple[str, str, str, str], Area]] = {}
    for scheme, value in codes:
        area = area_of(scheme, value)
        if area is not None:
            found.setdefault(scheme, {})[area.key] = area
    return tuple(next(iter(found.values()), {}).values())


def _part(region: str | None, code: str, whole: bool = False) -> Area | None:
    return None if region is None else Area(region, part=None if whole else code)
