"""requirements.lock: exact versions of everything pyproject.toml asks for, and no place they come from."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tasks.core.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = [Requirement(text) for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]
LINES = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
LOCKED = {canonicalize_name(line.split("==")[0]): line.split("==")[1].split(" ")[0] for line in LINES if "==" in line}


def test_every_line_is_one_exact_version() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[a-z0-9.-]+==[^\s;]+( ; .+)?", line)] == []


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_the_lock_has_what_the_project_asks_for(asked: Requirement) -> None:
    assert asked.specifier.contains(LOCKED[canonicalize_name(asked.name)]), "run `make lock`"
