"""An accident played: what it sent beyond the ordinary hour, with its protection and without; what its end brings."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from tests.accidents.accidents import Accident
from tests.accidents.happenings import every_order_again, nothing
from tests.accidents.hour import Said
from tests.accidents.place import Letter, Shop

Letters = Counter[Letter]


@dataclass(frozen=True)
class Played:
    """`sent`: beyond what the hour sends anyway. `missing`: what it sends anyway and did not.

    `refused`: the run ended before it decided. `said`: the line that explains it, or all lines.
    """

    sent: Letters
    missing: Letters
    refused: bool
    said: str
    is_explained: bool
    afterwards: Letters = field(default_factory=Counter)
    """What came when the accident was over and the hour ran again."""


@dataclass(frozen=True)
class Stage:
    """The shop, and its ordinary hours to compare with."""

    shop: Shop

    @cached_property
    def ordinary(self) -> Letters:
        """What the hour sends."""
        return self._hour(False)

    @cached_property
    def of_every_order(self) -> Letters:
        """What it sends where every order was touched."""
        return self._hour(True)

    def _hour(self, every_order: bool) -> Letters:
        happens = every_order_again if every_order else nothing
        with self.shop.copy() as place, happens(self.shop, place) as usual:
            return usual.hour()[0]

    def play(self, accident: Accident, with_end: bool = False) -> Played:
        """The accident, with its protection; `with_end`: and what the right hour sends after it."""
        with self.shop.copy() as place, accident.happens(self.shop, place) as struck:
            arrived, said = struck.hour(accident.as_of)
            ended = accident.is_over(struck, place).hour()[0] if with_end and accident.is_over else Counter()
        return self._played(accident, arrived, said, ended)

    def without(self, accident: Accident) -> Played:
        """The accident, without it."""
        with self.shop.copy() as place, accident.happens(self.shop, place) as struck:
            return self._played(accident, *accident.unprotected(struck).hour(accident.as_of), Counter())

    def _played(self, accident: Accident, arrived: Letters, said: Said, ended: Letters) -> Played:
        ordinary = self.of_every_order if accident.every_order else self.ordinary
        known = Counter({accident.known_as(letter): n for letter, n in arrived.items()})
        found = re.search(accident.says, "\n".join(said.lines))
        line = found[0] if found else "\n".join(said.lines)
        return Played(known - ordinary, ordinary - known, said.refused, line, found is not None, ended)
