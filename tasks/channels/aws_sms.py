"""SMS through AWS End User Messaging (`SendTextMessage` of pinpoint-sms-voice-v2), one a call.

Unkeyed, and nobody to ask: a message without proof is parked. Our key travels in Context and comes back in events of
the configuration set. boto3 signs; its retries are off, a test counts the POSTs.
https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from botocore import exceptions as boto

from tasks.channels.aws import ACCESS, client, once
from tasks.core.accounts import AwsSmsSettings
from tasks.core.domain import ChannelName
from tasks.core.errors import (
    AccountStopped,
    DeliveryError,
    NotWritten,
    Rejected,
    UnknownOutcome,
)
from tasks.core.outgoing import Outgoing, Result
from tasks.core.phones import checked_sms
from tasks.core.segments import segments

CODES: dict[str, type[DeliveryError]] = {
    **ACCESS,
    "ThrottlingException": NotWritten,
    **dict.fromkeys(("ConflictException", "ValidationException"), Rejected),
    **dict.fromkeys(("ServiceQuotaExceededException", "ResourceNotFoundException"), AccountStopped),
}
"""Error code of a call -> what it proves. A 5xx and any other code prove nothing."""

STOPS = frozenset(
    {
        "CHANNEL_NOT_ENABLED",
        "INVALID_ARN",
        "NO_ORIGINATION_IDENTITIES_FOUND",
        "NUMBER_CAPABILITIES_MISMATCH",
        "RESOURCE_NOT_ACCESSIBLE",
        "RESOURCE_NOT_ACTIVE",
        "SENDER_ID_NOT_REGISTERED",
        "SENDER_ID_NOT_SUPPORTED",
        "SENDER_ID_REQUIRES_REGISTRATION",
    }
)
"""Reasons within a Conflict or Validation that are about the sender, not about this message."""


@dataclass(frozen=True)
class AwsSms:
    """One AWS account in one region. `timeout`: seconds of one attempt."""

    settings: AwsSmsSettings
    timeout: float
    name: ChannelName = ChannelName.SMS
    provider: str = "aws"
    is_real: bool = True
    keyed: bool = False
    can_look_up: bool = False
    max_messages: int = 1
    max_bytes: int = 40_000

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """One message a call: nothing is shared."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """The arguments of the call. Raises Rejected for a number that is none, or a text nobody takes."""
        number = checked_sms(message)
        call = {
            "DestinationPhoneNumber": number,
            "MessageBody": message.text,
            "MessageType": "TRANSACTIONAL",
            "OriginationIdentity": self.settings.sender,
            "ConfigurationSetName": self.settings.configuration_set,
            "Context": {"todoke_key": message.key.hex, "touchpoint": message.touchpoint},
        }
        return json.dumps({name: value for name, value in call.items() if value}, ensure_ascii=False).encode()

    def join(self, entries: Sequence[bytes]) -> bytes:
        """The one entry."""
        [entry] = entries
        return entry

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # AWS knows no key here
        """One message."""
        call = json.loads(body)
        answer = once(self._client.send_text_message, call, deadline, "SMS", _refused)
        if not answer.get("MessageId"):
            raise UnknownOutcome(f"not an answer of AWS: {str(answer)[:200]}")
        cost = segments(call["MessageBody"])
        return [Result(True, answer["MessageId"], f"{cost.count} segments, {cost.encoding}")]

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """AWS tells of messages only in events."""
        raise UnknownOutcome(f"AWS cannot be asked about {len(keys)} SMS")

    def close(self) -> None:
        """Close the kept connection, if there is one."""
        if "_client" in vars(self):
            self._client.close()

    @cached_property
    def _client(self) -> Any:
        return client("pinpoint-sms-voice-v2", "SMS", self.timeout)


def _refused(error: boto.ClientError) -> DeliveryError:
    """What an error answer proves."""
    said = error.response.get("Error", {})
    code, reason = said.get("Code", ""), str(error.response.get("Reason", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    what = f"AWS answered {status} {code} {reason}: {said.get('Message', '')}"
    kind = UnknownOutcome if status >= 500 else CODES.get(code, UnknownOutcome)
    return AccountStopped(what) if kind is Rejected and reason in STOPS else kind(what)
