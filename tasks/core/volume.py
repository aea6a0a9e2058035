"""How much is usual: what the volume gate is told, and what it found, in words."""

from typing import Any

from sqlalchemy import Connection, RowMapping

from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.thresholds import VolumeSettings


def limits() -> dict[str, Any]:
    """The settings as parameters of SQL files: volume_<setting>."""
    return {f"volume_{name}": value for name, value in VolumeSettings().model_dump().items()}


def alarms(connection: Connection, run: Run, decided: list[str]) -> list[str]:
    """A sentence for each touchpoint whose hour is far from the usual. Reads the candidates after the gates.

    An express run, which is a part of an hour, is never too few.
    """
    given = {"touchpoints": decided, "as_of": run.as_of, **limits()}
    silent = query("decide/silent")
    found = [_many(row) for row in query("decide/alarms").rows(connection)]
    if run.is_express:
        return found
    return found + [_few(row) for row in silent.rows(connection, **{name: given[name] for name in silent.params})]


def _many(row: RowMapping) -> str:
    what = "wait for approval" if row["verdict"] else "leave all the same, being owed; look at them"
    return f"{row['touchpoint']}: {row['volume']} messages this hour, {_usual(row)}; {row['n']} {what}."


def _few(row: RowMapping) -> str:
    return (
        f"{row['touchpoint']}: only {row['volume']} messages this hour, {_usual(row)}; is a feed or its due file wrong?"
    )


def _usual(row: RowMapping) -> str:
    if row["usual"] is None:
        return f"above the ceiling of {row['most']:.0f}"
    return f"{row['usual']:.0f} are usual (median of {row['weeks']} weeks)"
