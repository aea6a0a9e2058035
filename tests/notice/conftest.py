"""Okinawa's customers, and operations who write to them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.lanes import Travel
from tasks.core.notice_plans import NoticePreview
from tasks.core.notices import parse_request
from tasks.core.runs import Run, begin_load
from tasks.core.settings import Settings
from tasks.core.thresholds import DetectionSettings
from tasks.core.touchpoints import load_all
from tasks.decide import plan_messages
from tasks.detect import detect_delays
from tasks.notice import preview
from tasks.track import fold
from tests.worlds import ZONE, build, read_world

PEOPLE = read_world(Path(__file__).with_name("people.toml"))

DELAY: dict[str, Any] = {
    "kind": "delay",
    "regions": ["沖縄県"],
    "reason": "warehouse",
    "new_from_on": "2026-09-18",
    "new_until_on": "2026-09-20",
}
RECALL: dict[str, Any] = {"kind": "service", "products": ["P-2"], "preset": "recall"}
OWN = {
    "subject_ja": "{{ order_number }}のお詫び",
    "body_ja": "<b>{{ order_number }}</b>\n誤りがございました。",
    "subject_en": "About {{ order_number }}",
    "body_en": "We made a mistake.",
}


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Run:
    return with_settings(build(database, PEOPLE), tmp_path)


def with_settings(run: Run, home: Path, **channels: str) -> Run:
    """The shop with a mailbox in `home`, by e-mail and SMS and these channels."""
    values: dict[str, Any] = {"home": home, "secret": "the same everywhere", "sms": "mailbox", **channels}
    return replace(run, settings=Settings(**values))


def at(run: Run, run_id: str, hours: float = 0) -> Run:
    """Another run of the same shop, as another process makes it."""
    return replace(run, run_id=run_id, as_of=run.as_of + timedelta(hours=hours))


def previewed(run: Run, **request: Any) -> NoticePreview:
    """What Kudo sees of a request."""
    return preview(at(run, "preview"), parse_request(request), "kudo")


def hour(run: Run) -> None:
    """The steps detect and decide of an hour, for what notices are told by."""
    with run.database.transaction() as connection:
        begin_load(connection, run, "detect")
        detect_delays(connection, run.as_of, DetectionSettings())
    with run.database.transaction() as connection:
        plan_messages(connection, run, load_all(), ("delay_notice", "service_notice"))


def deliver_order(run: Run, order_id: str) -> None:
    """Its parcel has arrived."""
    _change(
        run, "update shipments set delivered_at = :at, from_load = current_load() where order_id = :order", order_id
    )


def cancel(run: Run, order_id: str) -> None:
    """Its buyer took it back."""
    _change(run, "update orders set cancelled_at = :at, from_load = current_load() where order_id = :order", order_id)


def rows(run: Run, statement: str) -> list[Any]:
    """Rows of a statement; none where it returns none."""
    with run.database.transaction() as connection:
        done = connection.execute(text(statement))
        return [tuple(row) for row in done] if done.returns_rows else []


def ledger(run: Run) -> dict[str, str]:
    """Subject -> state."""
    return dict(rows(run, "select subject_id, state from message order by 1"))


def waiting(run: Run) -> dict[str, str]:
    """Subject -> reason."""
    return dict(rows(run, "select subject_id, reason from waiting order by 1"))


def _change(run: Run, statement: str, order_id: str) -> None:
    for kind in ("merge", "fold"):
        with run.database.transaction() as connection:
            load_id = begin_load(connection, run, kind)
            if kind == "merge":
                connection.execute(text(statement), {"at": run.as_of - timedelta(minutes=5), "order": order_id})
                touched = "insert into touched_order values (:load, :order)"
                connection.execute(text(touched), {"load": load_id, "order": order_id})
            else:
                fold(connection, Travel(ZONE, "JP"))
