"""`python -m tests.accidents`: the accidents, one line each; part of `make replay`. Exit 1 where one sends anything.

Each is played with its protection and, as the control, without it: what sends nothing then proves nothing.
"""

import os
import shutil
import sys
from pathlib import Path

from tasks.core.environment import QUIET
from tasks.core.postgres import ensure_server, stop_server
from tests.accidents.accidents import ACCIDENTS, Accident
from tests.accidents.place import opened
from tests.accidents.report import Stage
from tests.places import new_home

FAST = {"fsync": "off", "full_page_writes": "off"}


def line(stage: Stage, accident: Accident) -> tuple[bool, str]:
    """Whether it went well, and the line of the report."""
    played, control = stage.play(accident, with_end=True), stage.without(accident)
    late = stage.ordinary - played.afterwards if accident.is_over else played.sent
    good = not played.sent and played.is_explained and bool(control.sent) and not late
    told = f"{accident.name:24} sent before {stage.shop.sent:4}  by the accident {played.sent.total():3}"
    told += f"  without protection {control.sent.total():4}  held by {accident.held_by}"
    return good, told + ("" if good else f"\n  not as it should be: {played}, without: {control.sent.total()}")


def main(folder: Path) -> int:
    """All of them."""
    print("Ten accidents in a shop that has sent before: what each sent beyond the ordinary hour", flush=True)
    failed = 0
    with opened(folder / "shop", ensure_server(folder, "postgres", FAST)) as shop:
        stage = Stage(shop)
        for accident in ACCIDENTS:
            good, told = line(stage, accident)
            print(f"  {'ok    ' if good else 'FAILED'} {told}", flush=True)
            failed += not good
    return 1 if failed else 0


if __name__ == "__main__":
    home = new_home()
    os.environ.update(QUIET, TODOKE_HOME=str(home), PREFECT_HOME=str(home / "prefect"))
    try:
        sys.exit(main(home))
    finally:
        stop_server(home)
        shutil.rmtree(home, ignore_errors=True)
