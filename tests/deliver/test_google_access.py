"""Access tokens of the service account: signed, fetched once an hour, never mixed with a message."""

from base64 import urlsafe_b64decode
from pathlib import Path
from urllib.parse import parse_qs

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from tasks.channels.fcm import Fcm
from tasks.core.accounts import FcmSettings
from tasks.core.errors import AccountStopped, ConfigurationError, DeliveryError, NotWritten
from tests.deliver.contract import MEGUMI, post
from tests.deliver.google import KEY, Google, for_push, said
from tests.deliver.scripted import Answer, Scripted


def test_the_account_proves_who_it_is_once_an_hour(google: Google, google_api: Scripted, fcm: Fcm) -> None:
    for _ in range(3):
        post(fcm, for_push(MEGUMI))
    [asked] = google.fetched
    assert (google_api.posts, google_api.connections) == (4, 2), (
        "a token and three messages, each kind on its own connection"
    )
    form = parse_qs(asked.body.decode())
    signed, _, signature = form["assertion"][0].rpartition(".")
    KEY.public_key().verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
    claims = orjson.loads(_decoded(signed.partition(".")[2]))
    assert (claims["iss"], claims["aud"]) == ("todoke@hinata.iam.example", f"{google_api.url}/token")
    assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
    assert claims["exp"] - claims["iat"] == 3600


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Answer(400, b'{"error":"invalid_grant"}'), AccountStopped),
        (Answer(401), AccountStopped),
        (Answer(429, headers={"Retry-After": "7"}), NotWritten),
        (Answer(500), NotWritten),
        (Answer(200, b"<html>"), NotWritten),
        (Answer(fault="reset"), NotWritten),
        (Answer(fault="hang"), NotWritten),
    ],
    ids=lambda value: f"{value.status} {value.fault}" if isinstance(value, Answer) else value.__name__,
)
def test_without_a_token_nothing_was_sent(
    google: Google, google_api: Scripted, fcm: Fcm, refusal: Answer, error: type[DeliveryError]
) -> None:
    google.refusals.append(refusal)
    with pytest.raises(error) as raised:
        post(fcm, for_push(MEGUMI), seconds=0.8)
    assert raised.type is error
    assert (google_api.posts, len(google.taken)) == (1, 0), "the token was asked for once, the message never posted"


def test_a_refused_access_token_is_asked_for_again(google: Google, google_api: Scripted, warm: Fcm) -> None:
    google_api.answers.append(said(401))
    with pytest.raises(AccountStopped):
        post(warm, for_push(MEGUMI))
    assert [result.accepted for result in post(warm, for_push(MEGUMI))] == [True]
    assert len(google.fetched) == 2


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "it is empty"),
        (b"{}", "KeyError"),
        (b"no json", "TODOKE_FCM_CREDENTIALS"),
        (b'{"private_key": "x", "project_id": "a", "client_email": "b", "token_uri": "https://c"}', "ValueError"),
    ],
)
def test_a_key_file_that_is_none_is_refused_by_name(tmp_path: Path, content: bytes | None, named: str) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(content or b"")
    with pytest.raises(ConfigurationError, match=named):
        Fcm.from_settings(FcmSettings(credentials=path if content is not None else None))


def test_unsafe_addresses_are_refused_by_name(key_file: Path) -> None:
    with pytest.raises(ConfigurationError, match="TODOKE_FCM_API"):
        Fcm.from_settings(FcmSettings(credentials=key_file, api="http://fcm.example"))
    key_file.write_bytes(key_file.read_bytes().replace(b"http://127.0.0.1", b"http://token.example"))
    with pytest.raises(ConfigurationError, match="TODOKE_FCM_CREDENTIALS"):
        Fcm.from_settings(FcmSettings(credentials=key_file))
