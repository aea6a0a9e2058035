"""Who vouches for a signing certificate: its chain up to a root that browsers trust (cryptography's RFC 5280 verifier).

AWS serves the certificate of SNS without its issuer (https://github.com/robbiet480/go.sns/issues/8), so the issuer is
fetched from where the certificate itself says it lies (Authority Information Access). Nothing asks for revocations.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import certifi
from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tasks.core.errors import FeedbackRefused

ISSUER_HOSTS = (".amazontrust.com", ".digicert.com")
"""Where issuers of Amazon's certificates lie; nothing else is fetched."""

_DEPTH = 3
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@cache
def browser_roots() -> tuple[x509.Certificate, ...]:
    """Root certificates of certifi (Mozilla's), read once per process; those cryptography cannot read are left out."""
    blocks = _PEM.findall(Path(certifi.where()).read_bytes())
    return tuple(root for block in blocks if (root := _root(block)))


def _root(pem: bytes) -> x509.Certificate | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)  # an old root breaks RFC 5280
        try:
            return x509.load_pem_x509_certificate(pem)
        except (ValueError, CryptographyDeprecationWarning):
            return None


def verify_chain(
    given: Sequence[x509.Certificate],
    names: Sequence[str],
    at: datetime,
    roots: Sequence[x509.Certificate],
    fetch: Callable[[str], bytes],
) -> None:
    """Raises FeedbackRefused unless the first of `given` is for one of `names` and leads to one of `roots`.

    `at`: when it must hold, aware. `fetch` may raise StoreError: the request may come again.
    """
    leaf, *issuers = given
    name = next((one for one in _hosts(leaf) if one in names), None)
    if name is None:
        raise FeedbackRefused("untrusted", f"the signing certificate is for none of {', '.join(names)}")
    verifier = PolicyBuilder().store(Store(list(roots))).time(at).build_server_verifier(x509.DNSName(name))
    try:
        verifier.verify(leaf, [*issuers, *_fetched(given[-1], roots, fetch)])
    except VerificationError as error:
        raise FeedbackRefused("untrusted", f"nobody we trust vouches for the signing certificate: {error}") from error


def _fetched(
    last: x509.Certificate, roots: Sequence[x509.Certificate], fetch: Callable[[str], bytes]
) -> Iterator[x509.Certificate]:
    """Issuers from `last` upwards, until a root signed it or nothing says where the next lies."""
    subjects = {root.subject for root in roots}
    for _ in range(_DEPTH):
        address = _issuer_address(last)
        if last.issuer in subjects or address is None:
            return
        last = _loaded(fetch(address))
        yield last


def _loaded(content: bytes) -> x509.Certificate:
    """PEM or DER."""
    try:
        is_pem = content.startswith(b"-----BEGIN")
        return x509.load_pem_x509_certificate(content) if is_pem else x509.load_der_x509_certificate(content)
    except ValueError as error:
        raise FeedbackRefused("untrusted", "the issuer of the signing certificate cannot be read") from error


def _hosts(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)


def _issuer_address(certificate: x509.Certificate) -> str | None:
    try:
        access = certificate.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS).value
    except x509.ExtensionNotFound:
        return None
    named = [
        one.access_location.value
        for one in access  # type: ignore[attr-defined]
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    ]
    return next((one for one in named if (urlsplit(one).hostname or "").endswith(ISSUER_HOSTS)), None)
