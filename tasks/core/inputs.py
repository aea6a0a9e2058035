"""What a decision is a function of besides facts, ledger and rules. Stored with its run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tasks.core.domain import ChannelName
from tasks.core.gates import settings_of_gates
from tasks.core.queries import query
from tasks.core.settings import Settings


@dataclass(frozen=True)
class Inputs:
    """`feeds`: feed -> {state, reason}. `gates`: what every gate is told. `seen`: snapshot of the ledger.

    `schema`: the revision the tables were at; None of a run that did not record it.
    """

    channels: tuple[ChannelName, ...]
    gates: Mapping[str, Any]
    feeds: Mapping[str, Any]
    seen: str
    schema: str | None

    @classmethod
    def of_now(cls, connection: Connection, settings: Settings) -> "Inputs":
        """As they are; asked after the planning lock was taken."""
        rows = query("reports/gates").rows(connection)
        feeds = {row["feed"]: {"state": row["state"], "reason": row["reason"]} for row in rows}
        seen = str(query("replay/seen").scalar(connection))
        schema = str(query("replay/schema").scalar(connection))
        return cls(tuple(settings.channels), settings_of_gates(), feeds, seen, schema)

    @classmethod
    def of_record(cls, kept: Mapping[str, Any], seen: str) -> "Inputs":
        """As a run kept them."""
        return cls(tuple(map(ChannelName, kept["channels"])), kept["gates"], kept["feeds"], seen, kept.get("schema"))

    def as_json(self) -> str:
        """All but the snapshot, which has a column of its own."""
        kept = {"channels": self.channels, "gates": self.gates, "feeds": self.feeds, "schema": self.schema}
        return json.dumps(kept)

    def has(self, channel: ChannelName) -> bool:
        """Whether the installation could send on it."""
        return channel in self.channels
