"""Amazon SES v2: `SendBulkEmail` with one template, `{{subject}}` / `{{html}}` / `{{text}}`, filled per entry.

A call has its attachments in common, and ours differ: a message with one goes alone through `SendEmail`.
SES knows no idempotency key and cannot be asked what it took: events settle a batch without proof, else it is parked.
boto3 would post a call three times after a timeout, reset or 5xx: its retries are off, a test counts the POSTs. An
accepted message can still fail while SES renders it; that arrives as an event of the configuration set.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from botocore import exceptions as boto

from tasks.channels.aws import ACCESS, client, once
from tasks.core.accounts import SesSettings
from tasks.core.domain import ChannelName
from tasks.core.errors import (
    AccountStopped,
    DeliveryError,
    NotWritten,
    Rejected,
    UnknownOutcome,
)
from tasks.core.outgoing import Outgoing, Result
from tasks.core.rfc5322 import check, mailbox

TEMPLATE = {"Subject": "{{subject}}", "Html": "{{html}}", "Text": "{{text}}"}
"""SES escapes nothing in it."""

ENTRIES = 50
NEW_ACCOUNT_RATE = 14.0
"""Messages a second AWS gives a new account; used where `ses:GetAccount` is not allowed."""

STATUSES: dict[str, type[DeliveryError] | None] = {
    "SUCCESS": None,
    "MESSAGE_REJECTED": Rejected,
    "INVALID_PARAMETER": Rejected,
    "FAILED": Rejected,
    "TRANSIENT_FAILURE": NotWritten,
    "ACCOUNT_THROTTLED": NotWritten,
    "ACCOUNT_DAILY_QUOTA_EXCEEDED": AccountStopped,
    "ACCOUNT_SUSPENDED": AccountStopped,
    "ACCOUNT_SENDING_PAUSED": AccountStopped,
    "CONFIGURATION_SET_SENDING_PAUSED": AccountStopped,
    "CONFIGURATION_SET_NOT_FOUND": AccountStopped,
    "INVALID_SENDING_POOL_NAME": AccountStopped,
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": AccountStopped,
    "TEMPLATE_NOT_FOUND": AccountStopped,
}
"""Status of one entry -> what it proves (None: taken). Another status makes the whole call unknown."""

CODES: dict[str, type[DeliveryError]] = {
    **ACCESS,
    **dict.fromkeys(
        ("TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"), NotWritten
    ),
    **dict.fromkeys(
        ("AccountSuspendedException", "SendingPausedException", "MailFromDomainNotVerifiedException"), AccountStopped
    ),
    "NotFoundException": AccountStopped,
    **dict.fromkeys(
        ("BadRequestException", "MessageRejected", "ValidationException", "RequestEntityTooLargeException"), Rejected
    ),
}
"""Error code of a call -> what it proves. A 5xx and any other code prove nothing."""

HTTP: dict[int, type[DeliveryError]] = {401: AccountStopped, 403: AccountStopped, 429: NotWritten}
"""The same by status, for a code that is not listed."""

_STOPS = re.compile(r"quota|not verified", re.IGNORECASE)
"""What SES says within a throttle or a rejected call when the account itself is stopped."""

_HEADER_VALUE = re.compile(r"[ -~]{1,870}")
_TAG = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)
_ADDRESS_LENGTH = 320


@dataclass(frozen=True)
class Ses:
    """One SES account in one region. `timeout`: seconds of one attempt."""

    settings: SesSettings
    timeout: float
    name: ChannelName = ChannelName.EMAIL
    provider: str = "ses"
    is_real: bool = True
    keyed: bool = False
    can_look_up: bool = False
    max_bytes: int = 900_000

    @property
    def max_messages(self) -> int:
        """What SES takes in a call, and no more than it may send in a second."""
        return max(1, min(ENTRIES, int(self.rate)))

    def envelope(self, entry: bytes) -> bytes:
        """From and Reply-To belong to the call; a message with an attachment is a call of its own."""
        shared, _, own = entry.partition(b"\n")
        return shared if own else entry

    def encode(self, message: Outgoing) -> bytes:
        """Two lines: what the call shares, then its entry, both as boto3 will write them (non-ASCII as \\u escapes).

        One line where there is an attachment: the whole call.
        """
        check(message)
        shared = {
            "FromEmailAddress": _address(message.from_name, message.from_address),
            "ReplyToAddresses": [_address("", message.reply_to)],
        }
        if message.attachments:
            return _json(shared | self._configuration | _call(message)).encode("ascii")
        return f"{_json(shared)}\n{_json(_entry(message))}".encode("ascii")

    def join(self, entries: Sequence[bytes]) -> bytes:
        """Parameters of the call."""
        shared = self.envelope(entries[0])
        if shared == entries[0]:
            return shared
        own = b", ".join(entry.partition(b"\n")[2] for entry in entries)
        template = {"TemplateContent": TEMPLATE, "TemplateData": "{}"}
        call = {"DefaultContent": {"Template": template}} | self._configuration
        return shared[:-1] + b", " + _json(call)[1:-1].encode() + b', "BulkEmailEntries": [' + own + b"]}"

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # SES knows no key
        """One POST; the account's rate is kept by tasks/core/pace.py, for all workers."""
        call = json.loads(body)
        if "Content" in call:
            return [_only(once(self._client.send_email, call, deadline, "SES", _refused))]
        answer = once(self._client.send_bulk_email, call, deadline, "SES", _refused)
        return _results(answer, len(call["BulkEmailEntries"]))

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """SES tells of messages only in events."""
        raise UnknownOutcome(f"SES cannot be asked about {len(keys)} messages")

    def close(self) -> None:
        """Close the kept connection, if there is one."""
        if "_client" in vars(self):
            self._client.close()

    @property
    def _configuration(self) -> dict[str, Any]:
        named = self.settings.configuration_set
        return {"ConfigurationSetName": named} if named else {}

    @cached_property
    def _client(self) -> Any:
        return client("sesv2", "SES", self.timeout)

    @cached_property
    def rate(self) -> float:
        """Messages a second: the setting, else what GetAccount says."""
        if self.settings.rate:
            return self.settings.rate
        try:
            return float(self._client.get_account()["SendQuota"]["MaxSendRate"]) or NEW_ACCOUNT_RATE
        except (boto.BotoCoreError, boto.ClientError, KeyError):
            return NEW_ACCOUNT_RATE


def _entry(message: Outgoing) -> dict[str, Any]:
    """To is the bare address: a name is one more thing for SES to refuse."""
    data = {"subject": message.subject, "html": message.html, "text": message.text}
    return {
        "Destination": {"ToAddresses": [_address("", message.to_address)]},
        "ReplacementTags": _tags(message),
        "ReplacementEmailContent": {
            "ReplacementTemplate": {"ReplacementTemplateData": json.dumps(data, ensure_ascii=False)}
        },
        "ReplacementHeaders": _own_headers(message),
    }


def _call(message: Outgoing) -> dict[str, Any]:
    """What SendEmail needs beside the sender. boto3 writes the text of `RawContent` as UTF-8 in base64."""
    body = {"Html": _utf8(message.html), "Text": _utf8(message.text)}
    files = [
        {
            "FileName": one.name,
            "ContentType": one.media_type,
            "ContentDisposition": "ATTACHMENT",
            "ContentTransferEncoding": "BASE64",
            "RawContent": one.text,
        }
        for one in message.attachments
    ]
    simple = {"Subject": _utf8(message.subject), "Body": body, "Headers": _own_headers(message), "Attachments": files}
    return {
        "Destination": {"ToAddresses": [_address("", message.to_address)]},
        "EmailTags": _tags(message),
        "Content": {"Simple": simple},
    }


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _tags(message: Outgoing) -> list[dict[str, str]]:
    tags = {"todoke_key": message.key.hex, "touchpoint": _TAG.sub("_", message.touchpoint)}
    return [{"Name": name, "Value": value} for name, value in tags.items()]


def _own_headers(message: Outgoing) -> list[dict[str, str]]:
    return [{"Name": name, "Value": _value(name, value)} for name, value in message.headers.items()]


def _address(name: str, address: str) -> str:
    """In one line. A name SES has no room for is left out."""
    full = mailbox(name, address).replace("\r\n ", " ")
    return full if len(full) <= _ADDRESS_LENGTH else mailbox("", address)


def _value(name: str, value: str) -> str:
    if not _HEADER_VALUE.fullmatch(value):
        raise Rejected(f"not a sendable message: SES takes no header {name}: {value!r:.80}")
    return value


def _json(value: Any) -> str:
    """Raises Rejected for an unpaired surrogate, which json would let through."""
    try:
        text = json.dumps(value)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Rejected("not a sendable message: a part holds an unpaired character") from error
    return text


def _refused(error: boto.ClientError) -> DeliveryError:
    """What an error answer proves."""
    said = error.response.get("Error", {})
    code, text = said.get("Code", ""), said.get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    what = f"SES answered {status} {code}: {text}"
    kind = UnknownOutcome if status >= 500 else CODES.get(code, HTTP.get(status, UnknownOutcome))
    return AccountStopped(what) if kind is not UnknownOutcome and _STOPS.search(text) else kind(what)


def _only(answer: Mapping[str, Any]) -> Result:
    if not answer.get("MessageId"):
        raise UnknownOutcome(f"SES: an answer without MessageId: {str(answer)[:200]}")
    return Result(True, provider_id=answer["MessageId"])


def _results(answer: Mapping[str, Any], asked: int) -> list[Result]:
    said = answer.get("BulkEmailEntryResults")
    if not isinstance(said, list) or len(said) != asked:
        raise UnknownOutcome(f"SES: not one result for each of {asked} entries: {str(answer)[:200]}")
    results = list(map(_result, said))
    failures = [one.failure for one in results if one.failure]
    stops = [failure for failure in failures if isinstance(failure, AccountStopped)]
    if len(failures) == asked:
        raise (stops or failures)[0]
    return results


def _result(one: Mapping[str, Any]) -> Result:
    status, text = one.get("Status", ""), f"{one.get('Status')}: {one.get('Error', '')}"
    if status not in STATUSES or (status == "SUCCESS" and not one.get("MessageId")):
        raise UnknownOutcome(f"SES: entry with status {text:.200}")
    return _OUTCOMES[STATUSES[status]](one, text)


_OUTCOMES: dict[type[DeliveryError] | None, Callable[[Mapping[str, Any], str], Result]] = {
    None: lambda one, _: Result(True, provider_id=one["MessageId"]),
    Rejected: lambda _, text: Result(False, reason=text),
    NotWritten: lambda _, text: Result(False, reason=text, failure=NotWritten(text)),
    AccountStopped: lambda _, text: Result(False, reason=text, failure=AccountStopped(text)),
}
