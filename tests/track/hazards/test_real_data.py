"""Every file that real agencies published, against facts that were looked at one by one."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.core.settings import Settings
from tasks.detect import detect
from tests.track.conftest import Shop
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


def test_the_rain_over_chiba_is_told_where_it_is_warned_of(hazard_data: Path, tmp_path: Path, shop: Shop) -> None:
    """13 August 2026, 22:00: level 5 in Chiba city, nothing but advisories in Choshi, lifted in most of Tokyo."""
    (tmp_path / "jma").mkdir()
    for office in ("120000", "130000"):
        shutil.copy(hazard_data / "jma" / "warnings_r8" / f"{office}.json", tmp_path / "jma")
    for name, code, region in (
        ("chiba", "260-0013", "JP-12"),
        ("choshi", "288-0041", "JP-12"),
        ("tokyo", "100-0001", "JP-13"),
    ):
        shop.order(name, "08-12 10:00", promised="08-14", ship_to_postal_code=code, ship_to_region=region)
        shop.parcel(f"{name}-1", "08-13 12:00")
        shop.scan(f"{name}-1", "08-13 20:00", "作業店通過", location="名古屋", region="JP-23")
    shop.track("08-13 22:00")
    detect.fn(replace(shop.run("08-13 22:00"), settings=Settings(hazards=str(tmp_path))))
    assert shop.late() == {"chiba": {"hazard"}}
    (delay,) = shop.rows("select evidence from delay")
    assert (delay["evidence"]["kind"], delay["evidence"]["severity"]) == ("heavy_rain", "emergency")
