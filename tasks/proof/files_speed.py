"""How fast files are staged, format by format, beside a bare COPY of the same rows: `todoke bench --files`."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql
from pyarrow import csv as pacsv

from tasks.core.database import libpq_url
from tasks.core.mappings import Mapping, MappingFile, RawFile
from tasks.oms.base import BATCH_ROWS
from tasks.oms.files import MappedFolder

NAMES = {"csv": "orders.csv", "parquet": "orders.parquet", "json_lines": "orders.jsonl"}
COLUMNS = (
    "order_id", "customer_id", "buyer_name", "buyer_email", "placed_at", "status", "payment_method", "subtotal",
    "shipping_fee", "total", "currency", "ship_to_postal_code", "ship_to_region", "promised_on", "note",
)  # fmt: skip
TIMES = 3
"""Each is measured so often, in turns, and the best counts: what else runs on the machine only takes away."""

_BLOCK = 1 << 20


def files_speed(url: str, rows: int) -> dict[str, Any]:
    """{rows, <format>: {megabytes, staged, bare}}; the last two in rows a second. `bare`: COPY of the same rows."""
    with TemporaryDirectory() as folder:
        files = {name: Path(folder) / file for name, file in NAMES.items()}
        _write(files, rows)
        found = {name: _speeds(url, files, name, rows) for name in NAMES}
    return {"rows": rows, **found}


def _speeds(url: str, files: dict[str, Path], name: str, rows: int) -> dict[str, float]:
    copied = files["json_lines" if name == "json_lines" else "csv"]
    took = [(_timed(_bare, url, copied), _timed(_staged, url, files[name])) for _ in range(TIMES)]
    bare, staged = (min(seconds) for seconds in zip(*took, strict=True))
    return {"megabytes": files[name].stat().st_size / 1e6, "staged": rows / staged, "bare": rows / bare}


def _timed(step: Callable[[str, Path], None], url: str, file: Path) -> float:
    began = time.perf_counter()
    step(url, file)
    return time.perf_counter() - began


def _staged(url: str, file: Path) -> None:
    """As an hour does it: encoding, lines, places, statistics."""
    declared = MappingFile(title="bench", zone="Asia/Tokyo", files={"orders": RawFile(file=file.name)})
    mapping = Mapping("bench", declared, {"orders": "select count(*)::text as order_id from raw_orders"})
    with closing(MappedFolder(file.parent, mapping, url).staged):
        pass


def _bare(url: str, file: Path) -> None:
    """COPY into a temporary table of text, and nothing else."""
    columns, header = (("document",), "") if file.suffix == ".jsonl" else (COLUMNS, ", header")
    signs = ", delimiter E'\\x01', quote E'\\x02'" if file.suffix == ".jsonl" else ""
    with psycopg.connect(libpq_url(url), autocommit=True) as connection, file.open("rb") as content:
        fields = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in columns)
        connection.execute(sql.SQL("create temp table bare ({})").format(fields))
        command = sql.SQL(f"copy bare from stdin (format csv{header}{signs})")
        with connection.cursor() as cursor, cursor.copy(command) as copy:
            while block := content.read(_BLOCK):
                copy.write(block)


def _write(files: dict[str, Path], rows: int) -> None:
    """The same orders in each format."""
    orders = _orders(rows)
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    with (
        pacsv.CSVWriter(files["csv"], schema) as csv,
        pq.ParquetWriter(files["parquet"], schema) as parquet,
        files["json_lines"].open("w", encoding="utf-8") as lines,
    ):
        while batch := list(islice(orders, BATCH_ROWS)):
            table = pa.Table.from_pylist(batch, schema)
            csv.write_table(table)
            parquet.write_table(table)
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch)


def _orders(rows: int) -> Iterator[dict[str, str | None]]:
    for number in range(rows):
        total = 1000 + number % 9000
        values = (
            f"TD{number:08}", f"C{number % 400_000:08}", f"髙橋 恵{number % 977}", f"c{number % 400_000}@shop.invalid",
            f"2026-09-{number % 28 + 1:02}T{number % 24:02}:15:00+09:00", None, "credit_card", str(total - 500), "500",
            str(total), "JPY", f"{number % 1000:03}-{number % 10_000:04}", "JP-13", "2026-09-30",
            "玄関先に置いて、呼び鈴を鳴らしてください" if number % 10 == 0 else None,
        )  # fmt: skip
        yield dict(zip(COLUMNS, values, strict=True))
