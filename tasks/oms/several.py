"""Several shop fronts as one order system: one's own, and each further one under its own name (tasks/core/fronts.py).

Ids are unique within a front. Those of a further front begin with its name (`rakuten:1001`), so two shops' order 1001
are two orders; one's own ids stay what they are, and so do the ids of a shop that takes up a marketplace later.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tasks.core.canonical import TABLES
from tasks.core.errors import TodokeError
from tasks.core.fronts import OWN, front_of, of_front, plain
from tasks.oms.base import FILE, OrderSystem

MERGED = "merged_into:"
_NO_ID = ("line_user_id",)
"""A person at LINE is the same person in every shop."""


class Further:
    """One further front. It is opened at first use: one that cannot be holds nobody else's messages."""

    def __init__(self, name: str, opened: Callable[[], OrderSystem], shares_products: bool = False) -> None:
        self.name = name
        self._open = opened
        self._foreign = {*_NO_ID, "product_id"} if shares_products else {*_NO_ID}
        self._broken: TodokeError | None = None

    @cached_property
    def _system(self) -> OrderSystem | None:
        try:
            return self._open()
        except TodokeError as error:
            self._broken = error
            return None

    def tables(self) -> tuple[str, ...]:
        """Its tables; of one that cannot be opened those that say so."""
        return self._system.tables() if self._system else ("orders", "order_lines")

    def is_full(self, table: str) -> bool:
        """As its order system says."""
        return self._system is not None and self._system.is_full(table)

    def warnings(self) -> list[str]:
        """Each with the front's name."""
        return [f"{self.name}: {sentence}" for sentence in (self._system.warnings() if self._system else ())]

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Rows with ids and files of this front."""
        if self._system is None:
            raise self._broken or TodokeError(f"{self.name} cannot be opened")
        for batch in self._system.fetch(table, since, until):
            yield self._named(table, batch)

    def _named(self, table: str, batch: pa.Table) -> pa.Table:
        for name in batch.column_names:
            if name in TABLES[table].columns and name.endswith("_id") and name not in self._foreign:
                batch = _replaced(batch, name, _prefixed(f"{self.name}:", batch[name]))
        batch = _replaced(batch, FILE, _prefixed(f"{self.name}/", batch[FILE]))
        if table == "customers" and "status" in batch.column_names:
            return _replaced(batch, "status", _moved(self.name, batch["status"]))
        return self._sourced(batch) if table == "orders" else batch

    def _sourced(self, batch: pa.Table) -> pa.Table:
        """Orders say which front they are of, whatever their rows said; columns keep the order of the drop format."""
        names = pa.array([self.name], pa.string()).take(pa.array([0] * batch.num_rows, pa.int64()))
        if "source" in batch.column_names:
            return _replaced(batch, "source", names)
        return batch.add_column(batch.column_names.index("order_id") + 1, "source", names)


class Several:
    """An order system of several fronts."""

    def __init__(self, own: OrderSystem, further: Sequence[Further]) -> None:
        self._own = own
        self._further = {front.name: front for front in further}

    @property
    def name(self) -> str:
        """That of one's own order system, to which the database is bound."""
        return self._own.name

    def now(self) -> datetime | None:
        """The clock of one's own order system."""
        return self._own.now()

    def tables(self) -> tuple[str, ...]:
        """Those of one's own, then those of the others, as orders@rakuten."""
        others = [of_front(table, name) for name, front in self._further.items() for table in front.tables()]
        return (*self._own.tables(), *others)

    def is_full(self, table: str) -> bool:
        """Of one front's table."""
        return self._at(table).is_full(plain(table))

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """See OrderSystem; of one front's table."""
        return self._at(table).fetch(plain(table), since, until)

    def _at(self, table: str) -> OrderSystem | Further:
        front = front_of(table)
        return self._own if front == OWN else self._further[front]

    @property
    def hazards(self) -> Path | None:
        """Those that come with one's own order system."""
        return self._own.hazards

    def warnings(self) -> Sequence[str]:
        """Of all fronts."""
        return [*self._own.warnings(), *(sentence for front in self._further.values() for sentence in front.warnings())]


def _replaced(batch: pa.Table, name: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    return batch.set_column(batch.column_names.index(name), name, values)


def _prefixed(prefix: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Null stays null."""
    return pc.binary_join_element_wise(pa.scalar(prefix), column, "")


def _moved(front: str, statuses: pa.ChunkedArray) -> pa.ChunkedArray:
    """merged_into:7 -> merged_into:rakuten:7."""
    return pc.replace_substring_regex(statuses, f"^{MERGED}", f"{MERGED}{front}:")
