"""Unguessable addresses: a keyed hash of what they stand for, so that no table has to remember them.

128 bits, lower-case hex: the same file name on every file system. Another purpose gives another token.
"""

import hmac
from hashlib import sha256


def _token(secret: bytes, purpose: str, subject: str) -> str:
    if not secret:
        raise ValueError("tokens need a secret; an empty one would make every page guessable")
    return hmac.new(secret, f"{purpose}\0{subject}".encode(), sha256).hexdigest()[:32]


def tracking_token(secret: bytes, order_id: str) -> str:
    """Token of an order's tracking page."""
    return _token(secret, "tracking", order_id)


def tracking_path(token: str) -> str:
    """File of a tracking page below the published folder; 256 folders keep each small."""
    return f"{token[:2]}/{token}.html"


def tracking_url(base_url: str, token: str) -> str:
    """Public address of a tracking page."""
    return f"{base_url.rstrip('/')}/{tracking_path(token)}"


def review_token(secret: bytes, order_id: str) -> str:
    """Token with which the review form recognises an order."""
    return _token(secret, "review", order_id)


def unsubscribe_token(secret: bytes, customer_id: str, topic: str) -> str:
    """Token of one customer's opt-out from one topic; it names neither of them."""
    return _token(secret, f"unsubscribe:{topic}", customer_id)
