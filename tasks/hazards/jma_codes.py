"""Codes of the Japan Meteorological Agency that we act on, as data. Match on the code, never on the name.

https://xml.kishou.go.jp/tec_material.html (code tables of the disaster prevention XML)
"""

from tasks.core.hazards import Kind, Severity

_A, _W, _E = Severity.ADVISORY, Severity.WARNING, Severity.EMERGENCY

WARNINGS: dict[str, tuple[Kind, Severity]] = {
    "02": (Kind.SNOW, _W), "03": (Kind.HEAVY_RAIN, _W), "04": (Kind.FLOOD, _W), "05": (Kind.STORM, _W),
    "06": (Kind.SNOW, _W), "07": (Kind.HIGH_WAVES, _W), "08": (Kind.STORM_SURGE, _W), "09": (Kind.LANDSLIDE, _W),
    "10": (Kind.HEAVY_RAIN, _A), "12": (Kind.SNOW, _A), "13": (Kind.SNOW, _A), "14": (Kind.THUNDERSTORM, _A),
    "15": (Kind.STORM, _A), "16": (Kind.HIGH_WAVES, _A), "17": (Kind.OTHER, _A), "18": (Kind.FLOOD, _A),
    "19": (Kind.STORM_SURGE, _A), "20": (Kind.OTHER, _A), "21": (Kind.OTHER, _A), "22": (Kind.OTHER, _A),
    "23": (Kind.OTHER, _A), "24": (Kind.OTHER, _A), "25": (Kind.SNOW, _A), "26": (Kind.SNOW, _A),
    "27": (Kind.OTHER, _A), "29": (Kind.LANDSLIDE, _A),
    "32": (Kind.SNOW, _E), "33": (Kind.HEAVY_RAIN, _E), "35": (Kind.STORM, _E), "36": (Kind.SNOW, _E),
    "37": (Kind.HIGH_WAVES, _E), "38": (Kind.STORM_SURGE, _E), "39": (Kind.LANDSLIDE, _E),
    "43": (Kind.HEAVY_RAIN, _E), "48": (Kind.STORM_SURGE, _E), "49": (Kind.LANDSLIDE, _E),
}  # fmt: skip
"""警報・注意報 by code. 43, 48 and 49 are the level 4 of 2026 (危険警報): everybody leaves, and no lorry goes there."""

_OLD = "02 03 04 05 06 07 08 10 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 32 33 35 36 37 38"
FAMILIES: dict[str, tuple[str, ...]] = {
    family: tuple(codes.split())
    for family, codes in {
        "VPWW53": _OLD,
        "VPWW54": _OLD,
        "VPWW55": "03 10 33 43",
        "VPWW56": "09 29 39 49",
        "VPWW57": "08 19 38 48",
        "VPWW58": "02 05 13 15 32 35",
        "VPWW59": "07 16 37",
        "VPWW60": "06 12 36",
        "VPWW61": "14 17 20 21 22 23 24 25 26 27",
    }.items()
}
"""Codes a telegram speaks of: what it does not name as active is over."""

OLD_FAMILIES = ("VPWW53", "VPWW54")
"""Run in parallel with the precise ones (55 to 61, since 2026-05-28), which are believed where both speak."""

INTENSITIES: dict[str, Severity] = {
    "4": _A, "5-": _W, "5+": _W, "6-": _E, "6+": _E, "7": _E,
}  # fmt: skip
"""震度. Below 4 nothing moves differently."""

QUAKE_HOURS = {Severity.ADVISORY: 6, Severity.WARNING: 24, Severity.EMERGENCY: 72}
"""A quake telegram has no end. Ours: how long roads and depots are looked at, by what is usual after such a quake."""

TSUNAMI: dict[str, Severity] = {"51": _W, "52": _E, "53": _E, "62": _A}
"""津波警報・注意報; 50, 60 and 00 are lifted or none, 71 to 73 are a little water."""

VOLCANO: dict[str, Severity | None] = {
    "11": None, "12": _A, "13": _A, "14": _W, "15": _E, "21": None, "22": _A, "23": _A, "24": _W, "25": _E,
}  # fmt: skip
"""噴火警戒レベル (and the same without levels). Levels 2 and 3 close the mountain, not the roads to people."""

LANDSLIDE_ALERT = "3"
"""土砂災害警戒情報: 3 active, 1 lifted, 0 none. It is of alert level 4."""

TORNADO_ADVISORY = "1"

_COASTS = """
JP-01 100 101 102 110 111 120
JP-02 200 201 202
JP-03 210
JP-04 220
JP-05 230
JP-06 240
JP-07 250
JP-08 300
JP-12 310 311 312
JP-13 312 320 321
JP-14 312 330
JP-15 340 341
JP-16 350
JP-17 360 361
JP-18 370
JP-22 380
JP-23 390 391
JP-24 391 400
JP-26 500
JP-27 510
JP-28 520 521 522
JP-30 530
JP-31 540
JP-32 550 551
JP-33 560
JP-34 570
JP-35 700 701
JP-36 580
JP-37 590
JP-38 600 601
JP-39 610
JP-40 710 711 712
JP-41 712 720
JP-42 712 730 731
JP-43 712 740
JP-44 750 751
JP-45 760
JP-46 770 771 772 773
JP-47 800 801 802
"""
COASTS: dict[str, tuple[str, ...]] = {}
"""津波予報区 -> prefectures whose coast it is."""
for _line in _COASTS.split("\n"):
    _region, *_codes = _line.split() or [""]
    for _code in _codes:
        COASTS[_code] = (*COASTS.get(_code, ()), _region)
