"""One connection to a relay: connecting, TLS, time limits and pipelining around smtplib's commands and answers."""

import smtplib
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from tasks.core.accounts import SmtpSettings
from tasks.core.errors import AccountStopped, ConfigurationError, NotWritten

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
"""Scheme of TODOKE_SMTP_URL -> port where it names none."""

BROKEN = (OSError, smtplib.SMTPException)
"""What a connection that broke raises."""

SHUTTING_DOWN = 421

_GO_AHEAD = 354
_CONNECT_SECONDS = 5
_LINE = 4096


@dataclass(frozen=True)
class Relay:
    """Where and how to connect. TLS, where it is asked for, is verified and never optional."""

    host: str
    port: int
    scheme: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_settings(cls, settings: SmtpSettings) -> "Relay":
        """Raises ConfigurationError; the message shows no password."""
        parts = urlsplit(settings.url.get_secret_value() if settings.url else "")
        if parts.scheme not in PORTS or not parts.hostname:
            raise ConfigurationError(
                f"TODOKE_SMTP_URL has the scheme {parts.scheme!r} and the host {parts.hostname!r}: "
                f"set {', '.join(f'{scheme}://host' for scheme in PORTS)}, with user:password@ before the host."
            )
        if parts.username and parts.scheme == "smtp":
            raise ConfigurationError(
                "TODOKE_SMTP_URL names a user, and smtp:// would send the password unencrypted: "
                "use smtps:// or smtp+starttls://."
            )
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii():
            raise ConfigurationError(
                "TODOKE_SMTP_URL has a user or password beyond ASCII: use one that relays agree on."
            )
        return cls(parts.hostname, parts.port or PORTS[parts.scheme], parts.scheme, user, password)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


class Session(smtplib.SMTP):
    """One connection. Each wait ends at `deadline`, also for an answer that drips."""

    def __init__(self, relay: Relay, deadline: float) -> None:
        super().__init__()
        self.relay, self.deadline, self.stopped = relay, deadline, False

    def open(self) -> None:
        """Connect, encrypt, log in. Raises NotWritten or AccountStopped: no message was begun."""
        try:
            self._connect()
            self._log_in()
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            kind = AccountStopped if error.smtp_code >= 500 else NotWritten
            raise kind(f"{self.relay}: user {self.relay.user!r}: {error.smtp_code} {error.smtp_error!r}") from error
        except BROKEN as error:
            self.close()
            raise NotWritten(f"{self.relay}: {type(error).__name__} {error}") from error
        except NotWritten:
            self.close()
            raise

    def is_alive(self, deadline: float) -> bool:
        """Does the relay still answer? Relays close what was idle."""
        self.deadline, self.stopped = deadline, False
        try:
            answers = self.sock is not None and self.docmd("noop")[0] == 250
        except BROKEN:
            answers = False
        if not answers:
            self.close()
        return answers

    def leave(self) -> None:
        """QUIT, without waiting long for it."""
        self.deadline = time.monotonic() + 1
        try:
            self.quit()
        except BROKEN:
            self.close()

    def offer(self, entry: dict[str, str]) -> tuple[str, int, bytes] | None:
        """Envelope and DATA. None: the relay waits for the content; else the command it refused, and how."""
        commands = {"MAIL": self._mail(entry), "RCPT": f"RCPT TO:<{entry['to']}>", "DATA": "DATA"}
        replies = self._pipelined(commands) if self.has_extn("pipelining") else self._one_by_one(commands)
        good = {"MAIL": 2, "RCPT": 2, "DATA": 3}
        refused = [(name, *reply) for name, reply in replies.items() if reply[0] // 100 != good[name]]
        if not refused:
            return None
        if replies.get("DATA", (0, b""))[0] == _GO_AHEAD:
            self.docmd(".")
        if refused[0][1] != SHUTTING_DOWN:
            self.docmd("rset")
        return refused[0]

    def send(self, s: Any) -> None:
        """Within what is left of the deadline."""
        if self.sock is not None:
            self.sock.settimeout(_left(self.deadline))
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """The next answer."""
        if self.file is None and self.sock is not None:
            self.file = _Lines(self)
        return super().getreply()

    def _mail(self, entry: dict[str, str]) -> str:
        size = len(entry["eml"].encode())
        options = f" SIZE={size}" if self.has_extn("size") else ""
        options += "" if entry["to"].isascii() else " SMTPUTF8"
        return f"MAIL FROM:<{entry['from']}> BODY=8BITMIME{options}"

    def _pipelined(self, commands: dict[str, str]) -> dict[str, tuple[int, bytes]]:
        """All at once (RFC 2920): two round trips a message."""
        self.send("".join(f"{command}\r\n" for command in commands.values()).encode())
        return {name: self.getreply() for name in commands}

    def _one_by_one(self, commands: dict[str, str]) -> dict[str, tuple[int, bytes]]:
        """Until one is refused: four round trips a message."""
        replies: dict[str, tuple[int, bytes]] = {}
        for name, command in commands.items():
            self.send(f"{command}\r\n".encode())
            replies[name] = self.getreply()
            if replies[name][0] >= 400:
                break
        return replies

    def _connect(self) -> None:
        relay = self.relay
        self.sock = socket.create_connection((relay.host, relay.port), min(_left(self.deadline), _CONNECT_SECONDS))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the final dot is a packet of its own
        if relay.scheme == "smtps":
            self._encrypt()
        self._expect(220, self.getreply())
        self._expect(250, self.ehlo())
        if relay.scheme == "smtp+starttls":
            if not self.has_extn("starttls"):
                raise AccountStopped(f"{relay} offers no STARTTLS: use smtps:// or another port")
            self._expect(220, self.docmd("STARTTLS"))
            self._encrypt()
            self._expect(250, self.ehlo())
        if not self.has_extn("8bitmime"):
            raise AccountStopped(f"{relay} offers no 8BITMIME, which Japanese mail needs: use another relay")

    def _encrypt(self) -> None:
        """Certificate and host name are verified; what was read before is forgotten."""
        plain = _socket(self)
        plain.settimeout(_left(self.deadline))
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.relay.host)
        self.file = None

    def _log_in(self) -> None:
        if not self.relay.user:
            return
        if not self.has_extn("auth"):
            raise AccountStopped(f"{self.relay} offers no AUTH: leave user and password out of TODOKE_SMTP_URL")
        self.login(self.relay.user, self.relay.password)

    def _expect(self, wanted: int, reply: tuple[int, bytes]) -> None:
        if reply[0] != wanted:
            raise smtplib.SMTPResponseException(*reply)


class _Lines:
    """The part of a file that smtplib reads answers through; unlike `makefile` it keeps the deadline."""

    def __init__(self, session: Session) -> None:
        self._session, self._read = session, b""

    def readline(self, limit: int) -> bytes:
        """One line with its end; what there is at the end of the stream."""
        while b"\n" not in self._read and len(self._read) < limit:
            connection = _socket(self._session)
            connection.settimeout(_left(self._session.deadline))
            piece = connection.recv(_LINE)
            if not piece:
                break
            self._read += piece
        cut = min(self._read.find(b"\n") + 1 or len(self._read), limit)
        line, self._read = self._read[:cut], self._read[cut:]
        return line

    def close(self) -> None:
        """The socket is the session's."""


def _socket(session: Session) -> socket.socket:
    if session.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return session.sock


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the deadline passed")
    return seconds
