"""Warnings of the Japan Meteorological Agency (気象庁): XML telegrams, and the warnings JSON of 2026 ("r8").

Telegrams come as files or through the Atom feeds; https://xml.kishou.go.jp/ has the formats. The JSON before 2026-05-28
(`warning/{office}.json`) is still served, says "all calm" for ever, and is refused.
"""

import re
from pathlib import Path, PurePosixPath
from typing import Any

from tasks.core.errors import DataError
from tasks.hazards.base import Gathered, Link, Reading, below
from tasks.hazards.documents import instant, parse_json, parse_xml, text
from tasks.hazards.jma_codes import FAMILIES
from tasks.hazards.jma_quakes import read_quake, read_tsunami
from tasks.hazards.jma_telegrams import (
    Telegram,
    read_landslides,
    read_tornadoes,
    read_volcano,
    read_warnings,
    state_warnings,
)

READERS = {
    **dict.fromkeys(FAMILIES, read_warnings),
    "VXWW50": read_landslides,
    "VPHW50": read_tornadoes,
    "VPHW51": read_tornadoes,
    "VXSE51": read_quake,
    "VXSE53": read_quake,
    "VTSE41": read_tsunami,
    "VFVO50": read_volcano,
}

WITHOUT_HAZARD = {
    "VPTW": "a typhoon's position: its warnings name the areas (VPWW)",
    "VPTI": "a typhoon in words: its warnings name the areas (VPWW)",
    "VPNO": "announces emergency warnings that VPWW tells with their areas and their end",
    "VPWP": "a forecast of warnings, not a warning",
    "VPFD": "a forecast of warnings, not a warning",
    "VPBS": "words to warnings that VPWW tells",
    "VXSE52": "the epicentre alone: no area",
    "VXSE4": "earthquake early warning: over in seconds, VXSE53 tells where it shook",
}
"""Beginnings of types that are no hazard, each with the reason."""

REAL = "通常"
FEEDS = tuple(
    f"https://www.data.jma.go.jp/developer/xml/feed/{name}.xml" for name in ("extra_l", "extra", "eqvol_l", "eqvol")
)
"""The long feeds hold days and are hourly; the short ones hold minutes and are what is new since."""

_TYPE = re.compile(r"(?<![A-Z0-9])(V[A-Z]{3}[0-9]{2})(?:_([0-9]{6}))?(?![0-9])")


class Jma:
    """Source `jma`."""

    name = "jma"
    is_list = False
    live = FEEDS

    def documents(self, folder: Path) -> list[Path]:
        """Telegrams (*.xml) and office files (<office>.json) below `jma`."""
        return below(folder, self.name, (".xml", ".json"))

    def read(self, name: str, content: bytes) -> Reading:
        """See HazardSource.read. `name` tells the telegram's type (…_VPWW55_….xml) or the office (120000.json)."""
        if name.endswith(".json"):
            return _read_json(name, content)
        root, gathered = parse_xml(name, content), Gathered(name)
        if root.tag != "Report":
            raise DataError(f"{name}: <{root.tag}> is no telegram of the JMA; remove it.")
        status = text(root, "Control/Status")
        if status != REAL:
            return Reading(skipped=(f"drill ({status or 'no status'})",))
        telegram = _telegram(name, root)
        reader = READERS.get(telegram.type)
        if reader is None:
            return Reading(skipped=(_why_not(telegram.type),))
        reader(telegram, gathered)
        return gathered.reading()

    def links(self, name: str, content: bytes) -> list[Link] | None:
        """Telegrams that an Atom feed announces and that we read."""
        if name not in FEEDS and not name.endswith(tuple(PurePosixPath(feed).name for feed in FEEDS)):
            return None
        root = parse_xml(name, content)
        if root.tag != "feed":
            raise DataError(f"{name}: <{root.tag}> is no Atom feed; the address may have changed.")
        return [link for entry in root.iterfind("entry") if (link := _link(entry))]


def _link(entry: Any) -> Link | None:
    url = text(entry, "id")
    found = _TYPE.search(url)
    if not found or found[1] not in READERS:
        return None
    topic = f"{found[1]} {found[2]}" if found[1] in FAMILIES and found[2] else url
    return Link(url, text(entry, "updated"), topic)


def _telegram(name: str, root: Any) -> Telegram:
    types = _TYPE.findall(PurePosixPath(name).name)
    sent, report = instant(text(root, "Control/DateTime")), instant(text(root, "Head/ReportDateTime"))
    if not types or sent is None or report is None:
        what = "the file name does not say its type, as VPWW55" if not types else "no time of report"
        raise DataError(f"{name}: {what}; keep telegrams as they were sent.")
    return Telegram(
        types[-1][0], root, sent, report, text(root, "Head/InfoType"), text(root, "Head/EventID"),
        text(root, "Head/Headline/Text"),
    )  # fmt: skip


def _why_not(type_: str) -> str:
    return next((why for start, why in WITHOUT_HAZARD.items() if type_.startswith(start)), f"{type_} is not read")


def _read_json(name: str, content: bytes) -> Reading:
    office, reports = PurePosixPath(name).stem, parse_json(name, content)
    if isinstance(reports, dict) and "areaTypes" in reports:
        raise DataError(f"{name}: the warnings JSON that is frozen since 2026-05-28 and reads calm; get the new one.")
    if not isinstance(reports, list) or not re.fullmatch(r"[0-9]{6}", office):
        raise DataError(f"{name}: not the warnings of one office, as 120000.json; get it again.")
    gathered = Gathered(name)
    for number, report in enumerate(reports, 1):
        try:
            _read_report(office, report, gathered)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            gathered.reject("report", f"cannot be read: {error!r}", {"report": str(number)}, number)
    return gathered.reading()


def _read_report(office: str, report: dict[str, Any], gathered: Gathered) -> None:
    sent, reported = instant(report["controlDatetime"]), instant(report["reportDatetime"])
    if report["dataTypeCode"] not in FAMILIES or sent is None or reported is None:
        raise ValueError("no known type, or no time")
    rows = [
        (area["areaCode"], kind.get("code", ""), kind["status"])
        for area in report["warning"]["class20Items"]
        for kind in area["kinds"]
    ]
    telegram = Telegram(
        report["dataTypeCode"], None, sent, reported, report["infoType"], "", report.get("headlineText", "")
    )
    if telegram.is_withdrawal:
        gathered.reject("infoType", "withdrawn: kept until the next report", {"type": telegram.type})
    else:
        state_warnings(telegram, office, rows, gathered)
