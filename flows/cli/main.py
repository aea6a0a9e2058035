"""The command `todoke`: collects the command modules, one file per group.

Exit codes: 0 done; 1 refused or failed; 2 wrong use or a wrong setting, template or SQL file.
"""

from flows.cli import (
    backfill,
    bench,
    calendar,
    calibration,
    codes,
    diff,
    explain,
    guards,
    hindsight,
    listen,
    mentions,
    new_touchpoint,
    notice,
    pages,
    preview,
    release,
    replay,
    run,
    serve,
    simulate,
    trial,
)
from flows.cli.application import application

MODULES = (
    run,
    explain,
    calendar,
    calibration,
    codes,
    guards,
    replay,
    hindsight,
    diff,
    simulate,
    trial,
    release,
    mentions,
    notice,
    backfill,
    pages,
    preview,
    listen,
    serve,
    new_touchpoint,
    bench,
)


app = application()

for module in MODULES:
    module.register(app)


if __name__ == "__main__":
    app()
