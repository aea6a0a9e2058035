"""Real parcel histories, run through the fold: the facts of each are committed, the carriers' pages are not."""

import csv
import json
import random
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tasks.tracking.shown import Shown, instants
from tests.track.conftest import Shop

EXPECTED = Path(__file__).with_name("histories.csv")
"""One line a history, in its order: what became of the parcel, failed attempts, and the instants in Japan."""

JAPAN = ZoneInfo("Asia/Tokyo")
SEEN = datetime(2009, 9, 1, tzinfo=JAPAN)
YEAR = 2009
"""Of the pages that show none."""

COLUMNS = ("shipped_at", "attempt_failed_at", "delivered_at", "returned_at")


def test_every_history_gives_the_facts_that_are_committed(carrier_data: Path, shop: Shop) -> None:
    histories = list(_histories(carrier_data))
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    chance = random.Random(5)  # noqa: S311
    for number, (carrier, shipped_on, rows) in enumerate(histories):
        shop.order(f"h{number}", placed_at=datetime.combine(shipped_on, datetime.min.time(), JAPAN))
        shop.parcel(f"h{number}-1", None, carrier=carrier)
        scans = list(zip(rows, instants(rows, shipped_on, SEEN, JAPAN), strict=True))
        for row, at in chance.sample(scans, len(scans)):
            shop.scan(f"h{number}-1", "09-01 10:00", row.word, carrier=carrier, occurred_at=at)
    shop.track()
    parcels = {
        row["shipment_id"]: row for row in shop.rows("select * from parcel left join parcel_scan using (shipment_id)")
    }
    found = [_told(number, parcels[f"h{number}-1"]) for number in range(len(histories))]
    assert found == expected


def _told(number: int, parcel: dict[str, Any]) -> dict[str, str]:
    instants_ = {
        column: parcel[column].astimezone(JAPAN).strftime("%Y-%m-%d %H:%M") if parcel[column] else ""
        for column in COLUMNS
    }
    return {
        "history": f"{number}",
        "carrier": parcel["carrier"],
        "last_status": parcel["last_status"] or "",
        "attempts": f"{parcel['attempts']}",
        **instants_,
    }


def _histories(folder: Path) -> Iterator[tuple[str, date, list[Shown]]]:
    """Carrier, ship date and rows, oldest first."""
    for line in (folder / "jp_histories.jsonl").read_text(encoding="utf-8").splitlines():
        parcel = json.loads(line)
        rows = list(_rows(parcel))
        if parcel.get("order") == "newest_first":
            rows.reverse()
        yield parcel["carrier"], _shipped_on(parcel, rows), rows


def _rows(parcel: dict[str, Any]) -> Iterator[Shown]:
    if "latest" in parcel:
        day, time, word, place, *_ = parcel["latest"]
        yield Shown(word, day, time, place)
    for event in parcel.get("events", ()):
        word = event["status"] if "status" in event else f"{event['mark']}{event['text']}"
        yield Shown(word, event["date"], event["time"], event.get("office"))


def _shipped_on(parcel: dict[str, Any], rows: list[Shown]) -> date:
    if "ship_date" in parcel:
        return datetime.strptime(parcel["ship_date"], "%Y年%m月%d日").date()  # noqa: DTZ007
    day = next((row.day for row in rows if row.day), "7/1")
    month, of_month = day.replace("月", "/").rstrip("日").split("/")
    return date(YEAR, int(month), int(of_month))
