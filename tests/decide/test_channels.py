"""Which channel a message takes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.core.touchpoints import load_all
from tasks.decide import plan_messages
from tests.worlds import build, read_world, verdicts, wrong

PEOPLE = read_world(Path(__file__).with_name("channels.toml"))
ASKED = "payment_reminder"


@pytest.fixture
def shop(database: Database) -> Run:
    return build(database, PEOPLE)


def test_people_get_the_channel_their_case_names(shop: Run) -> None:
    with shop.database.transaction() as connection:
        assert wrong(PEOPLE, verdicts(connection, shop, PEOPLE)) == {}


def test_loud_channels_wait_for_the_morning_and_mail_does_not(shop: Run) -> None:
    night = replace(shop, as_of=shop.as_of + timedelta(hours=11, minutes=30))
    with shop.database.transaction() as connection:
        found = verdicts(connection, night, PEOPLE)
    said = {name.partition("-")[0]: (row["channel"], row["reason"]) for (_, name), row in found.items()}
    assert said["aki"] == ("email", None)
    assert said["emi"] == ("line", "quiet_hours")
    assert said["hana"] == ("sms", "quiet_hours")


@pytest.mark.parametrize(
    ("settings", "channels"),
    [
        ({}, {"email"}),
        ({"line": "mailbox"}, {"email", "line"}),
        ({"line": "mailbox", "sms": "mailbox"}, {"email", "line", "sms"}),
    ],
)
def test_only_channels_of_the_installation_are_planned(shop: Run, settings: dict[str, Any], channels: set[str]) -> None:
    run = replace(shop, settings=Settings(**settings))
    with shop.database.transaction() as connection:
        floor = "insert into touchpoint_floor values (:name, :format, :at, 'test')"
        given = {"name": ASKED, "format": load_all()[ASKED].subject_format, "at": PEOPLE.as_of - timedelta(days=30)}
        connection.execute(text(floor), given)
        plan_messages(connection, run, load_all(), (ASKED,))
        planned = connection.execute(text("select channel from message where state = 'planned'")).scalars().all()
    assert set(planned) == channels
