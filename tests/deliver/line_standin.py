"""LINE's push API as a small server of ours, with a store of its own: nobody else's stand-in remembers retry keys.

It keeps what https://developers.line.biz/en/docs/messaging-api/retrying-api-request/ says: a request is taken once a
retry key; the same key again is answered 409 with the id of the request that was taken.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from tests.deliver.scripted import Answer, Request

TOKEN = "line-token"
STRANGER = "U" + "0" * 32
"""A user id that LINE does not know."""


@dataclass
class LineStore:
    """What LINE holds: who got a message, and which request each retry key was taken with."""

    pushed: list[str] = field(default_factory=list)
    requests: dict[str, str] = field(default_factory=dict)

    @property
    def copies(self) -> Counter[str]:
        """User id -> messages."""
        return Counter(self.pushed)

    def handle(self, request: Request) -> Answer:
        """One push."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return _said(401, "Authentication failed due to the following reason: invalid token")
        key, body = headers.get("x-line-retry-key", ""), orjson.loads(request.body)
        if str(UUID(key)) != key or request.path != "/v2/bot/message/push":
            return _said(400, "The retry key is not a UUID")
        if taken := self.requests.get(key):
            return _said(409, "The retry key is already accepted", {"x-line-accepted-request-id": taken})
        if not re.fullmatch("U[0-9a-f]{32}", body["to"]) or body["to"] == STRANGER or not body["messages"]:
            return _said(400, "Failed to send messages")
        self.requests[key] = f"request-{len(self.requests)}"
        self.pushed.append(body["to"])
        sent = {"sentMessages": [{"id": f"46{len(self.pushed)}", "quoteToken": "q"}]}
        return Answer(200, orjson.dumps(sent), {"x-line-request-id": self.requests[key]})


def _said(status: int, message: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, orjson.dumps({"message": message}), headers or {})
