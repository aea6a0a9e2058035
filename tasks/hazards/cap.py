"""Alerts in the Common Alerting Protocol 1.1 and 1.2 of any agency: https://docs.oasis-open.org/emergency/cap/v1.2/

Signatures are not verified: who may put a file into the folder, or answers at the address, is trusted already.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tasks.core.errors import DataError
from tasks.core.hazards import Hazard, State
from tasks.hazards.base import Gathered, Link, Reading, below
from tasks.hazards.documents import instant, parse_xml, text
from tasks.hazards.events import kind_of, severity_of
from tasks.hazards.places import areas_of

REQUIRED = ("identifier", "sender", "sent", "status", "msgType", "scope")
WITHOUT_EXPIRES = timedelta(hours=24)
"""How long an alert counts that names no end: CAP leaves that to the recipient."""

EVENT_ENDS = "eventEndingTime"
"""A parameter of the NWS: `expires` ends its message, this the event."""


class Cap:
    """Source `cap`."""

    name = "cap"
    is_list = False
    live = ()

    def documents(self, folder: Path) -> list[Path]:
        """Alerts (*.cap, *.xml) below `cap`."""
        return below(folder, self.name, (".cap", ".xml"))

    def read(self, name: str, content: bytes) -> Reading:
        """See HazardSource.read. One hazard an info block; the same block in another language lends its headline."""
        alert, gathered = parse_xml(name, content), Gathered(name)
        missing = [element for element in REQUIRED if not text(alert, element)]
        sent = instant(text(alert, "sent"))
        if alert.tag != "alert" or missing or sent is None:
            raise DataError(
                f"{name}: no alert of CAP ({', '.join(missing) or 'alert, sent'} missing); ask who sent it."
            )
        if text(alert, "status") != "Actual":
            return Reading(skipped=(f"drill ({text(alert, 'status')})",))
        message, referred = f"{text(alert, 'sender')},{text(alert, 'identifier')}", _references(alert)
        if text(alert, "msgType") not in ("Alert", "Update", "Cancel"):
            return Reading(skipped=(f"{text(alert, 'msgType')}: no alert of its own",))
        blocks = list(_blocks(alert))
        if text(alert, "msgType") == "Cancel" or not blocks:
            gathered.add(_withdrawal(message, sent, referred))
        for number, block in enumerate(blocks if text(alert, "msgType") != "Cancel" else []):
            _read_block(f"{message}#{number}" if number else message, message, sent, referred, block, gathered)
        return gathered.reading()

    def links(self, name: str, content: bytes) -> list[Link] | None:
        """Alerts that an Atom or RSS feed announces; None for an alert itself."""
        root = parse_xml(name, content)
        if root.tag == "alert":
            return None
        if root.tag not in ("feed", "rss"):
            raise DataError(
                f"{name}: <{root.tag}> is neither an alert nor a feed of alerts; the address may have changed."
            )
        entries = root.iterfind("entry") if root.tag == "feed" else root.iterfind("channel/item")
        return [
            Link(url, text(entry, "updated") or text(entry, "pubDate"), url)
            for entry in entries
            if (url := _url(entry))
        ]


def _url(entry: Any) -> str:
    atom = next((link.get("href") for link in entry.iterfind("link") if link.get("href")), "")
    return str(atom or text(entry, "link"))


def _references(alert: Any) -> tuple[str, ...]:
    """sender,identifier,sent of each alert that this one replaces; without its time, as `message` has it."""
    return tuple(reference.rsplit(",", 1)[0] for reference in text(alert, "references").split() if "," in reference)


def _blocks(alert: Any) -> Iterator[list[Any]]:
    """Info blocks, those that say the same in several languages together (CAP repeats them in the same order)."""
    languages: dict[str, list[Any]] = {}
    for info in alert.iterfind("info"):
        languages.setdefault(text(info, "language") or "en-US", []).append(info)
    first, *others = languages.values() if languages else ([],)
    for number, info in enumerate(first):
        yield [info, *(blocks[number] for blocks in others if number < len(blocks))]


def _read_block(
    name: str, message: str, sent: datetime, referred: tuple[str, ...], block: list[Any], gathered: Gathered
) -> None:
    info = block[0]
    event, category = text(info, "event"), text(info, "category")
    if text(info, "responseType") == "AllClear":
        gathered.skipped.append("all clear")
        gathered.add(_withdrawal(message, sent, referred, State.ENDED))
        return
    areas = areas_of((text(code, "valueName"), text(code, "value")) for code in info.iterfind("area/geocode"))
    if not areas:
        described = "; ".join(text(area, "areaDesc") for area in info.iterfind("area"))[:200]
        gathered.reject("area", "no area that we know", {"identifier": message, "event": event, "area": described})
        return
    begins = instant(text(info, "onset")) or instant(text(info, "effective")) or sent
    ends = instant(_parameter(info, EVENT_ENDS)) or instant(text(info, "expires")) or begins + WITHOUT_EXPIRES
    severity = severity_of(text(info, "severity"), text(info, "certainty"))
    gathered.add(
        Hazard(
            f"cap:{name}", kind_of(event, category), severity, areas, begins, ends, sent, "cap",
            headline_ja=_headline(block, "ja"), headline_en=_headline(block, "en"), message=f"cap:{message}",
            supersedes=tuple(f"cap:{reference}" for reference in referred),
            evidence={"event": event, "category": category},
        )
    )  # fmt: skip


def _withdrawal(message: str, sent: datetime, referred: tuple[str, ...], state: State = State.WITHDRAWN) -> Hazard:
    """A statement that is no hazard itself and ends those it refers to."""
    ended = tuple(f"cap:{reference}" for reference in referred)
    return Hazard(
        f"cap:{message}", kind_of("", ""), severity_of("", ""), (), sent, sent, sent, "cap", state, supersedes=ended
    )


def _headline(block: list[Any], language: str) -> str | None:
    spoken = [info for info in block if (text(info, "language") or "en-US").lower().startswith(language)]
    return next((text(info, "headline") for info in spoken if text(info, "headline")), None)


def _parameter(info: Any, name: str) -> str:
    return next((text(one, "value") for one in info.iterfind("parameter") if text(one, "valueName") == name), "")
