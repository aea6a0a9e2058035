"""A shop, a stand-in and the hours between them; real answers lie outside the project, where absent tests say so."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.core.database import Database
from tasks.core.paths import ROOT
from tasks.core.runs import Run
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.track import track
from tasks.validate import validate_feeds
from tests.deliver.scripted import Scripted, listening
from tests.load.shop import AS_OF, Outcome, Rows, Shop, line, new_run, order, rows, shipment
from tests.tracking.standins import AfterShipStandIn

DATA = Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data"))
NUMBERS = ("409999999006", "409999999010")
MORNING = "2026-09-15T08:30:00+09:00"
HANDED, OUT = ("2026-09-14T19:00:00", "InTransit_002", "荷物受付"), (MORNING, "OutForDelivery_001", "配達中")


@pytest.fixture
def tracking_data() -> Path:
    """Folder of real exports and recorded answers."""
    if not DATA.is_dir():
        pytest.skip("the real data of TODOKE_TEST_DATA is absent")
    return DATA


def world(numbers: tuple[str, ...] = NUMBERS, **tables: Rows) -> Mapping[str, Rows]:
    """An order with one parcel a number, and the order system's own scans where given."""
    return {
        "customers": [{"customer_id": "haruka", "email": "haruka@example.invalid"}],
        "orders": [order("a")],
        "order_lines": [line("a", place) for place, _ in enumerate(numbers, 1)],
        "shipments": [
            shipment(f"s{place}", "a", tracking_number=number, shipped_at="2026-09-14T18:00:00+09:00")
            for place, number in enumerate(numbers, 1)
        ],
        **tables,
    }


class Asking:
    """A shop, a stand-in and the hours between them."""

    def __init__(self, database: Database, home: Path, server: Scripted) -> None:
        self.database, self.home, self.server = database, home, server
        self.source = "aftership"
        self.shop = world()
        self.is_loaded = False

    def run(self, later: float, source: str) -> Run:
        run = new_run(self.database, self.home, AS_OF + timedelta(hours=later))
        return replace(run, settings=run.settings.model_copy(update={"tracking": source}))

    def hour(self, later: int = 0) -> Outcome:
        """One pass from extract to fold, `later` hours after the first; the parcels were loaded an hour before it."""
        if not self.is_loaded:
            self.is_loaded = True
            self._pass(self.run(later - 1, ""))
        return self._pass(self.run(later, self.source))

    def _pass(self, run: Run) -> Outcome:
        extract_feeds(run, Shop(self.shop))
        outcome = Outcome(run, validate_feeds(run), load_feeds(run))
        track.fn(run)
        return outcome

    def scans(self) -> list[tuple[Any, ...]]:
        return rows(
            self.database, "select tracking_number, raw_status, status from tracking_events order by 1, occurred_at, 2"
        )

    def polls(self) -> list[tuple[Any, ...]]:
        return rows(
            self.database,
            "select tracking_number, answered_at is not null, failures from tracking_poll order by tracking_number",
        )


def configure(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Both services at one address, without patience."""
    for name in ("AFTERSHIP", "SEVENTEENTRACK"):
        monkeypatch.setenv(f"TODOKE_{name}_SECRET", "the key")
        monkeypatch.setenv(f"TODOKE_{name}_URL", url)
    monkeypatch.setenv("TODOKE_TRACKING_BACKOFF_SECONDS", "0")
    monkeypatch.setenv("TODOKE_TRACKING_TIMEOUT_SECONDS", "1")


@pytest.fixture
def asking(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with listening(Scripted(handler=AfterShipStandIn())) as server:
        configure(monkeypatch, server.url)
        made = Asking(database, tmp_path, server)
        made.shop = world()
        yield made


def known_to(asking: Asking) -> AfterShipStandIn:
    """AfterShip, which knows the first parcel."""
    known = AfterShipStandIn({("taqbin-jp", NUMBERS[0]): [HANDED, OUT]})
    asking.server.handler = known
    return known
