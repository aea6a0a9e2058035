"""Approvals from the Prefect UI: a form, what waits, a person's yes, and exactly that is released or cancelled.

As in flows/notice.py the run is suspended while it waits for the person, and begins again at its first line: what was
shown lies in Todoke's database.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field

from tasks.core.approval_words import done_words, left_words, plan_words
from tasks.core.thresholds import DetectionSettings
from tasks.prepare import open_run
from tasks.release import decide_release, show_waiting

PATIENCE = timedelta(hours=24)
"""How long a form stays open; the messages go on waiting after it."""

Name = Annotated[str, Field(min_length=1, title="Your name", description="Kept with what you do.")]


class Confirmation(RunInput):
    """The form behind the button `Resume`. No field has a default: an empty answer is refused."""

    decision: Literal["confirm", "leave"] = Field(
        title="Decision", description="leave: nothing changes, they go on waiting.", json_schema_extra={"position": 0}
    )
    name: Name = Field(json_schema_extra={"position": 1})


@flow(name="release")
def release(
    operator: Name,
    act: Literal["release", "cancel"],
    touchpoint: str | None = None,
    waits_for: Literal["approval", "volume"] | None = None,
    why: str = "",
) -> dict[str, Any]:
    """Show what waits for approval, wait for a person, release or cancel exactly that.

    Args:
        operator: Your name. It is kept with what you do.
        act: release: the next run sends them. cancel: they are never sent.
        touchpoint: Only messages of this one, as todoke calls it; empty: of all.
        waits_for: Only what waits for this reason; empty: whatever it waits for.
        why: For colleagues, kept in the audit.
    """
    run = open_run()
    plan, subjects = show_waiting(run, operator, act, touchpoint, waits_for, why, _plan_id())
    words, key = plan_words(plan, subjects, DetectionSettings().zone), f"release-{plan.plan_id}"
    create_markdown_artifact(key=key, markdown=words, description="What waits")
    if not plan.waiting:
        return {"plan_id": plan.plan_id, "messages": 0}
    answer = suspend_flow_run(
        Confirmation.with_initial_data(description=words), timeout=int(PATIENCE.total_seconds()), key="waiting"
    )
    moved = decide_release(run, plan.plan_id, answer.decision, answer.name)
    said = done_words(plan, moved, answer.name) if answer.decision == "confirm" else left_words(plan, answer.name)
    create_markdown_artifact(key=key, markdown=said, description="What was done")
    return {"plan_id": plan.plan_id, "messages": moved}


def _plan_id() -> str:
    """One plan a flow run, however often the run starts from its first line."""
    return str(flow_run.id).split("-")[0]
