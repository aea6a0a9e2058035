"""The GitHub workflows are of the form GitHub reads, and safe: two linters, both offline."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tasks.core.paths import ROOT

FILES = sorted((ROOT / "infra" / "github").glob("*.yml"))
BIN = Path(sysconfig.get_path("scripts"))
LINTERS = {
    "form": [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"],
    "safety": [str(BIN / "zizmor"), "--offline", "--strict-collection", "--persona", "pedantic"],
}
WRONG = {
    "form": (r"timeout-minutes:", "timeout-minuts:"),
    "safety": (r"@[0-9a-f]{40} # v5", "@v5 # v5"),
}


def linted(linter: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LINTERS[linter], str(path)], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("linter", LINTERS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_workflow_is_lawful(linter: str, path: Path, tmp_path: Path) -> None:
    done = linted(linter, path)
    assert done.returncode == 0, done.stdout + done.stderr
    pattern, instead = WRONG[linter]
    broken = tmp_path / path.name
    broken.write_text(re.sub(pattern, instead, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    assert linted(linter, broken).returncode != 0, "the linter is blind"


def test_every_action_is_pinned_and_says_its_version() -> None:
    used = [line for path in FILES for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []
