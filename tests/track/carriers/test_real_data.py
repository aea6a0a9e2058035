"""Words and parcel histories that real carriers published, against our lines."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from tasks.carriers import CARRIERS
from tasks.core.domain import TrackingStatus

NOT_MAPPED: set[tuple[str, str]] = set()
"""Words of real histories no line maps yet. It is empty: a new one is a decision to take, not a default."""


def test_every_published_word_means_what_people_judged(carrier_data: Path) -> None:
    with (carrier_data / "carrier_statuses.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["carrier"] in CARRIERS]
    judged = {(row["carrier"], row["raw_status"]): (row["canonical"], row["reason"] or None) for row in rows}
    ours = {(carrier, word): CARRIERS[carrier].meaning(word) for carrier, word in judged}
    assert len(judged) > 150
    assert ours == judged


def test_every_word_of_real_histories_is_known(carrier_data: Path) -> None:
    words = set(_history_words(carrier_data))
    unknown = {pair for pair in words if CARRIERS[pair[0]].meaning(pair[1])[0] is TrackingStatus.UNKNOWN}
    assert len(words) > 40
    assert unknown == NOT_MAPPED


def _history_words(folder: Path) -> Iterator[tuple[str, str]]:
    for line in (folder / "jp_histories.jsonl").read_text(encoding="utf-8").splitlines():
        parcel = json.loads(line)
        carrier = parcel["carrier"]
        if "latest" in parcel:
            yield carrier, parcel["latest"][2]
        for event in parcel.get("events", ()):
            yield carrier, event["status"] if "status" in event else f"{event['mark']}{event['text']}"
