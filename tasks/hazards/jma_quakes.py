"""What the telegrams about earthquakes and tsunamis say.

VXSE51 tells areas within two minutes, VXSE53 municipalities later, both under one EventID; VXSE52 knows the epicentre
alone. A quake far away has no intensity here.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tasks.core.errors import DataError
from tasks.core.hazards import Area, Kind, Severity
from tasks.hazards.base import Gathered
from tasks.hazards.documents import instant, text
from tasks.hazards.jma_codes import COASTS, INTENSITIES, QUAKE_HOURS, TSUNAMI
from tasks.hazards.jma_telegrams import Telegram, municipality

GRADES = (Severity.ADVISORY, Severity.WARNING, Severity.EMERGENCY)
"""Each is a hazard of its own: it shook harder here than there."""

NOT_REPORTED = "震度５弱以上未入電"
"""A municipality that must have felt 5- or more and has gone silent."""


def read_quake(telegram: Telegram, gathered: Gathered) -> None:
    """震度速報 (VXSE51), 震源・震度に関する情報 (VXSE53), or the withdrawal of either."""
    found: dict[Severity, dict[Any, Area]] = {grade: {} for grade in GRADES}
    for area, severity in () if telegram.is_withdrawal else _shaken(telegram.root, gathered):
        found[severity][area.key] = area
    shaken_at = instant(text(telegram.root, "Body/Earthquake/OriginTime")) or instant(
        text(telegram.root, "Head/TargetDateTime")
    )
    for grade, areas in found.items():
        begins = shaken_at or telegram.report_at
        times = {"from_at": begins, "until_at": begins + timedelta(hours=QUAKE_HOURS[grade])} if areas else {}
        name = f"quake:{telegram.event_id}:{grade}"
        gathered.add(telegram.hazard(name, Kind.EARTHQUAKE, grade, tuple(areas.values()), **times))
    if not any(found.values()):
        gathered.skipped.append("withdrawn" if telegram.is_withdrawal else "no intensity of 4 or more in Japan")


def _shaken(root: Any, gathered: Gathered) -> Iterator[tuple[Area, Severity]]:
    for prefecture in root.iterfind("Body/Intensity/Observation/Pref"):
        region = f"JP-{text(prefecture, 'Code')}"
        for part in prefecture.iterfind("Area"):
            cities = part.findall("City")
            for place in cities or [part]:
                severity = INTENSITIES.get(text(place, "MaxInt"))
                if severity is None and text(place, "Condition") == NOT_REPORTED:
                    severity = Severity.WARNING
                code = text(place, "Code")
                area = municipality(code, gathered) if cities else Area(region, part=code)
                if severity is not None and area is not None:
                    yield area, severity


def read_tsunami(telegram: Telegram, gathered: Gathered) -> None:
    """津波警報・注意報・予報 (VTSE41): always the state of the whole country."""
    found: dict[str, dict[Any, Area]] = {code: {} for code in TSUNAMI}
    items = [] if telegram.is_withdrawal else telegram.root.findall("Body/Tsunami/Forecast/Item")
    for item in items:
        coast, code = text(item, "Area/Code"), text(item, "Category/Kind/Code")
        if code in TSUNAMI and coast not in COASTS:
            raise DataError(f"{gathered.file}: coast {coast!r} is unknown; kept until the next telegram.")
        for region in COASTS[coast] if code in TSUNAMI else ():
            area = Area(region, part=f"coast {coast}")
            found[code][area.key] = area
    for code, areas in found.items():
        gathered.add(telegram.hazard(f"tsunami:{code}", Kind.TSUNAMI, TSUNAMI[code], tuple(areas.values())))
    if not any(found.values()):
        gathered.skipped.append("withdrawn" if telegram.is_withdrawal else "all clear")
