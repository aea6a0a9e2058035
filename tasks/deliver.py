"""Step 7: deliver. Claim, render, seal, intend, post, classify, acknowledge; take over, repost, resolve.

The guarantees do not depend on how this loop is scheduled: any number of processes may run it at once, and any of them
may be killed between any two lines.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from prefect import get_run_logger, task

from tasks.channels import channels_of
from tasks.channels.base import Channel
from tasks.core import due, fallback
from tasks.core.archive import keep
from tasks.core.claims import StillDue
from tasks.core.domain import ChannelName
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.sealing import Render, renderer_of
from tasks.core.steps import Hook, reached
from tasks.core.thresholds import DeliverySettings, PaceSettings
from tasks.delivery.courier import Courier
from tasks.delivery.settler import pace_of
from tasks.stores import archive_store


@dataclass
class Delivered:
    """Messages by what this run did to them, and one line for each thing it could not do."""

    counts: dict[str, int]
    notes: list[str]


@task(name="deliver", timeout_seconds=3000, tags=["deliver"])
def deliver(run: Run) -> Delivered:
    """Send every message that may leave now, and settle what earlier runs left open. Sends nothing twice."""
    with ExitStack() as open_channels:
        channels = [open_channels.enter_context(closing(channel)) for channel in channels_of(run)]
        done = deliver_messages(run, channels, renderer_of(run), hook=reached)
    get_run_logger().info("delivered: %s", done.counts or "nothing to send")
    for note in done.notes:
        get_run_logger().warning("%s", note)
    return done


def deliver_now(run: Run) -> tuple[dict[str, int], list[str]]:
    """The step for one plan that a person approved; where its messages are after it, and what it could not do."""
    with ExitStack() as open_channels:
        channels = [open_channels.enter_context(closing(channel)) for channel in channels_of(run)]
        notes = deliver_messages(run, channels, renderer_of(run), hook=reached).notes
    with run.database.transaction() as connection:
        return {row["state"]: row["n"] for row in query("notice/states").rows(connection, run_id=run.run_id)}, notes


def deliver_messages(
    run: Run,
    channels: Sequence[Channel],
    render: Render,
    still_due: StillDue = due.still_due,
    times: DeliverySettings | None = None,
    hook: Hook = lambda _: None,
    pace: PaceSettings | None = None,
) -> Delivered:
    """The step without Prefect. Ends when nothing is left that this run may do and no other worker is at it."""
    counts: Counter[str] = Counter()
    notes: list[str] = []
    stopped: set[ChannelName] = set()
    for place, channel in enumerate([*channels, *channels]):  # again: one may get what another refused
        if place >= len(channels) and (channel.name in stopped or not fallback.waits(run, channel.name)):
            continue
        limits = pace_of(run, channel, pace or PaceSettings())
        courier = Courier(run, channel, still_due, times or DeliverySettings(), hook, limits, render=render)
        if place == 0:
            notes += fallback.leave_removed_channels(run, courier.scope, [one.name for one in channels])
            notes += fallback.take_bounced(run, courier.scope)
        courier.work_until_quiet()
        stopped |= {channel.name} if courier.stopped else set()
        counts += courier.counts
        notes += courier.notes + limits.notes()
    hook("quiet")
    keep(run.database, archive_store(run.settings))
    hook("archive")
    return Delivered(dict(sorted(counts.items())), notes)
