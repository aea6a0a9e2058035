"""After the last step: what was sent, held and why, as one object and as Prefect artifacts."""

import json
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.core.approvals import awaiting
from tasks.core.fronts import feed_of
from tasks.core.guards import paused
from tasks.core.ledger import discrepancies, ledger_sum
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.seeds import count_copies

Summary = dict[str, Any]
"""as_of, run_id, load_id, planned (of them held_out), states{touchpoint: {state: n}}, seeds{state: n} (copies for
colleagues, in no other figure), waiting{touchpoint: {reason: n}}, quarantined{table: n}, unknown_statuses{word: n},
gates{feed: state}, broken{touchpoint: error}, notes[sentence], feeds[row of `feeds_of`], seconds{step: s}."""


@task(name="report", timeout_seconds=300, tags=["report"], cache_policy=NO_CACHE, persist_result=False)
def report(run: Run, results: Mapping[str, Any], seconds: Mapping[str, float]) -> Summary:
    """Publish the run's artifacts, mark it finished, return its summary. Removes the run's folder: personal data."""
    with run.database.transaction() as connection:
        summary = summarise(connection, run, results) | {"seconds": {step: round(s, 3) for step, s in seconds.items()}}
        query("publish/finish_run").run(connection, run_id=run.run_id, seconds=json.dumps(summary["seconds"]))
    publish_artifacts(summary)
    shutil.rmtree(run.scratch, ignore_errors=True)
    return summary


def summarise(connection: Connection, run: Run, results: Mapping[str, Any]) -> Summary:
    """The one object `todoke run --json` prints, without the seconds."""
    decision, delivered = results["decide"], results["deliver"]
    return {
        "as_of": run.as_of.isoformat(),
        "run_id": run.run_id,
        "load_id": decision.load_id,
        "planned": decision.planned,
        "held_out": sum(n for counts in decision.verdicts.values() for why, n in counts.items() if "held_out" in why),
        "states": ledger_sum(connection),
        "seeds": count_copies(connection),
        "waiting": _waiting(connection),
        "quarantined": {row["table_name"]: row["n"] for row in _rows(connection, "quarantined", as_of=run.as_of)},
        "unknown_statuses": results["load"].unknown_statuses,
        "gates": {row["feed"]: row["state"] for row in _rows(connection, "gates")},
        "feeds": feeds_of(results["validate"]),
        "broken": decision.broken,
        "notes": [
            *_feed_notes(results["validate"]),
            *weather_notes(connection),
            *results["validate"]["warnings"],
            *paused(connection),
            *decision.alarms,
            *awaiting(connection),
            *delivered.notes,
            *discrepancies(connection),
            *_unscanned(connection, run),
        ],
    }


def _rows(connection: Connection, name: str, **values: Any) -> Any:
    return query(f"reports/{name}").rows(connection, **values)


def weather_notes(connection: Connection) -> list[str]:
    """Why the gate of the warnings is not open."""
    return [
        f"Warnings: {row['reason']}" for row in _rows(connection, "gates") if row["feed"] == "hazards" and row["reason"]
    ]


def _unscanned(connection: Connection, run: Run) -> list[str]:
    return [
        f"Stall detection is off for {row['parcels']} parcels on their way (carrier {row['carrier']}): "
        "none of its scans was ever seen."
        for row in _rows(connection, "unscanned", as_of=run.as_of)
    ]


def _waiting(connection: Connection) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows(connection, "waiting"):
        counts[row["touchpoint"]][row["reason"]] = row["n"]
    return dict(counts)


def publish_artifacts(summary: Summary) -> None:
    """Three artifacts of the running flow: tables of touchpoints and feeds, and what a person should look at."""
    create_table_artifact(
        key="messages", table=table_of(summary), description=f"Messages by touchpoint at {summary['as_of']}"
    )
    create_table_artifact(key="feeds", table=summary["feeds"], description=f"Feeds at {summary['as_of']}")
    create_markdown_artifact(key="attention", markdown=attention(summary), description="What wants a look")


def feeds_of(checked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per feed: rows read and set aside, failed expectations, gate and why it is not open."""
    tables = {feed: [table for table in checked["read"] if feed_of(table) == feed] for feed in checked["gates"]}
    return [_feed(checked, feed, read) for feed, read in tables.items()]


def _feed(checked: Mapping[str, Any], feed: str, tables: Sequence[str]) -> dict[str, Any]:
    found = [(column, f"{n}") for column, n in checked["failed"].items()]
    found += [(column, f"{n} warned") for column, n in checked["warned"].items()]
    return {
        "feed": feed,
        "read": sum(checked["read"].get(table, 0) for table in tables),
        "set aside": sum(checked["quarantined"].get(table, 0) for table in tables),
        "failed": ", ".join(f"{column} {n}" for column, n in found if column.split(".")[0] in tables),
        "gate": checked["gates"][feed],
        "why": checked["reasons"].get(feed, ""),
    }


def _feed_notes(checked: Mapping[str, Any]) -> list[str]:
    """Why a feed is closed, what is new in one, and where the page of a stopped table lies."""
    reasons = checked["reasons"]
    closed = [
        f"Feed {feed} is closed: {reasons[feed]}" for feed, state in checked["gates"].items() if state == "closed"
    ]
    pages = [f"What is expected of {table}, and how it failed: {path}" for table, path in checked["data_docs"].items()]
    return [*closed, *checked["news"], *pages]


def table_of(summary: Summary) -> list[dict[str, Any]]:
    """One row per touchpoint: sent, on its way, waiting with reasons, failed, too late, no longer true; seeds last."""
    names = sorted({*summary["states"], *summary["waiting"]})
    rows = [_row(name, summary["states"].get(name, {}), summary["waiting"].get(name, {})) for name in names]
    return rows + ([_row("seeds", summary["seeds"], {})] if summary["seeds"] else [])


def _row(name: str, states: Mapping[str, int], waiting: Mapping[str, int]) -> dict[str, Any]:
    def total(*which: str) -> int:
        return sum(states.get(state, 0) for state in which)

    return {
        "touchpoint": name,
        "sent": total("accepted"),
        "on its way": total("planned", "sealed", "posting", "unknown"),
        "to approve": total("approval"),
        "held out": total("held_out"),
        "waiting": ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in sorted(waiting.items())),
        "failed": total("rejected", "parked"),
        "too late": total("expired"),
        "no longer true": total("cancelled"),
    }


def gate_lines(gates: Mapping[str, str]) -> list[str]:
    """A line for each feed that holds something back, and one for all feeds the order system never had."""
    lines = [f"Feed {feed} is {state}." for feed, state in gates.items() if state not in ("open", "absent")]
    absent = [feed for feed, state in gates.items() if state == "absent"]
    return [*lines, f"The order system has no {', '.join(absent)}."] if absent else lines


def attention(summary: Summary) -> str:
    """What is not as it should be, in words; one line when all is well."""
    lines = [f"- {line}" for line in gate_lines(summary["gates"])]
    lines += [f"- {n} rows of **{table}** are set aside." for table, n in summary["quarantined"].items()]
    lines += [f"- Unknown carrier word **{word}** ({n} scans)." for word, n in summary["unknown_statuses"].items()]
    lines += [f"- Touchpoint **{name}** was not decided: {error}" for name, error in summary["broken"].items()]
    lines += [f"- {note}" for note in summary["notes"]]
    return "\n".join(lines) or "Nothing wants a look."
