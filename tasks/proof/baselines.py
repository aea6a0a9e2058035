"""What the reference hour is compared with: COPY and Jinja2 with nothing around them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, text

from tasks.core.brand import DEFAULT_SECTION, load_brand
from tasks.core.database import Database, raw
from tasks.core.parts import Parts
from tasks.core.queries import query
from tasks.core.rendering import Rendered, Renderer
from tasks.proof.bench_data import DELTA

SECRET, BASE_URL = b"bench", "https://pages.invalid"
_BYTES = 1 << 20


def bare_copy(database: Database, folder: Path) -> tuple[int, float]:
    """Rows and seconds of COPY of the same files into tables without index, check or type, committed."""
    rows, began = 0, time.perf_counter()
    with database.transaction() as connection, raw(connection).cursor() as cursor:
        for table in DELTA:
            path = folder / f"{table}.csv"
            with path.open(encoding="utf-8") as file:
                columns = ", ".join(f"{name.strip()} text" for name in file.readline().split(","))
            connection.execute(text(f"create table bench.bare_{table} ({columns})"))
            command = f"copy bench.bare_{table} from stdin (format csv, header)".encode()
            with path.open("rb") as content, cursor.copy(command) as copy:
                while block := content.read(_BYTES):
                    copy.write(block)
            rows += cursor.rowcount
    return rows, time.perf_counter() - began


def contents(database: Database, limit: int) -> list[RowMapping]:
    """What messages of the hour were rendered from."""
    with database.transaction() as connection:
        return list(query("bench/contents").rows(connection, limit=limit))


def timed_rendering(rows: list[RowMapping]) -> tuple[float, float, list[Rendered]]:
    """Seconds of ours (checks, tokens, headers) and of the bare templates with the same values, and the messages."""
    renderer = Renderer(load_brand(), SECRET, BASE_URL)
    bare = list(_bare(renderer, rows))
    _ours(renderer, rows[:50])
    for render in bare[:50]:
        render()
    began = time.perf_counter()
    messages = _ours(renderer, rows)
    between = time.perf_counter()
    for render in bare:
        render()
    return between - began, time.perf_counter() - between, messages


def _ours(renderer: Renderer, rows: list[RowMapping]) -> list[Rendered]:
    names = ("touchpoint", "channel", "language", "variant", "context", "recipient", "source")
    return [renderer.render(*(row[name] for name in names)) for row in rows]


def _bare(renderer: Renderer, rows: list[RowMapping]) -> Iterator[Callable[[], Any]]:
    for row in rows:
        declared = renderer._declaration(row["touchpoint"], row["channel"], row["language"])
        source = row["source"] or DEFAULT_SECTION
        values = renderer._values(declared, row["variant"], row["context"], row["recipient"], source)
        yield _filled(renderer._parts(row["touchpoint"], row["channel"], row["language"], source), values)


def _filled(parts: Parts, values: dict[str, Any]) -> Callable[[], Any]:
    return lambda: parts.fill(values)
