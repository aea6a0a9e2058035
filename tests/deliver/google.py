"""A small stand-in of ours for Google's token endpoint and FCM, with a store of its own."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import rsa

from tasks.core.outgoing import Outgoing
from tests.deliver.scripted import Answer, Request

NOTE = {"title": "商品を発送しました", "body": "9月17日(木)頃のお届け予定です。", "link": "https://pages.example/x"}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def token(address: str) -> str:
    """The registration token of somebody's phone."""
    return "phone:" + address.replace("@", "-at-").replace(".", "_").rjust(40, "0")


def for_push(message: Outgoing) -> Outgoing:
    return replace(message, to_address=token(message.to_address), text=orjson.dumps(NOTE).decode(), html="")


def said(status: int, code: str = "", **error: Any) -> Answer:
    """An error as FCM writes it."""
    details = [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}] if code else []
    return Answer(status, orjson.dumps({"error": {"code": status, "details": details, **error}}))


@dataclass
class Google:
    """Hands out access tokens, and takes messages of who has the newest one."""

    fetched: list[Request] = field(default_factory=list)
    refusals: list[Answer] = field(default_factory=list)
    """What the next token requests get instead."""
    gone: set[str] = field(default_factory=set)
    taken: list[dict[str, Any]] = field(default_factory=list)

    @property
    def copies(self) -> Counter[str]:
        """Registration token -> copies."""
        return Counter(message["token"] for message in self.taken)

    def __call__(self, request: Request) -> Answer:
        if request.path == "/token":
            self.fetched.append(request)
            made = {"access_token": f"access-{len(self.fetched)}", "expires_in": 3599, "token_type": "Bearer"}
            return self.refusals.pop(0) if self.refusals else Answer(200, orjson.dumps(made))
        if request.headers["Authorization"] != f"Bearer access-{len(self.fetched)}":
            return said(401)
        message = orjson.loads(request.body)["message"]
        if message["token"] in self.gone:
            return said(404, "UNREGISTERED")
        self.taken.append(message)
        return Answer(200, orjson.dumps({"name": f"projects/hinata/messages/{len(self.taken)}"}))
