"""Words and parcel histories that real carriers published, against our lines."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.carriers import CARRIERS, meaning_of
from tasks.carriers.base import UNKNOWN
from tasks.carriers.names import canonical
from tasks.core.domain import TrackingStatus

TABLES = {
    "yamato": "yamato",
    "sagawa": "sagawa",
    "japanpost": "japanpost",
    "seino": "seino",
    "ups": "ups",
    "ups(status code)": "ups",
    "ups(activity type)": "ups",
    "fedex": "fedex",
    "dhl_express": "dhl",
    "dhl_universal": "dhl",
    "mydhl": "dhl",
}
"""Published table -> our carrier."""

DISAGREED: dict[tuple[str, str], str] = {
    ("ups", "MV"): "UPS's own table says Billing Information Voided, and the published activity type does too",
    **{
        ("dhl_express", code): f"DHL's list: {name}. Nobody stood at the door"
        for code, name in {
            "DM": "damaged",
            "DP": "denied parties",
            "DS": "destroyed",
            "RT": "returned to consignor",
            "SS": "shipment stopped",
            "ST": "shipment intercept",
        }.items()
    },
    **{
        ("mydhl", code): f"DHL's list: {name}"
        for code, name in {
            "AD": "agreed delivery",
            "BN": "customer broker notified",
            "MS": "mis-sort",
            "PD": "partial delivery, the rest is to come",
            "RT": "returned to consignor",
            "RW": "weigh & dimension",
            "SM": "scheduled movement",
        }.items()
    },
    **dict.fromkeys([("dhl_express", "CC"), ("mydhl", "CC")], "DHL's list: awaiting consignee collection"),
    ("dhl_universal", "unknown"): "the word says itself that it tells nothing",
    **dict.fromkeys(
        [("mydhl", code) for code in ("PU", "PL", "HP", "CD", "CR", "RD", "SS", "WC", "TD", "UD", "DS", "BA")],
        "the table names it twice, or unlike that of dhl_express, which is believed",
    ),
}
"""Rows whose published meaning is not ours, each with the reason."""

REASONS = {"recipient_or_shipper_instruction": "recipient_instruction"}
"""Published reason -> ours. Where the published row gives none, ours may."""

NOT_MAPPED: set[tuple[str, str]] = set()
"""Words of real histories no line maps yet. It is empty: a new one is a decision to take, not a default."""


def _published(folder: Path) -> list[dict[str, str]]:
    with (folder / "carrier_statuses.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["carrier"] in TABLES]


def test_every_published_word_means_what_people_judged(carrier_data: Path) -> None:
    rows = _published(carrier_data)
    wrong = {}
    for row in rows:
        status, reason = CARRIERS[TABLES[row["carrier"]]].meaning(row["raw_status"])
        judged = REASONS.get(row["reason"], row["reason"])
        if status != row["canonical"] or (judged and reason != judged):
            wrong[row["carrier"], row["raw_status"]] = (status, reason, row["canonical"], judged)
    assert len(rows) > 450
    assert {key: seen for key, seen in wrong.items() if key not in DISAGREED} == {}
    assert set(DISAGREED) <= set(wrong), "an exception nobody needs any more"


@pytest.mark.parametrize(
    ("file", "column", "table", "carrier"),
    [
        ("ups_codes_official.csv", "table", "Status/Description Codes", "ups"),
        ("ups_codes_official.csv", "table", "Package Activity Types", "ups"),
        ("fedex_codes_official.csv", "group", "Movement", "fedex"),
        ("fedex_codes_official.csv", "group", "Regulatory", "fedex"),
    ],
)
def test_every_official_code_of_a_parcel_has_a_line(
    carrier_data: Path, file: str, column: str, table: str, carrier: str
) -> None:
    with (carrier_data / file).open(encoding="utf-8-sig", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row[column] == table and "Freight Only" not in row["text"]]
    codes = {row["code"] for row in rows}
    assert codes
    assert {code for code in codes if CARRIERS[carrier].meaning(code) == UNKNOWN} == set()


@pytest.mark.parametrize(
    ("table", "vocabulary"), [("aftership", "aftership"), ("17track", "17track"), ("17track(main)", "17track")]
)
def test_every_word_of_an_aggregator_means_what_people_judged(carrier_data: Path, table: str, vocabulary: str) -> None:
    with (carrier_data / "carrier_statuses.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["carrier"] == table]
    found = {row["raw_status"]: meaning_of("anybody", f"{vocabulary}:{row['raw_status']}") for row in rows}
    assert len(rows) > 8
    assert {word: status for word, (status, _) in found.items()} == {
        row["raw_status"]: row["canonical"] for row in rows
    }
    assert all(found[row["raw_status"]][1] == row["reason"] for row in rows if row["reason"])


def test_a_carrier_is_known_by_the_names_and_codes_of_rakuten(carrier_data: Path) -> None:
    with (carrier_data / "rakuten_delivery_company_codes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    titles = {carrier.title_ja: name for name, carrier in CARRIERS.items()}
    ours = {row["code"]: titles[row["name_ja"]] for row in rows if row["name_ja"] in titles}
    assert set(ours.values()) == set(CARRIERS)
    assert {code: canonical(code) for code in ours} == ours
    assert {row["name_ja"]: canonical(row["name_ja"]) for row in rows if row["code"] in ours} == titles
    assert {canonical(row["code"]) for row in rows if row["code"] not in ours}.isdisjoint(CARRIERS)


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
