"""Three shop fronts through the hour: whose order, in whose name, and one that fails alone."""

import re
import shutil
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from tasks.core.errors import ConfigurationError
from tasks.core.fronts import further_fronts
from tasks.core.runs import begin_load
from tasks.core.settings import Settings
from tests.several.conftest import ThreeFronts

RELAY = "kyaku@pc.fw.rakuten.ne.jp"
SUPPRESS = """insert into suppression (address_key, scope, reason, at, source)
              select address_key, 'all', 'hard_bounce', now(), 'ses' from customers where email = :email limit 1"""


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def hosts(mail: EmailMessage) -> set[str]:
    """Where links of both parts lead."""
    rich = mail.get_body(("html",))
    assert rich is not None
    links = re.findall(r'<a [^>]*?href="([^"]*)"', rich.get_content()) + re.findall(r"\w+://\S+", text_of(mail))
    assert links
    return {urlsplit(link).netloc for link in links if not link.startswith("mailto:")}


def test_order_1001_of_three_shops_is_three_orders_in_three_names(three: ThreeFronts) -> None:
    three.place("1001", email="own@example.invalid")
    three.front("rakuten").place("1001", email=RELAY)
    three.front("yahoo").place("1001", email="yahoo@example.invalid")
    three.hour()
    subjects = ["1001", "rakuten:1001", "yahoo:1001"]
    assert three.told() == [("order_confirmation", subject) for subject in subjects]
    assert three.rows("select order_id, customer_id, source from orders order by 1") == [
        ("1001", "C-1001", "shop"),
        ("rakuten:1001", "rakuten:C-1001", "rakuten"),
        ("yahoo:1001", "yahoo:C-1001", "yahoo"),
    ]
    mails = three.mails()
    own, rakuten, yahoo = mails["own@example.invalid"], mails[RELAY], mails["yahoo@example.invalid"]
    assert [mail["Reply-To"].addresses[0].addr_spec for mail in (own, rakuten, yahoo)] == [
        "help@hinata-shoten.invalid", "hinata@rakuten.invalid", "hinata@yahoo.invalid",
    ]  # fmt: skip
    assert "楽天市場店" in text_of(rakuten) and "Yahoo!店" in text_of(yahoo)
    for mail in (own, rakuten, yahoo):
        assert "1001" in text_of(mail)
        assert ":1001" not in text_of(mail).replace("番号:1001", ""), "customers know their number without our prefix"
    assert hosts(rakuten) <= {"www.rakuten.invalid", "order.rakuten.invalid"}, "no link leads out of the marketplace"
    assert hosts(yahoo) <= {"store.yahoo.invalid", "odhistory.yahoo.invalid"}
    three.hour()
    assert len(three.told()) == 3, "again changes nothing"


def test_who_is_not_to_be_written_to_is_so_in_every_shop(three: ThreeFronts) -> None:
    for shop in (three, three.front("rakuten"), three.front("yahoo")):
        shop.place("1", email="sato@example.invalid")
        shop.place("2", email="SUZUKI@example.invalid" if shop is three else "suzuki@example.invalid")
    run = three.look()  # loads, decides nothing
    with three.database.transaction() as connection:
        begin_load(connection, run, "feedback")
        connection.execute(text(SUPPRESS), {"email": "suzuki@example.invalid"})
    three.hour()
    assert three.told() == [("order_confirmation", subject) for subject in ("1", "rakuten:1", "yahoo:1")]
    keys = three.rows("select count(distinct address_key)::int, count(*)::int from customers")
    assert keys == [(2, 6)], "two people, whatever their accounts: caps count by address over all shops"


def test_a_front_that_fails_is_named_and_holds_nobody_else(three: ThreeFronts) -> None:
    three.hour()
    rakuten, yahoo = three.front("rakuten"), three.front("yahoo")
    shutil.move(rakuten.folder, rakuten.home / "away")
    yahoo.place("Y1")
    changed = (yahoo.folder / "orders.csv").read_text(encoding="utf-8").replace("total", "amount", 1)
    (yahoo.folder / "orders.csv").write_text(changed, encoding="utf-8")
    three.place("A1")
    three.hour()
    assert three.told() == [("order_confirmation", "A1")]
    gates = {feed: (state, reason) for feed, state, reason in three.rows("select feed, state, reason from feed")}
    assert gates["orders"] == ("open", None)
    assert gates["orders@rakuten"][0] == gates["orders@yahoo"][0] == "closed"
    assert str(rakuten.folder) in gates["orders@rakuten"][1]
    assert "orders.total: required column missing" in gates["orders@yahoo"][1]

    shutil.move(rakuten.home / "away", rakuten.folder)
    rakuten.place("R1")
    yahoo.export()
    three.hour()
    assert [subject for _, subject in three.told()] == ["A1", "rakuten:R1", "yahoo:Y1"], "read from where they stood"


def test_what_waits_for_a_closed_front_waits_alone(three: ThreeFronts) -> None:
    """Orders that were read, and not decided, before their front failed."""
    three.place("A1")
    three.front("yahoo").place("Y1")
    three.look()
    shutil.rmtree(three.front("yahoo").folder)
    three.hour()
    assert three.told() == [("order_confirmation", "A1")]
    assert three.rows("select subject_id, reason, detail ->> 'feed' from waiting") == [
        ("yahoo:Y1", "feed_closed", "orders@yahoo")
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('[fronts.guest]\nsettings = { oms = "files" }', "none of shop, guest"),
        ('[fronts.Rakuten]\nsettings = { oms = "files" }', "small letters"),
        ('[fronts.rakuten]\nsettings = { oms_url = "/x" }', "which order system"),
        ('[fronts.rakuten]\nsettings = { oms = "files", email = "smtp" }', "no setting of an order system: email"),
        ('[front.rakuten]\nsettings = { oms = "files" }', "did you mean 'fronts'"),
    ],
)
def test_a_wrong_file_names_the_key(tmp_path: Path, written: str, says: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(written)
    with pytest.raises(ConfigurationError, match=says):
        further_fronts(Settings(home=tmp_path, sources=path))
