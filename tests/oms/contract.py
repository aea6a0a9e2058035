"""What every order system must keep; a test class of an adapter inherits this and gives `system`."""

import pyarrow as pa
import pytest

from tasks.core.canonical import TABLES
from tasks.oms.base import BATCH_ROWS, FILE, LINE, OrderSystem
from tasks.oms.sample import CLOCK


class OrderSystemContract:
    """Fixture `system` is an order system with at least one table."""

    @pytest.fixture
    def system(self) -> OrderSystem:
        raise NotImplementedError

    def test_has_only_canonical_tables_in_their_order(self, system: OrderSystem) -> None:
        assert system.tables()
        assert list(system.tables()) == [table for table in TABLES if table in system.tables()]

    def test_clock_is_aware_or_absent(self, system: OrderSystem) -> None:
        now = system.now()
        assert now is None or now.tzinfo is not None

    def test_rows_are_text_with_file_and_line(self, system: OrderSystem) -> None:
        for table in system.tables():
            batches = list(system.fetch(table, None, system.now() or CLOCK))
            assert batches, table
            for batch in batches:
                assert batch.num_rows <= BATCH_ROWS
                assert batch.column_names[-2:] == [FILE, LINE]
                columns = [name for name in TABLES[table].columns if name in batch.column_names]
                assert batch.column_names[: len(columns)] == columns
                assert set(TABLES[table].required) <= set(columns)
                assert batch.schema.types == [pa.string()] * (batch.num_columns - 1) + [pa.int64()]

    def test_empty_text_is_null(self, system: OrderSystem) -> None:
        for table in system.tables():
            for batch in system.fetch(table, None, system.now() or CLOCK):
                for column in batch.drop_columns([LINE]).columns:
                    assert "" not in column.unique().to_pylist()
