"""The suite of the due set: what is about to be planned is checked like a feed, right before it is.

A candidate that breaks an expectation waits alone with the reason `invalid:<what>`; where too many of a touchpoint do,
all of that touchpoint wait. Other touchpoints go on.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from tasks.core.expectations import Failure, failures
from tasks.core.queries import query
from tasks.core.suites import STOP_ROWS, STOP_SHARE, due_suite
from tasks.core.touchpoints import Touchpoint

COLUMNS = ("touchpoint", "subject_id", "due_at", "valid_until", "variant", "language", "broken")

_WRITTEN = '(@.type() == "string" && @ like_regex "{}")'
_KEPT = {
    **{word: f'@.type() == "{kind}"' for word, kind in {"text": "string", "list": "array"}.items()},
    **{word: f'@.type() == "{word}"' for word in ("number", "boolean", "object")},
    "integer": '(@.type() == "number" && @.floor() == @)',
    "money": '@.type() == "number" || ' + _WRITTEN.format(r"^-?\\d+(\\.\\d+)?$"),
    "date": _WRITTEN.format(r"^\\d{4}-\\d\\d-\\d\\d$"),
    "instant": _WRITTEN.format(r"^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d.*(Z|[+-]\\d\\d(:?\\d\\d)?)$"),
}
"""What `_fits` of tasks/core/touchpoints.py says of each type word, as a JSON path (a test compares them)."""


def check_due_set(connection: Connection, touchpoints: Sequence[Touchpoint], as_of: datetime) -> list[str]:
    """Stop the candidates that break an expectation; a sentence for each touchpoint and expectation broken."""
    frame = _candidates(connection, touchpoints)
    if frame.empty:
        return []
    reasons = _reasons(frame, failures(frame, due_suite(touchpoints)))
    stopped = _stopped(frame, reasons)
    others = frame.index[frame["touchpoint"].isin(stopped) & ~frame.index.isin(reasons)]
    reasons |= dict.fromkeys(others, "invalid:others")
    if reasons:
        _stop(connection, frame, reasons, as_of)
    found = Counter((frame["touchpoint"][position], reason) for position, reason in sorted(reasons.items()))
    return [f"{name}: {n} messages are not sent ({reason})." for (name, reason), n in sorted(found.items())]


def _candidates(connection: Connection, touchpoints: Sequence[Touchpoint]) -> pd.DataFrame:
    contract = {touchpoint.name: _contract(touchpoint) for touchpoint in touchpoints}
    rows = query("decide/due_set").rows(connection, contract=json.dumps(contract))
    return pd.DataFrame([tuple(row.values()) for row in rows], columns=list(COLUMNS))


def _contract(touchpoint: Touchpoint) -> dict[str, Any]:
    """The declared context as JSON paths that are true of a kept one: of all fields, and of each in its order."""
    each = [(name, _path(name, word)) for name, word in touchpoint.context.items()]
    return {
        "all": "strict " + (" && ".join(path for _, path in each) or "exists($)"),
        "each": [(n, f"strict {path}") for n, path in each],
    }


def _path(name: str, word: str) -> str:
    kept = _KEPT[word.rstrip("?")]
    field = f"$.{json.dumps(name)}"
    null = ' || @.type() == "null"' if word[-1] == "?" else ""
    return f"exists({field} ? ({kept}{null}))"


def _reasons(frame: pd.DataFrame, failed: Sequence[Failure]) -> dict[int, str]:
    """Position -> reason: the first expectation of the suite it breaks. One that cannot be evaluated stops all."""
    reasons: dict[int, str] = {}
    for failure in failed:
        for position in range(len(frame)) if failure.broken else failure.positions:
            what = frame["broken"][position] if failure.check.column == "broken" else failure.check.reason
            reasons.setdefault(position, f"invalid:{what}")
    return reasons


def _stopped(frame: pd.DataFrame, reasons: dict[int, str]) -> set[str]:
    """Touchpoints of which too much is broken to trust the rest."""
    total = Counter(frame["touchpoint"])
    bad = Counter(frame["touchpoint"][position] for position in reasons)
    return {name for name, n in bad.items() if n >= STOP_ROWS and n > STOP_SHARE * total[name]}


def _stop(connection: Connection, frame: pd.DataFrame, reasons: dict[int, str], as_of: datetime) -> None:
    query("decide/set_invalid").run(
        connection,
        touchpoints=[frame["touchpoint"][position] for position in reasons],
        subjects=[frame["subject_id"][position] for position in reasons],
        reasons=list(reasons.values()),
        as_of=as_of,
    )
