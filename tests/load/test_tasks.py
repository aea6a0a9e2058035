"""The Prefect tasks are thin: bounded, uncached, and the same as their functions."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tasks.core.database import Database
from tasks.core.queries import query
from tasks.extract import extract
from tasks.load import load
from tasks.validate import validate
from tests.load.shop import new_run


@pytest.mark.parametrize("step", [extract, validate, load], ids=lambda step: step.name)
def test_a_step_is_bounded_and_tagged(step: Any) -> None:
    assert step.timeout_seconds and step.tags and not step.persist_result


def test_the_sample_shop_goes_through_the_steps(database: Database, tmp_path: Path) -> None:
    run = new_run(database, tmp_path)
    run = replace(run, settings=run.settings.model_copy(update={"sample_orders": 500}))
    read = extract.fn(run)
    checked = validate.fn(run)
    loaded = load.fn(run)
    assert read["orders"] > 500
    assert checked["quarantined"].keys() == {"orders", "order_lines"}
    assert loaded.inserted["orders"] == 500
    with database.transaction() as connection:
        aside = {row["table_name"] for row in query("reports/quarantined").rows(connection, as_of=run.as_of)}
    assert aside == {"orders", "order_lines", "shipments"}, "none for a parent that is loaded later"
    assert loaded.unknown_statuses, "the sample has a word nobody mapped"
