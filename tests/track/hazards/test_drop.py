"""Warnings dropped as files."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.core.errors import DataError
from tasks.core.hazards import Kind, Severity
from tasks.hazards import SOURCES
from tasks.hazards.base import Reading
from tests.track.hazards.contract import HazardContract

HEADER = "hazard_id,kind,severity,region,from_at,until_at,headline_ja,municipality\n"
GOOD = "W1,typhoon,warning,JP-47,2026-09-12T00:00:00+09:00,,暴風警報,\n"


def _read(*rows: str) -> Reading:
    return SOURCES["drop"].read("hazards.csv", (HEADER + "".join(rows)).encode())


class TestDrop(HazardContract):
    source = SOURCES["drop"]
    place = "hazards.csv"
    document = (HEADER + GOOD + "W2,snow,warning,JP-15,2026-09-12T00:00:00+09:00,2026-09-13T00:00:00+09:00,,").encode()


def test_instants_are_aware_and_empty_is_null() -> None:
    (hazard,) = _read(GOOD).hazards
    assert hazard.from_at == datetime(2026, 9, 11, 15, tzinfo=UTC)
    assert (hazard.until_at, hazard.source, hazard.headline_ja) == (None, "drop", "暴風警報")
    assert hazard.halts


def test_words_we_do_not_know_are_unknown() -> None:
    (hazard,) = _read("W1,locusts,Purple,JP-47,2026-09-12T00:00:00+09:00,,,\n").hazards
    assert (hazard.kind, hazard.severity, hazard.halts) == (Kind.OTHER, Severity.UNKNOWN, False)


def test_rows_of_one_hazard_are_its_areas() -> None:
    rows = (f"W1,snow,warning,JP-15,2026-09-12T00:00:00+09:00,,,{town}\n" for town in ("15100", "15202"))
    (hazard,) = _read(*rows).hazards
    assert [area.municipality for area in hazard.areas] == ["15100", "15202"]


def test_a_bad_row_is_rejected_alone() -> None:
    reading = _read(
        GOOD,
        "W2,typhoon,warning,,2026-09-12T00:00:00+09:00,,,\n",
        "W3,typhoon,warning,JP-47,2026-09-12T00:00:00,,,\n",
        "W4,typhoon,warning,JP-47,tomorrow,,,\n",
        "W5,typhoon,warning,JP-47,2026-09-12T00:00:00+09:00,2026-09-11T00:00:00+09:00,,\n",
    )
    assert [hazard.hazard_id for hazard in reading.hazards] == ["W1"]
    assert [(row.line, row.column, row.reason) for row in reading.rejected] == [
        (3, "region", "required, but empty"),
        (4, "from_at", "instant without offset"),
        (5, "from_at", "not an ISO 8601 instant"),
        (0, "until_at", "ends before it starts"),
    ]
    assert reading.rejected[0].content["hazard_id"] == "W2"


def test_a_file_without_its_columns_is_no_calm_weather() -> None:
    with pytest.raises(DataError, match="region"):
        SOURCES["drop"].read("hazards.csv", b"hazard_id,kind,severity,from_at\nW1,typhoon,warning,2026-09-12\n")


def test_parquet_is_read_too() -> None:
    row = {"hazard_id": "W1", "kind": "typhoon", "severity": "warning", "region": "JP-47"}
    table = pa.Table.from_pylist([row | {"from_at": datetime(2026, 9, 12, tzinfo=UTC), "until_at": None}])
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    (hazard,) = SOURCES["drop"].read("hazards.parquet", sink.getvalue().to_pybytes()).hazards
    assert hazard.hazard_id == "W1"
