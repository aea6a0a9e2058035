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


BENCH = [Requirement(text) for text in PROJECT["optional-dependencies"]["bench"]]
BENCH_LINES = (ROOT / "requirements-bench.lock").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("asked", BENCH, ids=str)
def test_the_lock_of_the_benchmark_has_what_it_asks_for(asked: Requirement) -> None:
    found = [line for line in BENCH_LINES if line.split("==")[0] == canonicalize_name(asked.name)]
    assert all(asked.specifier.contains(line.split("==")[1].split(" ")[0]) for line in found)
    assert found, "run `make lock`"


def test_the_benchmark_changes_no_version() -> None:
    both = {line.split("==")[0] for line in BENCH_LINES} & {line.split("==")[0] for line in LINES}
    assert [line for line in BENCH_LINES if line.split("==")[0] in both and line not in LINES] == []


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_the_lock_has_what_the_project_asks_for(asked: Requirement) -> None:
    assert asked.specifier.contains(LOCKED[canonicalize_name(asked.name)]), "run `make lock`"
