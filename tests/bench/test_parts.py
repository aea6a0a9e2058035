"""The benchmark watches functions by name: each must be there."""

from flows.bench_hour import PARTS


def test_every_watched_function_exists() -> None:
    missing = [f"{owner.__name__}.{name}" for owner, name, _ in PARTS if not callable(getattr(owner, name, None))]
    assert missing == []
