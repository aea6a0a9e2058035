"""Channels that come and go: what a run may use, what waits for one that is not there, what one lost on the way."""

from collections.abc import Sequence

from tasks.core.claims import Scope, end, fall_back
from tasks.core.domain import ChannelName, State
from tasks.core.ledger import dissolve
from tasks.core.outgoing import message_key
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.touchpoints import load_all


def scope_of(run: Run, channel: ChannelName, is_real: bool) -> Scope:
    """What a worker on this channel may claim, and where what is refused may go."""
    settings = run.settings
    ways = {
        name: [one for one in touchpoint.channels if one in settings.channels]
        for name, touchpoint in load_all().items()
    }
    return Scope(run.run_id, run.as_of, channel, is_real and settings.env != "production", settings.allowed(), ways)


def waits(run: Run, channel: ChannelName) -> bool:
    """Do messages wait on this channel that another one refused?"""
    with run.database.transaction() as connection:
        return bool(query("ledger/fallen_waiting").scalar(connection, channel=channel))


def leave_removed_channels(run: Run, scope: Scope, channels: Sequence[ChannelName]) -> list[str]:
    """Reject what waits for ever, on a channel other than these; class T takes another. One line if there was any."""
    with run.database.transaction() as connection:
        for row in query("ledger/removed_batches").rows(connection, channels=list(channels)):
            dissolve(connection, scope, row["batch_id"], row["fence"], State.SEALED, "channel_removed")
        rows = query("ledger/removed_messages").rows(connection, channels=list(channels))
        keys = [(row["touchpoint"], row["subject_id"]) for row in rows]
        end(connection, scope.as_of, dict.fromkeys(keys, (State.REJECTED, "channel_removed")))
        fall_back(connection, scope, keys, removed=True)
    return [f"{len(keys)} messages were planned on a channel that is not configured any more"] if keys else []


def take_bounced(run: Run, scope: Scope) -> list[str]:
    """Plan on its next channel, once, what is owed and bounced after it was accepted. One line if there was any."""
    with run.database.transaction() as connection:
        rows = query("ledger/bounced").rows(connection, as_of=scope.as_of)
        named = [((row["touchpoint"], row["subject_id"]), row["message_key"]) for row in rows]
        keys = {key for key, told in named if told == message_key(*key)}
        moved = fall_back(connection, scope, keys, removed=True, from_state=State.ACCEPTED)
    return [f"{moved} messages bounced after they were accepted: they take another channel"] if moved else []
