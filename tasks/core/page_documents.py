"""What lies beside a tracking page: the order's status as JSON (docs/tracking_page.md) and its calendar file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from tasks.core import formats, order_status
from tasks.core.calendar_file import Event, calendar_file, stable_uid
from tasks.core.order_status import OrderState, Page

SCHEMA = 1
"""Version of the JSON: a field may be added to it, never changed or taken away."""

_SAME = ("language", "placed_at", "shipped_at", "delivered_at", "updated_at", "promised_on", "requested_on")
_PARCEL = ("carrier", "tracking_number", "status", "eta_on", "shipped_at", "delivered_at", "items")


@dataclass(frozen=True)
class Voice:
    """How a shop front speaks one language: tables of words.toml, its section of brand.toml."""

    language: str
    words: Mapping[str, Any]
    shop: Mapping[str, Any]

    def say(self, table: str, code: str) -> str:
        """The word for a code; an unknown code as it is."""
        return str(self.words[table].get(code, code))


def status_document(page: Page, voice: Voice, url: str, reason: str | None) -> bytes:
    """The JSON. `url`: the page's address; `reason`: the sentence that explains its delay."""
    found, delay = order_status.state(page), page["delay"]
    first, last = order_status.expected_days(page)
    after = page["after_sale"]
    return _json(
        {
            "schema": SCHEMA,
            "order_number": formats.order_reference(page["order_id"]),
            "state": found,
            "says": voice.say("states", found),
            "stage": order_status.stage(page),
            **{name: page[name] for name in _SAME},
            "expected": {"from_on": first, "until_on": last} if last and order_status.is_expected(page) else None,
            "requested_slot": page["requested_slot"],
            "delay": delay and delay | {"says": reason},
            "items": _items(page["items"]),
            "parcels": [_parcel(parcel, voice) for parcel in page["parcels"]],
            "still_to_come": [] if page["cancelled"] else _items(page["still_to_come"]),
            "after_sale": after and after | {"says": voice.say("after_sales", f"{after['kind']}_{after['status']}")},
            "links": {"page": url, **{name: voice.shop["urls"][name] for name in ("contact", "returns", "faq")}},
        }
    )


def ended_document(voice: Voice) -> bytes:
    """The JSON of an order that is long over: nothing of it."""
    links = {name: voice.shop["urls"][name] for name in ("contact", "returns", "faq")}
    said = {"state": OrderState.ENDED, "says": voice.say("states", OrderState.ENDED), "language": voice.language}
    return _json({"schema": SCHEMA, **said, "links": links})


def delivery_event(page: Page, voice: Voice, url: str, when: tuple[date, date] | tuple[datetime, datetime]) -> bytes:
    """The calendar file: when the parcel is expected, and where to look."""
    starts, ends = when
    labels = voice.words["labels"]
    number = f"{labels['order_number']} {formats.order_reference(page['order_id'])}"
    return calendar_file(
        Event(
            uid=stable_uid(page["order_id"], urlsplit(voice.shop["urls"]["home"]).hostname or "todoke.invalid"),
            changed_at=datetime.fromisoformat(page["updated_at"]),
            starts=starts,
            ends=ends,
            summary=f"{labels['calendar_name']} ({voice.shop['name']})",
            description=f"{number}\n{labels['track']}{labels['colon']}{url}",
        ),
        voice.language,
    )


def _parcel(parcel: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    history = [scan | {"says": voice.say("statuses", scan["status"])} for scan in parcel["history"]]
    return {
        **{name: parcel[name] for name in _PARCEL},
        "carrier_name": voice.say("carriers", parcel["carrier"]),
        "says": voice.say("statuses", parcel["status"]),
        "history": history,
    }


def _items(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": item["name"], "quantity": item["quantity"]} for item in items]


def _json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document)
