"""What an alert is about, and how grave, by the words of CAP (https://docs.oasis-open.org/emergency/cap/v1.2/)."""

from tasks.core.hazards import Kind, Severity

SEVERITIES = {
    "Extreme": Severity.EMERGENCY,
    "Severe": Severity.WARNING,
    "Moderate": Severity.ADVISORY,
    "Minor": Severity.ADVISORY,
}

SURE = ("Observed", "Likely", "Very Likely")
"""What is merely possible (a watch) is an advisory, however grave it would be. Very Likely is CAP 1.0's word."""

KINDS: tuple[tuple[str, Kind], ...] = (
    ("small craft", Kind.UNRELATED), ("marine", Kind.UNRELATED), ("gale", Kind.UNRELATED), ("rip current", Kind.UNRELATED),
    ("beach", Kind.UNRELATED), ("surf", Kind.UNRELATED), ("heat", Kind.UNRELATED), ("air quality", Kind.UNRELATED),
    ("red flag", Kind.UNRELATED), ("fire weather", Kind.UNRELATED), ("abduction", Kind.UNRELATED),
    ("hurricane", Kind.TYPHOON), ("typhoon", Kind.TYPHOON), ("tropical storm", Kind.TYPHOON), ("surge", Kind.STORM_SURGE),
    ("tornado", Kind.TORNADO), ("tsunami", Kind.TSUNAMI), ("thunderstorm", Kind.THUNDERSTORM), ("earthquake", Kind.EARTHQUAKE),
    ("volcan", Kind.VOLCANO), ("ashfall", Kind.VOLCANO), ("blizzard", Kind.SNOW), ("snow", Kind.SNOW), ("winter", Kind.SNOW),
    ("ice", Kind.SNOW), ("freezing rain", Kind.SNOW), ("landslide", Kind.LANDSLIDE), ("debris flow", Kind.LANDSLIDE),
    ("flood", Kind.FLOOD), ("rain", Kind.HEAVY_RAIN), ("wind", Kind.STORM), ("storm", Kind.STORM), ("dust", Kind.STORM),
    ("wildfire", Kind.FIRE), ("fire", Kind.FIRE),
)  # fmt: skip
"""Words of an event's name, the first that is found decides."""

STOPPING = ("Met", "Geo", "Fire", "Transport", "Infra")
"""Categories whose unknown events may stop a lorry; the others (Rescue, Health, Security ...) do not concern parcels."""


def kind_of(event: str, category: str) -> Kind:
    """By the event's name, else by its category."""
    name = event.lower()
    named = next((kind for word, kind in KINDS if word in name), None)
    return named or (Kind.OTHER if category in STOPPING else Kind.UNRELATED)


def severity_of(severity: str, certainty: str) -> Severity:
    """Canonical severity."""
    found = SEVERITIES.get(severity, Severity.UNKNOWN)
    return found if found is Severity.UNKNOWN or certainty in SURE else Severity.ADVISORY
