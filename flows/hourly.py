"""The hour."""

from prefect import flow


@flow
def hourly() -> None:
    """Placeholder until the steps exist."""
