"""Approvals from the Prefect UI: show what waits, then do to exactly that what a person decides.

docs/touchpoints.md, Modes.
"""

from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.core import approvals
from tasks.core.approvals import Act, Decision, Plan
from tasks.core.runs import Run
from tasks.core.sealing import samples_of
from tasks.core.touchpoints import load


def show(
    run: Run, operator: str, act: Act, touchpoint: str | None, reason: str | None, why: str, plan_id: str
) -> tuple[Plan, list[str]]:
    """The plan of this id, made where there is none yet, with subjects of some of its messages."""
    name = load(touchpoint).name if touchpoint else None
    with run.database.transaction() as connection:
        plan = approvals.show(connection, operator, act, name, reason, why, plan_id)
        return plan, approvals.subjects(connection, plan, samples_of(run))


def decide(run: Run, plan_id: str, decision: Decision, by: str) -> int:
    """How many messages were released or cancelled; none where they are left as they are."""
    with run.database.transaction() as connection:
        return approvals.decide(connection, approvals.plan_of(connection, plan_id), decision, by, run.settings)


# The same for flows.
_NEVER_STORED: dict[str, Any] = {"tags": ["release"], "cache_policy": NO_CACHE, "persist_result": False}
show_waiting = task(name="show what waits", timeout_seconds=300, **_NEVER_STORED)(show)
decide_release = task(name="decide release", timeout_seconds=300, **_NEVER_STORED)(decide)
