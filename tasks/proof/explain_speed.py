"""How long one explanation takes: many customers, one after another, in one process."""

import time
from datetime import datetime
from typing import Any

from tasks.core.database import Database
from tasks.core.queries import query
from tasks.proof.explain import explain_customer

CUSTOMERS = 100


def explain_seconds(database: Database, customers: int = CUSTOMERS) -> dict[str, Any]:
    """{customers, live {p50, p95, most}, past {…}} in seconds; `past` is as of the last hour, on the other side."""
    with database.transaction() as connection:
        ids = [row["customer_id"] for row in query("bench/some_customers").rows(connection, n=customers)]
        last: datetime | None = query("guards/last_decided_at").scalar(connection)
    past = {"past": _quantiles(database, ids, last)} if last else {}
    return {"customers": len(ids), "live": _quantiles(database, ids, None), **past}


def _quantiles(database: Database, ids: list[str], as_of: datetime | None) -> dict[str, float]:
    explain_customer(database, ids[0], as_of)  # the first one reads files and opens a connection
    seconds = sorted(_seconds(database, customer_id, as_of) for customer_id in ids)
    return {"p50": seconds[len(seconds) // 2], "p95": seconds[int(len(seconds) * 0.95)], "most": seconds[-1]}


def _seconds(database: Database, customer_id: str, as_of: datetime | None) -> float:
    began = time.perf_counter()
    explain_customer(database, customer_id, as_of)
    return time.perf_counter() - began
