"""What a source of warnings hands over: canonical hazards (tasks/core/hazards.py), whatever its own format."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tasks.core.hazards import Hazard


@dataclass(frozen=True)
class Rejected:
    """What cannot be used: a row or message, which column or element is wrong, why, and what it said."""

    file: str
    line: int
    column: str
    reason: str
    content: dict[str, str]


@dataclass(frozen=True)
class Reading:
    """Statements of one document, what could not be used, and why the rest of it is no hazard (a drill, no area)."""

    hazards: tuple[Hazard, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """A document that a feed announces. Of those that share a `topic` only the newest has something to say."""

    url: str
    updated: str
    topic: str


class HazardSource(Protocol):
    """One source of warnings. Knows its format, not where documents come from."""

    @property
    def name(self) -> str:
        """As in the `source` of its hazards."""

    @property
    def is_list(self) -> bool:
        """Each document is a list that stands for the whole (unreadable: nothing is known), not one message of many."""

    @property
    def live(self) -> tuple[str, ...]:
        """Addresses of its own; empty where a setting must name them."""

    def documents(self, folder: Path) -> list[Path]:
        """Its files in a TODOKE_HAZARDS folder, sorted."""

    def read(self, name: str, content: bytes) -> Reading:
        """Every statement of one document. A bad row is rejected alone.

        Raises DataError when the document cannot be read at all: no news is not calm weather.
        """

    def links(self, name: str, content: bytes) -> list[Link] | None:
        """Documents that this one announces; None where it is itself what is to be read."""


@dataclass(frozen=True)
class Gathered:
    """Collects what one document says, part by part."""

    file: str
    hazards: list[Hazard] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, hazard: Hazard) -> None:
        """Take one statement; what ends before it starts, or is nowhere, is set aside."""
        if hazard.until_at is not None and hazard.until_at <= hazard.from_at and hazard.state == "active":
            self.reject("until_at", "ends before it starts", {"hazard_id": hazard.hazard_id})
        else:
            self.hazards.append(hazard)

    def reject(self, column: str, reason: str, content: dict[str, str], line: int = 0) -> None:
        """Set one row or message aside."""
        self.rejected.append(Rejected(self.file, line, column, reason, content))

    def reading(self) -> Reading:
        """All of it; a reason that repeats is said once."""
        return Reading(tuple(self.hazards), tuple(self.rejected), tuple(dict.fromkeys(self.skipped)))


def below(folder: Path, name: str, suffixes: Iterable[str]) -> list[Path]:
    """Files of these suffixes anywhere in the folder of that name."""
    return sorted(path for path in (folder / name).rglob("*") if path.suffix.lower() in suffixes and path.is_file())
