"""Keys of addresses, and the secret they are made with."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from tasks.core.errors import ConfigurationError
from tasks.core.identity import address_key, guest_id
from tasks.core.secrets import FILE, secret
from tasks.core.settings import Settings

KEY = b"k"


@pytest.mark.parametrize(
    "same", ["JUN@EXAMPLE.INVALID", "  jun@example.invalid\n", "ｊｕｎ＠ｅｘａｍｐｌｅ．ｉｎｖａｌｉｄ"]
)
def test_spellings_of_one_address_share_a_key(same: str) -> None:
    assert address_key(KEY, same) == address_key(KEY, "jun@example.invalid")


@pytest.mark.parametrize("other", ["jun+shop@example.invalid", "jun@example.test", "j.un@example.invalid"])
def test_another_address_has_another_key(other: str) -> None:
    assert address_key(KEY, other) != address_key(KEY, "jun@example.invalid")


def test_a_key_needs_its_secret_and_an_address() -> None:
    assert address_key(b"other", "jun@example.invalid") != address_key(KEY, "jun@example.invalid")
    assert address_key(KEY, None) is address_key(KEY, "  ") is None
    assert guest_id(KEY, "jun@example.invalid") == f"guest:{address_key(KEY, 'jun@example.invalid')}"


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secret(settings), range(16)))
    assert len(found) == 1 and len(found.pop()) == 64
    assert (settings.home / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.home.iterdir()] == [FILE]


def test_the_environment_wins(tmp_path: Path) -> None:
    assert secret(Settings(home=tmp_path, secret=SecretStr("mine"))) == b"mine"
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(("content", "mode", "says"), [("x", 0o644, "chmod 600"), ("\n", 0o600, "is empty")])
def test_a_secret_that_is_none_is_refused(tmp_path: Path, content: str, mode: int, says: str) -> None:
    (tmp_path / FILE).write_text(content)
    (tmp_path / FILE).chmod(mode)
    with pytest.raises(ConfigurationError, match=says):
        secret(Settings(home=tmp_path))
