"""What waits for a person's approval (state `approval`), and how it is released or cancelled."""

from datetime import UTC, datetime

from sqlalchemy import Connection

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


def _business_time(connection: Connection) -> datetime:
    """That of the last run: a released message lives by the clock that planned it."""
    last: datetime | None = query("guards/last_decided_at").scalar(connection)
    return last or datetime.now(UTC)
