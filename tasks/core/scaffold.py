"""A new touchpoint, whole from its first minute: folder, due file and cases that pass `todoke check` and tests/due.

The pieces lie in `templates/_scaffold/`, with `<<name>>` where a value goes. What it makes is due some days after an
order arrived; whoever made it edits from there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from tasks.core.brand import LANGUAGES, parse_brand
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.errors import ConfigurationError
from tasks.core.parts import FILES
from tasks.core.paths import ROOT
from tasks.core.touchpoints import CATALOGUE, parse_touchpoint

Grain = Literal["order", "shipment", "customer"]
_T, _S, _M = TouchpointClass.TRANSACTIONAL, TouchpointClass.SERVICE, TouchpointClass.MARKETING
_AS_OF = datetime.fromisoformat("2026-09-15T10:00:00+09:00")
_NAME = re.compile(r"[a-z][a-z0-9_]{2,39}")
_VALUE = re.compile(r"<<(\w+)>>")
_PEOPLE = {"ono": "小野 蓮", "mori": "森 梓", "abe": "阿部 恵", "kato": "加藤 悠", "doi": "土井 光"}
_SUBJECTS: dict[Grain, tuple[str, str, str]] = {
    "order": ("O", "{}-1", "the buyer of an order that arrived"),
    "shipment": ("S", "s-{}", "the buyer of a parcel that arrived"),
    "customer": ("C", "{}", "a customer whose first order arrived"),
}
"""subject_format, subject of a person of the cases, whom it writes to."""

_CLASSES: dict[TouchpointClass, tuple[str, int]] = {
    _T: ("operations", 2),
    _S: ("operations", 10),
    _M: ("marketing", 14),
}
"""Who owns it, and for how many days from due_at it is worth sending."""

_OPT_OUT = "{{ shop.urls.unsubscribe }}?t={{ unsubscribe_token }}"
_NO_ROOM = {ChannelName.SMS, ChannelName.PUSH}
_MAX_DAYS = 300


@dataclass(frozen=True)
class NewTouchpoint:
    """What someone wants to write. Raises ConfigurationError for what cannot be."""

    name: str
    touchpoint_class: TouchpointClass
    grain: Grain
    channels: tuple[ChannelName, ...]
    days: int

    def __post_init__(self) -> None:
        """Name, class, channels and days can be."""
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                f"{self.name!r} cannot be the name of a touchpoint: 3 to 40 of a-z, 0-9 and _, beginning with a letter"
            )
        wanted = CATALOGUE.get(self.name, self.touchpoint_class)
        if wanted is not self.touchpoint_class and not (wanted is _M and self.touchpoint_class is _S):
            raise ConfigurationError(
                f"{self.name} is of class {wanted} in the catalogue; say --class {wanted}, or take another name"
            )
        if not self.channels or len(set(self.channels)) != len(self.channels):
            raise ConfigurationError("name each channel once, and at least one")
        if ChannelName.INSERT in self.channels:
            raise ConfigurationError("an insert goes into a parcel before it leaves; this is due after one arrived")
        if self.touchpoint_class is _M and (small := _NO_ROOM & set(self.channels)):
            raise ConfigurationError(
                f"{', '.join(sorted(small))} has no room for the opt-out link that class M needs; leave it out"
            )
        if not 1 <= self.days <= _MAX_DAYS:
            raise ConfigurationError(f"{self.days} days after arrival: between 1 and {_MAX_DAYS} are possible")


def create(wanted: NewTouchpoint, root: Path = ROOT) -> list[Path]:
    """Write it; returns the files. Nothing is written where anything of this name is there already.

    A copy without tests (an installed one) gets no cases. A class T that the catalogue does not know is listed in
    brand.toml under [classes], which is then among the files.
    """
    files = _files(wanted, root)
    folder = root / "templates" / wanted.name
    there = [path for path in (folder, *files) if path.exists()]
    if there:
        raise ConfigurationError(
            f"{there[0].relative_to(root).as_posix()} exists already; take another name, or edit what is there"
        )
    if wanted.touchpoint_class is _T and wanted.name not in CATALOGUE:
        brand = root / "templates" / "brand.toml"
        files[brand] = _with_class(brand, wanted)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _files(wanted: NewTouchpoint, root: Path) -> dict[Path, str]:
    pieces, values = root / "templates" / "_scaffold", _values(wanted, root)
    folder = root / "templates" / wanted.name
    texts = [form.format(language) for channel in wanted.channels for form in FILES[channel] for language in LANGUAGES]
    made = {
        folder / "touchpoint.toml": "declaration.toml",
        **{folder / name: name for name in (*texts, "sample.json")},
        root / "sql" / "due" / f"{wanted.name}.sql": f"due_{wanted.grain}.txt",
    }
    if (cases := root / "tests" / "due").is_dir():
        made[cases / f"{wanted.name}.toml"] = "cases.toml"
    return {path: _filled((pieces / piece).read_text(encoding="utf-8"), values) for path, piece in made.items()}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VALUE.sub(lambda found: values[found[1]], text)


def _values(wanted: NewTouchpoint, root: Path) -> dict[str, str]:
    subject_format, subject, who = _SUBJECTS[wanted.grain]
    owner, worth_days = _CLASSES[wanted.touchpoint_class]
    marketing = wanted.touchpoint_class is _M
    needs = ["orders", "products", "shipments", "tracking", "returns", *(["consents"] if marketing else [])]
    return {
        "name": wanted.name,
        "english": wanted.name.replace("_", " ").capitalize(),
        "who": who,
        "days": str(wanted.days),
        "last_day": str(wanted.days + worth_days),
        "class": wanted.touchpoint_class,
        "owner": owner,
        "needs": ", ".join(map(json.dumps, needs)),
        "valid_hours": str(24 * worth_days),
        "priority": str(_free_priority(wanted, root)),
        "subject_format": subject_format,
        "channels": ", ".join(json.dumps(channel.value) for channel in wanted.channels),
        "opt_out": "{{ blocks.opt_out(unsubscribe_token) -}}\n" if marketing else "",
        "marketing_footer": '    <mj-include path="footer_marketing.mjml" />\n' if marketing else "",
        "line_second_ja": f"配信を停止する|{_OPT_OUT}" if marketing else "お問い合わせ|{{ shop.urls.contact }}",
        "line_second_en": f"Unsubscribe|{_OPT_OUT}" if marketing else "Contact us|{{ shop.urls.contact }}",
        **{person: subject.format(person) for person in _PEOPLE},
        **_people(wanted),
    }


def _people(wanted: NewTouchpoint) -> dict[str, str]:
    """Rows of the cases. Their parcels arrived in the hour that makes them due; kato's has not."""
    arrived = _AS_OF - timedelta(days=wanted.days, hours=1)
    placed, sent, back = (arrived + timedelta(days=days) for days in (-3, -1, 0.01))
    at = {name: f"{name}_at = {instant.isoformat()}" for name, instant in (("placed", placed), ("shipped", sent))}
    address = 'ship_to_postal_code = "150-0001", ship_to_region = "JP-13", ship_to_address = "渋谷区神宮前0-0-0"'
    said = [
        f'  {{ customer_id = "{one}", channel = "{channel}", at = {placed.isoformat()} }},'
        for one in _PEOPLE
        for channel in wanted.channels
        if one != "doi"
    ]
    marketing = wanted.touchpoint_class is _M
    return {
        "customers": "\n".join(
            f'  {{ customer_id = "{one}", name = "{name}", email = "{one}@example.invalid", address_key = "k-{one}", '
            f'line_user_id = "U{one}", line_key = "l-{one}", phone = "090-0000-000{n}", phone_key = "p-{one}", '
            f'push_token = "t-{one}", push_key = "d-{one}" }},'
            for n, (one, name) in enumerate(_PEOPLE.items())
        ),
        "orders": "\n".join(
            f'  {{ order_id = "{one}-1", customer_id = "{one}", {at["placed"]}, {address}{_cancelled(one, sent)} }},'
            for one in _PEOPLE
        ),
        "shipments": "\n".join(
            f'  {{ shipment_id = "s-{one}", order_id = "{one}-1", {at["shipped"]}'
            f"{'' if one == 'kato' else f', delivered_at = {arrived.isoformat()}'} }},"
            for one in _PEOPLE
        ),
        "returned_at": back.isoformat(timespec="seconds"),
        "consents": "\n".join(["consents = [", *said, "]", ""]) if marketing else "",
        "no_consent": _filled(_NO_CONSENT, {"doi": _SUBJECTS[wanted.grain][1].format("doi")}) if marketing else "",
    }


_NO_CONSENT = """
[[case]]
name = "doi_never_said_yes_to_marketing"
subject = "<<doi>>"
verdict = "dropped"
reason = "no_consent"
"""


def _cancelled(one: str, at: datetime) -> str:
    return f", cancelled_at = {at.isoformat()}" if one == "mori" else ""


def _free_priority(wanted: NewTouchpoint, root: Path) -> int:
    """Below all others of its class where there is room above the next class, else the first unused one above it."""
    classes = parse_brand(root / "templates" / "brand.toml").classes
    known = [parse_touchpoint(path, classes) for path in (root / "templates").glob("*/touchpoint.toml")]
    of_class = [one.priority for one in known if one.touchpoint_class is wanted.touchpoint_class]
    order = (_T, _S, _M)
    below = [one.priority for one in known if order.index(one.touchpoint_class) > order.index(wanted.touchpoint_class)]
    floor, lowest = max(below, default=0), min(of_class, default=100)
    used = {one.priority for one in known}
    return next((n for n in (*range(lowest - 1, floor, -1), *range(lowest, 101)) if n not in used), lowest)


def _with_class(brand: Path, wanted: NewTouchpoint) -> str:
    text = brand.read_text(encoding="utf-8")
    line = f'{wanted.name} = "{wanted.touchpoint_class}"\n'
    changed, done = re.subn(r"(?m)^\[classes\][^\n]*\n", lambda found: found[0] + line, text, count=1)
    if not done:
        raise ConfigurationError(f"templates/brand.toml has no [classes]; add it, with {line.strip()}")
    return changed
