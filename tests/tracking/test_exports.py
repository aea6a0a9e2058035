"""Shippers' exports as they are dropped: CP932, CRLF, columns that share a name, numbers a spreadsheet opened."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.core.errors import ConfigurationError
from tasks.tracking.base import NoAnswer
from tasks.tracking.exports import Exports, read_export, restored

B2 = "お客様管理番号,送り状種類,伝票番号,出荷予定日,お届け予定（指定）日,予備,予備"
EHIDEN = "お客様管理番号,お届け先電話番号,出荷日,配達日,お問い合せ送り状No."
NUMBER, ZEROS = "409999999006", "000012345675"
NOW = datetime(2026, 9, 15, tzinfo=UTC)


def _dropped(folder: Path, text: str, encoding: str = "cp932", name: str = "slips.csv") -> Path:
    path = folder / name
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
def test_a_slip_of_b2_cloud_is_announced(tmp_path: Path, encoding: str) -> None:
    text = f'{B2}\nS-1,0,{NUMBER},2026/09/14,2026/09/16,,\n\nS-2,0,"=""{ZEROS}""",20260914,,,\n'
    told = read_export(_dropped(tmp_path, text, encoding))
    assert [(scan.number, scan.word, scan.at, scan.eta_on) for scan in told.scans] == [
        (NUMBER, "出荷指示", "2026-09-14T00:00:00+09:00", "2026-09-16"),
        (ZEROS, "出荷指示", "2026-09-14T00:00:00+09:00", None),
    ]
    assert [(row["order_id"], row["tracking_number"], row["promised_on"]) for row in told.shipments] == [
        ("S-1", NUMBER, "2026-09-16"),
        ("S-2", ZEROS, None),
    ]
    assert not told.odd


def test_a_slip_of_ehiden_is_announced(tmp_path: Path) -> None:
    told = read_export(_dropped(tmp_path, f"{EHIDEN}\nS-3,03-0000-0000,2026/9/4,2026/9/6,4099-9999-9006\n"))
    (scan,) = told.scans
    assert (scan.carrier, scan.number, scan.word, scan.eta_on) == ("sagawa", NUMBER, "出荷情報受付", "2026-09-06")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (NUMBER, NUMBER),
        ("4099-9999-9006", NUMBER),
        ("４０９９９９９９９００６", NUMBER),
        ("'409999999006", NUMBER),
        (ZEROS.lstrip("0"), ZEROS),
        ("4.1E+11", None),
        ("409999999005", None),
        ("", None),
        ("1234567890123", None),
    ],
)
def test_what_a_spreadsheet_did_to_a_number(written: str, meant: str | None) -> None:
    assert restored("yamato", written) == meant


def test_a_slip_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    told = read_export(
        _dropped(tmp_path, f"{B2}\nS-1,0,4.1E+11,2026/09/14,,,\nS-2,0,{NUMBER},昨日,,,\nS-3,0,{NUMBER},2026/09/14,,,\n")
    )
    assert [scan.number for scan in told.scans] == [NUMBER]
    assert list(told.odd) == [
        "slips.csv line 2: 伝票番号 is '4.1E+11', so the slip is left out",
        "slips.csv line 3: 出荷予定日 is '昨日', so the slip is left out",
    ]


def test_the_real_header_of_b2_cloud_is_known(tmp_path: Path, tracking_data: Path) -> None:
    header = (tracking_data / "oms" / "yamato_b2" / "b2cloud_header_first89_cp932.csv").read_bytes()
    names = header.decode("cp932").split("\r\n")[0].split(",")
    values = {
        "お客様管理番号": "S-9",
        "伝票番号": NUMBER,
        "出荷予定日": "2026/09/14",
        "お届け予定（指定）日": "2026/09/16",
    }
    row = ",".join(values.get(name, "") for name in names)
    told = read_export(_dropped(tmp_path, f"{','.join(names)}\n{row}\n"))
    assert [(scan.number, scan.eta_on) for scan in told.scans] == [(NUMBER, "2026-09-16")]


def test_another_file_is_named_and_a_broken_one_fails_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_TRACKING_DROP", str(tmp_path))
    _dropped(tmp_path, "a,b\n1,2\n", name="other.csv")
    assert list(Exports().ask((), NOW).odd) == ["other.csv: neither an export of B2 Cloud nor of e飛伝"]
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00\xd8\x00\xd8")
    with pytest.raises(NoAnswer, match=r"bad\.csv"):
        Exports().ask((), NOW)
    monkeypatch.setenv("TODOKE_TRACKING_DROP", str(tmp_path / "missing"))
    with pytest.raises(ConfigurationError, match="TODOKE_TRACKING_DROP"):
        Exports()
