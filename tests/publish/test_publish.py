"""Pages from rows to files: what is on them, when they are written, when they move, and when they end."""

import json
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tasks import publish
from tasks.core.database import Database
from tasks.core.errors import DataError, StoreError
from tasks.core.runs import Run
from tasks.core.sealing import messages_of
from tasks.core.secrets import secret
from tasks.core.settings import Settings
from tasks.core.thresholds import PagesSettings
from tasks.core.tokens import tracking_path, tracking_token
from tasks.pages import helpers
from tasks.publish import Published
from tests.worlds import World, build

PEOPLE = Path(__file__).with_name("people.toml")
PUBLISHED = {"arrived", "moving", "back", "sent_back"}


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """The hour of people.toml."""
    values = tomllib.loads(PEOPLE.read_text(encoding="utf-8"))
    built = build(database, World(PEOPLE, values["as_of"], values["given"], (), {}, {}))
    return replace(built, settings=Settings(home=tmp_path, listen_url="https://l.example"))


def published(run: Run) -> Published:
    """One publishing; nothing may fail."""
    counted = Published()
    publish._publish_pages(run, counted, lambda *said: pytest.fail(str(said)))
    return counted


def file_of(run: Run, order_id: str, ending: str = "html", version: int = 0) -> Path:
    token = tracking_token(secret(run.settings), order_id, version)
    return run.settings.home / "pages" / tracking_path(token, ending)


def files(run: Run) -> set[str]:
    folder = run.settings.home / "pages"
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def status_of(run: Run, order_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file_of(run, order_id, "json").read_bytes())
    return found


def change(run: Run, statement: str) -> None:
    with run.database.transaction() as connection:
        connection.execute(text("select set_config('todoke.load_id', '1', true)"))
        connection.execute(text(statement))


def finish(run: Run) -> None:
    """What happened so far belongs to a finished run."""
    change(
        run,
        "insert into run (run_id, as_of, load_id, versions, gates, windows, verdicts, finished_at)"
        " values ('r', now(), 99, '{}', '{}', '{}', '{}', now())",
    )


def test_each_order_of_our_shop_fronts_has_a_page_and_a_json(run: Run) -> None:
    assert published(run) == Published(written=len(PUBLISHED))
    found = files(run)
    assert {name for name in found if name.endswith("html")} == {_name(run, order) for order in PUBLISHED}
    assert {name for name in found if name.endswith("json")} == {_name(run, order, "json") for order in PUBLISHED}
    assert {name for name in found if name.endswith("ics")} == {_name(run, "moving", "ics")}


def _name(run: Run, order_id: str, ending: str = "html") -> str:
    return file_of(run, order_id, ending).relative_to(run.settings.home / "pages").as_posix()


def test_pages_tell_what_happened_to_these_parcels_and_no_others(run: Run) -> None:
    published(run)
    arrived, moving, back, after = (status_of(run, name) for name in ("arrived", "moving", "back", "sent_back"))
    assert [arrived["state"], moving["state"], back["state"]] == ["delivered", "partly_shipped", "returned"]
    shown = [(scan["status"], scan["place"]) for scan in arrived["parcels"][0]["history"]]
    assert shown == [("delivered", "新宿店"), ("out_for_delivery", "新宿店")]
    assert [scan["status"] for scan in moving["parcels"][0]["history"]] == ["in_transit"]
    assert [scan["status"] for scan in back["parcels"][0]["history"]] == ["returned", "returned", "attempt_failed"]
    assert moving["still_to_come"] == [{"name": "湯のみ", "quantity": 1}]
    assert after["after_sale"]["status"] == "approved"
    assert [scan["place"] for scan in after["parcels"][0]["history"]] == ["春の店"]
    html = file_of(run, "arrived").read_text(encoding="utf-8")
    assert "宅配ボックス" in html and "クレジットカード" in html and "https://x.invalid/cup" in html
    assert not any(secret_word in html for secret_word in ("佐藤", "1-2-3", "sato@", "data-promotion"))
    assert "data-promotion" in file_of(run, "moving").read_text(encoding="utf-8")
    assert "https://l.example/preferences?t=" in html


def test_only_what_changed_is_written_again(run: Run) -> None:
    published(run)
    written_at = {name: file_of(run, name).stat().st_mtime_ns for name in PUBLISHED}
    assert published(run) == Published(unchanged=len(PUBLISHED))
    change(run, "update orders set promised_on = '2026-09-25', from_load = 1 where order_id = 'moving'")
    assert published(run) == Published(written=1, unchanged=len(PUBLISHED) - 1)
    changed = {name for name in PUBLISHED if file_of(run, name).stat().st_mtime_ns != written_at[name]}
    assert changed == {"moving"}
    assert b"DTSTART;VALUE=DATE:20260925" in file_of(run, "moving", "ics").read_bytes()


def test_a_calendar_file_goes_once_nothing_is_to_come(run: Run) -> None:
    published(run)
    change(run, "update order_progress set cancelled_at = placed_at, from_load = 1 where order_id = 'moving'")
    published(run)
    assert not file_of(run, "moving", "ics").exists()
    assert status_of(run, "moving")["state"] == "cancelled"


def test_a_withdrawn_consent_takes_the_promotion_from_the_page(run: Run) -> None:
    published(run)
    finish(run)
    assert published(run) == Published()
    change(
        run,
        "insert into consents (customer_id, channel, topic, granted, at, source, load_id)"
        " values ('emily', 'email', 'marketing', false, '2026-09-15T09:00:00+09', 'feedback:page', 100)",
    )
    assert published(run) == Published(written=1)
    assert "data-promotion" not in file_of(run, "moving").read_text(encoding="utf-8")


def test_a_page_ends_and_shows_nothing_of_the_order_any_more(run: Run) -> None:
    published(run)
    days = timedelta(days=PagesSettings().days)
    before, after = (replace(run, as_of=run.as_of + days + timedelta(days=more)) for more in (-20, 10))
    assert published(before) == Published(written=1, unchanged=len(PUBLISHED))  # and the order of tomorrow
    assert published(after) == Published(written=2, unchanged=3)
    for order in ("arrived", "sent_back"):
        assert status_of(run, order)["state"] == "ended"
        html = file_of(run, order).read_text(encoding="utf-8")
        assert "公開は終了" in html and order not in html
    assert published(after) == Published(unchanged=3)


def test_the_page_of_an_order_that_vanished_ends(run: Run) -> None:
    published(run)
    change(run, "delete from orders where order_id = 'moving'")
    assert published(run) == Published(written=1, unchanged=len(PUBLISHED) - 1)
    assert status_of(run, "moving")["state"] == "ended"
    assert not file_of(run, "moving", "ics").exists()


def test_a_revoked_address_dies_and_messages_name_the_new_one(run: Run) -> None:
    published(run)
    address = publish.revoke(run, "moving", "operator")
    assert address == file_of(run, "moving", version=1).as_uri()
    assert not any(file_of(run, "moving", ending).exists() for ending in ("html", "json", "ics"))
    assert all(file_of(run, "moving", ending, version=1).exists() for ending in ("html", "json", "ics"))
    assert file_of(run, "arrived").exists()
    assert messages_of(run).tracking_token("moving") == tracking_token(secret(run.settings), "moving", 1)
    assert publish.revoke(run, "moving", "operator") == file_of(run, "moving", version=2).as_uri()
    with pytest.raises(DataError, match="no order 'nobody'"):
        publish.revoke(run, "nobody", "operator")


def test_lost_pages_are_published_again_when_asked_for(run: Run) -> None:
    published(run)
    finish(run)
    assert published(run) == Published()
    file_of(run, "back").unlink()
    assert publish.publish_again(run) == len(PUBLISHED)
    assert published(run) == Published(written=len(PUBLISHED))
    assert file_of(run, "back").exists()


def test_helpers_write_what_one_process_writes(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(run)
    alone = {name: (tmp_path / "pages" / name).read_bytes() for name in files(run)}
    monkeypatch.setattr(publish, "_AT_ONCE", 1)
    monkeypatch.setattr(helpers, "ALONE", 1)
    monkeypatch.setattr(helpers, "cores", lambda: 2)
    publish.publish_again(run)
    for name in alone:
        (tmp_path / "pages" / name).unlink()
    assert published(run) == Published(written=len(PUBLISHED))
    assert {name: (tmp_path / "pages" / name).read_bytes() for name in files(run)} == alone


def test_a_helper_that_cannot_write_says_so_and_one_that_died_too(tmp_path: Path) -> None:
    (tmp_path / "pages").write_bytes(b"a file where the folder should be")
    row = {"order_id": "H-1", "version": 0, "source": None, "customer_id": None, "address_key": None, "digest": None}
    rows = [row | {"has_calendar": False, "page": '{"language": "ja"}'}]
    with helpers.Helper(Settings(home=tmp_path)) as helper:
        with pytest.raises(StoreError, match="free space or correct its permissions"):
            helper.publish(rows)
        helper._process.kill()
        with pytest.raises(StoreError, match="ended with -9"):
            helper.publish(rows)
