"""Todoke served on this machine as a person does it: the commands, each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def todoke(home: Path, *arguments: str) -> Any:
    """Run a command of `todoke`; its JSON answer."""
    environment = os.environ | {"TODOKE_HOME": str(home), "TODOKE_SAMPLE_ORDERS": "20"}
    command = [sys.executable, "-W", "error::DeprecationWarning:flows", "-m", "flows.cli.main", *arguments, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
