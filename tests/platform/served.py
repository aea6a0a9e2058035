"""Todoke served on this machine as a person does it: the commands, each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS = 400  # 20 on an idle machine; Prefect imports for seconds


def command(home: Path, *arguments: str) -> str:
    """Run a command of `todoke`; what it printed."""
    environment = os.environ | {"TODOKE_HOME": str(home), "TODOKE_SAMPLE_ORDERS": "200"}
    line = [sys.executable, "-W", "error::DeprecationWarning:flows", "-m", "flows.cli.main", *arguments]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def todoke(home: Path, *arguments: str) -> Any:
    """The same with --json; its answer."""
    return json.loads(command(home, *arguments, "--json"))
