"""Who may tell us what became of messages: one parser a provider, found by the path it posts to."""

from urllib.parse import urlsplit

from tasks.core.errors import FeedbackRefused
from tasks.core.feedback import Event
from tasks.feedback import line, one_click, postmark, replies, resend, sendgrid, ses, twilio
from tasks.feedback.base import MAX_BODY, Incoming, Parser, Trust

PARSERS: dict[str, Parser] = {
    "/feedback/ses": ses.parse,
    "/feedback/sendgrid": sendgrid.parse,
    "/feedback/postmark": postmark.parse,
    "/feedback/resend": resend.parse,
    "/feedback/line": line.parse,
    "/feedback/twilio": twilio.parse,
    "/feedback/reply": replies.parse,
    "/unsubscribe": one_click.parse,
}
"""Path -> parser. The last part of the path names the provider in counts."""


def provider_of(path: str) -> str:
    """Name of the provider behind a path, for counting; `other` for a path nobody listens on."""
    bare = urlsplit(path).path
    return bare.rpartition("/")[2] if bare in PARSERS else "other"


def parse(incoming: Incoming, trust: Trust) -> list[Event]:
    """The events of one request. Raises FeedbackRefused, or ConfigurationError where the provider has no key here."""
    parser = PARSERS.get(urlsplit(incoming.path).path)
    if parser is None:
        raise FeedbackRefused("no_such_path", f"nobody listens on {incoming.path!r:.80}")
    if len(incoming.body) > MAX_BODY:
        raise FeedbackRefused("too_large", f"a body of {len(incoming.body)} bytes")
    return parser(incoming, trust)
