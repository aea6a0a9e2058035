"""Both lanes at once, twenty times, in processes, while orders keep coming: nobody hears twice, nobody is forgotten."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from tasks.core.database import Database
from tasks.proof.replay import replays
from tests.express.lane import start
from tests.express.shop import ExportingShop

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800)]
ROUNDS = 20


def test_twenty_times_both_lanes_at_once(database: Database, tmp_path: Path) -> None:
    shop = ExportingShop(tmp_path, database.url).open()
    with disable_run_logger():
        shop.hour()
    orders = []
    for number in range(ROUNDS):
        for place in "ab":
            orders.append(f"L{number:02}{place}")
            shop.place(orders[-1])
        lanes = [start(shop, lane) for lane in ("hour", "express", "express")]
        shop.place(f"L{number:02}c")  # while they run
        orders.append(f"L{number:02}c")
        assert [lane.wait(300) for lane in lanes] == [0, 0, 0]
    with disable_run_logger():
        shop.express()
    confirmed = [subject for name, subject in shop.told() if name == "order_confirmation"]
    assert confirmed == sorted(orders)
    mails = Counter(mail.partition("\n\n")[0] for mail in map(Path.read_text, (shop.home / "mailbox").rglob("*.eml")))
    assert len(mails) == mails.total() == len(shop.told())
    now = datetime.now(UTC)
    runs = list(replays(database, now - timedelta(days=1), now + timedelta(days=1)))
    assert [one for run in runs for one in run.differences] == []
    print(f"{len(runs)} runs of both lanes replayed equal; {len(orders)} orders confirmed once each")
