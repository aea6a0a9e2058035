"""Where `todoke` begins. A command somebody waits for is imported alone: Prefect and the hour take seconds."""

import sys
from importlib import import_module

from flows.cli.application import application

QUICK = {"explain": "flows.cli.explain"}
"""Command -> its module, which imports neither Prefect nor Great Expectations (tests/explain/test_start.py)."""


def app() -> None:
    """Run the command of this process's arguments."""
    asked = QUICK.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if asked is None:
        import_module("flows.cli.main").app()
        return
    quick = application()
    import_module(asked).register(quick)
    quick()


if __name__ == "__main__":
    app()
