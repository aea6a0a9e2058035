"""Requests as providers sign them, with keys of our own; tests/feedback/authorities.py vouches for SNS's."""

import base64
import hmac
import json
import time
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha1, sha256
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tasks.core.accounts import FeedbackSettings

TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:todoke-events"
CERTIFICATE = "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"
POSTMARK = "correct horse battery"
RESEND = "whsec_" + base64.b64encode(b"resend signing secret").decode()
LINE = "line channel secret"
TWILIO = "twilio auth token"
REPLY = "a mail gateway's word"
PUBLIC = "https://hear.shop.invalid"


@dataclass(frozen=True)
class Signed:
    """A request ready to be posted."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@cache
def sns_key() -> rsa.RSAPrivateKey:
    """What SNS signs with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def feedback_settings(**changes: Any) -> FeedbackSettings:
    """Every provider is listened to."""
    public = _sendgrid_key().public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    given: dict[str, Any] = {
        "sns_topics": f"arn:aws:sns:us-east-1:1:other, {TOPIC}",
        "sendgrid_key": base64.b64encode(der).decode(),
        "postmark_secret": POSTMARK,
        "resend_secret": RESEND,
        "line_secret": LINE,
        "twilio_token": TWILIO,
        "reply_secret": REPLY,
    }
    return FeedbackSettings(**given | changes)


def sns(message: Any, message_id: str = "m-1", version: str = "2", **changes: Any) -> Signed:
    """A notification. `changes` are made after signing, but for those of Type and TopicArn."""
    envelope = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message, ensure_ascii=False),
        "Timestamp": "2026-09-15T01:00:00.000Z",
    }
    envelope |= {name: changes.pop(name) for name in ("Type", "TopicArn") if name in changes}
    names = ("Message", "MessageId", "Timestamp", "TopicArn", "Type")
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names).encode()
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303
    signature = base64.b64encode(sns_key().sign(signed, padding.PKCS1v15(), algorithm)).decode()
    envelope |= {"SignatureVersion": version, "Signature": signature, "SigningCertURL": CERTIFICATE}
    return Signed("/feedback/ses", json.dumps(envelope | changes).encode())


def sendgrid(events: Any, age: float = 0, headers: dict[str, str] | None = None) -> Signed:
    """A signed list of events, `age` seconds old."""
    body, at = json.dumps(events).encode(), str(int(time.time() - age))
    signature = base64.b64encode(_sendgrid_key().sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    signed = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": at,
    }
    return Signed("/feedback/sendgrid", body, signed | (headers or {}))


def postmark(event: Any, secret: str = POSTMARK, header: bool = False) -> Signed:
    """With basic auth, or with the header."""
    basic = {"Authorization": "Basic " + base64.b64encode(f"todoke:{secret}".encode()).decode()}
    return Signed("/feedback/postmark", json.dumps(event).encode(), {"X-Todoke-Secret": secret} if header else basic)


def resend(event: Any, svix_id: str = "msg-1", age: float = 0, secret: bytes = b"resend signing secret") -> Signed:
    """Signed as Svix signs; another signature stands before it, as after a rotation."""
    body, at = json.dumps(event).encode(), str(int(time.time() - age))
    digest = hmac.new(secret, f"{svix_id}.{at}.".encode() + body, sha256).digest()
    signature = f"v1,{base64.b64encode(b'older').decode()} v1,{base64.b64encode(digest).decode()}"
    return Signed("/feedback/resend", body, {"svix-id": svix_id, "svix-timestamp": at, "svix-signature": signature})


def line(events: Any, secret: str = LINE) -> Signed:
    """Signed with the channel secret."""
    body = json.dumps({"destination": "U0", "events": events}).encode()
    digest = hmac.new(secret.encode(), body, sha256).digest()
    return Signed("/feedback/line", body, {"X-Line-Signature": base64.b64encode(digest).decode()})


def twilio(form: dict[str, str], query: str = "", token: str = TWILIO, base: str = PUBLIC) -> Signed:
    """Signed over the public address and the sorted form."""
    path = "/feedback/twilio" + query
    signed = base + path + "".join(f"{name}{form[name]}" for name in sorted(form))
    digest = hmac.new(token.encode(), signed.encode(), sha1).digest()
    body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in form.items()).encode()
    headers = {
        "X-Twilio-Signature": base64.b64encode(digest).decode(),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return Signed(path, body, headers)


def reply(mail: bytes, secret: str = REPLY) -> Signed:
    """As a mail gateway posts it."""
    return Signed("/feedback/reply", mail, {"X-Todoke-Secret": secret})
