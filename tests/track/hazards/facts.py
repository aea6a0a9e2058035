"""What one document says, as facts a person can compare: a small part of a Reading.

`python -m tests.track.hazards.facts` writes the expected values anew; look at the difference before you commit it.
"""

import json
from pathlib import Path
from typing import Any

from tasks.core.errors import DataError
from tasks.core.hazards import Area, Hazard, fold
from tasks.hazards import SOURCES
from tests.track.hazards.conftest import DATA

EXPECTED = Path(__file__).parent / "expected"
FOLDERS = {"jma/telegrams": "jma", "jma/quakes": "jma", "jma/warnings_r8": "jma", "nws": "nws", "cap": "cap"}


def facts(source: str, path: Path) -> dict[str, Any]:
    """`hazards` (id, kind, severity, areas, from, until, state), and why there are none or fewer than expected."""
    try:
        reading = SOURCES[source].read(path.name, path.read_bytes())
    except DataError as error:
        return {"refused": str(error)}
    found = {
        "hazards": [_hazard(one) for one in fold([], reading.hazards).values()],
        "ends": len({one.hazard_id for one in reading.hazards if one.state != "active"}),
        "skipped": list(reading.skipped),
        "rejected": [f"{one.column}: {one.reason}" for one in reading.rejected],
    }
    return {name: value for name, value in found.items() if value}


def of_folder(folder: str) -> dict[str, Any]:
    """File name -> facts, of every file."""
    return {path.name: facts(FOLDERS[folder], path) for path in sorted((DATA / folder).iterdir())}


def expected_of(folder: str) -> Path:
    """The committed facts of a folder."""
    return EXPECTED / f"{folder.replace('/', '_')}.json"


def _hazard(hazard: Hazard) -> str:
    until = hazard.until_at.isoformat() if hazard.until_at else "further notice"
    areas = " ".join(sorted(_area(area) for area in hazard.areas))
    return (
        f"{hazard.hazard_id} | {hazard.kind} | {hazard.severity} | {len(hazard.areas)}: {areas} | "
        f"{hazard.from_at.isoformat()} | {until} | {hazard.state}"
    )


def _area(area: Area) -> str:
    return area.municipality or (f"{area.region}({area.part})" if area.part else area.region)


if __name__ == "__main__":
    for name in FOLDERS:
        text = json.dumps(of_folder(name), ensure_ascii=False, indent=1)
        expected_of(name).write_text(text + "\n", encoding="utf-8")
