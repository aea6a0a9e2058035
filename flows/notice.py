"""Ad-hoc notices from the Prefect UI: a form, a preview, a person's decision, and exactly that plan is sent.

While it waits for the decision the run is suspended: no process lives, so it outlasts a restart of everything, and
begins again at its first line. The plan lies in Todoke's database; Prefect keeps form, figures and decision.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field

from tasks.core.notice_plans import NoticePreview
from tasks.core.notice_words import approved_words, lifted_words, plan_words
from tasks.core.notices import NoticeRequest
from tasks.core.thresholds import DetectionSettings
from tasks.notice import approve_notice, lift_notice, preview_notice, reject_notice
from tasks.prepare import open_run

Name = Annotated[str, Field(min_length=1, title="Your name", description="Kept with what you do.")]


class Decision(RunInput):
    """The form behind the button `Resume`. No field has a default: an empty answer is refused."""

    decision: Literal["approve", "reject"] = Field(title="Decision", json_schema_extra={"position": 0})
    name: Name = Field(json_schema_extra={"position": 1})


@flow(name="notice")
def notice(operator: Name, request: NoticeRequest) -> dict[str, Any]:
    """Preview what the request would send, wait for a person, send exactly that.

    Args:
        operator: Your name. It is kept with the plan.
        request: What customers shall be told, and which orders it is about.
    """
    run = open_run()
    shown = preview_notice(run, request, operator, _plan_id())
    plan = shown.plan
    answer = suspend_flow_run(
        Decision.with_initial_data(description=_show_plan(shown)), timeout=_seconds_until(plan.expires_at), key="plan"
    )
    if answer.decision == "reject":
        return reject_notice(run, plan.plan_id, answer.name).model_dump(
            mode="json", include={"plan_id", "state", "decided_by"}
        )
    sent = approve_notice(run, plan.plan_id, plan.plan_hash, answer.name)
    create_markdown_artifact(key=f"notice-{plan.plan_id}", markdown=approved_words(sent), description="What was sent")
    return sent.model_dump(mode="json")


@flow(name="lift-notice")
def end_notice(operator: Name, plan_id: str) -> dict[str, Any]:
    """End an approved notice: nothing more leaves, and who was told hears that it is over.

    Args:
        plan_id: Id of the plan, as its preview shows it.
        operator: Your name. It is kept with the plan.
    """
    lifted = lift_notice(open_run(), plan_id, operator)
    create_markdown_artifact(key=f"notice-{plan_id}", markdown=lifted_words(lifted), description="What the lift did")
    return lifted.model_dump(mode="json")


def _plan_id() -> str:
    """One plan a flow run, however often the run starts from its first line."""
    return str(flow_run.id).split("-")[0]


def _seconds_until(at: datetime) -> int:
    return max(1, int((at - datetime.now(UTC)).total_seconds()))


def _show_plan(shown: NoticePreview) -> str:
    """Two artifacts of the run, figures and list; returns the figures' Markdown, which the form shows too."""
    words, key = plan_words(shown, DetectionSettings().zone), f"notice-{shown.plan.plan_id}"
    create_markdown_artifact(key=key, markdown=words, description="What would be sent")
    people = [person.model_dump() for person in shown.people]
    create_table_artifact(
        key=f"{key}-list", table=people, description="The first hundred orders, with what happens to each"
    )
    return words
