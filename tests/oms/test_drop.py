"""The drop reader: dirty folders, and where each row stands."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.core.errors import DataError
from tasks.oms import csv_files
from tasks.oms.base import BATCH_ROWS, OrderSystem
from tasks.oms.drop import DropFolder
from tasks.oms.sample import CLOCK
from tests.oms.contract import OrderSystemContract


def _read(folder: Path, table: str, text: str | bytes) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows and warnings of one file with this content."""
    data = text.encode() if isinstance(text, str) else text
    (folder / f"{table}.csv").write_bytes(data)
    system = DropFolder(folder)
    rows = [row for batch in system.fetch(table, None, CLOCK) for row in batch.to_pylist()]
    return rows, list(system.warnings())


class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, tmp_path: Path) -> OrderSystem:
        (tmp_path / "reviews.csv").write_text('order_id,at,score\nA,2026-01-01T00:00:00Z,5\nB,"",\n', encoding="utf-8")
        (tmp_path / "locations.csv").write_text("location_id,region\n", encoding="utf-8")
        return DropFolder(tmp_path)


def test_a_newline_in_a_value_moves_the_lines_below_it(tmp_path: Path) -> None:
    text = 'order_id,at,score\r\nA,"2026\r\n01\r\n01",5\r\nB,2026-01-02T00:00:00Z,4\r\n'
    rows, warnings = _read(tmp_path, "reviews", text)
    assert [(row["order_id"], row["_line"]) for row in rows] == [("A", 2), ("B", 5)]
    assert rows[0]["at"] == "2026\r\n01\r\n01"
    assert {row["_file"] for row in rows} == {"reviews.csv"}
    assert warnings == []


def test_a_newline_in_an_ignored_column_or_in_the_header_counts_too(tmp_path: Path) -> None:
    rows, _ = _read(tmp_path, "reviews", 'order_id,at,"free\ntext"\nA,x,"one\ntwo"\nB,x,\n')
    assert [(row["order_id"], row["_line"]) for row in rows] == [("A", 3), ("B", 5)]


def test_a_record_that_cannot_be_split_is_a_row_of_nulls_and_a_warning(tmp_path: Path) -> None:
    rows, warnings = _read(tmp_path, "reviews", 'order_id,at\nA,x\nB\nC,x\nD,"x\ny",z\nE,x\nF\n')
    assert sorted((row["_line"], row["order_id"]) for row in rows if row["order_id"]) == [(2, "A"), (4, "C"), (7, "E")]
    assert sorted(row["_line"] for row in rows if row["order_id"] is None) == [3, 5, 8]
    assert warnings[0] == "reviews.csv line 3: 1 columns where the header has 2; row rejected."
    assert [warning.split(":")[0] for warning in warnings[1:]] == ["reviews.csv line 5", "reviews.csv line 8"]


def test_nothing_but_broken_records(tmp_path: Path) -> None:
    rows, warnings = _read(tmp_path, "reviews", "order_id,at\nA\nB\n")
    assert [(row["order_id"], row["_line"]) for row in rows] == [(None, 2), (None, 3)]
    assert len(warnings) == 2


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    rows, warnings = _read(tmp_path, "reviews", "order_id,at\n\nA,x\n,\nB,x\n\n")
    assert [(row["order_id"], row["_line"]) for row in rows] == [("A", 3), ("B", 5)]
    assert warnings == []


def test_lines_stay_right_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 200)
    lines, expected, line = ["order_id,at"], [], 2
    for number in range(300):
        if number % 7 == 3:
            lines.append(f"broken {number}")
            expected.append((line, ""))
            line += 1
        value = '"x\ny"' if number % 5 == 0 else "x"
        lines.append(f"N{number},{value}")
        expected.append((line, f"N{number}"))
        line += 1 + value.count("\n")
    rows, _ = _read(tmp_path, "reviews", "\n".join(lines) + "\n")
    assert sorted((row["_line"], row["order_id"] or "") for row in rows) == expected


def test_a_missing_required_column_is_left_to_validation(tmp_path: Path) -> None:
    rows, _ = _read(tmp_path, "orders", "order_id,placed_at\nA,2026-01-01T00:00:00Z\n")
    assert list(rows[0]) == ["order_id", "placed_at", "_file", "_line"]


def test_unknown_columns_come_last_and_unknown_files_are_dropped_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    rows, warnings = _read(tmp_path, "reviews", "order_id,mood,at\nA,good,x\n")
    assert list(rows[0]) == ["order_id", "at", "mood", "_file", "_line"]
    assert warnings == ["notes.txt: not a table of the drop format, ignored."]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    rows, _ = _read(tmp_path, "reviews", b"\xef\xbb\xbforder_id,at\nA,x\n")
    assert rows[0]["order_id"] == "A"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "reviews.csv: the file is empty"),
        ("注文,at\n株,x\n".encode("cp932"), "reviews.csv: the header is not text in UTF-8"),
        (b"order_id,at,at\nA,x,y\n", "column at appears twice"),
    ],
    ids=["empty", "cp932", "twice"],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        _read(tmp_path, "reviews", content)


def test_one_table_has_one_file(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("order_id,at\n", encoding="utf-8")
    (tmp_path / "reviews.parquet").write_bytes(b"")
    with pytest.raises(DataError, match=r"both reviews\.csv and reviews\.parquet"):
        DropFolder(tmp_path).tables()


def test_a_missing_folder_or_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        DropFolder(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"no orders\.csv"):
        next(DropFolder(tmp_path).fetch("orders", None, CLOCK))


def test_parquet_arrives_as_the_same_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "order_id": ["A", "B"],
            "placed_at": pa.array([datetime(2026, 9, 1, tzinfo=UTC), None], pa.timestamp("us", tz="Asia/Tokyo")),
            "total": pa.array([Decimal("1000.00"), None], pa.decimal128(10, 2)),
            "promised_on": [date(2026, 9, 3), None],
            "gift": [True, None],
            "currency": pa.array(["JPY", ""]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "orders.parquet")
    rows = next(DropFolder(tmp_path).fetch("orders", None, CLOCK)).to_pylist()
    placed_at = datetime.fromisoformat(rows[0].pop("placed_at"))
    assert placed_at == datetime(2026, 9, 1, tzinfo=UTC)
    assert rows[0] == {
        "order_id": "A",
        "total": "1000.00",
        "currency": "JPY",
        "promised_on": "2026-09-03",
        "gift": "true",
        "_file": "orders.parquet",
        "_line": 1,
    }
    assert rows[1]["currency"] is None
    assert rows[1]["_line"] == 2


def test_batches_are_bounded(tmp_path: Path) -> None:
    rows = BATCH_ROWS + 5
    pq.write_table(pa.table({"location_id": [str(n) for n in range(rows)]}), tmp_path / "locations.parquet")
    (tmp_path / "reviews.csv").write_text("order_id,at\n" + "A,x\n" * rows, encoding="utf-8")
    system = DropFolder(tmp_path)
    for table, first in (("locations", 1), ("reviews", 2)):
        batches = list(system.fetch(table, None, CLOCK))
        assert max(batch.num_rows for batch in batches) <= BATCH_ROWS
        assert [line for batch in batches for line in batch["_line"].to_pylist()] == list(range(first, first + rows))


def test_an_incremental_drop_says_so(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("order_id,at\n", encoding="utf-8")
    assert DropFolder(tmp_path).is_full("reviews")
    assert not DropFolder(tmp_path, full=False).is_full("reviews")
