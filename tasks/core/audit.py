"""What people do to a running shop, kept for ever (table `audit`)."""

import json
from datetime import datetime

from sqlalchemy import Connection

from tasks.core.queries import query


def record_act(
    connection: Connection, operator: str, act: str, target: str, as_of: datetime, **details: object
) -> None:
    """One act on one object, in the transaction that does it."""
    query("audit/record").run(
        connection,
        operator=operator,
        act=act,
        object=target,
        as_of=as_of,
        details=json.dumps(details, ensure_ascii=False, default=str),
    )
