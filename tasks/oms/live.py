"""What order systems asked over an API share: each question is asked once a run, staged, and mapped by SELECTs.

A question answers for several tables (orders tell lines, parcels and money too). Its documents lie in `raw_<question>`;
the statements of sql/oms/<name> that begin with its name, or with `base_`, make of them what the SELECTs read.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import pyarrow as pa

from tasks.core.canonical import TABLES
from tasks.core.errors import DataError
from tasks.core.mappings import live_mapping, steps
from tasks.oms.staged import Staged, documents

AT_ONCE = 1000
"""Documents staged together."""

ORDERS = "orders"


class LiveShop(ABC):
    """`url`: the PostgreSQL that stages. `asked_of`: canonical table -> its question; orders tell the others."""

    hazards: Path | None = None

    def __init__(self, name: str, title: str, url: str, asked_of: Mapping[str, str]) -> None:
        self.name = name
        self._asked_of = asked_of
        self._mapping = live_mapping(name, title)
        self._steps = steps(name)
        self._staged = Staged(self._mapping, url)
        self._answers: dict[str, datetime | DataError | None] = {}
        self._warnings: dict[str, None] = {}

    @abstractmethod
    def _stage(self, asked: str, since: datetime | None, until: datetime) -> None:
        """Ask, and stage what is told, anew. Raises DataError."""

    def now(self) -> datetime | None:
        """None: the shop lives in the present."""
        return None

    def tables(self) -> tuple[str, ...]:
        """The tables that have a SELECT."""
        return tuple(table for table in TABLES if table in self._mapping.selects)

    def warnings(self) -> Sequence[str]:
        """What was odd about what was told, without repeats."""
        return list(self._warnings)

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """See OrderSystem.fetch."""
        self._ask(self._asked_of.get(table, ORDERS), since, until)
        yield from self._staged.rows(table)

    def _ask(self, asked: str, since: datetime | None, until: datetime) -> None:
        """Unless it was asked with as early a beginning; raises again the error it ended with."""
        known = self._answers.get(asked)
        if isinstance(known, DataError):
            raise known
        if asked in self._answers and (known is None or (since is not None and known <= since)):
            return
        try:
            self._stage(asked, since, until)
        except DataError as error:
            self._answers[asked] = error
            raise
        self._answers[asked] = since

    def _empty(self, *names: str) -> None:
        """Make `raw_<name>` anew, without rows."""
        for name in names:
            self._staged.forget(name)
            self._staged.stage(name, [documents([], name)])

    def _build(self, asked: str) -> None:
        """Temporary tables of what was told, which the SELECTs read."""
        for step, statement in self._steps.items():
            if step.startswith(("base_", f"{asked}_")):
                self._staged.build(step, statement)

    def _warn(self, sentence: str) -> None:
        self._warnings[sentence] = None


def batches(texts: Iterable[tuple[str, str]]) -> Iterator[pa.Table]:
    """Documents of (file, text), numbered within each run of the same file."""
    for file, lines in groupby(texts, key=itemgetter(0)):
        numbered = (text for _, text in lines)
        first = 1
        while chunk := list(islice(numbered, AT_ONCE)):
            yield documents([storable(text) for text in chunk], file, first)
            first += len(chunk)


def storable(text: str) -> str:
    """PostgreSQL has no text for NUL; somebody's name with one is shown with a mark."""
    return text.replace("\\u0000", "\\ufffd")


def iso(at: datetime) -> str:
    """An instant as APIs take it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
