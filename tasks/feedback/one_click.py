"""One-click unsubscribe (RFC 8058): a POST to the address in List-Unsubscribe. A GET never comes here.

The sealed token is the proof: who has it was sent that very mail.
"""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tasks.core.errors import FeedbackRefused
from tasks.core.feedback import Event, Kind
from tasks.core.tokens import OptOut, Photo, open_photo_token, open_unsubscribe_token
from tasks.feedback.base import Incoming, Trust

PROVIDER = "one-click"


def opt_out_of(incoming: Incoming, trust: Trust) -> OptOut:
    """What the token in the query stands for. Raises FeedbackRefused where it is none of ours."""
    given = parse_qs(urlsplit(incoming.path).query).get("t", [])
    found = open_unsubscribe_token(trust.link_secrets, given[0]) if len(given) == 1 else None
    if found is None:
        raise FeedbackRefused("forged", "the link is none of ours, or too old")
    return found


def photo_of(incoming: Incoming, trust: Trust) -> Photo:
    """What the token of a photo's page stands for. Raises FeedbackRefused where it is none of ours."""
    given = parse_qs(urlsplit(incoming.path).query).get("t", [])
    found = open_photo_token(trust.link_secrets, given[0]) if len(given) == 1 else None
    if found is None:
        raise FeedbackRefused("forged", "the link is none of ours, or too old")
    return found


def parse(incoming: Incoming, trust: Trust) -> list[Event]:
    """The address is opted out of marketing, and so is the customer, whatever their address is by now."""
    return no_more(opt_out_of(incoming, trust), incoming)


def no_more(opt_out: OptOut, incoming: Incoming) -> list[Event]:
    """Two words: about the address at once, about the customer as a consent that was taken back."""
    no = {"customer_id": opt_out.customer_id, "channel": "email", "topic": "marketing", "granted": False}
    word = Event(PROVIDER, uuid4().hex, Kind.UNSUBSCRIBED, incoming.received_at, reason=opt_out.topic)
    return [
        replace(word, address_key=opt_out.address_key),
        replace(word, event_id=f"{word.event_id}:customer", kind=Kind.PREFERENCE, raw={"words": [no]}),
    ]
