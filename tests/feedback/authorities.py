"""A root, an issuer and certificates of SNS, as Amazon's lie: the signing certificate comes without its issuer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tests.feedback.signing import CERTIFICATE, sns_key

ISSUER = "http://crt.test.amazontrust.com/issuer.cer"
Fetch = Callable[[str], bytes]


@cache
def _key(_name: str) -> rsa.RSAPrivateKey:
    """The key of an authority of that name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(subject: str, key: rsa.RSAPublicKey, issuer: str, days: int) -> x509.CertificateBuilder:
    """Valid for so many days from yesterday; negative: ended."""
    begin = datetime.now(UTC) - timedelta(days=1 if days > 0 else 90)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(subject))
        .issuer_name(_named(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=31))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_key(issuer).public_key()), critical=False)
    )


@cache
def authority(name: str, issuer: str) -> x509.Certificate:
    """Certificate of an authority, by another or by itself."""
    key = _key(name).public_key()
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"),
        False,
    )  # fmt: skip
    return (
        _begun(name, key, issuer, 30)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .sign(_key(issuer), hashes.SHA256())
    )


@cache
def certificate(days: int = 30, host: str = "sns.amazonaws.com", by: str = "Issuer", at: str = ISSUER) -> bytes:
    """SNS's certificate in PEM: for one host, by one issuer who says to lie `at` an address."""
    access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(at))
    made = (
        _begun("sns.amazonaws.com", sns_key().public_key(), by, days)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        .sign(_key(by), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def roots() -> tuple[x509.Certificate, ...]:
    """Whom the tests trust."""
    return (authority("Root", "Root"),)


def serving(pem: bytes | None = None) -> Fetch:
    """What lies at SNS's address (the good certificate, unless another is given), and at its issuer's."""
    issuer = authority("Issuer", "Root").public_bytes(serialization.Encoding.DER)
    return {CERTIFICATE: pem or certificate(), ISSUER: issuer}.__getitem__
