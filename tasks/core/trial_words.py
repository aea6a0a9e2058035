"""What a trial of somebody's export found, in sentences for the person who made the export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.core.domain import GateState

UNUSABLE = (GateState.CLOSED, GateState.STALE)
ADVICE = {
    "rounded by a spreadsheet": "its digits are lost: export again, and do not open the file in Excel before",
    "required and empty": "fill it in, or map another column",
    "not an amount of money": "write it in digits",
    "not an instant with offset": "write the year first: 2026/9/5 8:03",
    "not a date": "write the year first: 2026/9/5",
    "leading zeros lost?": "a spreadsheet ate them: export again, and do not open the file in Excel before",
    "unknown orders": "their order was set aside, or is not in the export",
    "unknown shipments": "their parcel was set aside",
    "not an address": "nothing reaches them",
    "not a phone number": "no SMS reaches them",
}
"""Reason -> what to do about it. Reasons are those of tasks/core/suites.py and sql/load."""

THINGS = {
    "orders": "order",
    "order_lines": "ordered item",
    "customers": "customer",
    "shipments": "parcel",
    "shipment_lines": "item of a parcel",
    "products": "product",
    "consents": "consent",
    "recipients": "recipient",
}
"""Canonical table -> what a row of it is to a shop."""


@dataclass(frozen=True)
class TrialReport:
    """What stands above the gallery of a trial. `example`: an order whose customer is written to most.

    `is_newest`: `as_of` is the newest moment in the export. `held`: (touchpoint, messages, why) of what does not leave.
    """

    recognised: str
    as_of: str
    is_newest: bool
    facts: Sequence[str]
    findings: Sequence[str]
    example: str
    held: Sequence[tuple[str, int, str]] = ()


def facts(counts: Mapping[str, Any]) -> list[str]:
    """How much was loaded. `counts`: the row of sql/trial/counts.sql."""
    things = {"orders": "order", "lines": "item", "parcels": "parcel", "members": "member", "guests": "guest"}
    return [_number(counts[column], thing) for column, thing in things.items()]


def people(counts: Mapping[str, Any]) -> list[str]:
    """Whom nothing reaches, and who gets no marketing."""
    everybody = counts["members"] + counts["guests"]
    found = []
    if counts["unreachable"]:
        found.append(
            f"{counts['unreachable']} of {_number(everybody, 'customer')} without an e-mail address: they get nothing."
        )
    if not counts["agreed"]:
        found.append("Nobody's consent to marketing is in the export: without it nobody gets any.")
    elif counts["agreed"] < everybody:
        found.append(
            f"{counts['agreed']} of {_number(everybody, 'customer')} agreed to marketing; the others get none."
        )
    return found


def feeds(gates: Mapping[str, str], reasons: Mapping[str, str]) -> list[str]:
    """What could not be read or is too old to act on, and what an export without scans cannot tell."""
    unusable = {
        name: reasons.get(name, state).removeprefix(f"{name}: ") for name, state in gates.items() if state in UNUSABLE
    }
    found = [f"What needs {name} is held back: {reason}." for name, reason in unusable.items()]
    if gates.get("tracking") == GateState.ABSENT:
        found.append(
            "Parcels have no scans here: news of their way begins when tracking is connected (docs/tracking.md)."
        )
    return found


def set_aside(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """One sentence for each reason that set rows aside. `rows`: those of sql/trial/set_aside.sql."""
    return [
        f"{_number(row['n'], THINGS.get(row['table_name'], row['table_name']))} set aside: "
        f"{row['column_name'].replace('_', ' ')}{_said(row['value'])}, {row['reason']} "
        f"({row['file']} line {row['line']}{_more(row['n'])}).{_advice(row['reason'])}"
        for row in rows
    ]


def warned(columns: Mapping[str, int]) -> list[str]:
    """Values that were kept though they look wrong. `columns`: `table.column` -> rows."""
    lines = []
    for name, n in columns.items():
        table, _, column = name.partition(".")
        lines.append(f"{_number(n, THINGS.get(table, table))}: {column.replace('_', ' ')} looks wrong, and was kept.")
    return lines


def _advice(reason: str) -> str:
    told = ADVICE.get(reason)
    return f" {told[0].upper()}{told[1:]}." if told else ""


def _said(value: str | None) -> str:
    return f" {value!r:.40}" if value else ""


def _more(n: int) -> str:
    return f" and {n - 1} more" if n > 1 else ""


def _number(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'' if n == 1 else 's'}"
