"""Every file that real agencies published, against facts that were looked at one by one."""

import json
from pathlib import Path

import pytest

from tests.track.hazards.facts import FOLDERS, expected_of, of_folder


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_gives_the_facts_that_were_agreed(hazard_data: Path, folder: str) -> None:
    assert (hazard_data / folder).is_dir()
    found, expected = of_folder(folder), json.loads(expected_of(folder).read_text(encoding="utf-8"))
    assert sorted(found) == sorted(expected)
    wrong = {name: (found[name], expected[name]) for name in found if found[name] != expected[name]}
    assert wrong == {}


def test_a_file_without_hazard_says_why(hazard_data: Path) -> None:
    assert hazard_data.is_dir()
    for folder in FOLDERS:
        for name, facts in json.loads(expected_of(folder).read_text(encoding="utf-8")).items():
            why = facts.get("skipped") or facts.get("rejected") or facts.get("refused")
            assert facts.get("hazards") or why, f"{name}: nothing, without a reason"
