"""The providers of the storm: each behind faults, each with a store of its own, which alone says what was taken."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tasks.core.database import Database
from tasks.core.thresholds import DeliverySettings
from tests.chaos.ses_events import SesEvents
from tests.chaos.weather import THROUGH_A_PROXY, Troubled, Weather
from tests.deliver.node import running
from tests.deliver.people import STEADY
from tests.deliver.scripted import listening
from tests.deliver.standin import StandIn, serving

TIMES = STEADY.model_copy(update={"horizon_minutes": 0.5, "repost_minutes": 0.75, "event_horizon_minutes": 0.75})
"""In the proportions of the defaults, a twentieth of them: leases of 1.6 s, 30 s until a provider is asked, 45 s for a
repost. Events come through a reader of ours in seconds: three minutes would only make the storm longer."""

REPLAYED = TIMES.model_copy(update={"repost_minutes": 15})
"""Resend can be asked nothing: a key is used for as long as by default."""


@dataclass
class Provider:
    """`taken`: who got how many copies, from the provider's own store. `calls` that reached it or its proxy."""

    times: DeliverySettings
    weather: Weather
    taken: Callable[[], Counter[str]]
    calls: Callable[[], int]
    port: int
    adapter: str = "standin"
    keyed: bool = True
    startup_seconds: float = 0
    """How long a worker takes until it posts."""
    conflicts: Callable[[], int] = field(default=lambda: 0)

    @property
    def two_horizons(self) -> float:
        """Seconds within which an unknown outcome is to be settled."""
        minutes = self.times.event_horizon_minutes if self.adapter == "ses" else self.times.horizon_minutes
        return 2 * (self.times.lease_seconds + self.times.timeout_seconds + 60 * minutes)


@contextmanager
def _ours(is_keyed: bool, chance: random.Random) -> Iterator[Provider]:
    weather = Weather(chance)
    with serving(StandIn(is_keyed, faults=weather)) as made:
        yield Provider(
            TIMES,
            weather,
            lambda: Counter(made.taken),
            lambda: made.calls,
            made.port,
            keyed=is_keyed,
            conflicts=lambda: made.conflicts,
        )


@contextmanager
def _resend(chance: random.Random) -> Iterator[Provider]:
    arguments = ("start", "--service", "resend", "--host", "127.0.0.1")
    with running("emulate/dist/index.js", *arguments, port_option="--port", ready="/emails") as url:

        def taken() -> Counter[str]:
            mails = httpx.get(f"{url}/emails", timeout=60).json()["data"]
            return Counter(tag["value"] for mail in mails for tag in mail["tags"] if tag["name"] == "todoke_key")

        proxy = Troubled(target=url, weather=Weather(chance, THROUGH_A_PROXY))
        with listening(proxy), proxy.client:
            yield _through(proxy, REPLAYED, taken, adapter="resend", startup_seconds=0.2)


@contextmanager
def _ses(chance: random.Random, database: Database) -> Iterator[Provider]:
    script = "aws-ses-v2-local/dist/cli.js"
    with running(script, "--host", "127.0.0.1", port_option="--port", ready="/health-check") as url:

        def taken() -> Counter[str]:
            mails = httpx.get(f"{url}/store", timeout=60).json()["emails"]
            return Counter(mail["destination"]["to"][0] for mail in mails)

        with closing(SesEvents(database, chance)) as events:
            proxy = Troubled(target=url, weather=Weather(chance, THROUGH_A_PROXY), took=events.took)
            with listening(proxy), proxy.client:
                yield _through(proxy, TIMES, taken, adapter="ses", keyed=False, startup_seconds=0.5)


def _through(proxy: Troubled, times: DeliverySettings, taken: Callable[[], Counter[str]], **how: Any) -> Provider:
    return Provider(times, proxy.weather, taken, lambda: proxy.calls, proxy.port, **how)


PROVIDERS: dict[str, Callable[[random.Random, Database], AbstractContextManager[Provider]]] = {
    "keyed": lambda chance, _: _ours(True, chance),
    "searchable": lambda chance, _: _ours(False, chance),
    "resend": lambda chance, _: _resend(chance),
    "ses": _ses,
}
"""Two of ours (keys; search), Resend and SES as others wrote them (keys; events)."""
