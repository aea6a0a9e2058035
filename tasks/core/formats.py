"""How values look in messages: dates, money, names. Every function takes and returns plain text in one language.

Dates come as ISO text (`2025-11-21`), instants as ISO text with offset, money as number or text in major units.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

_JA_WEEKDAYS = "月火水木金土日"
_EN_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# What no message may carry: C0 and C1 controls but newline, lone surrogates, bidirectional overrides, line separators.
_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]"
)
_LINKS = re.compile(r"://|www\.|@|\.(?:com|net|org|jp|ru|cn|top|xyz|info)\b", re.IGNORECASE)
_PREFECTURE = re.compile(r"北海道|東京都|(?:大阪|京都)府|\w{2,3}県")
_HONORIFIC = re.compile(r"(?:[\s　]*(?:様|さま|御中|殿))+$")


def clean(value: Any) -> Any:
    """The value without characters no message may carry; lists and objects are cleaned inside."""
    if isinstance(value, str):
        return value if value.isprintable() else _FORBIDDEN.sub("", value)
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return value


def header(value: str) -> str:
    """One header line: no line break survives, whatever a name contained."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", clean(value)).strip()


@lru_cache(maxsize=20_000)
def day(value: str, language: str) -> str:
    """`11月21日(金)`, `Fri 21 Nov`."""
    return _day(date.fromisoformat(value[:10]), language)


@lru_cache(maxsize=20_000)
def day_range(start: str | None, end: str | None, language: str) -> str:
    """`11月21日〜23日`, `21–23 Nov`; `11月29日〜12月2日` over a month's end; one day where both are the same."""
    if not start or not end or start[:10] == end[:10]:
        return day(start or end or "", language)
    first, last = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
    same = (first.year, first.month) == (last.year, last.month)
    if language == "ja":
        return f"{first.month}月{first.day}日〜" + ("" if same else f"{last.month}月") + f"{last.day}日"
    head = f"{first.day}–" if same else f"{first.day} {_EN_MONTHS[first.month - 1]} – "
    return f"{head}{last.day} {_EN_MONTHS[last.month - 1]}"


@lru_cache(maxsize=20_000)
def instant(value: str, language: str, zone: str) -> str:
    """`2025年11月21日(金) 14:05`, `Fri 21 Nov 2025, 14:05`, on the reader's clock."""
    local = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
    if language == "ja":
        return f"{local.year}年{_day(local.date(), language)} {local:%H:%M}"
    return f"{_day(local.date(), language)} {local.year}, {local:%H:%M}"


@lru_cache(maxsize=20_000)
def day_of(value: str, language: str, zone: str) -> str:
    """The day of an instant on the reader's clock."""
    return _day(datetime.fromisoformat(value).astimezone(ZoneInfo(zone)).date(), language)


@lru_cache(maxsize=20_000)
def until(value: str, language: str, zone: str) -> str:
    """A deadline with its hour; midnight is told as the end of the day before, which is how people read it."""
    local = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
    if (local.hour, local.minute) != (0, 0):
        return f"{_day(local.date(), language)}{' ' if language == 'ja' else ', '}{local:%H:%M}"
    before = _day(local.date() - timedelta(days=1), language)
    return f"{before} 24:00" if language == "ja" else f"the end of {before}"


@lru_cache(maxsize=50_000)
def money(value: float | str | Decimal, currency: str, language: str) -> str:
    """`1,980円`, `¥1,980`; JPY has no decimals, other currencies as their locale writes them."""
    amount = Decimal(str(value))
    if currency != "JPY":
        return format_currency(amount, currency, locale="ja_JP" if language == "ja" else "en_US")
    yen = f"{abs(amount):,.0f}"
    sign = "-" if amount < 0 else ""
    return f"{sign}{yen}円" if language == "ja" else f"{sign}¥{yen}"


@lru_cache(maxsize=1_000)
def percent(rate: float | str) -> str:
    """`8%` from 0.08 or 8: shops deliver either."""
    number = Decimal(str(rate))
    return f"{(number * 100 if abs(number) < 1 else number).normalize():f}%"


def worth(terms: dict[str, Any], language: str) -> str:
    """What a coupon takes off: `500円`, `¥500`, `10%`."""
    if terms["amount"] is None:
        return f"{terms['percent']}%"
    return str(money(terms["amount"], terms["currency"], language))


def is_reduced(item: dict[str, Any]) -> bool:
    """Whether an item falls under Japan's reduced consumption tax of 8 %."""
    return item["tax_rate"] is not None and percent(item["tax_rate"]) == "8%"


def any_reduced(items: list[dict[str, Any]]) -> bool:
    """Whether the note about the reduced rate is needed."""
    return any(is_reduced(item) for item in items)


def line_total(item: dict[str, Any]) -> Decimal:
    """Price of a line in major units."""
    return Decimal(str(item["unit_price"])) * int(item["quantity"])


def person(recipient: dict[str, Any], language: str) -> str:
    """The name alone, without honorific; empty when unknown or when it holds a link (a spammer's sign-up)."""
    parts = (recipient.get("family_name"), recipient.get("given_name"))
    joined = " ".join(part for part in (parts if language == "ja" else reversed(parts)) if part)
    return _bare(recipient.get("name") or joined)


def dear(recipient: dict[str, Any], language: str) -> str:
    """Salutation: `髙﨑 恵 様`, `株式会社みどり 御中`, `お客様`; `Hello Megumi Takasaki`, `Hello`."""
    name, company = person(recipient, language), _bare(recipient.get("company"))
    if language == "en":
        return f"Hello {name or company}".rstrip()
    if company and name in ("", company):
        return f"{company} 御中"
    return f"{company} {name} 様".lstrip() if name else "お客様"


def addressee(recipient: dict[str, Any], *, honorific: bool) -> str:
    """Who stands on a card: `髙﨑 恵 様`, `株式会社みどり 御中`, `株式会社みどり 髙﨑 恵 様`; empty when unknown."""
    name, company = person(recipient, "ja"), _bare(recipient.get("company"))
    if company and name in ("", company):
        return f"{company} 御中" if honorific else company
    return " ".join(part for part in (company, name, "様" if name and honorific else "") if part)


def sama(name: str | None, language: str) -> str:
    """A third person's name: 様 exactly once in Japanese."""
    bare = _bare(name)
    return f"{bare} 様" if bare and language == "ja" else bare


def address(place: dict[str, Any], regions: dict[str, str], language: str) -> str:
    """`〒907-0013 沖縄県石垣市浜崎町3-6-5`, `3-6-5 Hamasaki-cho, Okinawa, 907-0013`; the region is never told twice."""
    street, code = place["address"] or "", place["postal_code"]
    region = regions.get(place["region"], place["region"]) if place["region"] else ""
    if region in street or _PREFECTURE.match(street):
        region = ""
    if language == "ja":
        return (f"〒{code} " if code else "") + region + street
    return ", ".join(part for part in (street, region, code) if part)


def web_address(value: str | None) -> str:
    """A link from the shop's data, or nothing: no scheme but http(s) reaches a message."""
    return value if value and value.startswith(("https://", "http://")) else ""


def order_reference(order_id: str) -> str:
    """The number the customer knows: without the `source:` prefix of another shop front."""
    return order_id.rpartition(":")[2]


def _bare(name: str | None) -> str:
    bare = _HONORIFIC.sub("", name or "").strip()
    return "" if _LINKS.search(bare) else bare


def _day(value: date, language: str) -> str:
    if language == "ja":
        return f"{value.month}月{value.day}日({_JA_WEEKDAYS[value.weekday()]})"
    return f"{_EN_WEEKDAYS[value.weekday()]} {value.day} {_EN_MONTHS[value.month - 1]}"
