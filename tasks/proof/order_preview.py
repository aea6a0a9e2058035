"""What the customer of one order got, gets or would get: every due row, rendered from the facts as they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tasks.core.brand import Brand
from tasks.core.database import Database
from tasks.core.domain import ChannelName
from tasks.core.due import due_header
from tasks.core.errors import TemplateRejected
from tasks.core.preview_pages import Shown, claim_folder, show, write_page
from tasks.core.queries import query
from tasks.core.rendering import Renderer
from tasks.core.specimens import Specimen, renderer_to_nowhere
from tasks.core.touchpoints import load, load_all
from tasks.proof.explain import decide_about, known_customer, known_order
from tasks.proof.ground import standing

OUTCOMES = ("ledger", "now", "later", "waiting", "not")
"""In the order of the page: already in the ledger, leaves now, not due yet, waits for a gate, will not be sent."""


@dataclass(frozen=True)
class Told:
    """One due row. `shown`: None where it cannot be rendered; `why`: that, or what ledger, gate or check says."""

    touchpoint: str
    title: str
    subject: str
    due_at: str
    why: str
    detail: Mapping[str, Any]
    shown: Shown | None


def preview_order(
    database: Database, order_id: str, folder: Path, brand: Brand, as_of: datetime | None = None
) -> tuple[Path, int]:
    """Write the page of one order into a folder that only we may read. Returns the page and the number of messages.

    Raises DataError for an order nobody loaded, ConfigurationError for a folder that holds something else.
    """
    with standing(database, as_of) as (connection, ground):
        order, at = known_order(connection, order_id), ground.as_of
        decide_about(connection, known_customer(connection, order["customer_id"]), ground)
        rows = [dict(row) for row in query("explain/contents").rows(connection, order_id=order_id)]
        events = [dict(row) for row in query("explain/messages").rows(connection, order_id=order_id)]
    claim_folder(folder, private=True)
    renderer = renderer_to_nowhere(brand)
    told: dict[str, list[Told]] = defaultdict(list, ledger=_untrue_by_now(events, rows))
    for row in rows:
        told[outcome(row)].append(_told(row, folder, renderer))
    names = {row["touchpoint"] for row in (*rows, *events)}
    silent = {one.title: due_header(name)["Who"] for name, one in load_all().items() if name not in names}
    page = write_page(folder, "index.html", "preview_order.html", brand, order_id=order_id, at=at.isoformat(),
                      told={name: told[name] for name in OUTCOMES if told[name]}, silent=silent)  # fmt: skip
    return page, sum(one.shown is not None for group in told.values() for one in group)


def outcome(row: Mapping[str, Any]) -> str:
    """One of OUTCOMES, from the ledger's state and the gates' verdict."""
    if row["state"]:
        return "ledger"
    if row["reason"] == "not_due_yet":
        return "later"
    return {None: "now", "waiting": "waiting", "approval": "waiting"}.get(row["verdict"], "not")


def _untrue_by_now(events: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[Told]:
    """Messages in the ledger whose due row is gone: the parcel of a "shipped" has arrived. Told, but not drawn."""
    newest = {(event["touchpoint"], event["subject_id"]): event for event in events}
    gone = newest.keys() - {(row["touchpoint"], row["subject_id"]) for row in rows}
    titles = {name: touchpoint.title for name, touchpoint in load_all().items()}
    return [
        Told(name, titles.get(name, name), subject, event["state_at"].isoformat(), event["state"], {}, None)
        for (name, subject), event in newest.items()
        if (name, subject) in gone
    ]


def _told(row: Mapping[str, Any], folder: Path, renderer: Renderer) -> Told:
    touchpoint, why = load(row["touchpoint"]), row["state"] or row["reason"] or ""
    if row["failing"] and outcome(row) == "later":
        why += f", check:{row['failing']}"
    try:
        rendered = renderer.render(
            touchpoint.name,
            row["channel"],
            row["language"],
            row["variant"],
            row["context"],
            row["recipient"],
            row["source"],
        )
        channel = ChannelName(row["channel"])
        specimen = Specimen(touchpoint, channel, row["language"], row["variant"], row["subject_id"], rendered)
        shown = show(folder, specimen)
    except TemplateRejected as error:  # what is not due yet lacks facts its message will have
        why, shown = f"{why}: {error}", None
    at = (row["state_at"] if row["state"] else row["due_at"]).isoformat()
    return Told(touchpoint.name, touchpoint.title, row["subject_id"], at, why, row["detail"] or {}, shown)
