"""A shop's own export, tried: when it was made, in whose name its orders are shown, and what was found in it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.core.brand import DEFAULT_SECTION, load_brand
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.suites import INSTANT_TEXT
from tasks.core.touchpoints import load_all
from tasks.core.trial_words import TrialReport, facts, feeds, people, set_aside, warned
from tasks.oms.files import MappedFolder
from tasks.oms.recognise import Recognised

NEWEST = {"orders": ("placed_at", "paid_at", "cancelled_at"), "shipments": ("shipped_at", "delivered_at")}
"""Columns whose newest instant is when the export was made, as far as it says."""

_INSTANT = INSTANT_TEXT.replace("(?:", "(")


class InOwnName(MappedFolder):
    """Orders of a shop front that brand.toml does not list, shown as the own shop's: nothing of a trial leaves."""

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """As they are, but for where they come from."""
        for batch in super().fetch(table, since, until):
            yield batch.drop_columns(["source"]) if "source" in batch.column_names else batch


def require_orders(found: Recognised) -> None:
    """Raises ConfigurationError for an export of parcels alone: there is nobody to write to in it."""
    if "orders" not in found.mapping.selects:
        raise ConfigurationError(
            f"{found.mapping.declared.title} holds no orders, so nobody to write to: try the export of your shop. "
            "In an installation such a file goes into the folder of TODOKE_TRACKING=drop."
        )


def newest_instant(system: MappedFolder, now: datetime) -> datetime:
    """The newest instant the export tells of, not after `now`: a typing error in the future is none."""
    told = [
        found
        for table, columns in NEWEST.items()
        if table in system.tables()
        for batch in system.fetch(table, None, now)
        for column in columns
        if column in batch.column_names and (found := _newest(batch[column], now))
    ]
    if not told:
        raise DataError("No order in these files has a time: nothing can be decided about them.")
    return max(told)


def unlisted_sources(system: MappedFolder, at: datetime) -> set[str]:
    """Shop fronts of its orders that brand.toml has no section for."""
    named = [batch["source"] for batch in system.fetch("orders", None, at) if "source" in batch.column_names]
    sources = {source for names in named for source in pc.unique(names).to_pylist() if source}
    return sources - set(load_brand().sections)


def report_of(
    run: Run, found: Recognised, checked: Mapping[str, Any], notes: Sequence[str], is_newest: bool
) -> TrialReport:
    """What stands above the gallery. Raises DataError where not one order could be loaded."""
    with run.database.transaction() as connection:
        counts = dict(query("trial/counts").one(connection))
        aside = [dict(row) for row in query("trial/set_aside").rows(connection)]
        held = query("trial/held").rows(connection)
    if not counts["orders"]:
        said = [*checked["reasons"].values(), *set_aside(aside)]
        raise DataError(f"No order could be loaded. {' '.join(said)}")
    titles = {name: touchpoint.title for name, touchpoint in load_all().items()}
    return TrialReport(
        recognised=recognised(found),
        as_of=run.as_of.isoformat(),
        is_newest=is_newest,
        facts=facts(counts),
        findings=[
            *checked["warnings"],
            *notes,
            *set_aside(aside),
            *warned(checked["warned"]),
            *feeds(checked["gates"], checked["reasons"]),
            *people(counts),
        ],
        example=counts["example"],
        held=[(titles[row["touchpoint"]], row["n"], row["reason"].replace("_", " ")) for row in held],
    )


def recognised(found: Recognised) -> str:
    """Which mapping, and by what."""
    names, mapping = ", ".join(path.name for path in found.files.values()), found.mapping
    known = f"{found.matched} of the {found.columns} columns it reads are in {names}."
    return f"{mapping.declared.title} (mapping {mapping.name}): {known}"


def shown_as_own(unlisted: set[str]) -> list[str]:
    """What a person should know where `InOwnName` stands in."""
    return [
        f"templates/brand.toml has no [sections.{source}]: in production nothing is sent to its customers until one "
        f"says what may be. Shown here in the name of [sections.{DEFAULT_SECTION}]."
        for source in sorted(unlisted)
    ]


def _newest(texts: pa.ChunkedArray, now: datetime) -> datetime | None:
    readable = texts.filter(pc.fill_null(pc.match_substring_regex(texts, _INSTANT), False))
    told = [datetime.fromisoformat(text) for text in pc.unique(readable).to_pylist()]
    return max((at for at in told if at <= now), default=None)
