"""Named people with planned messages, written straight into the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, text

from tasks.core.claims import Claimed
from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, TemplateRejected
from tasks.core.outgoing import Attachment
from tasks.core.rendering import Rendered
from tasks.core.runs import Run, write_under
from tasks.core.settings import Settings
from tasks.core.thresholds import DeliverySettings, PaceSettings

NOW = datetime(2026, 9, 15, 1, 0, tzinfo=UTC)  # Tuesday, 10:00 in Tokyo
LOAD = 1
QUICK = DeliverySettings(
    lease_seconds=0.8, timeout_seconds=0.3, margin_seconds=0.1, repost_minutes=1, horizon_minutes=0.001, batch_size=10
)
"""Times for tests: a killed worker is taken over after less than a second."""

STEADY = QUICK.model_copy(update={"lease_seconds": 3.2, "timeout_seconds": 2.5})
"""The same for tests that count posts: no answer is late because the machine is busy."""

PATIENT = PaceSettings(breaker_pause_seconds=0.2)


@dataclass(frozen=True)
class Planned:
    """One planned message: to whom, about which order."""

    subject_id: str
    touchpoint: str = "shipped"
    message_class: str = "T"
    person: str = "高橋 恵"
    email: str = ""
    priority: int = 90
    run_id: str = "run-1"
    valid_until: datetime = NOW + timedelta(hours=20)
    planned_at: datetime = NOW
    context: dict[str, Any] = field(default_factory=dict)
    status: str | None = None
    consents: bool = True
    customer: str = ""

    @property
    def customer_id(self) -> str:
        """One customer a message, unless the test says otherwise."""
        return self.customer or f"C-{self.subject_id}"

    @property
    def address(self) -> str:
        """Reaches nobody: .invalid."""
        return self.email or f"{self.subject_id.lower()}@example.invalid"


def orders(count: int, **changes: Any) -> list[Planned]:
    """Messages of `count` orders."""
    return [replace(Planned(f"O-{number:05d}"), **changes) for number in range(count)]


def plan(database: Database, messages: Sequence[Planned]) -> None:
    """Write customers, consents, messages, contents and work list as decide would."""
    with database.transaction() as connection:
        connection.execute(
            text("insert into load (load_id, kind, as_of) values (:load, 'merge', :at) on conflict do nothing"),
            {"load": LOAD, "at": NOW},
        )
        write_under(connection, LOAD, NOW)
        for statement in _STATEMENTS:
            connection.execute(text(statement), [_values(message) for message in messages])
        agreed = [_values(message) for message in messages if message.consents]
        if agreed:
            connection.execute(text(_CONSENT), agreed)


_STATEMENTS = (
    """insert into customers (customer_id, email, name, status, address_key)
       values (:customer_id, :address, :person, :status, :address_key) on conflict do nothing""",
    """insert into message (touchpoint, subject_id, customer_id, order_id, class, channel, address_key, language,
         variant, priority, due_at, valid_until, planned_at, planned_load, run_id, state, state_at)
       values (:touchpoint, :subject_id, :customer_id, :subject_id, :class, 'email', :address_key, 'ja', 'plain',
         :priority, :planned_at, :valid_until, :planned_at, 1, :run_id, 'planned', :planned_at)""",
    """insert into message_content
       values (:touchpoint, :subject_id, cast(:context as jsonb), cast(:recipient as jsonb))""",
    """insert into outbox (touchpoint, subject_id, channel, class, priority, due_at)
       values (:touchpoint, :subject_id, 'email', :class, :priority, :planned_at)""",
)
_CONSENT = """insert into consents (customer_id, channel, topic, granted, at, source)
              values (:customer_id, 'email', 'marketing', true, '2026-01-01', 'checkout') on conflict do nothing"""


def _values(message: Planned) -> dict[str, Any]:
    recipient = {"customer_id": message.customer_id, "name": message.person, "email": message.address}
    return {
        **{name: getattr(message, name) for name in ("touchpoint", "subject_id", "customer_id", "address", "person")},
        **{name: getattr(message, name) for name in ("priority", "run_id", "valid_until", "planned_at", "status")},
        "class": message.message_class,
        "address_key": f"key:{message.address}",
        "context": orjson.dumps(message.context).decode(),
        "recipient": orjson.dumps(recipient).decode(),
    }


def run_of(database: Database, home: Path, run_id: str = "run-1", as_of: datetime = NOW, **settings: Any) -> Run:
    """A run against this database with its own home."""
    return Run(run_id, as_of, database.url, database.namespace, Settings(home=home, **settings))


def render(claimed: Claimed) -> Rendered:
    """A small message. A context with `poison` cannot be rendered, one with `broken` shows a broken folder."""
    if claimed.context.get("poison"):
        raise TemplateRejected(f"{claimed.touchpoint}: field 'items' is missing\0")
    if claimed.context.get("broken"):
        raise ConfigurationError(f"templates/{claimed.touchpoint} has no Japanese text")
    return Rendered(
        subject=f"ご注文 {claimed.subject_id} " + claimed.context.get("subject", ""),
        html=f"<p>{claimed.subject_id}</p>" + "x" * claimed.context.get("padding", 0),
        text=f"{claimed.subject_id}\n",
        from_name="とどけ堂",
        from_address="orders@todoke.invalid",
        reply_to="help@todoke.invalid",
        stream="orders",
        headers={"Content-Language": claimed.language},
        attachments=tuple(Attachment("file.ics", "text/calendar", one) for one in claimed.context.get("file", "")),
    )


def all_due(_connection: Connection, _touchpoint: str, order_ids: Sequence[str], _as_of: datetime) -> set[str]:
    """Everything is still true."""
    return set(order_ids)


def states(database: Database) -> dict[str, str]:
    """subject_id -> state."""
    with database.transaction() as connection:
        return {row.subject_id: row.state for row in connection.execute(text("select subject_id, state from message"))}


def reason_of(database: Database, subject_id: str) -> str:
    """Why a message is in its state."""
    with database.transaction() as connection:
        return str(connection.scalar(text("select reason from message where subject_id = :id"), {"id": subject_id}))


def change(database: Database, statement: str, **values: Any) -> None:
    """One write of the outside world, under the newest load."""
    with database.transaction() as connection:
        write_under(connection, LOAD, NOW)
        connection.execute(text(statement), values)
