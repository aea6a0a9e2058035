"""Any relay over SMTP (RFC 5321), one connection kept for all messages, the envelope pipelined where it is offered.

SMTP knows no idempotency key and cannot be asked, but it answers message by message: only the one whose answer to the
final dot got lost is without proof. Message-ID holds our key, so a relay's log can be compared by hand. smtplib reads
and writes the commands; connecting, time limits and pipelining are ours, and nothing is ever said twice.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from tasks.channels.http import clipped
from tasks.channels.smtp_session import BROKEN, SHUTTING_DOWN, Relay, Session
from tasks.core.accounts import SmtpSettings
from tasks.core.domain import ChannelName
from tasks.core.errors import AccountStopped, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result
from tasks.core.rfc5322 import compose, mailbox

REFUSALS: dict[tuple[str, int], type[NotWritten | Rejected]] = {
    ("MAIL", 4): NotWritten,
    ("MAIL", 5): AccountStopped,
    ("RCPT", 4): NotWritten,
    ("RCPT", 5): Rejected,
    ("DATA", 4): NotWritten,
    ("DATA", 5): Rejected,
    (".", 4): NotWritten,
    (".", 5): Rejected,
}
"""Command and first digit of its answer -> what it proves. A sender that is refused is a mistake of ours, not of the
customer: sending stops and rejects nobody."""

CODES: dict[int, type[NotWritten | Rejected]] = {
    **dict.fromkeys((530, 534, 535, 538), AccountStopped),
    552: Rejected,
}
"""Answers that mean the same after any command: authentication (RFC 4954), message too large (RFC 1870)."""

_STOPS = re.compile(
    r"relay(ing)? (access )?(denied|not|prohibited)|unable to relay|authentication (is )?required"
    r"|account .{0,30}suspended|sending (limit|quota)|daily .{0,30}(limit|quota)",
    re.IGNORECASE,
)
"""What relays say where the account is stopped, whatever code they choose."""

LATER_SECONDS = 300
"""After a 4xx that speaks of one recipient or message (greylisting, full mailbox)."""


@dataclass
class Smtp:
    """One relay. A message is begun only in the first half of an attempt, so that each has as long for its answer."""

    relay: Relay
    name: ChannelName = ChannelName.EMAIL
    provider: str = "smtp"
    is_real: bool = True
    keyed: bool = False
    can_look_up: bool = False
    max_messages: int = 10
    max_bytes: int = 20_000_000
    _session: Session | None = field(default=None, repr=False)

    @classmethod
    def from_settings(cls, settings: SmtpSettings) -> "Smtp":
        """Raises ConfigurationError where the address is missing or unsafe."""
        return cls(Relay.from_settings(settings), max_messages=settings.batch)

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Every message has its own."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """One JSON object: key, sender, recipient, and the message as RFC 5322 text."""
        text = compose(message, smtputf8=True).decode()
        sender, recipient = mailbox("", message.from_address), mailbox("", message.to_address, smtputf8=True)
        return orjson.dumps({"key": message.key.hex, "from": sender, "to": recipient, "eml": text})

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list."""
        return b"[" + b",".join(entries) + b"]"

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # SMTP knows no key
        """Each message once, one after another; what could not be begun was not written."""
        last_start = time.monotonic() + (deadline - time.monotonic()) / 2
        session = self._opened(deadline)
        results: list[Result] = []
        for entry in orjson.loads(body):
            if session.sock is None or session.stopped or time.monotonic() > last_start:
                results.append(_failed(NotWritten(f"{self.relay}: the attempt ended before this message")))
            else:
                results.append(self._send(session, entry))
        _raise_if_none_was_heard(results)
        return results

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """A relay has no memory to ask."""
        raise UnknownOutcome(f"{self.relay} cannot be asked about {len(keys)} messages")

    def close(self) -> None:
        """Say goodbye, if there is a connection."""
        if self._session is not None:
            self._session.leave()

    def _opened(self, deadline: float) -> Session:
        """The kept connection if the relay still answers on it, else a new one."""
        if deadline <= time.monotonic():
            raise NotWritten("the deadline passed before the first byte")
        if self._session is not None and self._session.is_alive(deadline):
            return self._session
        self._session = Session(self.relay, deadline)
        self._session.open()
        return self._session

    def _send(self, session: Session, entry: dict[str, str]) -> Result:
        """One message. A connection that breaks before the final dot delivered nothing (RFC 5321, 4.1.1.4)."""
        if not entry["to"].isascii() and not session.has_extn("smtputf8"):
            return Result(False, reason=f"address {entry['to']!r}: {self.relay} offers no SMTPUTF8")
        ended = False
        try:
            refused = session.offer(entry)
            if refused is not None:
                return self._verdict(session, *refused)
            session.send(_stuffed(entry["eml"]))
            ended = True
            session.send(b".\r\n")
            return self._verdict(session, ".", *session.getreply())
        except BROKEN as error:
            session.close()
            kind = UnknownOutcome if ended else NotWritten
            return _failed(kind(f"{self.relay}: {type(error).__name__} {error}"))

    def _verdict(self, session: Session, command: str, code: int, said: bytes) -> Result:
        """What one answer says of one message."""
        text = clipped(f"{code} {said.decode(errors='replace')}") or ""
        if code // 100 == 2:
            return Result(True, provider_id=text)
        kind = REFUSALS.get((command, code // 100))
        if kind is None:
            session.close()
            return _failed((UnknownOutcome if command == "." else NotWritten)(f"{self.relay}: {command} {text}"))
        kind = AccountStopped if _STOPS.search(text) else CODES.get(code, kind)
        if kind is Rejected:
            return Result(False, reason=text)
        session.stopped = kind is AccountStopped
        if code == SHUTTING_DOWN:
            session.close()
        if kind is AccountStopped:
            return _failed(AccountStopped(f"{self.relay}: {command} {text}"))
        return _failed(NotWritten(f"{self.relay}: {command} {text}", None if code == SHUTTING_DOWN else LATER_SECONDS))


def _stuffed(text: str) -> bytes:
    """Content in which no line begins with a single dot (RFC 5321, 4.5.2), ending with CRLF."""
    content = re.sub(rb"(?m)^\.", b"..", text.encode())
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def _failed(error: NotWritten | UnknownOutcome) -> Result:
    return Result(False, reason=clipped(error), failure=error)


def _raise_if_none_was_heard(results: Sequence[Result]) -> None:
    """Nothing was said of any single message: the relay, not its recipients, takes nothing now."""
    failures = [one.failure for one in results]
    if all(isinstance(one, NotWritten) and one.retry_after_seconds is None for one in failures):
        raise next((one for one in failures if isinstance(one, AccountStopped)), failures[0])  # type: ignore[misc]
