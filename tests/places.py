"""Where a test run keeps its homes: in memory where there is room, for it makes a thousand databases.

On a disk making one costs ten times the processor time, and waits for whoever else writes. What is lost with the
machine is lost anyway: tests kill processes, they cut no power.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

PREFIX = "todoke-test-"
_MEMORY = Path("/dev/shm")
_ENOUGH = 6 << 30
"""Bytes: a whole run with two workers keeps less than two gigabytes."""


def new_home() -> Path:
    """An empty TODOKE_HOME that is swept by the next run if this one is killed."""
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_MEMORY if _has_room() else None))


def left_behind() -> list[Path]:
    """Homes of ours whose process is gone."""
    found = (home for room in (_MEMORY, Path(tempfile.gettempdir())) for home in room.glob(f"{PREFIX}*"))
    return [home for home in found if home.stat().st_uid == os.geteuid() and _is_dead(home)]


def _is_dead(home: Path) -> bool:
    pid = home.name.removeprefix(PREFIX).split("-")[0]
    return pid.isdecimal() and not psutil.pid_exists(int(pid))


def _has_room() -> bool:
    """Many containers have 64 MB there."""
    if not os.access(_MEMORY, os.W_OK):
        return False
    free: int = min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available)
    return free > _ENOUGH
