"""What channels on AWS share: boto3 with its retries off, one call, and what a missing answer proves."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from boto3.session import Session
from botocore import exceptions as boto
from botocore.config import Config

from tasks.core.errors import AccountStopped, ConfigurationError, DeliveryError, NotWritten, Rejected, UnknownOutcome

RETRIES_OFF: Any = {"total_max_attempts": 1, "mode": "standard"}

ACCESS: dict[str, type[DeliveryError]] = {
    **dict.fromkeys(("AccessDeniedException", "AccessDenied", "OptInRequired"), AccountStopped),
    **dict.fromkeys(("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"), AccountStopped),
    **dict.fromkeys(("ExpiredTokenException", "ExpiredToken", "RequestExpired"), AccountStopped),
    **dict.fromkeys(("InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"), AccountStopped),
    "MissingAuthenticationToken": AccountStopped,
}
"""Error code of any service about who calls -> what it proves."""

_BEFORE_ANY_BYTE: dict[type[Exception], type[DeliveryError]] = {
    boto.EndpointConnectionError: NotWritten,
    boto.ConnectTimeoutError: NotWritten,
    boto.ProxyConnectionError: NotWritten,
    boto.NoCredentialsError: AccountStopped,
    boto.PartialCredentialsError: AccountStopped,
    boto.CredentialRetrievalError: AccountStopped,
    boto.TokenRetrievalError: AccountStopped,
    boto.ParamValidationError: Rejected,
}


def client(service: Literal["sesv2", "pinpoint-sms-voice-v2"], what: str, timeout: float) -> Any:
    """A client of one kept connection; `timeout`: seconds of one attempt. Raises ConfigurationError."""
    connect = min(3.0, timeout / 4)
    config = Config(retries=RETRIES_OFF, connect_timeout=connect, read_timeout=0.85 * timeout - connect)
    try:
        return Session().client(service, config=config)
    except boto.BotoCoreError as error:
        raise ConfigurationError(f"{what}: {error} Set what boto3 asks for (AWS_*).") from error


def once(
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    deadline: float,
    what: str,
    refused: Callable[[boto.ClientError], DeliveryError],
) -> Any:
    """The answer of one call. Raises what an error answer (`refused`), or none, proves."""
    if time.monotonic() > deadline:
        raise NotWritten("the deadline passed before the first byte")
    try:
        return function(**arguments)
    except boto.ClientError as error:
        raise refused(error) from error
    except Exception as error:
        raise _broken(error, what) from error


def _broken(error: Exception, what: str) -> DeliveryError:
    """What a missing answer proves: nothing, unless it failed before the first byte."""
    kind = next((found for known, found in _BEFORE_ANY_BYTE.items() if isinstance(error, known)), UnknownOutcome)
    if isinstance(error, boto.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        kind = NotWritten
    return kind(f"{what}: {type(error).__name__}: {error}")
