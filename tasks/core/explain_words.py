"""An explanation in words: one line for each fact and decision, one for each verdict. Terminal and page say the same.

Takes what tasks/proof/explain.py returns, as JSON; returns plain text in one language.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tasks.core.anonymous import HIDDEN
from tasks.core.paths import TEMPLATES
from tasks.core.words import localised

GROUPS = ("now", "waits", "ledger", "later", "stopped", "never")
"""What becomes of a touchpoint, in the order it is shown."""

LATE_TO_KNOW = timedelta(hours=1)
"""What was known within the hour was known at once: loads come hourly."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*([+-]\d\d:\d\d|Z)")
_TOLD = ("seen", "condition", "who", "anchor", "checks")
_FOLDED = ("touchpoint", "granted", "from_on", "until_on", "amount", "total", "currency")
"""Of a detail: said in the words before it."""


@dataclass(frozen=True)
class Line:
    """One event. `about`: touchpoint or id; `note`: what else is known of it; `known`: when we knew, where later."""

    day: str
    time: str
    title: str
    about: str
    note: str
    known: str
    is_decision: bool


@dataclass(frozen=True)
class Said:
    """One verdict. `why`: a sentence; `values`: name, value as text; `condition`: in the due file's words, or empty."""

    group: str
    subject: str
    why: str
    values: tuple[tuple[str, str], ...]
    condition: str


@dataclass(frozen=True)
class Sayer:
    """Words of one language, times of one zone."""

    words: Mapping[str, Any]
    zone: str

    def line(self, event: Mapping[str, Any], first_known: str | None) -> Line:
        """An event. `first_known`: the first load there was; what it brought was not learnt late."""
        day, time = self.instant(event["at"]).split(" ")[:2]
        detail, kind = event["detail"], event["kind"]
        is_decision = kind.startswith("message_")
        about = detail.get("touchpoint") or event["id"] or ""
        rest = [f"{event['id']}"] if detail.get("touchpoint") and event["id"] else []
        note = " ".join([*_folded(detail, self), *rest, *self._rest(detail)])
        return Line(day, time, self._title(kind, detail), about, note, self._known(event, first_known), is_decision)

    def verdict(self, row: Mapping[str, Any]) -> Said:
        """A verdict."""
        detail = row["detail"] or {}
        seen = detail.get("seen") or {}
        told = (*_TOLD, "due_at") if row["reason"] == "not_due_yet" else _TOLD
        plain = {name: value for name, value in detail.items() if name not in told}
        values = [(name.partition(".")[2] or name, self.value(value)) for name, value in seen.items()]
        values += [(name.replace("_", " "), self.value(value)) for name, value in plain.items() if value is not None]
        if row.get("failing") and row["reason"] == "not_due_yet":
            values.append((self.words["page"]["also"], row["failing"]))
        if row.get("waits"):
            values.append((self.words["page"]["waits_since"], self.value(row["waits_since"])))
        return Said(
            group_of(row), row.get("subject_id", ""), self.why(row), tuple(values), detail.get("condition") or ""
        )

    def why(self, row: Mapping[str, Any]) -> str:
        """The reason as a sentence; a reason without words stands for itself. What was never near says who would be."""
        reason = row["reason"] or "leaves_now"
        name, _, rest = reason.partition(":")
        known = self.words["reasons"]
        said: str = known.get("feed" if reason.startswith("feed_") else name, reason).replace("{name}", rest)
        if reason == "not_due_yet":
            return f"{said}: {self.value(row['due_at'])}"
        anchor = (row["detail"] or {}).get("anchor", "").rstrip(".")
        return f"{said}: {anchor}" if reason == "no_anchor" and anchor else said

    def value(self, value: Any) -> str:
        """As a person reads it: instants on the clock of the zone."""
        page = self.words["page"]
        if value is None or value == []:
            return str(page["none"])
        if isinstance(value, bool):
            return str(page["yes"] if value else page["no"])
        if isinstance(value, list):
            return ", ".join(self.value(one) for one in value)
        if isinstance(value, Mapping):
            return ", ".join(f"{name} {self.value(one)}" for name, one in value.items() if one is not None)
        return self.instant(value) if isinstance(value, str) and _INSTANT.fullmatch(value) else str(value)

    def instant(self, value: str) -> str:
        """`2026-09-15 10:00 JST`."""
        return f"{datetime.fromisoformat(value).astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M %Z}"

    def fact(self, name: str) -> str:
        """What a fact is called."""
        return str(self.words["facts"].get(name, name.replace("_", " ")))

    def _title(self, kind: str, detail: Mapping[str, Any]) -> str:
        if kind == "consent":
            kind = "consent_yes" if detail.get("granted") else "consent_no"
        return str(self.words["kinds"][kind])

    def _rest(self, detail: Mapping[str, Any]) -> Iterator[str]:
        for name, value in detail.items():
            if name not in _FOLDED and value not in (None, HIDDEN):
                yield self._reason(value) if name == "reason" else self.value(value)

    def _reason(self, reason: Any) -> str:
        name, _, rest = str(reason).partition(":")
        return str(self.words["reasons"].get(name, str(reason))).replace("{name}", rest)

    def _known(self, event: Mapping[str, Any], first_known: str | None) -> str:
        known_at = event["known_at"]
        if known_at is None or known_at == first_known:
            return ""
        if datetime.fromisoformat(known_at) - datetime.fromisoformat(event["at"]) <= LATE_TO_KNOW:
            return ""
        return " ".join(self.instant(known_at).split(" ")[:2])


def sayer(language: str, zone: str) -> Sayer:
    """Words of templates/explain/words.toml in one language."""
    return Sayer(_words(language), zone)


def group_of(row: Mapping[str, Any]) -> str:
    """Which of GROUPS a verdict belongs to."""
    if row["reason"] == "not_due_yet":
        return "later"
    groups = {"leaves now": "now", "done": "ledger", "waiting": "waits", "approval": "waits", "not due": "never"}
    return groups.get(row["verdict"], "stopped")


def told(timeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The timeline less the steps a message only passes through on its way."""
    last = {_message(event): place for place, event in enumerate(timeline)}
    return [
        event
        for place, event in enumerate(timeline)
        if event["kind"] not in ("message_sealed", "message_posting") or last[_message(event)] == place
    ]


def _message(event: Mapping[str, Any]) -> tuple[Any, ...]:
    return event["detail"].get("touchpoint"), event["id"], event["kind"].startswith("message_")


def first_known(timeline: list[dict[str, Any]]) -> str | None:
    """When the first load came: the shop's past came with it, and nobody learnt of it late."""
    known = [event["known_at"] for event in timeline if event["known_at"]]
    return min(known, default=None)


def _folded(detail: Mapping[str, Any], sayer: Sayer) -> Iterator[str]:
    amount = detail.get("amount", detail.get("total"))
    if amount is not None:
        yield " ".join([f"{float(amount):,.10g}", *([detail["currency"]] if detail.get("currency") else [])])
    days = [detail[name] for name in ("from_on", "until_on") if detail.get(name)]
    if days:
        yield "–".join(sayer.value(day) for day in days)


@cache
def _words(language: str) -> Mapping[str, Any]:
    path = TEMPLATES / "explain" / "words.toml"
    found: Mapping[str, Any] = localised(tomllib.loads(path.read_text(encoding="utf-8")), language)
    return found
