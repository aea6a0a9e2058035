"""Lengths of time as people write them."""

import re
from datetime import timedelta

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def length_of(step: str) -> timedelta:
    """30m, 1h, 1d. Raises ValueError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", step)
    if found is None:
        raise ValueError(f"step {step}: write it like 30m, 1h or 1d")
    return int(found[1]) * _UNITS[found[2]]
