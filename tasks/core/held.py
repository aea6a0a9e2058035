"""What kept much of an hour from being sent for good, in sentences: floors, ids the ledger knows otherwise, and age."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tasks.core.queries import query

MANY = 10
"""Fewer messages that came too late are ordinary."""
SHOWN = 5
"""Touchpoints named in a sentence."""
_WIDENED = re.compile(r" for \d+ h$")


def begun(floors: Sequence[Mapping[str, Any]], floor_at: datetime) -> list[str]:
    """Sentences about touchpoints that have a floor since this run. `floors`: touchpoint, subject_format."""
    widened = [row["touchpoint"] for row in floors if _WIDENED.search(row["subject_format"])]
    new = [row["touchpoint"] for row in floors if row["touchpoint"] not in widened]
    sentences = []
    if new:
        sentences.append(
            f"{_listed(new)}: new here, by name or subject format, so nothing due before "
            f"{floor_at.isoformat(timespec='minutes')} is sent. Was it renamed by mistake? Take that back; "
            "`todoke backfill` alone reaches further back."
        )
    if widened:
        sentences.append(
            f"{_listed(widened)}: valid for longer now (valid_for_hours), which counts for what comes: what is too "
            "late by the old time stays unsent; `todoke backfill` alone reaches further back."
        )
    return sentences


def left_out(connection: Connection) -> list[str]:
    """Sentences about candidates that were told under another id, or due too long ago. Reads them after the gates."""
    found = query("decide/left_out").rows(connection)
    told = {row["touchpoint"]: row["told_before"] for row in found if row["told_before"]}
    late = {row["touchpoint"]: row["too_late"] for row in found if row["too_late"]}
    sentences = []
    if told:
        sentences.append(
            f"{sum(told.values())} messages are not sent again under other ids ({_counted(told)}): did a due file's "
            "subject_id change, or the ids of customers? Take it back, or give the touchpoint another subject_format."
        )
    if sum(late.values()) >= MANY:
        sentences.append(
            f"{sum(late.values())} messages were due too long ago to be sent ({_counted(late)}): were orders "
            "back-dated, or is a feed late? `todoke explain --order ID` shows when each was due."
        )
    return sentences


def _counted(n: dict[str, int]) -> str:
    return _listed([f"{name} {count}" for name, count in sorted(n.items(), key=lambda one: -one[1])])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
