"""One table in every format is the same text; and what is wrong with a line of JSON is said with its number."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.core.errors import DataError
from tasks.oms.drop import DropFolder
from tasks.oms.formats import ends_whole, read_documents, read_rows
from tasks.oms.sample import CLOCK

ROWS = [("007", "髙﨑 恵", "1200.50", None), ("12345678901234567890", 'Ana "A", B', "1200", "true")]
TEXTS = {
    "reviews.csv": 'order_id,at,score,gift\n007,髙﨑 恵,1200.50,\n12345678901234567890,"Ana ""A"", B",1200,true\n',
    "reviews.TSV": 'order_id\tat\tscore\tgift\n007\t髙﨑 恵\t1200.50\t\n12345678901234567890\t"Ana ""A"", B"\t1200\ttrue\n',  # noqa: E501
    "reviews.jsonl": (
        '{"order_id": "007", "at": "髙﨑 恵", "score": 1200.50}\n'
        '{"order_id": 12345678901234567890, "at": "Ana \\"A\\", B", "score": "1200", "gift": true}\n'
    ),
}


@pytest.mark.parametrize("name", [*TEXTS, "reviews.parquet"])
def test_every_format_is_the_same_text(tmp_path: Path, name: str) -> None:
    if name in TEXTS:
        (tmp_path / name).write_text(TEXTS[name], encoding="utf-8")
    else:
        columns = zip(*ROWS, strict=True)
        table = pa.table(
            {key: list(cells) for key, cells in zip(["order_id", "at", "score", "gift"], columns, strict=True)}
        )
        pq.write_table(table, tmp_path / name)
    system = DropFolder(tmp_path)
    assert system.tables() == ("reviews",)
    rows = [row for batch in system.fetch("reviews", None, CLOCK) for row in batch.to_pylist()]
    assert [(row["order_id"], row["at"], row["score"], row["gift"]) for row in rows] == ROWS
    first = 2 if name.lower().endswith("sv") else 1
    assert [(row["_file"], row["_line"]) for row in rows] == [(name, first), (name, first + 1)]


def read(path: Path, content: str, reader: Callable[..., Any]) -> tuple[list[dict[str, Any]], list[str]]:
    path.write_text(content, encoding="utf-8")
    warnings: list[str] = []
    return [row for batch in reader(path, warnings.append) for row in batch.to_pylist()], warnings


LINES = '\ufeff{"a": {"b": [1.10]}, "c": ""}\n\n[1]\n{"a": "x\\u0000"}\n{"a": 1\n{}\n{"c": false}'


def test_objects_of_json_lines(tmp_path: Path) -> None:
    rows, warnings = read(tmp_path / "x.jsonl", LINES, read_rows)
    assert [(row["_line"], row["a"], row["c"]) for row in rows] == [
        (1, '{"b": [1.1]}', None), (3, None, None), (4, "x\0", None), (5, None, None), (6, None, None),
        (7, None, "false"),
    ]  # fmt: skip
    assert warnings == [f"x.jsonl line {number}: no JSON object; row rejected." for number in (3, 5)]


def test_documents_of_json_lines(tmp_path: Path) -> None:
    """PostgreSQL reads all of them as JSON: one that it would refuse is null, and no reason to lose the others."""
    rows, warnings = read(tmp_path / "x.jsonl", LINES, read_documents)
    assert [(row["_line"], row["document"]) for row in rows] == [
        (1, '{"a": {"b": [1.10]}, "c": ""}'), (3, None), (4, None), (5, None), (6, "{}"), (7, '{"c": false}'),
    ]  # fmt: skip
    assert warnings == [f"x.jsonl line {number}: no JSON object; row rejected." for number in (3, 4, 5)]


@pytest.mark.parametrize("reader", [read_rows, read_documents])
def test_a_half_written_line_of_json(tmp_path: Path, reader: Callable[..., Any]) -> None:
    with pytest.raises(DataError, match=r"x\.jsonl line 2: the file ends inside a record: half-written"):
        read(tmp_path / "x.jsonl", '{"a": 1}\n{"a": "fo', reader)


def test_json_lines_without_an_object(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no line of it is a JSON object"):
        read(tmp_path / "x.jsonl", "[]\n", read_rows)
    assert read(tmp_path / "x.jsonl", "", read_documents) == ([], [])


@pytest.mark.parametrize(
    ("name", "content", "whole"),
    [
        ("a.csv", b"a\n1", False),
        ("a.csv", b"a\n1\r\n", True),
        ("a.csv", "a\n1\n".encode("utf-16"), True),
        ("a.csv", "a\n1".encode("utf-16"), False),
        ("a.csv", b"", False),
        ("a.parquet", b"PAR1 and more", False),
        ("a.parquet", b"PAR1 and morePAR1", True),
        ("a.parquet", b"PA", False),
    ],
)
def test_whether_the_last_record_ends(tmp_path: Path, name: str, content: bytes, whole: bool) -> None:
    (tmp_path / name).write_bytes(content)
    assert ends_whole(tmp_path / name) is whole
