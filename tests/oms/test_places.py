"""What is read of a folder or bucket, and when again: half-uploaded, changed, told by a queue, loaded or not."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from pydantic import SecretStr

from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.oms import order_system
from tasks.oms.base import OrderSystem
from tasks.oms.bucket import Bucket
from tasks.oms.drop import DropFolder
from tasks.oms.places import Folder
from tasks.validate import validate_feeds
from tests.load.shop import AS_OF, rows
from tests.stores.conftest import BUCKET, moto, s3  # noqa: F401  # fixtures

HEADER = "order_id,buyer_name,placed_at,total,currency\n"
LINES = "order_id,line_no,product_id,quantity,unit_price\n"
_runs = count(1)


def order(order_id: str, name: str = "恵") -> str:
    return f"{order_id},{name},2026-09-14T09:00:00+09:00,3300,JPY\n"


def lines(order_id: str, *products: str) -> str:
    return "".join(f"{order_id},{number},{product},1,3300\n" for number, product in enumerate(products, 1))


@dataclass
class Shop:
    """The hours of one shop: settings, database, and what they say."""

    settings: Settings
    database: Database

    def hour(self, as_of: datetime = AS_OF, from_at: datetime | None = None, namespace: str | None = None) -> Any:
        place = namespace or self.database.namespace
        run = Run(f"places-{next(_runs)}", as_of, self.database.url, place, self.settings)
        run.database.migrate()
        extract_feeds(run, from_at=from_at)
        checked = validate_feeds(run)
        load_feeds(run)
        return checked

    def names(self) -> dict[str, str]:
        return dict(rows(self.database, "select order_id, buyer_name from orders"))


def shop_of(database: Database, home: Path, url: str, **settings: Any) -> Shop:
    secret = SecretStr("a secret of the tests")
    return Shop(Settings(home=home, oms="files", oms_url=url, secret=secret, **settings), database)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "order_lines.csv").write_text(LINES)  # the feed of orders needs both
    return folder


def fetched(system: OrderSystem, table: str = "orders") -> list[str]:
    return [one for batch in system.fetch(table, None, AS_OF) for one in batch["order_id"].to_pylist()]


# A folder


def test_a_later_file_tells_an_order_and_its_lines_anew(database: Database, drop: Path, tmp_path: Path) -> None:
    (drop / "orders_1.csv").write_text(HEADER + order("A") + order("B"), encoding="utf-8")
    (drop / "orders_2.csv").write_text(HEADER.replace("\n", ",note\n") + order("A", "櫻井").replace("\n", ",x\n"))
    (drop / "order_lines.1.csv").write_text(LINES + lines("A", "P-1", "P-2", "P-3") + lines("B", "P-1"))
    (drop / "order_lines.2.csv").write_text(LINES + lines("A", "P-9"))
    (drop / "ordersx.csv").write_text(HEADER)
    shop = shop_of(database, tmp_path, str(drop))
    said = shop.hour()
    assert shop.names() == {"A": "櫻井", "B": "恵"}
    found = rows(database, "select order_id, product_id from order_lines order by 1, 2")
    assert found == [("A", "P-9"), ("B", "P-1")]
    assert rows(database, "select reason from rejected_fact") == [], "nothing contradicts itself"
    assert said["warnings"] == ["ordersx.csv: not a table of the drop format, ignored."]


def test_one_whole_file_is_read_each_time_and_several_once(database: Database, drop: Path, tmp_path: Path) -> None:
    shop = shop_of(database, tmp_path, str(drop))
    (drop / "orders.csv").write_text(HEADER + order("A"))
    assert [shop.hour()["read"]["orders"] for _ in range(2)] == [1, 1]
    assert order_system(shop.settings, database.url).is_full("orders")
    (drop / "orders_2.csv").write_text(HEADER + order("B"))
    assert not order_system(shop.settings, database.url).is_full("orders")
    assert [shop.hour()["read"]["orders"] for _ in range(2)] == [2, 0]
    assert shop.hour(AS_OF + timedelta(hours=1), from_at=AS_OF - timedelta(hours=1))["read"]["orders"] == 2


def test_what_is_half_there_waits_for_a_later_run(database: Database, drop: Path, tmp_path: Path) -> None:
    """Its last record has a total, and yet it may be the half of one."""
    shop = shop_of(database, tmp_path, str(drop))
    (drop / "orders_1.csv").write_text(HEADER + order("A"))
    (drop / "orders_2.csv").write_text((HEADER + order("B"))[:-7])
    (drop / "orders_3.csv.part").write_text(HEADER + order("C"))
    said = shop.hour()
    assert said["gates"]["orders"] == "open"
    assert [one.partition(":")[0] for one in said["warnings"]] == ["orders_3.csv.part", "orders_2.csv"]
    assert set(shop.names()) == {"A"}
    (drop / "orders_2.csv").write_text((HEADER + order("B")).rstrip("\n"))
    (drop / "orders_3.csv.part").rename(drop / "orders_3.csv")
    an_hour_ago = AS_OF.timestamp() - 3600
    os.utime(drop / "orders_2.csv", (an_hour_ago, an_hour_ago))
    assert shop.hour()["warnings"] == [], "nobody writes to it any more: it has no last line break, and that is all"
    assert set(shop.names()) == {"A", "B", "C"}


def test_a_file_that_grows_while_it_is_read_is_an_error(drop: Path) -> None:
    path = drop / "orders.csv"
    path.write_text(HEADER + order("A"))
    system = DropFolder(drop)
    batches = system.fetch("orders", None, AS_OF)
    next(batches)
    with path.open("a") as file:
        file.write(order("B"))
    with pytest.raises(DataError, match=r"orders\.csv: it was written to while it was read"):
        next(batches)
    path.unlink()
    with pytest.raises(DataError, match=r"orders\.csv: it is gone since the folder was listed"):
        fetched(system)


def test_a_file_that_no_feed_could_load_is_read_again(database: Database, drop: Path, tmp_path: Path) -> None:
    shop = shop_of(database, tmp_path, str(drop))
    (drop / "orders_1.csv").write_text(HEADER + order("A"))
    shop.hour()
    (drop / "orders_2.csv").write_text(HEADER.replace("total", "amount") + order("B"))
    assert shop.hour()["gates"]["orders"] == "closed"
    (drop / "orders_3.csv").write_text(HEADER + order("C"))
    (drop / "orders_2.csv").write_text(HEADER + order("B"))
    assert shop.hour()["read"]["orders"] == 2
    assert set(shop.names()) == {"A", "B", "C"}


def test_only_what_was_asked_for_counts_as_read(drop: Path, server: str) -> None:
    """The express lane asks for some tables; what the others need stays to be read."""
    for table in ("orders", "shipments"):
        (drop / f"{table}_1.csv").write_text(HEADER)
    system = DropFolder(drop, url=server)
    fetched(system)
    taken = system.taken()
    assert [(one.table, one.name) for one in taken.objects] == [("orders", "orders_1.csv")]
    assert taken.left == ["shipments_1.csv"]


# A bucket


def put(client: Any, name: str, text: str) -> str:
    etag: str = client.put_object(Bucket=BUCKET, Key=f"shop/{name}", Body=text.encode())["ETag"]
    return etag


def test_an_object_uploaded_again_is_read_again(database: Database, s3: Any, tmp_path: Path) -> None:  # noqa: F811
    shop = shop_of(database, tmp_path, f"s3://{BUCKET}/shop/")
    put(s3, "order_lines.csv", LINES)
    put(s3, "orders_1.csv", HEADER + order("A"))
    put(s3, "orders_2.csv", HEADER + order("B"))
    put(s3, "deeper/orders_3.csv", HEADER + order("C"))
    assert [shop.hour()["read"]["orders"] for _ in range(2)] == [2, 0]
    put(s3, "orders_1.csv", HEADER + order("A", "櫻井"))
    put(s3, "orders_2.csv", HEADER + order("B"))
    assert shop.hour()["read"]["orders"] == 1, "the second has the same ETag"
    assert shop.names() == {"A": "櫻井", "B": "恵"}
    remembered = rows(database, "select distinct place, name from oms_object order by name")
    assert remembered == [(f"s3://{BUCKET}/shop", "orders_1.csv"), (f"s3://{BUCKET}/shop", "orders_2.csv")]


def test_an_object_that_changes_after_it_was_listed_stops_its_feed(s3: Any, server: str) -> None:  # noqa: F811
    put(s3, "orders.csv", HEADER + order("A"))
    system = DropFolder(Bucket(f"s3://{BUCKET}/shop"), url=server)
    assert system.is_full("orders")
    put(s3, "orders.csv", HEADER + order("B"))
    with pytest.raises(DataError, match=r"shop/orders\.csv is gone or another since it was found"):
        fetched(system)


def test_a_list_longer_than_a_page(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("tasks.oms.bucket.LISTED_AT_ONCE", 2)
    names = [f"orders_{number}.csv" for number in range(5)]
    for name in ("", *names):
        put(s3, name, HEADER)
    assert [one.name for one in Bucket(f"s3://{BUCKET}/shop").find({})] == names


def test_a_place_that_is_none(tmp_path: Path, s3: Any) -> None:  # noqa: ARG001, F811
    with pytest.raises(DataError, match=f"s3://{BUCKET}-not: .*NoSuchBucket"):
        DropFolder(Bucket(f"s3://{BUCKET}-not")).tables()
    for url, queue, words in (
        ("https://x/y", None, "is no place for files"),
        (str(tmp_path), "http://127.0.0.1/q", "only S3 sends notice"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            order_system(Settings(home=tmp_path, oms="files", oms_url=url, oms_sqs_url=queue), "")
    with pytest.raises(DataError, match="does not exist: create it or correct TODOKE_OMS_URL"):
        Folder(tmp_path / "nowhere")


# A queue


@pytest.fixture
def queue(s3: Any) -> Iterator[Any]:  # noqa: ARG001, F811  # its credentials and endpoint
    """boto3's client and the URL of an empty queue whose messages come back at once."""
    client = boto3.session.Session().client("sqs")
    url = client.create_queue(QueueName="todoke-orders", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    yield client, url
    client.delete_queue(QueueUrl=url)
    client.close()


def notice(name: str, event: str = "ObjectCreated:Put", bucket: str = BUCKET) -> str:
    """As S3 writes it: the key in the form of a URL."""
    key = {"key": f"shop/{name}".replace("受", "%E5%8F%97").replace(" ", "+")}
    return json.dumps({"Records": [{"eventName": event, "s3": {"bucket": {"name": bucket}, "object": key}}]})


def left(queue: Any) -> int:
    client, url = queue
    return int(
        client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"]
    )


def test_a_queue_tells_what_to_read_and_forgets_it_once_it_is_loaded(
    database: Database, s3: Any, queue: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    client, url = queue
    monkeypatch.setattr("tasks.oms.bucket.WAIT_SECONDS", 0)
    monkeypatch.setattr("tasks.oms.bucket.MOST_NOTICES", 10)
    shop = shop_of(database, tmp_path, f"s3://{BUCKET}/shop", oms_sqs_url=url)
    put(s3, "order_lines.csv", LINES)
    put(s3, "orders_0.csv", HEADER + order("before there was a queue"))
    assert shop.hour()["read"]["orders"] == 1
    put(s3, "orders_untold.csv", HEADER + order("X"))
    put(s3, "orders_受 1.csv", HEADER.replace("total", "amount") + order("A"))
    put(s3, "orders_2.csv", HEADER + order("B"))
    sns = json.dumps({"Type": "Notification", "Message": notice("products.csv", bucket="another")})
    for body in (
        notice("orders_受 1.csv"),
        notice("gone.csv"),
        notice("orders_0.csv", "ObjectRemoved:Delete"),
        sns,
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"}),
        notice("orders_2.csv"),
        "no notice",
    ):
        client.send_message(QueueUrl=url, MessageBody=body)  # fmt: skip
    said = shop.hour()
    assert said["reasons"]["orders"] == "orders_受 1.csv: column total is missing that the drop format has; renamed?"
    assert any("no notice of S3" in one for one in said["warnings"])
    assert left(queue) == 3, "both files of the closed feed are told again, and what nobody can read stays"
    assert set(shop.names()) == {"before there was a queue"}
    put(s3, "orders_受 1.csv", HEADER + order("A"))
    shop.hour(namespace="scratch_q")
    assert left(queue) == 3, "a scratch run takes nothing from the shop"
    assert shop.hour()["read"]["orders"] == 2
    assert set(shop.names()) == {"before there was a queue", "A", "B"}
    assert left(queue) == 1
    quiet = shop.hour()
    assert (quiet["gates"]["orders"], quiet["read"]["orders"]) == ("open", 0)
    assert not order_system(shop.settings, database.url).is_full("orders")
    again = shop.hour(AS_OF + timedelta(hours=1), from_at=AS_OF - timedelta(hours=1))
    assert again["read"]["orders"] == 3
