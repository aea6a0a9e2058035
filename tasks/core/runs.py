"""What one run is, and the loads it writes under."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from tasks.core.database import DEFAULT_NAMESPACE, Database
from tasks.core.queries import query
from tasks.core.settings import Settings


@dataclass(frozen=True)
class Run:
    """One pass of the hour. Small and picklable: tasks hand each other this, ids and counts, never frames."""

    run_id: str
    as_of: datetime
    database_url: str
    namespace: str = DEFAULT_NAMESPACE
    settings: Settings = field(default_factory=Settings)
    is_express: bool = False
    """Whether it is a run of the express lane (tasks/core/express.py) between two hours."""

    @property
    def database(self) -> Database:
        """The namespace this run works in."""
        return Database(self.database_url, self.namespace)

    @property
    def scratch(self) -> Path:
        """Folder for this run's frames: personal data, removed when the run ends."""
        return self.settings.home / "runs" / self.run_id


def begin_load(connection: Connection, run: Run, kind: str) -> int:
    """Take the next load id for this transaction; loads commit one after another under an advisory lock.

    Every row the transaction writes to a recorded table carries the id. `kind`: merge, fold, detect or decide.
    """
    query("load/lock_loads").run(connection)
    load_id = int(query("load/begin_load").scalar(connection, kind=kind, run_id=run.run_id, as_of=run.as_of))
    query("load/write_under").run(connection, load_id=str(load_id), as_of=run.as_of.isoformat())
    return load_id


def write_under(connection: Connection, load_id: int, as_of: datetime) -> None:
    """Write under a load that already committed (planning and acknowledging belong to their run's last load)."""
    query("load/write_under").run(connection, load_id=str(load_id), as_of=as_of.isoformat())
