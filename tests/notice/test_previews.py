"""A preview: whom a request finds, what it says about them, and that the ledger stays as it was."""

from collections.abc import Iterator
from typing import Any

import pytest

from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, GuardError
from tasks.core.runs import Run
from tests.notice.conftest import DELAY, PEOPLE, ledger, previewed, rows, with_settings
from tests.worlds import build


def found(shown: Any) -> set[str]:
    return {person.order_id for person in shown.people}


# Whom it finds (one database: a preview leaves the ledger as it was)


@pytest.fixture(scope="module")
def quiet_shop(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = with_settings(build(module_database, PEOPLE), tmp_path_factory.mktemp("home"))
    yield run
    assert ledger(run) == {}
    assert rows(run, "select count(*) from delay where cause = 'shop_notice'") == [(0,)]


OPEN = {"higa-1", "smith-1", "chinen-1", "gibo-1", "hara-1", "mori-1", "shimoji-1"}


@pytest.mark.parametrize(
    ("chosen", "orders"),
    [
        ({"regions": ["JP-47"]}, OPEN),
        ({"regions": ["東京都", "沖縄県"]}, OPEN | {"sato-1"}),
        ({"municipalities": ["47207"]}, {"higa-1"}),
        ({"postal_prefixes": ["900"]}, {"smith-1", "chinen-1", "gibo-1"}),
        ({"postal_prefixes": ["907-00"]}, {"higa-1"}),
        ({"warehouses": ["fukuoka"]}, {"smith-1"}),
        ({"carriers": ["佐川急便"]}, {"smith-1"}),
        ({"carriers": ["yamato"], "postal_prefixes": ["900"]}, {"gibo-1"}),
        ({"shipped_from": "2026-09-12", "shipped_until": "2026-09-12"}, {"smith-1"}),
        ({"shipped_from": "2026-09-13", "regions": ["JP-13"]}, {"sato-1"}),
        ({"hazard_id": "T19-ishigaki"}, {"higa-1"}),
        ({"products": ["P-1"], "regions": ["JP-13"]}, {"sato-1"}),
        ({"kind": "service", "preset": "recall", "products": ["P-2"]}, {"higa-2", "oshiro-1"}),
        ({"kind": "service", "preset": "apology", "shipped_until": "2026-09-12"}, {"higa-2", "smith-1", "oshiro-1"}),
        ({"kind": "service", "preset": "apology", "municipalities": ["47207"]}, {"higa-1", "higa-2"}),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_filters_find_these_orders_and_no_others(quiet_shop: Run, chosen: dict[str, Any], orders: set[str]) -> None:
    kind = {} if "kind" in chosen else {"kind": "delay", "reason": "stock"}
    assert found(previewed(quiet_shop, **kind, **chosen)) == orders


def test_a_preview_says_who_why_not_how_and_what_it_costs(quiet_shop: Run) -> None:
    shown = previewed(quiet_shop, **DELAY, note="台風")
    summary = shown.plan.summary
    assert {person.order_id: person.outcome for person in shown.people} == {
        **dict.fromkeys(("higa-1", "smith-1", "chinen-1", "gibo-1"), "now"),
        "hara-1": "later",
        "mori-1": "check:worse",
        "shimoji-1": "suppressed",
    }
    assert (summary.orders, summary.now, summary.later) == (7, 4, 1)
    assert summary.by_channel == {"email": 4, "sms": 1}
    assert summary.by_language == {"en": 1, "ja": 4}
    assert {one.reason: one.orders for one in summary.left_out} == {"check:worse": 1, "suppressed": 1}
    assert (summary.overlap.told_already, summary.overlap.told_today) == (1, 1)
    assert summary.overlap.due_soon["shipped"] == 3, "higa, hara and mori are about to hear that it left"
    assert shown.plan.state == "previewed"
    assert rows(quiet_shop, "select distinct operator from audit where act = 'notice.preview'") == [("kudo",)]


def test_samples_show_each_language_and_channel_to_nobody_in_full(quiet_shop: Run) -> None:
    samples = previewed(quiet_shop, **DELAY).samples
    assert {(one.channel, one.language, one.to) for one in samples} == {
        ("email", "en", "s***@example.invalid"),
        ("email", "ja", "c***@example.invalid"),
        ("sms", "ja", "***5678"),
    }
    english = next(one for one in samples if one.language == "en")
    assert "A problem in our warehouse" in english.text
    assert "18–20 Sep" in english.text


def test_an_unknown_price_is_unknown_and_not_nothing(quiet_shop: Run) -> None:
    costs = previewed(quiet_shop, **DELAY, channels=["email"]).plan.summary.costs
    assert [(one.channel, one.messages, one.amount) for one in costs] == [("email", 4, "0.08")]
    run = with_settings(quiet_shop, quiet_shop.settings.home, push="mailbox")
    left = previewed(run, **DELAY, channels=["push"]).plan.summary
    assert [(one.channel, one.messages, one.amount) for one in left.costs] == [("push", 1, None)]
    assert {one.reason for one in left.left_out} == {"no_address", "check:worse"}


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"warehouses": ["chibaa"]}, r"there is no 'chibaa' \(did you mean 'chiba'\?\); there is chiba, fukuoka"),
        ({"carriers": ["fedex"]}, "there is sagawa, yamato"),
        ({"products": ["P-3"]}, "there is P-1, P-2"),
        ({"hazard_id": "T19"}, "there is T19-ishigaki"),
        ({"regions": ["JP-47"], "channels": ["line"]}, "goes by email, sms on this installation"),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_what_nobody_knows_is_refused_with_what_there_is(quiet_shop: Run, chosen: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        previewed(quiet_shop, kind="delay", reason="stock", **chosen)


def test_a_plan_of_nobody_or_of_too_many_is_refused_with_the_number(
    quiet_shop: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GuardError, match="reaches nobody"):
        previewed(quiet_shop, kind="delay", reason="stock", regions=["JP-01"])
    monkeypatch.setenv("TODOKE_VOLUME_CEILING", "4")
    with pytest.raises(GuardError, match="would send 5 messages, more than the ceiling of 4"):
        previewed(quiet_shop, **DELAY)
