"""One fact that came later than it did: exactly the decisions that rest on it come out otherwise, and no others."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, text

from tasks.core.database import Database
from tasks.proof.replay import Difference, looking_back
from tests.walks.replay.record import Decided, Key, Record

OTHERS = 6
"""Hours that look at a moved fact and decided nothing by it: replayed too, nothing may change there."""
MOST_HOURS = 8
"""Of a fact that is drawn: a walk's first rows are seen by every hour."""
NEVER = 1_000_000_000
RIGHTS = ("a_inserted", "b_updated", "c_deleted", "d_truncated")


@dataclass(frozen=True)
class Fact:
    """One row of a recorded table. `begins`, `ends`: loads that see it, the second one excluded."""

    kind: str
    table: str
    where: str
    begins: int
    ends: int
    order_id: str | None = None
    customer_id: str | None = None
    said: str | None = None
    """Of a scan: its instant, as contexts quote it."""

    def rests_on(self, one: Decided) -> bool:
        """Whether this decision is one of the fact's own: by the rules in words, not by their SQL."""
        if self.kind == "consent":
            return one.customer_id == self.customer_id and one.is_marketing
        if self.kind == "scan":
            quotes = f'"last_seen_at": "{self.said}"' in (one.context or "")
            return one.order_id == self.order_id and one.touchpoint == "on_the_way" and quotes
        return one.subject == self.order_id


def facts(database: Database, record: Record, seed: int, each: int) -> list[Fact]:
    """`each` facts of every kind, drawn by `seed`, that some recorded decision rests on."""
    chance = random.Random(seed)  # noqa: S311
    with database.transaction() as connection:
        drawn = [_drawn(list(found(connection)), record, chance, each) for found in KINDS]
    return [fact for few in drawn for fact in few]


def _drawn(found: Sequence[Fact], record: Record, chance: random.Random, each: int) -> list[Fact]:
    """None whose messages give a coupon: without them the next in line gets their code, as is right."""
    kept: list[Fact] = []
    for fact in chance.sample(found, len(found)):
        own = own_of(fact, record)
        hours = len({one.run_id for one in own})
        if 0 < hours <= MOST_HOURS and not any(one.has_coupon for one in own):
            kept.append(fact)
        if len(kept) == each:
            break
    return kept


def own_of(fact: Fact, record: Record) -> list[Decided]:
    """Decisions that rest on the fact, of hours that saw it."""
    loads, theirs = record.loads, record.about.get(fact.order_id or fact.customer_id or "", ())
    return [one for one in theirs if fact.begins <= loads[one.run_id] < fact.ends and fact.rests_on(one)]


# The kinds


def _orders(connection: Connection) -> Iterator[Fact]:
    for row in connection.execute(text("select order_id, from_load from orders")):
        yield Fact("order", "orders", f"order_id = '{row.order_id}'", row.from_load, NEVER, row.order_id)


def _progress(connection: Connection) -> Iterator[Fact]:
    rec = str(connection.scalar(text("select current_schema()"))) + "_rec"
    rows = connection.execute(
        text(f"""select order_id, from_load, coalesce(to_load, {NEVER}) as ends from "{rec}".order_progress""")  # noqa: S608
    )
    for row in rows:
        table = "order_progress" if row.ends == NEVER else f'"{rec}".order_progress_old'
        where = f"order_id = '{row.order_id}' and from_load = {row.from_load}"
        yield Fact("progress", table, where, row.from_load, row.ends, row.order_id)


def _scans(connection: Connection) -> Iterator[Fact]:
    """Those that a parcel had none besides at the same instant."""
    rows = connection.execute(
        text(
            "select p.order_id, e.tracking_number, e.occurred_at, min(e.load_id) as load_id,"
            " to_jsonb(e.occurred_at) #>> '{}' as said"
            " from tracking_events e join parcel p using (carrier, tracking_number)"
            " group by p.order_id, e.tracking_number, e.occurred_at having count(*) = 1"
        )
    )
    for row in rows:
        where = f"tracking_number = '{row.tracking_number}' and occurred_at = '{row.occurred_at.isoformat()}'"
        yield Fact("scan", "tracking_events", where, row.load_id, NEVER, row.order_id, said=row.said)


def _consents(connection: Connection) -> Iterator[Fact]:
    """The only word of a customer whose address is nobody else's: a yes."""
    rows = connection.execute(
        text(
            "select s.customer_id, min(s.load_id) as load_id from consents s join customers c using (customer_id)"
            " where not exists (select from consents o where o.address = c.address_key)"
            " and (select count(*) from customers o where o.address_key = c.address_key) = 1"
            " group by s.customer_id"
            " having count(*) = 1 and bool_and(s.granted) and min(s.channel) = any('{email,all}')"
        )
    )
    for row in rows:
        where = f"customer_id = '{row.customer_id}'"
        yield Fact("consent", "consents", where, row.load_id, NEVER, customer_id=row.customer_id)


KINDS: tuple[Callable[[Connection], Iterator[Fact]], ...] = (_orders, _progress, _scans, _consents)


# What they change


@contextmanager
def moved(database: Database, fact: Fact) -> Iterator[None]:
    """The fact under a load that comes when nobody looks at it any more: what no path of Todoke can write."""
    column = "load_id" if fact.table in ("tracking_events", "consents") else "from_load"
    where = fact.where.replace(f"from_load = {fact.begins}", f"from_load in ({fact.begins}, {fact.ends})")
    change = f"update only {fact.table} set {column} = :load where {where}"  # noqa: S608
    triggers = RIGHTS if column == "from_load" and "_old" not in fact.table else ("a_frozen",)

    def write(load: int) -> None:
        with database.transaction() as connection:
            connection.execute(text(f"alter table {fact.table} disable trigger user"))
            rows = connection.execute(text(change), {"load": load}).rowcount
            for name in triggers:
                connection.execute(text(f"alter table {fact.table} enable always trigger {name}"))
            if rows != 1:
                raise AssertionError(f"{rows} rows of {fact.table} where {where}")

    write(fact.ends)
    try:
        yield
    finally:
        write(fact.begins)


@dataclass(frozen=True)
class Seen:
    """What became of one moved fact. `knock_on`: other decisions of the same person; `strange`: anybody else's."""

    fact: Fact
    own: int
    missing: list[Key]
    knock_on: int
    strange: list[Key]
    hours: int

    @property
    def is_right(self) -> bool:
        return not self.missing and not self.strange


def look(database: Database, record: Record, fact: Fact, seed: int) -> Seen:
    """Move the fact, replay the hours that rest on it and some that do not, and move it back."""
    own = {one.key for one in own_of(fact, record)}
    seeing = [run for run in record.runs if fact.begins <= run["load_id"] < fact.ends]
    idle = [run for run in seeing if not any(key[0] == run["run_id"] for key in own)]
    chance = random.Random(seed)  # noqa: S311
    few = {run["run_id"] for run in chance.sample(idle, min(OTHERS, len(idle)))} | {key[0] for key in own}
    with moved(database, fact):
        changed = differences(database, [run for run in seeing if run["run_id"] in few])
    other = {key: one for key, one in changed.items() if key not in own}
    theirs = {key for key, one in other.items() if _same_person(record, fact, one)}
    return Seen(fact, len(own), sorted(own - changed.keys()), len(theirs), sorted(other.keys() - theirs), len(few))


def differences(database: Database, runs: Sequence[RowMapping]) -> dict[Key, Difference]:
    """All differences of these hours. `runs`: rows of sql/replay/runs of one version of the rules."""
    found: dict[Key, Difference] = {}
    if runs:
        with looking_back(database, runs[0]["rulebook"]) as replay:
            for run in runs:
                for one in replay(run).differences:
                    found[run["run_id"], one.kind, one.touchpoint, one.subject_id] = one
    return found


def _same_person(record: Record, fact: Fact, one: Difference) -> bool:
    theirs = [d for d in record.about.get(fact.order_id or "", ()) if d.order_id == fact.order_id]
    people = {name for name in (fact.order_id, fact.customer_id, *(d.customer_id for d in theirs)) if name}
    return bool(record.person_of(one) & people)
