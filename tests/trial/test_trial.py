"""`todoke try`: from somebody's export to the messages of its customers, and nothing further."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from flows.trial import Trial, trial
from tasks.core.brand import load_brand
from tasks.core.errors import ConfigurationError
from tasks.core.mappings import load_mapping
from tasks.core.settings import Settings
from tasks.oms.files import MappedFolder
from tasks.trial import newest_instant
from tests.oms.test_ready_made import export


def tried(name: str, home: Path, url: str) -> Trial:
    """A shop that really sends by SMTP, LINE and FCM tries an export: none of that may be touched."""
    files = sorted(export(name, home / name).glob("*.csv"))
    settings = Settings(
        home=home,
        database_url=url,
        env="production",
        email="smtp",
        line="line",
        push="fcm",
        tracking="aftership",
        oms_sqs_url="https://sqs.invalid/1/orders",
    )
    return trial(settings, files)


def test_an_eccube_export_becomes_messages_in_a_mailbox(tmp_path: Path, database_url: str) -> None:
    """Megumi's parcels left, Kenta's order came last; unfinished checkouts and a cancelled order say nothing."""
    done = tried("eccube_csv", tmp_path, database_url)
    assert (done.mapping, done.as_of) == ("eccube_csv", datetime(2026, 9, 14, 12, 40, tzinfo=UTC))
    assert done.messages == {"order_confirmation": 2, "shipped": 2}
    sent = [path.read_text(encoding="utf-8") for path in (tmp_path / "scratch" / "try" / "mailbox").rglob("*.eml")]
    assert len(sent) == 4
    page = done.page.read_text(encoding="utf-8")
    assert "Nothing was sent." in page and "髙﨑 健太" in page and "EC-1007" in page
    assert done.report.example == "EC-1007"
    found = "\n".join(done.report.findings)
    assert (
        "1 parcel set aside: tracking number '4.02E+11', rounded by a spreadsheet (order_20260915100000.csv line 10)"
        in found
    )
    assert "1 of 4 customers agreed to marketing" in found
    assert not (tmp_path / "mailbox").exists(), "the shop's own folders are not touched"


def test_a_marketplace_without_a_section_is_shown_and_said(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = load_brand().model_copy(update={"sections": {"shop": load_brand().section(None)}})
    monkeypatch.setattr("tasks.trial.load_brand", lambda: own)
    done = tried("rakuten", tmp_path, database_url)
    assert done.messages == {"order_confirmation": 1, "shipped": 1}
    listed = [line for line in done.report.findings if "[sections.rakuten]" in line]
    assert len(listed) == 1 and "nothing is sent to its customers until one says what may be" in listed[0]


def test_a_date_in_the_future_is_not_when_the_export_was_made(tmp_path: Path, server: str) -> None:
    system = MappedFolder(export("shopify_csv", tmp_path), load_mapping("shopify_csv"), server)
    assert newest_instant(system, datetime(2026, 10, 1, tzinfo=UTC)) == datetime(2026, 9, 14, 14, 15, 7, tzinfo=UTC)
    assert newest_instant(system, datetime(2026, 9, 14, tzinfo=UTC)) == datetime(2026, 9, 13, 11, 0, 10, tzinfo=UTC)


def test_parcels_alone_have_nobody_to_write_to(tmp_path: Path) -> None:
    files = list(export("yamato_b2", tmp_path).glob("*.csv"))
    with pytest.raises(ConfigurationError, match="holds no orders, so nobody to write to"):
        trial(Settings(home=tmp_path), files)


def test_the_command_says_what_it_recognised_and_what_to_look_at_next(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice: the second trial begins anew."""
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    monkeypatch.setenv("TODOKE_DATABASE_URL", database_url)
    (path,) = export("shopify_csv", tmp_path / "export").glob("*.csv")
    said = [CliRunner().invoke(app, ["try", str(path)]) for _ in range(2)]
    assert [one.exit_code for one in said] == [0, 0]
    for one in said:
        assert "Shopify, export of orders (mapping shopify_csv): 34 of the 34 columns" in one.stdout
        assert "As of 2026-09-14 23:15 JST, the newest moment in it: 2 messages." in one.stdout
        assert "preview --scratch try --open --order 1003" in one.stdout
    wrong = CliRunner().invoke(app, ["try", str(path), "--mapping", "eccube_csv"])
    assert wrong.exit_code == 2
