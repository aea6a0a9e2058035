"""Ten accidents send nothing: neither again what was sent, nor what is old. `python -m tests.accidents`: controls."""

from collections.abc import Iterator

import pytest

from tasks.core.errors import ConfigurationError
from tasks.core.settings import Settings
from tests.accidents.accidents import ACCIDENTS, Accident
from tests.accidents.place import opened
from tests.accidents.report import Stage

pytestmark = [pytest.mark.xdist_group("accidents"), pytest.mark.timeout(600)]

CONTROLS = ("restored backup",)
"""That this file can fail; the report plays every control."""


@pytest.fixture(scope="module")
def stage(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with opened(tmp_path_factory.mktemp("accidents"), server) as shop:
        yield Stage(shop)


def named(*names: str) -> list[Accident]:
    return [accident for accident in ACCIDENTS if not names or accident.name in names]


@pytest.mark.parametrize("accident", named(), ids=lambda one: one.name)
def test_it_sends_nothing_and_says_why(stage: Stage, accident: Accident) -> None:
    played = stage.play(accident)
    assert not played.sent, played
    assert played.is_explained, played.said
    assert played.refused == (accident.is_over is not None), "held whole, or its ordinary news leave"
    if not played.refused:
        assert played.missing.total() <= len(stage.ordinary) // 10, "what had to wait for the last hour, and no more"


@pytest.mark.parametrize("accident", named(*CONTROLS), ids=lambda one: one.name)
def test_without_the_protection_it_sends(stage: Stage, accident: Accident) -> None:
    assert stage.without(accident).sent


@pytest.mark.parametrize("accident", named("clock + 1 year"), ids=lambda one: one.name)
def test_once_it_is_over_the_ordinary_news_leave(stage: Stage, accident: Accident) -> None:
    assert stage.play(accident, with_end=True).afterwards == stage.ordinary


@pytest.mark.parametrize("name", ["home", "archive_url", "publish_url"])
def test_a_folder_is_the_same_from_wherever_a_command_is_started(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"TODOKE_{name.upper()}", "state")
    with pytest.raises(ConfigurationError, match=f"TODOKE_{name.upper()}: .*absolute folder"):
        Settings()
