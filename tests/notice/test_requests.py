"""The form: what it refuses, and what it says to do instead."""

from typing import Any

import pytest

from tasks.core.errors import ConfigurationError
from tasks.core.notices import FILTERS, NoticeRequest, parse_request
from tests.notice.conftest import DELAY, OWN, RECALL

OWN_NOTICE: dict[str, Any] = {"kind": "service", "products": ["P-1"], **OWN}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kind": "delay", "reason": "stock"}, "selects nobody: fill in at least one of regions, municipalities"),
        (DELAY | {"reason": None}, "a delay needs a reason: one of warehouse, carrier, weather"),
        (DELAY | {"regions": ["沖縄"]}, r"no prefecture '沖縄' \(did you mean '沖縄県'\?\)"),
        (DELAY | {"regions": ["JP-99"]}, "give JP-01 to JP-47"),
        (DELAY | {"municipalities": ["石垣市"]}, "five digits of JIS X 0402, 47207 for 石垣市"),
        (DELAY | {"new_until_on": "2026-09-17"}, "new_until_on 2026-09-17 is before new_from_on 2026-09-18: swap them"),
        (DELAY | {"new_from_on": None}, "give both new_from_on and new_until_on"),
        (DELAY | {"shipped_from": "2026-09-02", "shipped_until": "2026-09-01"}, "is before shipped_from 2026-09-02"),
        (DELAY | {"preset": "recall"}, "a preset belongs to a service notice"),
        (DELAY | {"channels": ["fax"]}, "channels: Input should be 'email', 'line'"),
        (DELAY | {"region": ["JP-47"]}, r"there is no field 'region' \(did you mean 'regions'\?\)"),
        (RECALL | {"preset": "recal"}, "preset: Input should be 'recall', 'wrong_price'"),
        (RECALL | {"reason": "stock"}, "a reason belongs to a delay"),
        (RECALL | {"new_from_on": "2026-09-18", "new_until_on": "2026-09-18"}, "choose kind delay"),
        (RECALL | {"preset": None}, r"a preset \(recall, wrong_price, warehouse_accident, apology\), or own subject"),
        (RECALL | {"body_ja": "発火のおそれがあります。"}, "own words are told in both languages: fill in body_en"),
        (OWN_NOTICE | {"body_ja": "{{ ''.__class__ }}"}, "body_ja: line 1: Getattr is not allowed"),
        (OWN_NOTICE | {"body_ja": "{{ ''['__class__'] }}"}, "Getitem is not allowed"),
        (OWN_NOTICE | {"body_ja": "{{ lipsum() }}"}, "Call is not allowed"),
        (OWN_NOTICE | {"body_ja": "{% for c in name %}{{ c }}{% endfor %}"}, "For is not allowed"),
        (OWN_NOTICE | {"body_ja": "{% include 'footer.mjml' %}"}, "Include is not allowed"),
        (OWN_NOTICE | {"body_ja": "{{ 'a' * 999999999 }}"}, "Mul is not allowed"),
        (OWN_NOTICE | {"subject_en": "{{ nmae }}"}, r"subject_en: there is no field 'nmae' \(did you mean 'name'\?\)"),
        (OWN_NOTICE | {"body_en": "{{ name"}, "body_en: unexpected end of template"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_named_with_what_to_do(values: dict[str, Any], says: str) -> None:
    given = {name: value for name, value in values.items() if value is not None}
    with pytest.raises(ConfigurationError, match=says):
        parse_request(given)


def test_names_people_use_become_codes() -> None:
    request = parse_request(DELAY | {"regions": ["沖縄県", "Okinawa", "JP-47"], "carriers": ["ヤマト運輸", "sagawa"]})
    assert request.regions == ("JP-47", "JP-47", "JP-47")
    assert request.carriers == ("yamato", "sagawa")
    assert parse_request(DELAY | {"postal_prefixes": ["907-00"]}).postal_prefixes == ("90700",)
    assert parse_request(DELAY | {"regions": ["BR-SP"]}).regions == ("BR-SP",)


def test_fields_and_conditions_are_what_own_words_may_hold() -> None:
    words = (
        "{{ name }}\n{% if old_date and not tracking_url == '' %}{{ old_date }} {{ new_dates }}{% else %}-{% endif %}"
    )
    assert parse_request(OWN_NOTICE | {"body_ja": words}).words == {
        "ja": {"subject": OWN["subject_ja"], "body": words},
        "en": {"subject": OWN["subject_en"], "body": OWN["body_en"]},
    }


def test_the_form_has_a_title_for_every_field_and_says_which_words_there_are() -> None:
    schema = NoticeRequest.model_json_schema()
    assert set(FILTERS) < schema["properties"].keys()
    assert [name for name, field in schema["properties"].items() if not field.get("title")] == []
    assert schema["$defs"]["Preset"]["enum"] == ["recall", "wrong_price", "warehouse_accident", "apology"]
    assert schema["required"] == ["kind"]
