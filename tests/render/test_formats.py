import pytest

from tasks.core import formats

TOKYO = "Asia/Tokyo"


@pytest.mark.parametrize(
    ("start", "end", "ja", "en"),
    [
        ("2025-11-21", "2025-11-23", "11月21日〜23日", "21–23 Nov"),
        ("2025-11-29", "2025-12-02", "11月29日〜12月2日", "29 Nov – 2 Dec"),
        ("2025-12-30", "2026-01-02", "12月30日〜1月2日", "30 Dec – 2 Jan"),
        ("2025-11-21", "2025-11-21", "11月21日(金)", "Fri 21 Nov"),
        (None, "2025-11-21", "11月21日(金)", "Fri 21 Nov"),
    ],
)
def test_a_range_repeats_no_month_and_is_one_day_where_it_is_one(start: str | None, end: str, ja: str, en: str) -> None:
    assert formats.day_range(start, end, "ja") == ja
    assert formats.day_range(start, end, "en") == en


def test_an_instant_is_told_on_the_readers_clock() -> None:
    late = "2026-09-15T23:30:00+00:00"
    assert formats.instant(late, "ja", TOKYO) == "2026年9月16日(水) 08:30"
    assert formats.instant(late, "en", "Europe/London") == "Wed 16 Sep 2026, 00:30"
    assert formats.day_of(late, "en", "America/New_York") == "Tue 15 Sep"


def test_a_deadline_at_midnight_is_the_end_of_the_day_before() -> None:
    assert formats.until("2026-09-19T00:00:00+09:00", "ja", TOKYO) == "9月18日(金) 24:00"
    assert formats.until("2026-09-19T00:00:00+09:00", "en", TOKYO) == "the end of Fri 18 Sep"
    assert formats.until("2026-09-18T23:59:59+09:00", "ja", TOKYO) == "9月18日(金) 23:59"


@pytest.mark.parametrize("value", [1980, 1980.0, "1980", "1980.0000"])
def test_yen_have_no_decimals_whatever_the_database_delivers(value: float | str) -> None:
    assert formats.money(value, "JPY", "ja") == "1,980円"
    assert formats.money(value, "JPY", "en") == "¥1,980"


def test_other_currencies_and_negative_amounts_are_written_as_their_readers_expect() -> None:
    assert formats.money(-300, "JPY", "ja") == "-300円"
    assert formats.money("12.5", "USD", "en") == "$12.50"


@pytest.mark.parametrize("rate", [0.08, "0.0800", 8, "8.0000"])
def test_a_tax_rate_is_a_percentage_in_either_notation(rate: float | str) -> None:
    assert formats.percent(rate) == "8%"


@pytest.mark.parametrize(
    ("recipient", "ja", "en"),
    [
        ({"name": "髙﨑 恵"}, "髙﨑 恵 様", "Hello 髙﨑 恵"),
        ({"name": "髙﨑 恵様"}, "髙﨑 恵 様", "Hello 髙﨑 恵"),
        ({"name": "髙﨑 恵 様 様"}, "髙﨑 恵 様", "Hello 髙﨑 恵"),
        ({"family_name": "Sato", "given_name": "Hanako"}, "Sato Hanako 様", "Hello Hanako Sato"),
        ({"company": "株式会社みどり"}, "株式会社みどり 御中", "Hello 株式会社みどり"),
        ({"name": "株式会社みどり", "company": "株式会社みどり"}, "株式会社みどり 御中", "Hello 株式会社みどり"),
        ({"name": "山本 葵", "company": "株式会社みどり"}, "株式会社みどり 山本 葵 様", "Hello 山本 葵"),
        ({"name": "株式会社みどり御中", "company": "株式会社みどり"}, "株式会社みどり 御中", "Hello 株式会社みどり"),
        ({}, "お客様", "Hello"),
        ({"name": "  "}, "お客様", "Hello"),
        ({"name": "Win now http://evil.invalid"}, "お客様", "Hello"),
    ],
)
def test_people_are_addressed_once_and_as_they_expect(recipient: dict[str, str], ja: str, en: str) -> None:
    assert formats.dear(recipient, "ja") == ja
    assert formats.dear(recipient, "en") == en


@pytest.mark.parametrize("name", ["髙﨑 恵", "𠮷野 家", "渡邉 葛󠄀", "O’Brien", "佐藤　花子", "José 🌸"])
def test_no_rare_character_of_a_name_is_lost(name: str) -> None:
    assert formats.clean(name) == name


def test_what_no_message_may_carry_is_removed_at_any_depth() -> None:
    dirty = {"items": [{"name": "a\x00b\ud800c\u202ed\u2028e\r"}], "n": 1, "none": None}
    assert formats.clean(dirty) == {"items": [{"name": "abcde"}], "n": 1, "none": None}


def test_a_header_is_one_line() -> None:
    assert formats.header("Hello\r\nBcc: all@example.invalid\n\x00x") == "Hello Bcc: all@example.invalid x"


def test_an_order_of_another_shop_front_is_known_by_its_own_number() -> None:
    assert formats.order_reference("rakuten:12-34") == "12-34"
    assert formats.order_reference("H-1") == "H-1"


@pytest.mark.parametrize(
    ("street", "ja", "en"),
    [
        ("石垣市浜崎町3-6-5", "〒907-0013 沖縄県石垣市浜崎町3-6-5", "石垣市浜崎町3-6-5, Okinawa, 907-0013"),
        ("沖縄県石垣市浜崎町3-6-5", "〒907-0013 沖縄県石垣市浜崎町3-6-5", "沖縄県石垣市浜崎町3-6-5, 907-0013"),
        (None, "〒907-0013 沖縄県", "Okinawa, 907-0013"),
    ],
)
def test_an_address_tells_its_region_once(street: str | None, ja: str, en: str) -> None:
    place = {"postal_code": "907-0013", "region": "JP-47", "address": street}
    assert formats.address(place, {"JP-47": "沖縄県"}, "ja") == ja
    assert formats.address(place, {"JP-47": "Okinawa"}, "en") == en
