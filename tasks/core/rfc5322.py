"""Messages as RFC 5322 bytes, the same each time: boundary, Message-ID and Date come from the message, never from now.

Written by hand because `email.message.EmailMessage` parses every header it is given (2 ms a message, this 0.06 ms); the
tests read the result with the standard library. Bodies are plain UTF-8 (8BITMIME), base64 where a line is too long.
"""

import re
from base64 import b64encode, encodebytes
from email.utils import format_datetime

from tasks.core.errors import Rejected
from tasks.core.outgoing import Attachment, Outgoing

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)
_LOCAL_UTF8 = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\u00a0-\ud7ff\uf900-\U0001ffff-]{1,64}")
_DOT_ATOM = re.compile(r"[^.]+(\.[^.]+)*")
_DOMAIN = re.compile(r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}", re.ASCII)
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINE_LIMIT = 998
_WORD_BYTES = 45
"""Text of one encoded word: its 60 base64 digits and frame fill the 75 characters RFC 2047 allows."""


def compose(message: Outgoing, smtputf8: bool = False) -> bytes:
    """The whole message, CRLF throughout. Raises Rejected with the reason it cannot be one.

    `smtputf8`: its recipient may have a local part beyond ASCII (RFC 6532); otherwise that is a reason.
    """
    head = [f"{name}: {value}" for name, value in _headers(message, smtputf8).items()]
    boundary = f"=_{message.key.hex}"
    body = _multipart("alternative", boundary, [_part("plain", message.text), _part("html", message.html)])
    if message.attachments:
        body = _multipart("mixed", f"=_mixed_{message.key.hex}", [body, *map(_attached, message.attachments)])
    return "\r\n".join([*head, "MIME-Version: 1.0", ""]).encode() + body


def checked_address(address: str, smtputf8: bool = False) -> tuple[str, str]:
    """Local part and ASCII domain. Dots anywhere in the local part are accepted, as Japanese carriers once issued them.

    Raises Rejected with the reason: no `@`, characters no relay takes, an impossible domain, a non-ASCII local part
    unless `smtputf8` (which few receivers take).
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii() and not smtputf8:
        raise Rejected(f"address {address!r:.80}: a local part beyond ASCII needs SMTPUTF8, which is not supported")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if not (_LOCAL if local.isascii() else _LOCAL_UTF8).fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise Rejected(f"address {address!r:.80}: not an e-mail address")
    return local, ascii_domain


def _headers(message: Outgoing, smtputf8: bool) -> dict[str, str]:
    headers = {
        "From": mailbox(message.from_name, message.from_address),
        "To": mailbox(message.to_name, message.to_address, smtputf8),
        "Reply-To": mailbox("", message.reply_to),
        "Subject": _text("Subject", message.subject),
        "Date": format_datetime(message.dated_at),
        "Message-ID": message_id(message),
    }
    return headers | {_name(name): _text(name, value) for name, value in message.headers.items()}


def check(message: Outgoing) -> None:
    """For providers that compose themselves: Rejected where `compose` would raise it for a header."""
    for name, value in {**message.headers, "Subject": message.subject, "name": message.to_name}.items():
        _name(name)
        if _CONTROL.search(value):
            raise Rejected(f"not a sendable message: {name} holds a control or unpaired character: {value!r:.80}")
    checked_address(message.to_address)


def mailbox(name: str, address: str, smtputf8: bool = False) -> str:
    """`name <address>`, the name in quotes or encoded words, which may be folded over lines.

    Raises Rejected with the reason either cannot stand in a header.
    """
    local, domain = checked_address(address, smtputf8)
    quoted = local if _DOT_ATOM.fullmatch(local) else f'"{local}"'
    if not name:
        return f"{quoted}@{domain}"
    shown = _text("name", name)
    if shown == name:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{shown} <{quoted}@{domain}>"


def shown_mailbox(name: str, address: str) -> str:
    """`"name" <address>` for providers that write the header themselves: the name as people read it."""
    bare = mailbox("", address)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{bare}>' if name else bare


def message_id(message: Outgoing) -> str:
    """`<key@domain of the sender>`."""
    return f"<{message.key}@{message.from_address.rpartition('@')[2]}>"


def _name(name: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise Rejected(f"not a sendable message: header name {name!r:.80}")
    return name


def _text(name: str, value: str) -> str:
    """Unstructured text: ASCII as it is, else encoded words. No control character, hence no header injection."""
    if _CONTROL.search(value):
        raise Rejected(f"not a sendable message: {name} holds a control or unpaired character: {value!r:.80}")
    if value.isascii() and "=?" not in value:
        if len(name) + 2 + len(value) > _LINE_LIMIT:
            raise Rejected(f"not a sendable message: {name} is longer than a line may be")
        return value
    return "\r\n ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in _chunks(value))


def _chunks(value: str) -> list[bytes]:
    """UTF-8 in pieces that do not part a character."""
    chunks = [b""]
    for character in value:
        encoded = character.encode()
        if len(chunks[-1]) + len(encoded) > _WORD_BYTES:
            chunks.append(b"")
        chunks[-1] += encoded
    return chunks


def _multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'
    opened = b"".join(b"--" + boundary.encode() + b"\r\n" + part for part in parts)
    return head.encode() + opened + f"--{boundary}--\r\n".encode()


def _attached(file: Attachment) -> bytes:
    """base64, so that its line ends arrive as they are."""
    lines = [
        f"Content-Type: {file.media_type}; charset=utf-8",
        f'Content-Disposition: attachment; filename="{file.name}"',
        "Content-Transfer-Encoding: base64",
        "",
        encodebytes(file.text.encode()).decode().rstrip("\n").replace("\n", "\r\n"),
        "",
    ]
    return "\r\n".join(lines).encode()


def _part(subtype: str, text: str) -> bytes:
    try:
        body = text.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    except UnicodeEncodeError as error:
        raise Rejected(f"not a sendable message: the {subtype} part holds an unpaired character") from error
    if b"\0" in body:
        raise Rejected(f"not a sendable message: the {subtype} part holds a NUL")
    encoding = "8bit"
    if max(map(len, body.split(b"\n"))) > _LINE_LIMIT:
        encoding, body = "base64", encodebytes(body)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
