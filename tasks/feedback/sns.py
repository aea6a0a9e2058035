"""The envelope of Amazon SNS: whose certificate signed it, and what.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. A good signature only proves that SNS
signed it, and anyone may have a topic: the topic must be one of ours.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tasks.core.errors import FeedbackRefused
from tasks.feedback.base import Incoming, Trust, decoded, mapping, needed, text
from tasks.feedback.chain import browser_roots, verify_chain

_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?")
_PATH = re.compile(r"/SimpleNotificationService-[0-9a-zA-Z]+\.pem")
_HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303  # version 1 is SNS's default
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


def open_envelope(incoming: Incoming, trust: Trust) -> dict[str, Any]:
    """The verified envelope of a notification. Raises FeedbackRefused for anything else."""
    topics = needed(trust.settings.sns_topics, "TODOKE_FEEDBACK_SNS_TOPICS")
    envelope = mapping(incoming.json(), "the SNS envelope")
    if envelope.get("Type") not in _SIGNED:
        raise FeedbackRefused("malformed", "no SNS message: its Type is unknown (switch raw delivery off)")
    if envelope.get("TopicArn") not in [topic.strip() for topic in topics.split(",")]:
        raise FeedbackRefused("foreign_topic", f"the topic {envelope.get('TopicArn')!r:.120} is none of ours")
    _verify(envelope, _certificate(text(envelope.get("SigningCertURL"), "SigningCertURL"), incoming, trust))
    if envelope["Type"] != "Notification":
        raise FeedbackRefused("not_subscribed", f"open this address once to subscribe: {envelope.get('SubscribeURL')}")
    return envelope


def _certificate(url: str, incoming: Incoming, trust: Trust) -> rsa.RSAPublicKey:
    """The key of the certificate at `url`, which must be one of SNS itself, valid on arrival, and trusted."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc) or not _PATH.fullmatch(parts.path) or parts.query:
        raise FeedbackRefused("wrong_host", f"the signing certificate is not at SNS: {url:.120}")
    try:
        certificate, *issuers = x509.load_pem_x509_certificates(trust.certificate(url))
    except ValueError as error:
        raise FeedbackRefused("forged", "the signing certificate cannot be read") from error
    if not certificate.not_valid_before_utc <= incoming.received_at <= certificate.not_valid_after_utc:
        raise FeedbackRefused("stale", "the signing certificate is not valid now")
    names = (parts.netloc, f"sns.{parts.netloc.split('.', 2)[2]}")
    roots = trust.roots or browser_roots()
    verify_chain((certificate, *issuers), names, incoming.received_at, roots, trust.certificate)
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise FeedbackRefused("forged", "the signing certificate holds no RSA key")
    return key


def _verify(envelope: dict[str, Any], key: rsa.RSAPublicKey) -> None:
    version = _HASHES.get(str(envelope.get("SignatureVersion")))
    if version is None:
        raise FeedbackRefused("unsigned", "the SignatureVersion is neither 1 nor 2")
    names = [name for name in _SIGNED[envelope["Type"]] if envelope.get(name) is not None]
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names).encode("utf-8", "replace")
    signature = decoded(text(envelope.get("Signature"), "Signature"), "the signature")
    try:
        key.verify(signature, signed, padding.PKCS1v15(), version)
    except InvalidSignature as error:
        raise FeedbackRefused("forged", "the signature is not SNS's") from error
