"""Ten accidents: what happens, what keeps it from sending, what the run says, and how to take the protection away."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tasks.oms.sample import CLOCK
from tests.accidents import happenings as h
from tests.accidents import protection as p
from tests.accidents.happenings import Happens
from tests.accidents.place import Letter, Place

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Accident:
    """One of the ten.

    `happens`: to a copy of the shop. `held_by`: guard, floor or gate, in a word. `says`: of the run, as a pattern.
    `unprotected`: the same accident without that protection. `is_over`: the person has set it right; None where
    nothing is to be set right first: the ordinary news left in that very hour. `known_as`: a letter by its old name.
    """

    name: str
    happens: Happens
    held_by: str
    says: str
    unprotected: Callable[[Place], Place]
    is_over: Callable[[Place, Place], Place] | None = None
    as_of: datetime = CLOCK
    known_as: Callable[[Letter], Letter] = field(default=lambda letter: letter)
    every_order: bool = False
    """In an hour in which every order is touched."""


def _as_check_in(letter: Letter) -> Letter:
    return ("check_in", *letter[1:]) if letter[0] == "after_care" else letter


def _as_before(letter: Letter) -> Letter:
    return (letter[0], letter[1].removeprefix("v2:"), letter[2])


ACCIDENTS = (
    Accident(
        "empty database",
        h.empty_database,
        "guard go-live",
        r"The ledger is empty and the channel is real.*todoke go-live --from T",
        p.live_again,
        p.back,
    ),
    Accident(
        "other working folder",
        h.other_folder,
        "guard secret",
        r"used with another secret.*Point TODOKE_HOME at the folder used before",
        p.not_bound,
        p.back,
    ),
    Accident(
        "restored backup",
        h.restored_backup,
        "guard high_water",
        r"the archive knows of \d+: it was restored from an old backup.*todoke resume",
        p.without_mark,
        p.back,
    ),
    Accident(
        "widened validity",
        h.deployed(h.widen),
        "floor, gate once",
        r"valid for longer now \(valid_for_hours\).*stays unsent",
        p.both(p.without_ledger, p.without_mark, p.always_so_long),
        every_order=True,
    ),
    Accident(
        "renamed touchpoint",
        h.deployed(h.rename),
        "floor",
        r"after_care: new here, by name or subject format, so nothing due before 2026-09-14T01:00.*Take that back",
        p.without_floor(after_care="O"),
        known_as=_as_check_in,
        every_order=True,
    ),
    Accident(
        "changed subject format",
        h.deployed(h.change_subjects),
        "floor, gate told_before",
        r"check_in: new here(.|\n)*not sent again under other ids \(thank_you \d+\).*Take it back",
        p.both(p.without_floor(check_in="v2:O"), p.by_other_rules(h.without_gate("42_told_before"))),
        known_as=_as_before,
        every_order=True,
    ),
    Accident(
        "re-keyed customers",
        h.delivered_again(h.rekey),
        "guard vanished",
        r"\d+ of \d+ customers written to lately are gone from the source: did their ids change\?.*todoke resume",
        p.both(p.alone_with(TODOKE_GUARD_VANISHED_SHARE="1"), p.by_other_rules(h.without_gate("42_told_before"))),
        p.old_ids,
    ),
    Accident(
        "back-dated orders",
        h.delivered_again(h.import_the_past),
        "guard back_dated",
        r"\d+ orders that are new to us were placed more than 30 days ago.*todoke resume",
        p.both(
            p.alone_with(TODOKE_GUARD_HISTORY_DAYS="10000"),
            p.without_floor(),
            p.always_so_long,
            p.by_other_rules(h.widen),
        ),
        p.taken_back,
    ),
    Accident(
        "backfill send over a year",
        h.a_year_is_sent,
        "floor, gates once and expired",
        r"backfill: \d+ (too_late|before_floor|already_accepted), .+",
        p.both(p.without_ledger, p.without_mark, p.without_floor(), p.by_other_rules(h.widen), p.always_so_long),
    ),
    Accident(
        "clock + 1 year",
        h.nothing,
        "guard gap",
        r"The last good run was 8784 h ago.*todoke resume",
        p.both(
            p.alone_with(TODOKE_GUARD_GAP_HOURS="100000"),
            p.always_so_long,
            p.by_other_rules(h.widen, h.without_gate("45_feed")),
        ),
        p.resumed,
        as_of=CLOCK + YEAR,
    ),
)
"""In the order of the report."""
