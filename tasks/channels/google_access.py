"""Access tokens of a Google service account: a signed JWT is traded for one, which lasts an hour.

Signed with `cryptography`, not google-auth: its transports retry the token request by themselves and know no deadline.
The request has a connection of its own and proves nothing about a message: whatever it ends with, none was sent.
https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tasks.channels.http import Answer, Http, checked_url
from tasks.core.errors import AccountStopped, ConfigurationError, NotWritten, UnknownOutcome

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME = 3600
_EARLY = 60
"""Seconds before its end at which a token is no longer used."""
_REFUSED = (400, 401, 403, 404)


@dataclass(frozen=True)
class ServiceAccount:
    """What the key file of a service account says."""

    project: str
    email: str
    token_url: str
    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def read(cls, variable: str, path: Path | None) -> "ServiceAccount":
        """From its JSON file. Raises ConfigurationError, naming the variable, for anything but a whole one."""
        try:
            said = orjson.loads(path.read_bytes()) if path else {}
            key = load_pem_private_key(said["private_key"].encode(), password=None)
            project, email, url = (str(said[name]) for name in ("project_id", "client_email", "token_uri"))
        except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
            what = f"{type(error).__name__}: {error}" if path else "it is empty"
            raise ConfigurationError(
                f"{variable} names no key file of a service account ({what}): create one in the Firebase console."
            ) from error
        if not isinstance(key, RSAPrivateKey):
            raise ConfigurationError(f"{variable}: the private key is no RSA key.")
        return cls(project, email, checked_url(f"{variable} (token_uri)", url, "docs/delivery.md"), key)

    def assertion(self, scope: str, now: int) -> bytes:
        """The signed JWT. `now`: seconds since 1970."""
        claims = {"iss": self.email, "scope": scope, "aud": self.token_url, "iat": now, "exp": now + _LIFETIME}
        signed = b".".join(_encoded(orjson.dumps(part)) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
        return signed + b"." + _encoded(self.key.sign(signed, PKCS1v15(), SHA256()))


@dataclass
class Access:
    """The account's current token, fetched when it is needed."""

    account: ServiceAccount
    scope: str
    http: Http = field(default_factory=Http, repr=False)
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def token(self, deadline: float) -> str:
        """A token that still lasts. Raises NotWritten, AccountStopped."""
        if not self._token or time.monotonic() > self._until:
            self._token, self._until = self._fetched(deadline)
        return self._token

    def forget(self) -> None:
        """The token was refused: the next call asks for another."""
        self._token = ""

    def close(self) -> None:
        """Close the kept connection, if there is one."""
        self.http.close()

    def _fetched(self, deadline: float) -> tuple[str, float]:
        form = {"grant_type": _GRANT, "assertion": self.account.assertion(self.scope, int(time.time()))}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.monotonic()
        try:
            answer = self.http.send("POST", self.account.token_url, deadline, urlencode(form).encode(), headers)
        except UnknownOutcome as error:
            raise NotWritten(f"no access token, so nothing was sent: {error}") from error
        token, seconds = _said(answer)
        return token, began + seconds - _EARLY


def _said(answer: Answer) -> tuple[str, float]:
    """Token and seconds it lasts. The answer's body is never told: a token may be in it."""
    if answer.status in _REFUSED:
        raise AccountStopped(f"Google refuses the service account: {answer}")
    said: Any = answer.said if answer.is_success else None
    if not isinstance(said, dict) or not said.get("access_token"):
        raise NotWritten(f"no access token: {answer.url} answered {answer.status}", answer.retry_after)
    seconds = said.get("expires_in")
    return str(said["access_token"]), float(seconds) if isinstance(seconds, int) else _LIFETIME


def _encoded(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")
