"""What the telegrams about weather and volcanoes say, one function a kind of telegram.

Each telegram stands for its office (府県予報区) and its codes as a whole: what it does not name as active is over. The
same warning stands in four layers of areas; we read the municipalities.
https://xml.kishou.go.jp/tec_material.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasks.core.errors import DataError
from tasks.core.hazards import Area, Hazard, Kind, Severity, State
from tasks.hazards.base import Gathered
from tasks.hazards.documents import text
from tasks.hazards.jma_codes import FAMILIES, LANDSLIDE_ALERT, OLD_FAMILIES, TORNADO_ADVISORY, VOLCANO, WARNINGS

MUNICIPALITIES = "（市町村等）"
LIFTED = "解除"
NONE = "なし"
"""A status that is 解除 or ends so is not active; every other one is, "AからB" with the code of B."""


@dataclass(frozen=True)
class Telegram:
    """The envelope. `sent_at` is Control/DateTime: a correction repeats everything else."""

    type: str
    root: Any
    said_at: datetime
    report_at: datetime
    info_type: str
    event_id: str
    headline: str

    @property
    def is_withdrawal(self) -> bool:
        """取消: what the telegram before it said was a mistake."""
        return self.info_type == "取消"

    def hazard(self, name: str, kind: Kind, severity: Severity, areas: tuple[Area, ...], **more: Any) -> Hazard:
        """A statement of this telegram; without areas it says that the hazard is over."""
        ended = State.WITHDRAWN if self.is_withdrawal else State.ENDED
        return Hazard(
            f"jma:{name}", kind, severity, areas,
            **{"from_at": self.report_at, "until_at": None if areas else self.report_at} | more,
            said_at=self.said_at, source="jma", state=State.ACTIVE if areas else ended,
            headline_ja=self.headline or None, evidence={"telegram": self.type, "rank": rank(self.type)},
        )  # fmt: skip


def rank(type_: str) -> int:
    """The precise telegrams of a warning are believed before the old ones that run beside them."""
    return 0 if type_ in OLD_FAMILIES else 1


def is_active(status: str) -> bool:
    """発表, 継続, 警報から注意報 ..."""
    return bool(status) and status != LIFTED and not status.endswith(NONE)


def municipality(code: str, gathered: Gathered) -> Area | None:
    """Class-20 area: JIS X 0402 code and two digits, 00 or the part of a split municipality."""
    if len(code) == 7 and code.isascii() and code.isdigit() and "01" <= code[:2] <= "47":
        return Area(f"JP-{code[:2]}", municipality=code[:5])
    gathered.reject("Area/Code", "unknown area code", {"code": code})
    return None


def municipalities(codes: Iterable[str], gathered: Gathered) -> tuple[Area, ...]:
    """Their areas, each once. Raises DataError where none of several is known: that is not the end of a warning."""
    named = list(codes)
    found = {area.key: area for code in named if (area := municipality(code, gathered)) is not None}
    if named and not found:
        raise DataError(
            f"{gathered.file}: none of its areas is known ({', '.join(named[:3])}); kept until the next one."
        )
    return tuple(found.values())


def read_warnings(telegram: Telegram, gathered: Gathered) -> None:
    """警報・注意報 (VPWW53 to 61)."""
    body = telegram.root.find("Body")
    layers = {str(layer.get("type")): layer for layer in body.iterfind("Warning")}
    towns = next((layer for type_, layer in layers.items() if type_.endswith(MUNICIPALITIES)), None)
    whole = next((layer for type_, layer in layers.items() if type_.endswith("（府県予報区等）")), None)
    office = text(whole, "Item/Area/Code") if whole is not None else ""
    if towns is None or not office or telegram.is_withdrawal:
        reason = "withdrawn, but it does not say for whom" if telegram.is_withdrawal else "no municipalities in it"
        gathered.reject("Body/Warning", f"{reason}: kept until the next telegram", {"headline": telegram.headline})
        return
    rows = [
        (text(item, "Area/Code"), text(kind, "Code"), text(kind, "Status"))
        for item in towns.iterfind("Item")
        for kind in item.iterfind("Kind")
    ]
    state_warnings(telegram, office, rows, gathered)


def state_warnings(telegram: Telegram, office: str, rows: Sequence[tuple[str, str, str]], gathered: Gathered) -> None:
    """Statements of one office from rows of area, kind and status: of every code the telegram speaks of."""
    active: dict[str, list[str]] = {code: [] for code in FAMILIES[telegram.type]}
    for area, code, status in rows:
        if is_active(status) and code:
            active.setdefault(code, []).append(area)
    for code, areas in active.items():
        kind, severity = WARNINGS.get(code, (Kind.OTHER, Severity.UNKNOWN))
        if code not in WARNINGS:
            gathered.reject("Kind/Code", "unknown kind of warning: severity unknown", {"code": code})
        gathered.add(telegram.hazard(f"{office}:{code}", kind, severity, municipalities(areas, gathered)))
    if not any(active.values()):
        gathered.skipped.append("all clear")


def read_landslides(telegram: Telegram, gathered: Gathered) -> None:
    """土砂災害警戒情報 (VXWW50)."""
    office = text(telegram.root, "Body/TargetArea/Code")
    codes = _areas_of(telegram.root.iterfind("Body/Warning/Item"), LANDSLIDE_ALERT)
    areas = () if telegram.is_withdrawal else municipalities(codes, gathered)
    gathered.add(telegram.hazard(f"{office}:VXWW50", Kind.LANDSLIDE, Severity.EMERGENCY, areas))
    if not areas:
        gathered.skipped.append("withdrawn" if telegram.is_withdrawal else "all clear")


def read_tornadoes(telegram: Telegram, gathered: Gathered) -> None:
    """竜巻注意情報 (VPHW50, 51): an advisory of an hour, with its own end."""
    layers = [
        layer for layer in telegram.root.iterfind("Body/Warning") if layer.get("type", "").endswith(MUNICIPALITIES)
    ]
    codes = [code for layer in layers for code in _areas_of(layer.iterfind("Item"), TORNADO_ADVISORY)]
    whole = telegram.root.find("Body/Warning[@type='竜巻注意情報（発表細分）']/Item/Area/Code")
    office = (whole.text or "").strip() if whole is not None else "unknown"
    until = datetime.fromisoformat(text(telegram.root, "Head/ValidDateTime") or telegram.report_at.isoformat())
    areas = () if telegram.is_withdrawal else municipalities(codes, gathered)
    gathered.add(telegram.hazard(f"{office}:VPHW", Kind.TORNADO, Severity.ADVISORY, areas, until_at=until))


def read_volcano(telegram: Telegram, gathered: Gathered) -> None:
    """噴火警報・予報 (VFVO50): the level of the volcano, the municipalities around it."""
    layers = {str(layer.get("type")): layer for layer in telegram.root.iterfind("Body/VolcanoInfo")}
    volcano, towns = (layers.get(f"噴火警報・予報（対象{what}）") for what in ("火山", "市町村等"))
    level, name = (
        text(volcano, path) if volcano is not None else "" for path in ("Item/Kind/Code", "Item/Areas/Area/Code")
    )
    if level not in VOLCANO:
        gathered.reject("VolcanoInfo/Item/Kind/Code", "unknown level of a volcano", {"code": level, "volcano": name})
        return
    severity = VOLCANO[level]
    codes = (
        [] if towns is None or severity is None else [text(area, "Code") for area in towns.iterfind("Item/Areas/Area")]
    )
    areas = () if telegram.is_withdrawal else municipalities(codes, gathered)
    gathered.add(telegram.hazard(f"volcano:{name}", Kind.VOLCANO, severity or Severity.ADVISORY, areas))


def _areas_of(items: Iterable[Any], code: str) -> list[str]:
    return [
        text(item, "Area/Code") for item in items if any(text(kind, "Code") == code for kind in item.iterfind("Kind"))
    ]
