"""How fast batches may leave, and whether at all: shared by all workers, in PostgreSQL, by its clock.

- an account's rate: one row a provider, booked by one statement right before the intent
- a circuit breaker in the same row: answers without proof in a row open it, then one call tries
- throttles of recipient domains (templates/throttles.toml) and the warm-up of sending domains, asked at the seal
What may not leave stays planned, not before the instant at which there is room again.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from uuid import UUID

from pydantic import Field
from sqlalchemy import Connection

from tasks.core.attempt import Outcome
from tasks.core.claims import Key
from tasks.core.database import Database
from tasks.core.declarations import Declaration, load_toml
from tasks.core.errors import DeliveryError, NotWritten, Rejected
from tasks.core.paths import TEMPLATES
from tasks.core.queries import query
from tasks.core.sealing import Packed
from tasks.core.thresholds import PaceSettings

BURST_SECONDS = 10.0
"""So much of its rate a throttle that was idle lets through at once."""

PROBES = 3
"""How often one run waits for an open circuit."""

_AGAIN_SECONDS = 0.05


class Throttle(Declaration):
    """Recipient domains that share one rate."""

    domains: tuple[str, ...] = Field(min_length=1)
    per_minute: float = Field(gt=0)

    @property
    def name(self) -> str:
        """The first domain."""
        return self.domains[0]


class Throttles(Declaration):
    """templates/throttles.toml."""

    providers: tuple[str, ...] = ()
    throttle: tuple[Throttle, ...] = ()


@dataclass(frozen=True)
class Wait:
    """A batch may not be posted yet."""

    seconds: float
    """Until it may be asked again; 0 where this run had better leave it to the next."""
    over: str | None = None
    """Why this run ends sending."""


@cache
def load_throttles(path: Path | None = None) -> Throttles:
    """The shop's table, or the one that lies beside the templates. Raises ConfigurationError."""
    return load_toml(path or TEMPLATES / "throttles.toml", Throttles)


@dataclass
class Pace:
    """One worker's way to the limits of one provider. `told`: messages a second as the provider says, if it does;
    `told_calls`: calls a second as it says now.

    What all workers share is written at once, outside their transactions: a worker that sleeps keeps nobody waiting.
    What it booked is gone if it dies: the limit is kept all the same.
    """

    database: Database
    provider: str
    told: float | None = None
    settings: PaceSettings = field(default_factory=PaceSettings)
    waiting: dict[Key, str] = field(default_factory=dict)
    """What it put off and did not seal since, with the reason."""
    began: float = field(default_factory=time.monotonic)
    probes: int = 0
    """How often it found the circuit open."""
    told_calls: Callable[[], float | None] = lambda: None

    @property
    def rate(self) -> float | None:
        """Messages a second; the setting wins over what the provider says."""
        return self.settings.rates().get(self.provider, self.told)

    def limit(self, most: int) -> int:
        """Messages of a batch: what a call may hold, and no more than the account may send in a second."""
        return most if self.rate is None else max(1, min(most, int(self.rate)))

    @property
    def is_over(self) -> bool:
        """Has this run waited for limits as long as it may?"""
        return time.monotonic() - self.began > self.settings.patience_minutes * 60

    def admit(self, batch_id: UUID, longest_seconds: float) -> Wait | None:
        """May this batch be posted now? None: yes, and its time is booked."""
        calls = self.settings.call_rates().get(self.provider, self.told_calls())
        with self.database.at_once() as connection:
            row = query("pace/admit").one(
                connection,
                provider=self.provider,
                batch_id=batch_id,
                seconds_a_message=1 / self.rate if self.rate else 0,
                seconds_a_call=1 / calls if calls else 0,
                pause_seconds=self.settings.breaker_pause_seconds,
            )
        if row["admitted"]:
            return None
        self.probes += row["is_open"]
        if row["seconds"] > longest_seconds or self.probes > PROBES or self.is_over:
            answers = "its answers prove nothing, the circuit is open" if row["is_open"] else "its rate"
            return Wait(0, f"{answers}; asked again in {row['seconds']:.0f} s at the earliest")
        return Wait(max(row["seconds"], _AGAIN_SECONDS))

    def report(self, outcome: Outcome) -> None:
        """Tell the breaker how a call ended. What was not written, or refused, says nothing about it."""
        if isinstance(outcome, NotWritten | Rejected):
            return
        said = [outcome] if isinstance(outcome, DeliveryError) else [one.failure for one in outcome]
        with self.database.at_once() as connection:
            query("pace/report").run(
                connection,
                provider=self.provider,
                failed=any(
                    isinstance(one, DeliveryError) and not isinstance(one, NotWritten | Rejected) for one in said
                ),
                failures=self.settings.breaker_failures,
                pause_seconds=self.settings.breaker_pause_seconds,
            )

    def hold_back(self, connection: Connection, packed: Packed, owed: bool) -> None:
        """Take out of `packed` what throttles and warm-up do not let through now; the best go, the others stay planned.

        What is owed (class T) counts against a warm-up and is never held by it. `connection` is the claim's.
        """
        held = self._warming(packed, owed)
        held |= self._throttled(packed, held)
        for key, _ in packed.entries:
            self.waiting.pop(key, None)
        if held:
            packed.entries = [(key, entry) for key, entry in packed.entries if key not in held]
            self.waiting |= {key: reason for key, (_, reason) in held.items()}
            query("pace/put_off").run(
                connection,
                touchpoints=[key[0] for key in held],
                subjects=[key[1] for key in held],
                seconds=[seconds for seconds, _ in held.values()],
            )

    def notes(self) -> list[str]:
        """One line for each limit that messages still wait for."""
        reasons = list(self.waiting.values())
        return [f"{self.provider}: {reasons.count(one)} messages stay planned: {one}" for one in sorted(set(reasons))]

    def _warming(self, packed: Packed, owed: bool) -> dict[Key, tuple[float, str]]:
        warmed = self.settings.domains()
        asked = _by([(key, packed.domains[key][0]) for key, _ in packed.entries], {one: one for one in warmed})
        if not asked:
            return {}
        with self.database.at_once() as connection:
            rows = query("pace/take_warm_up").rows(
                connection,
                domains=list(asked),
                asked=[len(keys) for keys in asked.values()],
                owed=owed,
                first_day=self.settings.warm_up_first_day,
                growth=self.settings.warm_up_growth,
                enough=self.settings.warm_up_enough,
            )
        return {
            key: (row["seconds"], f"{row['name']} is being warmed up and sent its share of today")
            for row in rows
            for key in asked[row["name"]][row["granted"] :]
        }

    def _throttled(self, packed: Packed, held: Mapping[Key, object]) -> dict[Key, tuple[float, str]]:
        table = load_throttles(self.settings.throttles)
        throttles = table.throttle if self.provider in table.providers else ()
        names = {domain: throttle.name for throttle in throttles for domain in throttle.domains}
        asked = _by([(key, packed.domains[key][1]) for key, _ in packed.entries if key not in held], names)
        if not asked:
            return {}
        rates = {throttle.name: throttle.per_minute / 60 for throttle in throttles}
        with self.database.at_once() as connection:
            rows = query("pace/take_throttled").rows(
                connection,
                names=list(asked),
                asked=[len(keys) for keys in asked.values()],
                per_second=[rates[name] for name in asked],
                burst_seconds=[max(BURST_SECONDS, 1 / rates[name]) for name in asked],
            )
        return {
            key: ((place + 1) / rates[row["name"]], f"{row['name']} takes {rates[row['name']] * 60:g} a minute")
            for row in rows
            for place, key in enumerate(asked[row["name"]][row["granted"] :])
        }


def _by(found: Sequence[tuple[Key, str]], names: Mapping[str, str]) -> dict[str, list[Key]]:
    """Name of a limit -> the messages it is asked about, best first."""
    groups: defaultdict[str, list[Key]] = defaultdict(list)
    for key, domain in found:
        if domain in names:
            groups[names[domain]].append(key)
    return dict(groups)
