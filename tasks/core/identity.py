"""Who an address belongs to, without keeping the address: keyed hashes of its normalised form.

A key stands in the ledger, in suppressions and in consents; only who holds the secret can tell whose it is.
"""

import hmac
import unicodedata
from hashlib import sha256

GUEST = "guest:"


def normalised(address: str) -> str:
    """The form two spellings of one address share: NFKC, no spaces around, one case.

    Mailbox names are case sensitive by RFC 5321 and nowhere in practice: the key ignores case, the address sent to
    keeps it.
    """
    return unicodedata.normalize("NFKC", address).strip().casefold()


def address_key(secret: bytes, address: str | None) -> str | None:
    """Key of an address (32 hex digits); None where there is none."""
    form = normalised(address or "")
    return hmac.new(secret, form.encode(), sha256).hexdigest()[:32] if form else None


def guest_id(secret: bytes, address: str) -> str:
    """Customer id of who ordered without an account: the same for every order from one address."""
    return f"{GUEST}{address_key(secret, address)}"
