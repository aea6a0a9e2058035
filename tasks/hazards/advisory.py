"""What carriers say themselves, as a person writes it down: `advisories.csv` in a folder.

    carrier,regions,postal_prefixes,from_at,until_at,reason_ja,reason_en
    yamato,JP-46 JP-47,,2026-09-14T00:00:00+09:00,,台風による配達の見合わせ,Suspended: typhoon
    sagawa,JP-17,927 928,2026-09-14T00:00:00+09:00,2026-09-20T00:00:00+09:00,道路の通行止め,Roads are closed

Regions and prefixes are separated by spaces. With prefixes only those postal codes are meant, and the one region says
where they lie. An empty `carrier` means every carrier; an empty `until_at` until further notice.
"""

import hashlib
from datetime import datetime
from pathlib import Path

from tasks.core.hazards import Area, Hazard, Kind, Severity
from tasks.hazards.base import Gathered, Link, Reading
from tasks.hazards.documents import csv_rows, instant

REQUIRED = ("carrier", "regions", "postal_prefixes", "from_at", "until_at", "reason_ja", "reason_en")


class CarrierAdvisories:
    """Source `advisory`."""

    name = "advisory"
    is_list = True
    live = ()

    def documents(self, folder: Path) -> list[Path]:
        """advisories.csv, where there is one."""
        return [path] if (path := folder / "advisories.csv").is_file() else []

    def read(self, name: str, content: bytes) -> Reading:
        """See HazardSource.read. The id is made of carrier, areas and beginning: a new end is the same advisory."""
        gathered = Gathered(name)
        for line, row in enumerate(csv_rows(name, content, REQUIRED), 2):
            wrong = _wrong(row)
            if wrong:
                gathered.reject(*wrong, {column: value for column, value in row.items() if value}, line)
            else:
                gathered.add(_advisory(row))
        return gathered.reading()

    def links(self, name: str, content: bytes) -> list[Link] | None:
        """None: the file is itself what is to be read."""


def _wrong(row: dict[str, str]) -> tuple[str, str] | None:
    if not row["regions"]:
        return "regions", "required, but empty"
    if len(row["regions"].split()) > 1 and row["postal_prefixes"]:
        return "regions", "with postal prefixes one region a row, that they lie in"
    if instant(row["from_at"]) is None:
        return "from_at", "not an ISO 8601 instant with offset"
    if row["until_at"] and instant(row["until_at"]) is None:
        return "until_at", "not an ISO 8601 instant with offset"
    return None


def _advisory(row: dict[str, str]) -> Hazard:
    regions, prefixes = row["regions"].split(), row["postal_prefixes"].replace("-", "").split()
    areas = [Area(regions[0], postal_prefix=prefix) for prefix in prefixes] or [Area(region) for region in regions]
    named = " ".join((row["carrier"], *regions, *prefixes, row["from_at"]))
    return Hazard(
        f"advisory:{hashlib.sha256(named.encode()).hexdigest()[:16]}", Kind.CARRIER, Severity.WARNING, tuple(areas),
        datetime.fromisoformat(row["from_at"]), instant(row["until_at"]), None, "advisory",
        headline_ja=row["reason_ja"] or None, headline_en=row["reason_en"] or None, carrier=row["carrier"] or None,
    )  # fmt: skip
