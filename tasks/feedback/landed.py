"""Requests that a gateway of any kind laid down as objects: JSON {path, headers, body}, or whole mails.

`method` is POST unless it says otherwise; `body` is text, or base64 with `isBase64Encoded`; `received_at` (ISO)
defaults to when the object was written. Names that end with `.eml`, or lie below `replies/`, are mails as they came:
who may write there is trusted.
"""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from tasks.core.errors import FeedbackRefused
from tasks.feedback.base import Incoming, instant, mapping, text

REPLY_PATH = "/feedback/reply"


def is_mail(name: str) -> bool:
    """Is the object a mail as it came?"""
    return name.endswith(".eml") or name.startswith("replies/")


def incoming_of(name: str, content: bytes, written_at: datetime) -> Incoming:
    """The request in one object. Raises FeedbackRefused where it is none."""
    if is_mail(name):
        return Incoming(REPLY_PATH, {}, content, written_at)
    try:
        landed = mapping(json.loads(content), "the object")
    except (ValueError, RecursionError) as error:
        raise FeedbackRefused("malformed", f"{name} is no JSON") from error
    if str(landed.get("method", "POST")).upper() != "POST":
        raise FeedbackRefused("no_post", f"{name} is no POST: looking at a page changes nothing")
    headers = mapping(landed.get("headers"), "headers")
    at = instant(landed["received_at"], "received_at") if landed.get("received_at") else written_at
    return Incoming(
        path=text(landed.get("path"), "path"),
        headers={key.lower(): value for key, value in headers.items() if isinstance(value, str)},
        body=_body(landed),
        received_at=at,
    )


def _body(landed: dict[str, Any]) -> bytes:
    body = landed.get("body")
    if not isinstance(body, str):
        raise FeedbackRefused("malformed", "body is no text")
    try:
        return base64.b64decode(body, validate=True) if landed.get("isBase64Encoded") else body.encode()
    except (binascii.Error, ValueError) as error:  # unpaired surrogates are a ValueError too
        raise FeedbackRefused("malformed", "body cannot be read") from error
