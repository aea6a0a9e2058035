"""What waits for a person: messages in `approval` (released or cancelled) and `parked` ones (sent, or sent again)."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from tasks.core.claims import enter
from tasks.core.queries import query


def awaiting(connection: Connection) -> list[str]:
    """One line per touchpoint and reason."""
    return [
        f"{row['n']} messages of {row['touchpoint']} wait for approval ({row['reason']}), the first until "
        f"{row['first_too_late_at'].isoformat(timespec='minutes')}: `todoke release --touchpoint {row['touchpoint']}`, "
        "with --cancel to drop them."
        for row in query("guards/awaiting").rows(connection)
    ]


def release(connection: Connection, by: str, touchpoint: str | None = None, reason: str | None = None) -> int:
    """Plan what waits and is still worth sending; the next run claims it, asking first whether it is still true."""
    query("decide/lock_planning").run(connection)
    at = _business_time(connection)
    return query("guards/release").run(connection, touchpoint=touchpoint, reason=reason, by=by, as_of=at)


def cancel(connection: Connection, by: str, touchpoint: str | None = None, reason: str | None = None) -> int:
    """End what waits: it is never sent."""
    query("decide/lock_planning").run(connection)
    at = _business_time(connection)
    return query("guards/cancel_approval").run(connection, touchpoint=touchpoint, reason=reason, by=by, as_of=at)


def parked(connection: Connection) -> list[str]:
    """One line per touchpoint and reason: messages that may have been sent or not."""
    return [
        f"{row['n']} messages of {row['touchpoint']} are parked ({row['reason']}), {row['worth_sending']} still worth "
        f"sending: look in the provider's log, then `todoke release --parked --touchpoint {row['touchpoint']}` "
        "with --sent or --again."
        for row in query("guards/parked").rows(connection, as_of=_business_time(connection))
    ]


def accept_parked(connection: Connection, by: str, touchpoint: str | None = None) -> int:
    """A person found them in the provider's log: they count as sent. Their number."""
    query("decide/lock_planning").run(connection)
    at = _business_time(connection)
    enter(connection, at)
    return int(query("guards/accept_parked").scalar(connection, touchpoint=touchpoint, by=by, as_of=at))


def plan_parked(connection: Connection, by: str, touchpoint: str | None = None) -> int:
    """Plan them again where still worth sending: whoever has the message already gets it twice. Their number."""
    query("decide/lock_planning").run(connection)
    at = _business_time(connection)
    return query("guards/plan_parked").run(connection, touchpoint=touchpoint, by=by, as_of=at)


def _business_time(connection: Connection) -> datetime:
    """That of the last run: a released message lives by the clock that planned it."""
    last: datetime | None = query("guards/last_decided_at").scalar(connection)
    return last or datetime.now(UTC)
