"""Sources of warnings by name.

A new source is one file here, one line below and one test file that inherits the contract.
"""

from tasks.hazards.base import HazardSource
from tasks.hazards.drop import DropHazards

SOURCES: dict[str, HazardSource] = {source.name: source for source in (DropHazards(),)}
