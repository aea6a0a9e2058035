"""What lies in the bucket after a delivery and after publishing."""

import hashlib
import json
from pathlib import Path
from typing import Any

import orjson
import zstandard

from tasks.channels.mailbox import Mailbox
from tasks.core.archive import archive_batches, read_high_water
from tasks.core.database import Database
from tasks.core.pages import PageOwner
from tasks.core.paths import TEMPLATES
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.deliver import deliver_messages
from tasks.pages.files import Publisher
from tasks.stores import archive_store
from tests.deliver.people import QUICK, all_due, change, orders, plan, render, run_of
from tests.stores.conftest import BUCKET


def keys(s3: Any) -> list[str]:
    """Names of all objects."""
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def send(run: Run, home: Path) -> None:
    """Deliver what is planned to a mailbox."""
    deliver_messages(run, [Mailbox(home / "mailbox")], render, all_due, QUICK)


def test_sealed_batches_and_the_high_water_mark_lie_in_the_bucket(database: Database, tmp_path: Path, s3: Any) -> None:
    plan(database, orders(25))
    run = run_of(database, tmp_path, archive_url=f"s3://{BUCKET}/kept")
    send(run, tmp_path)
    batches = [key for key in keys(s3) if key.startswith("kept/batches/")]
    bodies = [zstandard.decompress(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()) for key in batches]
    assert sum(len(orjson.loads(body)) for body in bodies) == 25
    assert [hashlib.sha256(body).hexdigest()[:16] for body in bodies] == [key[-20:-4] for key in batches]
    assert read_high_water(archive_store(run.settings), "todoke") == 25
    assert not (tmp_path / "archive").exists()


def test_what_the_bucket_missed_is_caught_up_and_nothing_overwritten(
    database: Database, tmp_path: Path, s3: Any
) -> None:
    plan(database, orders(25))
    run = run_of(database, tmp_path, archive_url=f"s3://{BUCKET}")
    send(run, tmp_path)
    kept, lost, *_ = [key for key in keys(s3) if key.startswith("batches/")]
    s3.put_object(Bucket=BUCKET, Key=kept, Body=b"kept")
    s3.delete_object(Bucket=BUCKET, Key=lost)
    change(database, "update batch set archived_at = null")
    assert archive_batches(database, archive_store(run.settings)) == 3
    assert s3.get_object(Bucket=BUCKET, Key=kept)["Body"].read() == b"kept"
    assert lost in keys(s3)


def test_pages_lie_in_the_bucket_and_unchanged_ones_stay(tmp_path: Path, s3: Any) -> None:
    samples = json.loads((TEMPLATES / "tracking_page" / "sample.json").read_text(encoding="utf-8"))
    fixed: dict[str, Any] = {"version": 0, "source": None, "customer_id": None, "address_key": None, "digest": None}
    rows = [
        fixed | {"order_id": name, "has_calendar": False, "page": json.dumps(page)} for name, page in samples.items()
    ]
    publisher = Publisher(Settings(home=tmp_path, publish_url=f"s3://{BUCKET}/t", base_url="https://track.example"))
    first = publisher.publish(rows)
    calendars = sum(one.has_calendar for one in first)
    assert [one.written for one in first] == [True] * len(rows)
    assert len(keys(s3)) == 2 * len(rows) + calendars > 2 * len(rows)
    assert all(key.startswith("t/") and key.endswith((".html", ".json", ".ics")) for key in keys(s3))
    known = [
        row | {"digest": one.digest, "has_calendar": one.has_calendar} for row, one in zip(rows, first, strict=True)
    ]
    known[0]["page"] = json.dumps(next(iter(samples.values())) | {"cancelled": True})
    second = publisher.publish(known)
    assert [one.written for one in second] == [True] + [False] * (len(rows) - 1)
    assert len(keys(s3)) == 2 * len(rows) + calendars - 1
    publisher.remove(PageOwner(rows[0]["order_id"]))
    assert len(keys(s3)) == 2 * (len(rows) - 1) + calendars - 1
