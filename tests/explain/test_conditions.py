"""Due files taken apart: every join, condition and check of each can be asked for one customer, on either side."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from tasks.core.database import Database
from tasks.core.due import Window, due_statement
from tasks.core.due_conditions import Conditions, conditions_of
from tasks.core.errors import ConfigurationError
from tasks.core.queries import Statement, parse
from tasks.core.touchpoints import load_all
from tasks.proof.ground import standing
from tests.explain.conftest import at

DUE = """-- Who: {who}
-- Params: as_of, since, until, customer_id
with day as (select 1 as from_here)
select distinct on (f.order_id) f.order_id || '@' || (select 'where' from day) as subject_id, f.customer_id,
       f.order_id as order_id,
       json_build_object('not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
                         'no_ticket', not exists (
                           select from tickets t where t.order_id = f.order_id and t.opened_at > f.placed_at)) as checks
from order_facts f
left join told t on t.order_id = f.order_id and t.cause = 'a, (b'
cross join lateral (select case when f.gift and t.cause is null then 1 else 2 end as n) k
where (f.delivered_at > :since and f.delivered_at <= :until) and f.money ->> 'total' <> '0'
  and k.n = case when f.gift and true then 1 else 2 end
  and (:customer_id is null or f.customer_id = :customer_id)
order by f.order_id
"""


def run(connection: Connection, statement: Statement, order_id: str | None) -> list[Any]:
    window = Window.of_customer(at("15 10:00"), "aoi")
    given = {**vars(window), "touched": [], "order_id": order_id}
    return list(statement.rows(connection, **{name: given[name] for name in statement.params}))


def all_of(asked: Conditions, order: bool) -> list[Statement]:
    first = asked.first_step(order)
    steps = [asked.reached(number, order=order) for number in range(first, len(asked.steps) + 1)]
    less = [asked.reached(first, number, order) for number in asked.removable(first, order)]
    return [asked.found(order), *steps, *less]


@pytest.mark.parametrize("as_of", [None, at("15 10:00")], ids=["live", "as of"])
def test_every_part_of_every_due_file_can_be_asked(shop: Database, as_of: Any) -> None:
    with standing(shop, as_of) as (connection, _):
        for name in load_all():
            asked = conditions_of(due_statement(name))
            for order in (False, True):
                for statement in all_of(asked, order):
                    run(connection, statement, "aoi-1" if order else None)
            if asked.checks:
                run(connection, asked.looked_at(frozenset(asked.checks)), None)


def test_parts_are_found_by_brackets_and_never_inside_them() -> None:
    asked = conditions_of(parse("due/example", DUE))
    assert asked.given == "with day as (select 1 as from_here)"
    assert [step.text.split()[0] for step in asked.steps] == ["order_facts", "left", "cross"]
    assert [one.is_window for one in asked.conditions] == [True, False, False]
    assert asked.conditions[1].names == ["f.money.total"]
    assert asked.of_customer == "(:customer_id is null or f.customer_id = :customer_id)"
    assert asked.order == "f.order_id"
    assert asked.subject == "f.order_id || '@' || (select 'where' from day)"
    assert asked.checks["not_cancelled"].columns == ("f.cancelled_at",)
    assert asked.checks["no_ticket"].columns == ("f.placed_at",), "t is the inner select's, and an id says nothing"


def test_a_due_file_without_a_where_is_refused_by_name() -> None:
    whole = parse("due/whole", "-- Params: none\nselect 1 as subject_id, 2 as order_id from orders")
    with pytest.raises(ConfigurationError, match=r"sql/due/whole.sql: no 'where'"):
        conditions_of(whole)


def test_a_customer_is_asked_about_for_as_long_as_they_are_known() -> None:
    assert Window.of_customer(at("15 10:00"), "aoi").until - at("15 10:00") > timedelta(days=700)
