"""Somebody waits for an explanation: what it imports is little."""

import json
import subprocess
import sys

from tasks.core.paths import ROOT

SLOW = {"prefect", "great_expectations", "pandas", "pyarrow", "boto3", "starlette", "mrml"}
RUN = """
import json, sys
import flows.cli.start as start
sys.argv = ["todoke", "explain", "--help"]
try:
    start.app()
except SystemExit:
    print(json.dumps([name for name in sys.modules if "." not in name]))
"""


def test_the_command_imports_neither_prefect_nor_great_expectations() -> None:
    done = subprocess.run([sys.executable, "-c", RUN], cwd=ROOT, capture_output=True, text=True, check=True)
    *said, loaded = done.stdout.splitlines()
    assert SLOW & set(json.loads(loaded)) == set()
    assert "--customer" in "\n".join(said)


def test_every_other_command_is_still_there() -> None:
    command = [sys.executable, "-m", "flows.cli.start", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in ("explain", "replay", "calendar", "bench"))
