"""What an alert is about, and how grave, by the words of CAP (https://docs.oasis-open.org/emergency/cap/v1.2/)."""

import re

from tasks.core.hazards import Kind, Severity

SEVERITIES = {
    "Extreme": Severity.EMERGENCY,
    "Severe": Severity.WARNING,
    "Moderate": Severity.ADVISORY,
    "Minor": Severity.ADVISORY,
}

SURE = ("Observed", "Likely", "Very Likely")
"""What is merely possible (a watch) is an advisory, however grave it would be. Very Likely is CAP 1.0's word."""

KINDS: tuple[tuple[Kind, str], ...] = (
    (Kind.UNRELATED, "small craft|marine|gale|rip current|beach|surf|heat|air quality|red flag|fire weather"),
    (Kind.TYPHOON, "hurricane|typhoon|tropical storm"),
    (Kind.STORM_SURGE, "storm surge"),
    (Kind.TORNADO, "tornado"),
    (Kind.TSUNAMI, "tsunami"),
    (Kind.THUNDERSTORM, "(severe )?thunderstorm"),
    (Kind.EARTHQUAKE, "earthquake"),
    (Kind.VOLCANO, "volcan|ashfall"),
    (Kind.SNOW, "blizzard|snow|winter|ice|freezing rain"),
    (Kind.LANDSLIDE, "landslide|debris flow"),
    (Kind.FLOOD, "(flash |coastal |river )?flood"),
    (Kind.HEAVY_RAIN, "rain"),
    (Kind.STORM, "(high )?wind|storm|dust"),
    (Kind.FIRE, "(wild)?fire"),
)
"""Words that begin in an event's name; the first line that finds one decides."""

STOPPING = ("Met", "Geo", "Fire", "Transport", "Infra")
"""Categories whose unknown events may stop a lorry; the others (Rescue, Health, Security ...) concern no parcel."""


def kind_of(event: str, category: str) -> Kind:
    """By the event's name, else by its category."""
    named = next((kind for kind, words in KINDS if re.search(rf"\b({words})", event.lower())), None)
    return named or (Kind.OTHER if category in STOPPING else Kind.UNRELATED)


def severity_of(severity: str, certainty: str) -> Severity:
    """Canonical severity."""
    found = SEVERITIES.get(severity, Severity.UNKNOWN)
    return found if found is Severity.UNKNOWN or certainty in SURE else Severity.ADVISORY
