"""Flows: what runs when. Importing the package makes Prefect quiet and gives it a home of its own.

Prefect reads its environment when it is first imported and makes its home (~/.prefect) at once, so this stands here,
before any module of ours imports it. What the environment already says is kept.
"""

import os
from contextlib import suppress
from pathlib import Path

from tasks.core.environment import QUIET
from tasks.core.settings import default_home

for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)
_home = Path(os.environ.get("TODOKE_HOME") or default_home()).resolve() / "prefect"
os.environ.setdefault("PREFECT_HOME", str(_home))
with suppress(OSError):  # Prefect makes the folder but not its parents; commands name a home they cannot write
    _home.mkdir(parents=True, exist_ok=True)
