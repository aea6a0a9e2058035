"""Short messages with a title and a link: app push, postcards, package inserts. Their adapters get them as JSON.

`push.<lang>.txt`, `postcard.<lang>.txt` and `insert.<lang>.txt` hold `Title:`, `Link:` (a QR code on paper), on
postcards and in marketing `Stop:` (where one says no to the next), an empty line, then the text. What finds the reader
stands beside them: the address of a postcard, the order an insert is packed with.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Template

from tasks.core import formats
from tasks.core.brand import Section
from tasks.core.content import Content
from tasks.core.domain import ChannelName
from tasks.core.templating import environment, split_head, template
from tasks.core.words import words_of

Find = Callable[[Mapping[str, Any], Mapping[str, str]], dict[str, str]]
"""From a message's values and the names of regions to what finds the reader. Raises ValueError where nothing does."""

_JAPANESE_CODE = re.compile(r"(\d{3})-?(\d{4})", re.ASCII)


@dataclass(frozen=True)
class NoteParts:
    """One of these files, compiled."""

    heads: dict[str, Template]
    body: Template
    regions: Mapping[str, str]
    find: Find

    def fill(self, values: Mapping[str, Any]) -> Content:
        """Title as subject, everything as JSON."""
        said = {name: formats.header(head.render(values)) for name, head in self.heads.items()}
        body = re.sub(r"\n{3,}", "\n\n", self.body.render(values)).strip()
        fields = {**self.find(values, self.regions), **said, "body": body}
        return Content(said["title"], "", json.dumps(fields, ensure_ascii=False, separators=(",", ":")))


def compile_note(channel: ChannelName, templates: Path, name: str, language: str, section: Section) -> NoteParts:
    """Raises ConfigurationError for a file that is not like that."""
    needed, other, find = _KINDS[channel]
    head, body = split_head(templates / name / f"{channel}.{language}.txt", needed, other)
    plain = environment(templates, name, language, section, escape=False)
    return NoteParts(
        heads={field.lower(): template(plain, said[0]) for field, said in head.items() if said},
        body=template(plain, body),
        regions=words_of(templates, "ja")["regions"],
        find=find,
    )


def _nowhere(values: Mapping[str, Any], regions: Mapping[str, str]) -> dict[str, str]:
    """A push message goes to the device that registered; nothing else is needed."""
    del values, regions
    return {}


def _addressed(values: Mapping[str, Any], regions: Mapping[str, str]) -> dict[str, str]:
    """Postal code, region, the address behind it, name: to Japan as written there, whatever language is read."""
    recipient, place = values["recipient"], values["recipient"]["postal"]
    if not place or not place.get("address"):
        raise ValueError("there is no postal address to send a postcard to")
    code = _JAPANESE_CODE.fullmatch(place.get("postal_code") or "")
    name = formats.addressee({**recipient, "name": recipient["name"] or place.get("name")}, honorific=bool(code))
    if not name:
        raise ValueError("there is no name to put on a postcard")
    region = regions.get(place.get("region") or "", place.get("region") or "")
    return {
        "postal_code": f"{code[1]}-{code[2]}" if code else place.get("postal_code") or "",
        "region": region,
        "address": formats.header(place["address"]).removeprefix(region),
        "name": name,
    }


def _packed_with(values: Mapping[str, Any], regions: Mapping[str, str]) -> dict[str, str]:
    """The order whose parcel it goes into, and the warehouse that packs it where the order names one."""
    del regions
    box = values["recipient"]["box"]
    if not box or not box.get("order_id"):
        raise ValueError("there is no parcel to put it into: nothing is left to pack, or it goes to somebody else")
    return {
        "order_id": box["order_id"],
        "location_id": box.get("location_id") or "",
        "name": formats.addressee(values["recipient"], honorific=True),
    }


_KINDS: dict[ChannelName, tuple[tuple[str, ...], tuple[str, ...], Find]] = {
    ChannelName.PUSH: (("Title", "Link"), ("Stop",), _nowhere),
    ChannelName.POSTCARD: (("Title", "Link", "Stop"), (), _addressed),
    ChannelName.INSERT: (("Title", "Link"), (), _packed_with),
}
"""Head lines a file needs, those it may have, and what finds its reader."""
