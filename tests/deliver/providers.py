"""Small stateful stand-ins of ours for Postmark and SendGrid, each with a store of its own: nobody else's keeps both.

They answer as the documentation says: Postmark's batch with one ErrorCode a message and its search by metadata,
SendGrid's call with 202 and an empty body.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.deliver.scripted import Answer, Request

TOKEN = "a token of the tests"


@dataclass
class PostmarkStandIn:
    """`codes`: address -> the ErrorCode its message gets."""

    codes: dict[str, int] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    hidden: bool = False
    """The search does not find what was just taken."""

    @property
    def copies(self) -> Counter[str]:
        """Address -> copies."""
        return Counter(message["To"] for message in self.taken)

    def __call__(self, request: Request) -> Answer:
        """Both calls, behind the server's token."""
        if request.headers.get("X-Postmark-Server-Token") != TOKEN:
            return _json({"ErrorCode": 10, "Message": "Bad or missing API token"}, 401)
        if urlsplit(request.path).path == "/messages/outbound":
            return self._search(parse_qs(urlsplit(request.path).query))
        return _json([self._take(message) for message in orjson.loads(request.body)])

    def _take(self, message: dict[str, Any]) -> dict[str, Any]:
        code = self.codes.get(message["To"], 0)
        if code:
            return {"ErrorCode": code, "Message": f"what {code} says"}
        self.taken.append(message)
        return {"ErrorCode": 0, "Message": "OK", "To": message["To"], "MessageID": f"pm-{len(self.taken)}"}

    def _search(self, asked: dict[str, list[str]]) -> Answer:
        [key], [stream] = asked["metadata_todoke_key"], asked["messagestream"]
        found = [
            {"MessageID": f"pm-{place}", "Metadata": message["Metadata"]}
            for place, message in enumerate(self.taken, 1)
            if message["Metadata"]["todoke_key"] == key and message["MessageStream"] == stream and not self.hidden
        ]
        return _json({"TotalCount": len(found), "Messages": found[: int(asked["count"][0])]})


@dataclass
class SendgridStandIn:
    """Takes what is well formed."""

    taken: list[dict[str, Any]] = field(default_factory=list)

    @property
    def copies(self) -> Counter[str]:
        """Address -> copies."""
        return Counter(message["personalizations"][0]["to"][0]["email"] for message in self.taken)

    def __call__(self, request: Request) -> Answer:
        """The call, behind the account's key."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json({"errors": [{"message": "The provided authorization grant is invalid"}]}, 401)
        self.taken.append(orjson.loads(request.body))
        return Answer(202, b"", {"X-Message-Id": f"sg-{len(self.taken)}"})


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps(value), {"Content-Type": "application/json"})
