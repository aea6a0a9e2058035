"""Environment variables of the processes around us."""

import os

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_CLI_PROMPT": "false",
}
"""Prefect without telemetry, prompts, a server of its own behind our back, and noise."""


def clean_environment(prefix: str) -> dict[str, str]:
    """The environment without variables of `prefix`."""
    return {name: value for name, value in os.environ.items() if not name.startswith(prefix)}
