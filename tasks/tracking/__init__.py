"""Sources of tracking by name (TODOKE_TRACKING).

A new source is one file here, one line below and one test of its answers.
"""

from collections.abc import Callable

from tasks.core.declarations import suggestion
from tasks.core.errors import ConfigurationError
from tasks.core.settings import Settings
from tasks.tracking.aftership import AfterShip
from tasks.tracking.base import TrackingSource
from tasks.tracking.exports import Exports
from tasks.tracking.mapped import Mapped
from tasks.tracking.seventeentrack import SeventeenTrack

SOURCES: dict[str, Callable[[], TrackingSource]] = {
    "drop": Exports,
    "aftership": AfterShip,
    "17track": SeventeenTrack,
    "json": Mapped,
}


def sources(settings: Settings) -> list[tuple[TrackingSource, list[str] | None]]:
    """The sources of the settings, each with the carriers it is asked about (None: all). Raises ConfigurationError."""
    named = settings.tracking_sources()
    for name in named:
        if name not in SOURCES:
            raise ConfigurationError(f"TODOKE_TRACKING: no source {name!r}{suggestion(name, list(SOURCES))}.")
    made = [(SOURCES[name](), carriers) for name, carriers in named.items()]
    return [(source, carriers or source.carriers) for source, carriers in made]
