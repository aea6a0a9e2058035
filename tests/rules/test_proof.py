"""docs/proof.md is true: each test it names exists, and its table of mutations is that of the code."""

import re

import pytest

from tasks.core.paths import ROOT
from tasks.core.steps import STEPS, VARIABLE
from tests.deliver.mutations import MUTATIONS
from tests.rules.test_documents import names_of

PROOF = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PROOF)


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_exists(path: str, name: str) -> None:
    assert name in names_of(ROOT / path), f"{path} has no {name}"


def test_every_fault_names_a_test() -> None:
    table = PROOF.partition("## Fault matrix")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 40
    assert [row for row in rows if not re.search(r"::\w+` \|$", row)] == []


def test_the_mutations_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| ([\w ,]+) \| round `([\w -]+)`, (keyed|unkeyed) \|$", PROOF, re.MULTILINE)
    known = [(name, one.round, "keyed" if one.keyed else "unkeyed") for name, one in MUTATIONS.items()]
    assert rows == known


def test_only_one_file_reads_the_seam() -> None:
    files = [path for top in ("tasks", "flows") for path in (ROOT / top).rglob("*.py")]
    assert [path.name for path in files if VARIABLE in path.read_text(encoding="utf-8")] == ["steps.py"]
    assert "planning" in STEPS
