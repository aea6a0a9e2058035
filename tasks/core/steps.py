"""The named steps of an hour, and the one way to die at each: a seam for tests only.

`TODOKE_TEST_STOP_AT=intent` ends the process with SIGKILL the first time it reaches that step, `intent:3` the third.
Nothing else reads the variable; unset, `reached` does nothing.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable

from tasks.core.errors import ConfigurationError

VARIABLE = "TODOKE_TEST_STOP_AT"

Hook = Callable[[str], None]
"""Called with a step's name. Tests strike there."""

STEPS = {
    "planning": "everything of the plan is written, nothing committed",
    "plan": "the plan is committed",
    "claim": "messages are locked and checked",
    "render": "they are rendered, nothing is frozen",
    "seal": "the batch is committed",
    "intent": "the intent is committed, no socket is open",
    "post": "the provider answered, nothing is written down",
    "acknowledge": "what it said is written, not committed",
    "take_over": "batches of dead workers are in doubt, committed",
    "ask": "the provider said what it took, nothing is written down",
    "quiet": "all is sent, nothing archived",
    "archive": "archived, the hour is not over",
}
"""Step -> where the process is right then."""

_reached: Counter[str] = Counter()


def reached(step: str) -> None:
    """Say that a step was reached; where a test asked for it the process ends here."""
    asked = os.environ.get(VARIABLE)
    if not asked:
        return
    name, _, nth = asked.partition(":")
    if name not in STEPS:
        raise ConfigurationError(f"{VARIABLE} is {asked!r}: name one of {', '.join(STEPS)}, or unset it.")
    _reached[step] += 1
    if step == name and _reached[step] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
