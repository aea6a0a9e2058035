"""Poisoned rows are found before the seal; bytes are frozen once; batches close at count or bytes."""

import hashlib
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import text

from tasks.core.archive import read_high_water, write_high_water
from tasks.core.errors import GuardError, TemplateRejected
from tasks.core.sealing import split, storable
from tasks.core.stores import Folder
from tests.deliver.conftest import Shop
from tests.deliver.people import Planned, change, orders, plan, reason_of, states
from tests.deliver.standin import HttpChannel
from tests.deliver.test_claims import seal_only


@pytest.mark.parametrize(
    ("poisoned", "reason"),
    [
        (Planned("O-x", context={"poison": True}), "TemplateRejected: shipped: field 'items' is missing\\0"),
        (Planned("O-x", context={"padding": 2_000_000}), "Rejected: too large: 2000"),
        (Planned("O-x", context={"padding": 10_000_000}), "Rejected: too large: 1000"),
    ],
)
def test_a_poisoned_row_is_rejected_alone(keyed: Shop, poisoned: Planned, reason: str) -> None:
    plan(keyed.database, [*orders(12), poisoned])
    keyed.deliver()
    assert states(keyed.database).pop("O-x") == "rejected"
    assert reason_of(keyed.database, "O-x").startswith(reason)
    assert list(states(keyed.database).values()).count("accepted") == 12
    keyed.check()


def test_a_lone_surrogate_is_rejected_alone(keyed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(keyed.database, orders(3))
    encode = HttpChannel.encode

    def poisoned(channel: HttpChannel, message: object) -> bytes:
        if message.subject_id == "O-00001":  # type: ignore[attr-defined]
            raise TemplateRejected("name \ud83d\0 cannot be written")
        return encode(channel, message)  # type: ignore[arg-type]

    monkeypatch.setattr(HttpChannel, "encode", poisoned)
    keyed.deliver()
    assert sorted(states(keyed.database).values()) == ["accepted", "accepted", "rejected"]
    assert reason_of(keyed.database, "O-00001") == "TemplateRejected: name \\ud83d\\0 cannot be written"


def test_a_broken_folder_holds_its_touchpoint_only(keyed: Shop) -> None:
    broken = orders(12, touchpoint="delivered", context={"broken": True})
    plan(keyed.database, [*broken, Planned("O-x")])
    done = keyed.deliver()
    assert states(keyed.database) == {**dict.fromkeys((one.subject_id for one in broken), "planned"), "O-x": "accepted"}
    assert done.notes == ["delivered stays planned: ConfigurationError: templates/delivered has no Japanese text"]


def test_batches_close_at_count_or_bytes() -> None:
    entries = [(("shipped", str(number)), b"x" * 98) for number in range(7)]
    assert [len(batch) for batch in split(entries, 3, 10_000)] == [3, 3, 1]
    assert [len(batch) for batch in split(entries, 100, 400)] == [4, 3]
    assert [len(batch) for batch in split(entries, 100, 399)] == [3, 3, 1]
    assert list(split([], 3, 400)) == []


def test_the_frozen_bytes_are_those_that_were_posted_and_archived(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    keyed.provider.faults += ["500 after"] * 2
    keyed.deliver()
    [archived] = (keyed.home / "archive" / "batches").glob("*.zst")
    body = zstandard.ZstdDecompressor().decompress(archived.read_bytes())
    assert hashlib.sha256(body).hexdigest()[:16] == archived.stem.rpartition("-")[2]
    assert keyed.provider.calls == 3, "three posts of one body under one key: another body would have been refused"
    keyed.check()


def test_a_template_changed_between_seal_and_post_is_not_rendered_again(
    keyed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(keyed.database, orders(3))
    seal_only(keyed)
    monkeypatch.setattr(HttpChannel, "encode", lambda *_: pytest.fail("rendered again"))
    keyed.deliver()
    keyed.check()


def test_damaged_bytes_are_never_posted(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    seal_only(keyed)
    change(keyed.database, "update batch set body_hash = 'other'")
    with pytest.raises(GuardError, match="damaged"):
        keyed.deliver()
    assert keyed.provider.calls == 0


def test_a_batch_of_a_retired_provider_is_sealed_anew(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    seal_only(keyed)
    change(keyed.database, "update batch set provider = 'former'")
    keyed.deliver()
    keyed.check()


def test_every_state_entered_is_recorded(keyed: Shop) -> None:
    plan(keyed.database, orders(1))
    keyed.deliver()
    with keyed.database.transaction() as connection:
        entered = connection.execute(text("select state from message_event order by event_id")).scalars().all()
    assert entered == ["planned", "sealed", "posting", "accepted"]


def test_the_high_water_mark_rises_and_never_falls(keyed: Shop) -> None:
    folder = Folder(keyed.home / "archive")
    assert read_high_water(folder, "todoke") is None
    plan(keyed.database, orders(3))
    keyed.deliver()
    assert read_high_water(folder, "todoke") == 3
    mark = folder.path / "high_water.json"
    mark.write_text(mark.read_text().replace('"messages": 3', '"messages": 9'))
    write_high_water(keyed.database, folder)
    assert read_high_water(folder, "todoke") == 9


def test_an_archived_batch_is_never_written_again(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    keyed.deliver()
    [archived] = (keyed.home / "archive" / "batches").glob("*.zst")
    archived.write_bytes(b"kept")
    change(keyed.database, "update batch set archived_at = null")
    keyed.deliver()
    assert archived.read_bytes() == b"kept"


def test_reasons_can_be_stored() -> None:
    assert storable(ValueError("a\0b\ud800" + "c" * 1000)).startswith("ValueError: a\\0b\\ud800ccc")
    assert len(storable(ValueError("c" * 1000))) == 500


def test_the_home_holds_no_litter(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    keyed.deliver()
    names = {path.name for path in Path(keyed.home).rglob("*") if path.is_file()}
    assert {name for name in names if name.startswith(".")} == {".lock"}
