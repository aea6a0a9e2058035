"""What AfterShip and 17TRACK post without being asked, to `todoke listen` or to a gateway that lays it down.

A verified request becomes rows of `tracking_inbox`; the next load takes them with everything else.
"""

import base64
import hmac
import json
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import urlsplit

from tasks.core.accounts import AfterShipSettings, SeventeenTrackSettings
from tasks.core.database import Database
from tasks.core.errors import FeedbackRefused
from tasks.core.queries import query
from tasks.feedback.base import MAX_BODY, Incoming, mapping, needed, same, text
from tasks.tracking import aftership, seventeentrack
from tasks.tracking.base import Scan, inner


def from_aftership(incoming: Incoming) -> list[Scan]:
    """The scans of one event. https://www.aftership.com/docs/tracking/webhook/webhook-signature"""
    secret = needed(AfterShipSettings().webhook_secret, "TODOKE_AFTERSHIP_WEBHOOK_SECRET")
    expected = base64.b64encode(hmac.new(secret.encode(), incoming.body, sha256).digest()).decode()
    if not same(incoming.header("aftership-hmac-sha256"), expected):
        raise FeedbackRefused("forged", "the signature is not AfterShip's")
    tracking = mapping(mapping(incoming.json(), "the body").get("msg"), "msg")
    text(tracking.get("tracking_number"), "msg.tracking_number")
    return aftership.told_of(tracking).scans


def from_17track(incoming: Incoming) -> list[Scan]:
    """The scans of one event; the number decides whose parcel it is, unless its carrier has a code here."""
    settings = SeventeenTrackSettings()
    secret = needed(settings.secret, "TODOKE_SEVENTEENTRACK_SECRET")
    expected = sha256(incoming.body + b"/" + secret.encode()).hexdigest()
    if not same(incoming.header("sign").lower(), expected):
        raise FeedbackRefused("forged", "the signature is not 17TRACK's")
    data = mapping(mapping(incoming.json(), "the body").get("data"), "data")
    number = text(data.get("number"), "data.number")
    names = {code: carrier for carrier, code in settings.codes().items()}
    code = data.get("carrier")
    carrier = names.get(code) if isinstance(code, int) else None
    return seventeentrack.told_of(inner(data, "track_info"), carrier, number).scans


WEBHOOKS: dict[str, Callable[[Incoming], list[Scan]]] = {
    "/tracking/aftership": from_aftership,
    "/tracking/17track": from_17track,
}
"""Path -> reader. The last part of the path names the source."""


def is_tracking(incoming: Incoming) -> bool:
    """Whether a request is for one of these paths."""
    return urlsplit(incoming.path).path in WEBHOOKS


def receive(database: Database, incoming: Incoming) -> int:
    """Verify, read and keep one request; the number of scans.

    Raises FeedbackRefused, ConfigurationError where the source has no key here, DatabaseUnreachable.
    """
    path = urlsplit(incoming.path).path
    if len(incoming.body) > MAX_BODY:
        raise FeedbackRefused("too_large", f"a body of {len(incoming.body)} bytes")
    scans = WEBHOOKS[path](incoming)
    if scans:
        rows = json.dumps([scan.row(path) for scan in scans])
        with database.transaction() as connection:
            query("poll/keep_inbox").run(connection, source=source_of(incoming), rows=rows)
    return len(scans)


def source_of(incoming: Incoming) -> str:
    """Name of the source, for counting."""
    return urlsplit(incoming.path).path.rpartition("/")[2]
