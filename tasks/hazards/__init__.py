"""Sources of warnings by name.

A new source is one file here, one line below and one test file that inherits the contract.
"""

from tasks.hazards.advisory import CarrierAdvisories
from tasks.hazards.base import HazardSource
from tasks.hazards.cap import Cap
from tasks.hazards.drop import DropHazards
from tasks.hazards.jma import Jma
from tasks.hazards.nws import Nws

SOURCES: dict[str, HazardSource] = {
    source.name: source for source in (DropHazards(), CarrierAdvisories(), Jma(), Cap(), Nws())
}
