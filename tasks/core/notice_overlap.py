"""What the people of a plan get besides it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from tasks.core.due import Window, collect
from tasks.core.gates import gate_names, new_candidates, run_gates
from tasks.core.notice_plans import Overlap
from tasks.core.queries import query
from tasks.core.touchpoints import load_all

NOT_YET = "decide/gates/15_not_yet"
"""Left out, or asked last: of what is due later it is asked as well whether it may ever leave."""


def overlap_of(
    connection: Connection, as_of: datetime, ahead: timedelta, plan_id: str, own: str, orders: Sequence[str]
) -> Overlap:
    """Messages due to them within `ahead` by every touchpoint but `own`, and other open notices with their orders.

    Every due file and gate is asked as in an hour, in a savepoint that is rolled back.
    """
    window = Window(as_of, as_of, as_of + ahead, orders, floor_at=as_of - ahead)
    savepoint = connection.begin_nested()
    try:
        new_candidates(connection)
        for touchpoint in (one for one in load_all().values() if one.name != own):
            collect(connection, touchpoint, window, touchpoint.channels)
        query("notice/keep_customers").run(connection, plan_id=plan_id)
        query("decide/enrich").run(connection)
        run_gates(connection, as_of, [name for name in gate_names() if name != NOT_YET])
        due = query("notice/due_soon").rows(connection, plan_id=plan_id)
    finally:
        savepoint.rollback()
    others = query("notice/open_notices").rows(connection, plan_id=plan_id)
    return Overlap(
        due_soon={row["touchpoint"]: row["n"] for row in due},
        open_notices={row["plan_id"]: row["n"] for row in others},
    )
