"""Warnings dropped as files."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.core.errors import DataError
from tasks.hazards import SOURCES
from tasks.hazards.base import HAZARDS

DROP = SOURCES["drop"]
HEADER = "hazard_id,kind,severity,region,from_at,until_at,headline_ja\n"


def _write(folder: Path, text: str) -> Path:
    (folder / "hazards.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_without_a_file_has_no_warnings(tmp_path: Path) -> None:
    reading = DROP.read(tmp_path)
    assert (reading.hazards.num_rows, reading.rejected) == (0, ())
    assert reading.hazards.schema == HAZARDS


def test_instants_are_aware_and_empty_is_null(tmp_path: Path) -> None:
    folder = _write(tmp_path, HEADER + "W1,typhoon,warning,JP-47,2026-09-12T00:00:00+09:00,,暴風警報\n")
    (hazard,) = DROP.read(folder).hazards.to_pylist()
    assert hazard["from_at"] == datetime(2026, 9, 11, 15, tzinfo=UTC)
    assert (hazard["until_at"], hazard["source"], hazard["headline_ja"]) == (None, "drop", "暴風警報")


def test_a_word_of_severity_we_do_not_know_is_unknown(tmp_path: Path) -> None:
    folder = _write(tmp_path, HEADER + "W1,typhoon,Purple,JP-47,2026-09-12T00:00:00+09:00,,\n")
    assert DROP.read(folder).hazards["severity"].to_pylist() == ["unknown"]


def test_a_bad_row_is_rejected_alone(tmp_path: Path) -> None:
    rows = [
        "W1,typhoon,warning,JP-47,2026-09-12T00:00:00+09:00,,",
        "W2,typhoon,warning,,2026-09-12T00:00:00+09:00,,",
        "W3,typhoon,warning,JP-47,2026-09-12T00:00:00,,",
        "W4,typhoon,warning,JP-47,tomorrow,,",
    ]
    reading = DROP.read(_write(tmp_path, HEADER + "\n".join(rows) + "\n"))
    assert reading.hazards["hazard_id"].to_pylist() == ["W1"]
    assert [(row.line, row.column, row.reason) for row in reading.rejected] == [
        (3, "region", "required, but empty"),
        (4, "from_at", "instant without offset"),
        (5, "from_at", "not an ISO 8601 instant"),
    ]
    assert reading.rejected[0].content["hazard_id"] == "W2"


def test_a_folder_that_is_not_there_is_no_calm_weather(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="TODOKE_HAZARDS"):
        DROP.read(tmp_path / "nowhere")


def test_a_file_without_its_columns_is_no_calm_weather(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="region"):
        DROP.read(_write(tmp_path, "hazard_id,kind,severity,from_at\nW1,typhoon,warning,2026-09-12T00:00:00+09:00\n"))


def test_parquet_is_read_too(tmp_path: Path) -> None:
    row = {
        "hazard_id": "W1",
        "kind": "typhoon",
        "severity": "warning",
        "region": "JP-47",
        "from_at": datetime(2026, 9, 12, tzinfo=UTC),
    }
    pq.write_table(pa.Table.from_pylist([row], HAZARDS), tmp_path / "hazards.parquet")
    assert DROP.read(tmp_path).hazards["hazard_id"].to_pylist() == ["W1"]
