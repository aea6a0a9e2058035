"""What spreadsheets and Japanese exports do to values, and what the functions of sql/oms/staging make of it."""

from collections.abc import Iterator

import psycopg
import pytest

from tasks.core.database import libpq_url
from tasks.core.mappings import staging
from tasks.oms.staged import FUNCTIONS


@pytest.fixture(scope="module")
def session(server: str) -> Iterator[psycopg.Connection]:
    """A session as mappings have it, of a shop in Tokyo."""
    with psycopg.connect(libpq_url(server), autocommit=True) as connection:
        connection.execute(
            "set timezone = 'Asia/Tokyo'; set datestyle = 'ISO, YMD'; set search_path = pg_catalog, pg_temp"
        )
        for function in FUNCTIONS:
            connection.execute(staging(f"create_{function}").encode())
        yield connection


CASES: dict[str, dict[str | None, str | None]] = {
    "plain_of": {"　１２ ": "12", '="0120"': "0120", "'007": "007", "": None, None: None, "ｺﾝﾋﾞﾆ": "コンビニ"},
    "money_of": {
        "1980": "1980",
        "¥1,980": "1980",
        "￥１，９８０": "1980",
        "\\1,980": "1980",
        "1,980円": "1980",
        "▲500": "-500",
        "12.50": "12.50",
        "12,34": "12,34",
        "二千円": "二千円",
        "1e3": "1e3",
        "": None,
    },
    "count_of": {"2": "2", "２": "2", "2.0": "2", "1,000": "1000", "1.5": "1.5", "二": "二"},
    "day_of": {
        "2026/9/5 8:03": "2026-09-05",
        "2026-09-05": "2026-09-05",
        "２０２６／９／５": "2026-09-05",
        "20260905": "2026-09-05",
        "2026年9月5日": "2026-09-05",
        "2026-02-30": "2026-02-30",
        "05/09/2026": "05/09/2026",
        "46270": "46270",
    },
    "instant_of": {
        "2026/9/5 8:03": "2026-09-04T23:03:00.000000Z",
        "2026-09-05 8:03:07": "2026-09-04T23:03:07.000000Z",
        "2026/9/5": "2026-09-04T15:00:00.000000Z",
        "2026年9月5日 8:03": "2026-09-04T23:03:00.000000Z",
        "2025-10-02 17:09:34 -0300": "2025-10-02T20:09:34.000000Z",
        "2025-10-02T17:09:34Z": "2025-10-02T17:09:34.000000Z",
        "令和8年9月5日": "令和8年9月5日",
        "2026-13-01 1:00": "2026-13-01 1:00",
        "now": "now",
    },
    "postal_of": {
        "060-0001": "060-0001",
        "600001": "060-0001",
        "10010": "001-0010",
        "〒１００−０００１": "100-0001",
        "1000": "1000",
        "1.0E+6": "1.0E+6",
    },
    "phone_of": {
        "090-1234-5678": "09012345678",
        "9012345678": "09012345678",
        "312345678": "0312345678",
        "+81 90-1234-5678": "+819012345678",
        "０３（１２３４）５６７８": "0312345678",
        "9.01E+09": "9.01E+09",
        "12345": "12345",
        "1234567890": "1234567890",
    },
    "payment_of": {
        "代金引換": "cod",
        "代引き": "cod",
        "コンビニ前払い": "konbini",
        "ｺﾝﾋﾞﾆ決済": "konbini",
        "クレジットカード決済": "credit_card",
        "銀行振込（前払い）": "bank_transfer",
        "後払い.com": "deferred",
        "PayPay残高払い": "paypay",
        "楽天ペイ": "楽天ペイ",
        "Cash on Delivery (COD)": "cod",
        "Shopify Payments": "credit_card",
        "gift_card": "gift_card",
        "": None,
    },
    "slot_of": {
        "午前中": "午前中",
        "午前": "午前中",
        "8時～12時": "午前中",
        "0812": "午前中",
        "14-16": "14-16",
        "14:00〜16:00": "14-16",
        "１８時－２０時": "18-20",
        "1416": "14-16",
        "2021": "20-21",
        "19時頃": "19時頃",
        "夜間": "夜間",
        "指定なし": None,
        "希望しない": None,
        "": None,
    },
    "region_of": {
        "東京都": "JP-13",
        "東京": "JP-13",
        "Tokyo": "JP-13",
        "Tōkyō-to": "JP-13",
        "13": "JP-13",
        "北海道": "JP-01",
        "京都府": "JP-26",
        "京都": "JP-26",
        "Hyōgo": "JP-28",
        "大阪府": "JP-27",
        "沖縄県": "JP-47",
        "48": "48",
        "JP-13": "JP-13",
        "東京と": "東京と",
    },
    "flag_of": {
        "yes": "true",
        "希望する": "true",
        "１": "true",
        "No": "false",
        "希望しない": "false",
        "": None,
        "たぶん": "たぶん",
    },
}


@pytest.mark.parametrize("function", CASES)
def test_a_value_is_what_was_meant_or_stays_as_it_is(session: psycopg.Connection, function: str) -> None:
    statement = (
        f"select pg_temp.{function}(written) from unnest(%s::text[]) with ordinality as w(written, n) order by n"  # noqa: S608
    )
    found = session.execute(statement.encode(), [list(CASES[function])]).fetchall()
    assert {written: value for written, (value,) in zip(CASES[function], found, strict=True)} == CASES[function]


@pytest.mark.parametrize(
    ("number", "carrier", "meant"),
    [
        ("4023-4567-8906", "ヤマト運輸", "402345678906"),
        ("23456789016", "ヤマト運輸", "023456789016"),
        ("23456789012", "ヤマト運輸", "23456789012"),
        ("23456789016", "DHL", "23456789016"),
        ("4.02E+11", "佐川急便", "4.02E+11"),
        ("1Z999AA10123456784", "UPS", "1Z999AA10123456784"),
        ('="402345678906"', "1001", "402345678906"),
    ],
    ids=[
        "hyphens",
        "a zero lost",
        "no check digit",
        "another carrier",
        "lost to a spreadsheet",
        "letters",
        "kept from counting",
    ],
)
def test_numbers_of_parcels(session: psycopg.Connection, number: str, carrier: str, meant: str) -> None:
    assert session.execute("select pg_temp.tracking_of(%s, %s)", [number, carrier]).fetchone() == (meant,)


def test_an_amount_adds_up_and_what_is_none_does_not(session: psycopg.Connection) -> None:
    found = session.execute("select pg_temp.amount_of(v) from unnest(array['¥1,980', 'x', '-20.5']) v").fetchall()
    assert [str(value) if value is not None else None for (value,) in found] == ["1980", None, "-20.5"]
