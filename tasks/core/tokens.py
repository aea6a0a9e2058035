"""Unguessable addresses, so that no table has to remember them.

Pages: a keyed hash of what they stand for, 128 bits, lower-case hex: the same file name on every file system. Another
purpose gives another token. Opt-outs: what they stand for, sealed, because whoever opens one must be found again.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha512

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV


def _token(secret: bytes, purpose: str, subject: str) -> str:
    if not secret:
        raise ValueError("tokens need a secret; an empty one would make every page guessable")
    return hmac.digest(secret, f"{purpose}\0{subject}".encode(), "sha256").hex()[:32]


def tracking_token(secret: bytes, order_id: str, version: int = 0) -> str:
    """Token of an order's tracking page. `version`: how many of its addresses were revoked (table tracking_page)."""
    return _token(secret, "tracking", f"{order_id}\0{version}" if version else order_id)


def tracking_path(token: str, ending: str = "html") -> str:
    """File of a tracking page below the published folder, or one beside it; 256 folders keep each small."""
    return f"{token[:2]}/{token}.{ending}"


def tracking_url(base_url: str, token: str) -> str:
    """Public address of a tracking page."""
    return f"{base_url.rstrip('/')}/{tracking_path(token)}"


def review_token(secret: bytes, order_id: str) -> str:
    """Token with which the review form recognises an order."""
    return _token(secret, "review", order_id)


@dataclass(frozen=True)
class OptOut:
    """What an opt-out link stands for."""

    customer_id: str
    topic: str
    """Touchpoint of the message that carried it."""
    address_key: str | None
    """Key of the address it was sent to: that one is opted out too, whatever the customer's is by now."""


def unsubscribe_token(secret: bytes, opt_out: OptOut) -> str:
    """An opt-out sealed with AES-SIV (RFC 5297): opaque, unforgeable, the same each time; letters of base64url."""
    return _sealed(secret, b"unsubscribe", (opt_out.topic, opt_out.address_key or "", opt_out.customer_id))


def open_unsubscribe_token(secrets: Sequence[bytes], token: str) -> OptOut | None:
    """What a token of any of these keys (newest first) stands for; None where it is of none of them."""
    parts = _opened(secrets, b"unsubscribe", token)
    return OptOut(parts[2], parts[0], parts[1] or None) if parts else None


@dataclass(frozen=True)
class Photo:
    """What the link to the page of a photo stands for: a post, and who was asked about it."""

    mention_id: str
    customer_id: str


def photo_token(secret: bytes, photo: Photo) -> str:
    """A photo sealed in the same way; it opens as nothing else."""
    return _sealed(secret, b"photo", (photo.mention_id, "", photo.customer_id))


def open_photo_token(secrets: Sequence[bytes], token: str) -> Photo | None:
    """As `open_unsubscribe_token`."""
    parts = _opened(secrets, b"photo", token)
    return Photo(parts[0], parts[2]) if parts else None


def _sealed(secret: bytes, purpose: bytes, parts: tuple[str, str, str]) -> str:
    sealed = _cipher(secret).encrypt("\0".join(parts).encode(), [purpose])
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _opened(secrets: Sequence[bytes], purpose: bytes, token: str) -> list[str] | None:
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if not 16 < len(sealed) < 1000:
        return None
    for secret in secrets:
        try:
            plain = _cipher(secret).decrypt(sealed, [purpose])
        except InvalidTag:
            continue
        return plain.decode().split("\0", 2)
    return None


@lru_cache(maxsize=8)
def _cipher(secret: bytes) -> AESSIV:
    if not secret:
        raise ValueError("tokens need a secret; an empty one would make every link guessable")
    return AESSIV(hmac.new(secret, b"opt-out links", sha512).digest())
