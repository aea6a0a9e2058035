"""Backfills from the Prefect UI: a form; a shadow or a mark goes on step by step, a send is previewed and waits.

As in flows/notice.py the run of a send is suspended while a person reads, and begins again at its first line. A shadow
or a mark that was cut off is taken up by submitting the same form again.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field

from tasks.backfill import finish, open_window, work
from tasks.backfill_send import approve_send, preview_send, reject_send
from tasks.core.backfill_words import done_lines, markdown, preview_words, sent_lines, title
from tasks.core.backfills import BackfillMode, BackfillRequest, BackfillState
from tasks.core.runs import Run
from tasks.core.thresholds import DetectionSettings
from tasks.prepare import open_run

Name = Annotated[str, Field(min_length=1, title="Your name", description="Kept with what you do.")]


class SendDecision(RunInput):
    """The form behind the button `Resume`. No field has a default: an empty answer is refused."""

    decision: Literal["approve", "reject"] = Field(title="Decision", json_schema_extra={"position": 0})
    name: Name = Field(json_schema_extra={"position": 1})


@flow(name="backfill")
def backfill(operator: Name, request: BackfillRequest) -> dict[str, Any]:
    """Decide a past window beside the ledger, mark it as handled, or send what of it is still true today.

    Args:
        operator: Your name. It is kept with the backfill.
        request: The window, the touchpoints, and what shall become of what was due.
    """
    run = open_run()
    return _send(run, request, operator) if request.mode is BackfillMode.SEND else _window(run, request, operator)


def _window(run: Run, request: BackfillRequest, operator: str) -> dict[str, Any]:
    opened = open_window(run, request, operator)
    key = f"backfill-{opened.backfill_id}"
    bar = cast(UUID, create_progress_artifact(0.0, key=f"{key}-progress", description="Steps done"))
    for step in work(run, opened):
        update_progress_artifact(bar, progress=100 * step.number / step.of)
        get_run_logger().info("%s of %s  %s  %s", step.number, step.of, step.until.isoformat(), dict(step.counts))
    done = finish(run, opened, operator)
    update_progress_artifact(bar, progress=100.0)
    words = markdown(title(done, DetectionSettings().zone), done_lines(done))
    create_markdown_artifact(key=key, markdown=words, description="What came of it")
    return done.model_dump(mode="json", include={"backfill_id", "state", "mode"})


def _send(run: Run, request: BackfillRequest, operator: str) -> dict[str, Any]:
    shown = preview_send(run, request, operator, _backfill_id())
    plan, key = shown.plan, f"backfill-{shown.plan.backfill_id}"
    words = preview_words(shown, DetectionSettings().zone)
    create_markdown_artifact(key=key, markdown=words, description="What would be sent")
    if plan.state is BackfillState.DONE:
        return {"backfill_id": plan.backfill_id, "messages": 0}
    answer = suspend_flow_run(
        SendDecision.with_initial_data(description=words), timeout=_seconds_until(plan.expires_at), key="send"
    )
    if answer.decision == "reject":
        return reject_send(run, plan.backfill_id, answer.name).model_dump(
            mode="json", include={"backfill_id", "state", "ended_by"}
        )
    sent = approve_send(run, plan.backfill_id, plan.plan_hash or "", answer.name)
    said = markdown(title(plan, DetectionSettings().zone), sent_lines(sent))
    create_markdown_artifact(key=key, markdown=said, description="What was sent")
    return sent.model_dump(mode="json")


def _backfill_id() -> str:
    """One plan a flow run, however often the run starts from its first line."""
    return "b" + str(flow_run.id).split("-")[0]


def _seconds_until(at: datetime | None) -> int:
    return max(1, int((at - datetime.now(UTC)).total_seconds())) if at else 1
