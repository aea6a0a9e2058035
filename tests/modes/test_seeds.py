"""Colleagues get a copy of what customers get: one a day and variant, without the customer, and counted nowhere."""

import email
import email.policy
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from tasks.core import seeds
from tasks.core.anonymous import HIDDEN, anonymous
from tasks.core.brand import Brand, Seed, load_brand
from tasks.core.claims import Scope, claim
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.ledger import discrepancies, ledger_sum
from tasks.core.paths import TEMPLATES
from tasks.core.rendering import Renderer
from tasks.core.runs import Run
from tasks.core.seeds import count_copies
from tasks.core.touchpoints import load_all
from tasks.release import decide as settle
from tasks.release import show
from tasks.report import table_of
from tests.modes.conftest import AS_OF, at, decide, deliver, ledger, rows

KIRA = Seed(email="kira@hinata.invalid", name="吉良 光", touchpoints=("order_confirmation", "review_request"))
NORA = Seed(email="nora@hinata.invalid", name="Nora", language="en")
PERSONAL = ("湊", "いずみ", "minato", "104-0061", "銀座", "+8190", "akane", "茜", "美咲", "4000111")
SEEDS = "select touchpoint, subject_id, state from message where seed order by 1, 2"


def with_seeds(*found: Seed) -> Brand:
    brand = load_brand()
    section = brand.section(None).model_copy(update={"seeds": found})
    return brand.model_copy(update={"sections": {**brand.sections, "shop": section}})


@pytest.fixture
def seeded(shop: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Kira reads two touchpoints as customers do, Nora all of them in English."""
    monkeypatch.setattr(seeds, "load_brand", lambda: with_seeds(KIRA, NORA))
    return shop


def mails(home: Path) -> dict[str, list[str]]:
    """Address -> whole text of its mails."""
    found: dict[str, list[str]] = {}
    for path in sorted((home / "mailbox").rglob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        found.setdefault(str(mail["To"]), []).append("\n".join([str(mail["Subject"]), *parts]))
    return found


def test_the_first_message_of_a_day_goes_to_colleagues_without_its_customer(seeded: Run, tmp_path: Path) -> None:
    decision = decide(seeded, "order_confirmation", "review_request")
    assert decision.planned == 3, "copies are not among what customers get"
    deliver(seeded)
    assert [touchpoint for touchpoint, _, state in rows(seeded, SEEDS) if state == "accepted"] == [
        *["order_confirmation"] * 2,
        *["review_request"] * 2,
    ]
    sent = {to: found for to, found in mails(tmp_path).items() if "hinata.invalid" in to}
    assert {to: len(found) for to, found in sent.items()} == {
        "吉良 光 <kira@hinata.invalid>": 2,
        "Nora <nora@hinata.invalid>": 2,
    }
    text_of = "\n".join(one for found in sent.values() for one in found)
    assert [word for word in PERSONAL if word in text_of] == []
    assert "吉良 光 様" in text_of
    assert "Hello Nora," in text_of
    assert "湯のみ" in text_of, "goods are told"


def test_once_a_day_and_again_the_next(seeded: Run) -> None:
    decide(seeded, "review_request")
    before = rows(seeded, SEEDS)
    decide(at(seeded, 1), "review_request")
    variants = rows(seeded, "select distinct variant from message where not seed")
    assert len(before) == 2
    assert len(rows(seeded, SEEDS)) == 2 * len(variants), "one for each colleague and variant"
    assert ledger(seeded)["hinako-1@ask"] == "planned"
    assert all("@2026-09-15:" in subject for _, subject, _ in before)


def test_a_released_message_has_its_copy_and_a_waiting_one_none(seeded: Run) -> None:
    decide(seeded, review_request="approval")
    assert rows(seeded, SEEDS) == []
    show(seeded, "佐藤", "release", None, None, "", "r1")
    settle(seeded, "r1", "confirm", "佐藤")
    assert len(rows(seeded, SEEDS)) == 2


def test_copies_count_nowhere_and_no_rule_of_customers_holds_them(seeded: Run) -> None:
    """Kira buys at the shop herself: a copy is no message to her, and her opt-outs as a customer are another matter."""
    decide(seeded, "order_confirmation", "review_request")
    late = at(seeded, 11)  # 21:00: quiet hours, marketing too
    deliver(late)
    assert {state for *_, state in rows(seeded, SEEDS)} == {"accepted"}
    assert ledger(seeded)["akane-1@ask"] == "planned", "customers wait for the morning"
    with seeded.database.transaction() as connection:
        sums, copies = ledger_sum(connection), count_copies(connection)
        assert discrepancies(connection) == []
        total = connection.scalar(text("select count(*) from message"))
    assert sum(n for states in sums.values() for n in states.values()) + sum(copies.values()) == total == 7
    assert sums["order_confirmation"] == {"accepted": 1}
    *_, last = table_of({"states": sums, "seeds": copies, "waiting": {}})
    assert (last["touchpoint"], last["sent"]) == ("seeds", 4)


def test_a_customer_with_the_address_of_a_seed_keeps_her_own_caps(seeded: Run) -> None:
    key = rows_of_seed(seeded)
    with seeded.database.transaction() as connection:
        connection.execute(text("select set_config('todoke.load_id', '1', true)"))
        connection.execute(text("update customers set address_key = :key where customer_id = 'hinako'"), {"key": key})
    decide(at(seeded, 1), "review_request")
    assert ledger(seeded)["hinako-1@ask"] == "planned"


def rows_of_seed(run: Run) -> str:
    """Plan today's copies; the address key of Kira's."""
    decide(run, "review_request")
    found: str = rows(run, "select address_key from message where seed order by subject_id limit 1")[0][0]
    return found


def test_outside_production_a_real_channel_reaches_nobody_who_is_not_allowed(seeded: Run) -> None:
    decide(seeded, "order_confirmation")
    scope = Scope(seeded.run_id, seeded.as_of, ChannelName.EMAIL, guarded=True, allowed=(KIRA.email,))
    with seeded.database.transaction() as connection:
        found = claim(connection, scope, TouchpointClass.TRANSACTIONAL, 10, lambda *_: set())
    assert [message.recipient["email"] for message in found.ready] == [KIRA.email]
    assert {reason for _, reason in found.ended.values()} == {"outbound_guard"}
    assert len(found.ended) == 2


def test_a_copy_too_late_to_be_useful_is_not_sent(seeded: Run) -> None:
    decide(seeded, "order_confirmation")
    deliver(at(seeded, 26))
    assert {state for *_, state in rows(seeded, SEEDS)} == {"expired"}


@pytest.mark.parametrize("name", sorted(load_all()))
def test_every_sample_can_be_copied_and_says_nothing_of_its_person(name: str) -> None:
    renderer, declared = Renderer(load_brand(), b"addresses", "https://pages.invalid"), load_all()[name]
    for case in json.loads((TEMPLATES / name / "sample.json").read_text(encoding="utf-8")).values():
        words = [word for word in _words(case) if len(word) > 2]
        given = {"touchpoint": name, "class": "T", "language": "ja", "source": "shop", "priority": 1, "words": words}
        message = {**case, **given, "due_at": AS_OF, "valid_until": AS_OF + timedelta(days=1)}
        for copy in seeds.copies_of([message], with_seeds(NORA, KIRA), b"addresses", AS_OF):
            shown = (copy["variant"], copy["context"], copy["recipient"])
            mail = renderer.render(name, "email", copy["language"], *shown)
            said = mail.subject + mail.html + mail.text
            assert [word for word in words if word in said] == []
        assert "email" in declared.channels


def _words(case: dict[str, Any]) -> list[str]:
    """What tells who a sample's person is."""
    person = case["recipient"]
    found = [person.get("email"), person.get("name"), person.get("phone"), case["context"].get("order_id")]
    places = case["context"].get("ship_to")
    for place in places if isinstance(places, list) else [places] if places else []:
        found += [place.get("name"), place.get("address"), place.get("postal_code")]
    return [word for word in found if word]


def test_what_no_field_names_is_blotted_out() -> None:
    said = {"note": "茜 美咲さまのご注文", "items": [{"name": "湯のみ", "price": "400011112222"}], "n": 4}
    assert anonymous(said, "Nora", ["茜 美咲", "400011112222"]) == {
        "note": f"{HIDDEN}さまのご注文",
        "items": [{"name": "湯のみ", "price": HIDDEN}],
        "n": 4,
    }


def test_what_a_seed_names_must_be_there() -> None:
    with pytest.raises(ValidationError):
        Seed(email="nobody", name="x")
    lost = Seed(email="kira@hinata.invalid", name="吉良 光", touchpoints=("*", "review_reqest"))
    (problem,) = seeds.seed_problems(with_seeds(NORA, lost), load_all())
    assert problem == (
        "brand.toml: sections.shop.seeds: kira@hinata.invalid names 'review_reqest' (did you mean 'review_request'?)"
    )
