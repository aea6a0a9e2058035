"""aiosmtpd, a relay others wrote, over real TCP, with a store of its own and a script of what it refuses or loses."""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

GOOD = ("shop", "p@ss/w:rd")


@dataclass
class Relay:
    """The handler. `before` is answered instead of taking the content, `after` spoils the answer to what was taken."""

    pipelining: bool = False
    mail: deque[str] = field(default_factory=deque)
    rcpt: deque[str] = field(default_factory=deque)
    before: deque[str] = field(default_factory=deque)
    after: deque[str] = field(default_factory=deque)
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    posts: int = 0
    port: int = 0

    @property
    def copies(self) -> Counter[str]:
        """Address -> how many messages were taken."""
        return Counter(address for address, _ in self.taken)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count, and offer PIPELINING where the test says so; aiosmtpd understands it but does not say so."""
        self.connections += 1
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelining else responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse, or go on."""
        if self.mail and (refusal := self.mail.popleft()):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse, or go on."""
        if self.rcpt and (refusal := self.rcpt.popleft()):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Refuse, or take the message and answer as the test says."""
        self.posts += 1
        if self.before and (refusal := self.before.popleft()):
            return refusal
        content = envelope.original_content or b""
        self.taken += [(address, content) for address in envelope.rcpt_tos]
        fault = self.after.popleft() if self.after else ""
        if fault == "reset" and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        if fault == "late":
            await asyncio.sleep(1.5)
        return fault if fault[:1].isdecimal() else f"250 2.0.0 Ok: queued as {len(self.taken)}"


@contextlib.contextmanager
def serving(relay: Relay, **options: Any) -> Iterator[Relay]:
    """The relay on a loopback port. `options`: those of aiosmtpd's Controller."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        relay.port = free.getsockname()[1]
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port, **options)
    controller.start()
    relay.connections = 0
    try:
        yield relay
    finally:
        controller.stop()


def knows_the_shop(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    """aiosmtpd's authenticator: one user."""
    given = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
    return AuthResult(success=given == GOOD, handled=given == GOOD)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for 127.0.0.1, and the file that makes a client trust it (SSL_CERT_FILE)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay of the tests")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "cert.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
