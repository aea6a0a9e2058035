"""What every source of a living shop must keep, beside `contract.py`; a test class of an adapter inherits this.

It gives the fixture `source`: a stand-in of its system with few verbs. Asked is what is loaded, not what is read.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psutil
import pyarrow as pa
import pytest
from pydantic import SecretStr

from tasks.core.database import Database
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.extract import extract_feeds, watermarks
from tasks.load import Loaded, load_feeds
from tasks.oms.base import OrderSystem
from tasks.validate import validate_feeds
from tests.load.shop import rows

ZONE = "America/New_York"
"""The zone of the stand-in: its shop writes times as people there read them, where its system writes no offset."""

AS_OF = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
NEXT = AS_OF + timedelta(hours=1)
DAYLIGHT = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
"""01:30 in New York for the first time of that night ..."""

STANDARD = DAYLIGHT + timedelta(hours=1)
"""... and for the second."""

SPRING = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
"""03:30 there, half an hour after 01:59."""

MOST_BYTES = 256 << 20
"""What reading a million orders may cost. Held as Python objects they take 860 MB; pyarrow alone reads 128 MB ahead."""

_runs = count(1)


class Source(Protocol):
    """The stand-in. Instants are aware; every order has at least one line, and a buyer of its own."""

    def system(self) -> OrderSystem:
        """The adapter as a new process makes it."""

    def place(self, name: str, at: datetime) -> str:
        """An order of a person of this name; it is also when the row was last written. Returns its canonical id."""

    def edit(self, order_id: str, name: str, at: datetime) -> None:
        """Write another name of the buyer, as somebody of the shop does in its back office at this instant."""

    def delete(self, order_id: str) -> None:
        """The row is gone from the source, without a word."""

    def rename(self) -> tuple[str, str]:
        """Rename a column (field) that orders need; returns the old name or what else the reason must name, and a feed
        of this source that has nothing to do with it."""

    def fill(self, orders: int) -> None:
        """So many orders at once, placed before AS_OF."""


class HttpSource(Source, Protocol):
    """One that is asked over HTTP."""

    def fail(self, answers: int, status: int, retry_after: int | None = None) -> None:
        """The next so many answers are this status, with Retry-After in seconds where it is given."""

    def asked_at(self) -> list[float]:
        """time.monotonic() of every request so far."""


@dataclass(frozen=True)
class Hour:
    """What one pass of extract, validate and load said."""

    run: Run
    gates: dict[str, str]
    reasons: dict[str, str]
    loaded: Loaded

    @property
    def changed(self) -> dict[str, int]:
        """Rows written, by table."""
        both: dict[str, int] = {}
        for part in (self.loaded.inserted, self.loaded.updated, self.loaded.deleted):
            for table, number in part.items():
                both[table] = both.get(table, 0) + number
        return both


def pull(database: Database, home: Path, system: OrderSystem, as_of: datetime = AS_OF) -> Hour:
    """Read, check and load one hour."""
    settings = Settings(home=home, secret=SecretStr("a secret of the tests"))
    run = Run(f"source-{next(_runs)}", as_of, database.url, database.namespace, settings)
    extract_feeds(run, system)
    checked = validate_feeds(run)
    return Hour(run, checked["gates"], checked["reasons"], load_feeds(run))


def buyers(database: Database) -> dict[str, str]:
    return dict(rows(database, "select order_id, buyer_name from orders"))


def placed(database: Database, order_id: str) -> datetime:
    ((at,),) = rows(database, "select placed_at from orders where order_id = :order_id", order_id=order_id)
    found: datetime = at
    return found


class Kill(BaseException):
    """The process ends here."""


class Killed:
    """An order system whose process dies after the first rows of orders."""

    def __init__(self, system: OrderSystem) -> None:
        self._system = system

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        for batch in self._system.fetch(table, since, until):
            yield batch
            if table == "orders":
                raise Kill


class SourceContract:
    """Fixture `source` is an empty stand-in; each test has a database of its own."""

    says_offset = True
    """False where the source writes local times alone: of the hour that comes twice, the second is meant."""

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError

    def test_the_same_rows_twice_change_nothing(self, source: Source, database: Database, tmp_path: Path) -> None:
        source.place("髙﨑 恵", AS_OF - timedelta(hours=3))
        assert pull(database, tmp_path, source.system()).changed["orders"] == 1
        assert pull(database, tmp_path, source.system()).changed == {}
        assert pull(database, tmp_path, source.system(), NEXT).changed == {}, "the overlap is read again"

    def test_new_edited_and_deleted_orders(self, source: Source, database: Database, tmp_path: Path) -> None:
        """Nothing is deleted because a source no longer has it: an export may be cut short."""
        kept, edited, gone = (source.place(name, AS_OF - timedelta(hours=3)) for name in ("恵", "桜井", "Ana"))
        pull(database, tmp_path, source.system())
        source.edit(edited, "櫻井", AS_OF + timedelta(minutes=20))
        source.delete(gone)
        new = source.place("Bia", AS_OF + timedelta(minutes=30))
        found = pull(database, tmp_path, source.system(), NEXT)
        assert found.gates["orders"] == "open", found.reasons
        assert (found.loaded.inserted["orders"], found.loaded.updated["orders"]) == (1, 1)
        assert "orders" not in found.loaded.deleted
        assert buyers(database) == {kept: "恵", edited: "櫻井", gone: "Ana", new: "Bia"}

    def test_both_hours_of_an_autumn_night(self, source: Source, database: Database, tmp_path: Path) -> None:
        first, second, spring = (source.place("恵", at) for at in (DAYLIGHT, STANDARD, SPRING))
        pull(database, tmp_path, source.system())
        assert placed(database, first) == (DAYLIGHT if self.says_offset else STANDARD)
        assert placed(database, second) == STANDARD
        assert placed(database, spring) == SPRING

    def test_a_crash_between_two_batches_loses_nothing(
        self, source: Source, database: Database, tmp_path: Path
    ) -> None:
        ids = {source.place(name, AS_OF - timedelta(hours=2)): name for name in ("恵", "Ana")}
        with pytest.raises(Kill):
            pull(database, tmp_path, Killed(source.system()))
        run = Run("after", AS_OF, database.url, database.namespace, Settings(home=tmp_path))
        assert watermarks(run) == {}, "nothing is marked as read"
        pull(database, tmp_path, source.system(), NEXT)
        assert buyers(database) == ids

    def test_a_renamed_column_stops_its_feed_and_no_other(
        self, source: Source, database: Database, tmp_path: Path
    ) -> None:
        order_id = source.place("恵", AS_OF - timedelta(hours=2))
        assert pull(database, tmp_path, source.system()).gates["orders"] == "open"
        lost, other = source.rename()
        found = pull(database, tmp_path, source.system(), NEXT)
        assert found.gates["orders"] == "closed"
        assert lost in found.reasons["orders"]
        assert found.gates[other] == "open", found.reasons
        assert buyers(database) == {order_id: "恵"}


class HttpSourceContract(SourceContract):
    """Fixture `source` is an HttpSource whose adapter waits no longer than it is told to."""

    @pytest.fixture
    def source(self) -> HttpSource:
        raise NotImplementedError

    def test_429_waits_as_long_as_told(self, source: HttpSource, database: Database, tmp_path: Path) -> None:
        order_id = source.place("恵", AS_OF - timedelta(hours=2))
        source.fail(1, 429, retry_after=1)
        assert pull(database, tmp_path, source.system()).gates["orders"] == "open"
        first, second, *_ = source.asked_at()
        assert second - first >= 1
        assert buyers(database) == {order_id: "恵"}

    def test_5xx_is_asked_again_then_given_up(self, source: HttpSource, database: Database, tmp_path: Path) -> None:
        order_id = source.place("恵", AS_OF - timedelta(hours=2))
        source.fail(1000, 503)
        before = time.monotonic()
        found = pull(database, tmp_path, source.system())
        assert found.gates["orders"] == "closed"
        assert "503" in found.reasons["orders"]
        assert time.monotonic() - before < 60
        source.fail(1, 503)
        assert pull(database, tmp_path, source.system(), NEXT).gates["orders"] == "open"
        assert buyers(database) == {order_id: "恵"}


class MillionRows:
    """Memory does not grow with the rows. Inherited in tests/chaos: it takes up to minutes."""

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError

    def test_a_million_orders_stream(self, source: Source) -> None:
        source.fill(1_000_000)
        found, most = _read(source.system())
        assert found == 1_000_000
        assert most < MOST_BYTES, f"{most >> 20} MB"


def _read(system: OrderSystem) -> tuple[int, int]:
    """Orders read, and how much more memory this process held on the way than before, bytes."""
    process, most, found = psutil.Process(), 0, 0
    before = process.memory_info().rss
    for batch in system.fetch("orders", None, AS_OF):
        found += batch.num_rows
        most = max(most, process.memory_info().rss - before)
    return found, most
