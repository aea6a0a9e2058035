"""The demo's hour with its shop in a bucket instead of a folder."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect.logging import disable_run_logger
from pyarrow import csv

from flows.hourly import STEPS
from tasks.core.database import Database
from tasks.core.guards import go_live
from tasks.core.settings import Settings
from tasks.oms.sample import CLOCK, SampleShop
from tasks.prepare import open_run
from tests.load.shop import rows
from tests.stores.conftest import BUCKET, moto, s3  # noqa: F401  # fixtures

LARGE = ("orders", "tracking_events")
"""Tables that lie there as Parquet."""


@pytest.fixture
def shop(sample: SampleShop, s3: Any, tmp_path: Path) -> str:  # noqa: F811
    """The sample shop's files in a bucket; their place."""
    for path in sorted(sample.folder.glob("*.csv")):
        if path.stem in LARGE:
            texts = dict.fromkeys(path.read_text(encoding="utf-8").partition("\n")[0].split(","), pa.string())
            options = csv.ConvertOptions(column_types=texts, strings_can_be_null=True)
            pq.write_table(csv.read_csv(path, convert_options=options), tmp_path / f"{path.stem}.parquet")
        else:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    for path in tmp_path.iterdir():
        s3.put_object(Bucket=BUCKET, Key=f"shop/{path.name}", Body=path.read_bytes())
    return f"s3://{BUCKET}/shop"


def test_the_hour_of_a_shop_in_a_bucket(shop: str, database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", oms="files", oms_url=shop, database_url=database.url)
    with disable_run_logger():
        run = open_run(CLOCK, settings=settings)
        with database.transaction() as connection:
            go_live(connection, CLOCK - timedelta(days=1), "a test")
        for step in STEPS:
            if step.name != "publish":
                step.fn(run)
    assert rows(database, "select state from feed where feed = 'orders'") == [("open",)]
    assert rows(database, "select count(*) >= 900 from orders") == [(True,)]
    sent = dict(rows(database, "select touchpoint, count(*) from message where state = 'accepted' group by 1"))
    mailbox = tmp_path / "home" / "mailbox" / "order_confirmation"
    assert sent["order_confirmation"] == len(list(mailbox.rglob("*.eml"))) > 0
