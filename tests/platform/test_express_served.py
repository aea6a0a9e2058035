"""The express lane served for real: an order told of, and one nobody told of, are confirmed before the hour."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import local_prefect
from flows.order_events import tell
from tasks.core.postgres import server_url
from tasks.core.settings import Settings
from tests.express.shop import ExportingShop
from tests.places import new_home
from tests.platform.served import SECONDS, command, todoke

pytestmark = [pytest.mark.xdist_group("served"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def shop() -> Iterator[ExportingShop]:
    """A shop that exports to files, with everything running; no hour is near."""
    home = new_home()
    shop = ExportingShop(home, server_url(home, "todoke"))
    own = {"TODOKE_OMS": "files", "TODOKE_OMS_URL": str(shop.folder)}
    shop.folder.mkdir()
    shop.export()
    command(home, "go-live", "--from", (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S%z"), **own)
    todoke(home, "serve", **own, TODOKE_PREFECT_PORT="4299")
    yield shop
    local_prefect.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def deployment(shop: ExportingShop, name: str) -> dict[str, Any]:
    found: dict[str, Any] = local_prefect.ask(shop.home, f"/deployments/name/express/{name}")
    return found


def seconds_until_confirmed(shop: ExportingShop, order_id: str) -> float:
    """How long until the mail lies in the mailbox."""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        if any(order_id in path.name or order_id in path.read_text() for path in mails(shop)):
            return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError(f"{order_id} was not confirmed within {SECONDS} s")


def mails(shop: ExportingShop) -> list[Path]:
    return list((shop.home / "mailbox").glob("order_confirmation/*.eml"))


def test_the_lane_is_deployed_on_a_schedule_and_by_event(shop: ExportingShop) -> None:
    scheduled, told = deployment(shop, "express"), deployment(shop, "order-placed")
    assert scheduled["entrypoint"] == told["entrypoint"] == "flows.express.express"
    assert [one["schedule"]["cron"] for one in scheduled["schedules"]] == ["*/2 * * * *"]
    assert scheduled["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert told["concurrency_options"]["collision_strategy"] == "ENQUEUE", "an order told of is never skipped"
    (automation,) = local_prefect.ask(shop.home, f"/automations/related-to/prefect.deployment.{told['id']}")
    assert automation["enabled"] and automation["trigger"]["expect"] == ["oms.order.placed"]


def test_an_order_told_of_is_confirmed_at_once(shop: ExportingShop, record_property: Any) -> None:
    scheduled = deployment(shop, "express")["id"]
    local_prefect.ask(shop.home, f"/deployments/{scheduled}/pause_deployment", {})
    shop.place("TOLD")
    tell(Settings(home=shop.home))
    seconds = seconds_until_confirmed(shop, "TOLD")
    record_property("seconds from event to mail", round(seconds, 1))
    print(f"from event to mail: {seconds:.0f} s")
    local_prefect.ask(shop.home, f"/deployments/{scheduled}/resume_deployment", {})


def test_an_order_nobody_told_of_is_confirmed_by_the_schedule(shop: ExportingShop) -> None:
    shop.place("UNTOLD")
    seconds = seconds_until_confirmed(shop, "UNTOLD")
    print(f"by the schedule: {seconds:.0f} s")
    assert shop.told() == [("order_confirmation", "TOLD"), ("order_confirmation", "UNTOLD")]
