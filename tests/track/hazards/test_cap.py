"""Alerts in the Common Alerting Protocol."""

import pytest

from tasks.core.errors import DataError
from tasks.core.hazards import State, fold
from tasks.hazards import SOURCES
from tasks.hazards.base import Reading
from tests.track.hazards.contract import HazardContract

HEAD = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>{id}</identifier><sender>s@example.invalid</sender>
<sent>2026-09-15T08:00:00+09:00</sent><status>{status}</status><msgType>{type}</msgType><scope>Public</scope>{more}"""
INFO = """<info><language>{language}</language><category>Met</category><event>Snow Storm</event>
<urgency>Expected</urgency>
<severity>Severe</severity><certainty>Likely</certainty>{times}<headline>{headline}</headline>
<area><areaDesc>Here</areaDesc>{codes}</area></info>"""
TIMES = "<onset>2026-09-15T12:00:00+09:00</onset><expires>2026-09-16T00:00:00+09:00</expires>"
TOWN = "<geocode><valueName>JIS X 0402</valueName><value>1520200</value></geocode>"


def _info(language: str = "ja-JP", headline: str = "大雪警報", times: str = TIMES, codes: str = TOWN) -> str:
    return INFO.format(language=language, headline=headline, times=times, codes=codes)


def _alert(*infos: str, type_: str = "Alert", id_: str = "A1", status: str = "Actual", more: str = "") -> bytes:
    text = HEAD.format(id=id_, type=type_, status=status, more=more) + "".join(infos) + "</alert>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


def _read(content: bytes) -> Reading:
    return SOURCES["cap"].read("alert.cap", content)


class TestCap(HazardContract):
    source = SOURCES["cap"]
    place = "cap/alert.cap"
    document = _alert(_info())


def test_two_languages_are_one_hazard() -> None:
    (hazard,) = _read(_alert(_info(), _info("en-US", "Heavy snow"))).hazards
    assert (hazard.headline_ja, hazard.headline_en) == ("大雪警報", "Heavy snow")
    assert [area.municipality for area in hazard.areas] == ["15202"]
    assert hazard.halts


def test_two_areas_with_their_own_times_are_two() -> None:
    later = TIMES.replace("T12", "T18")
    reading = _read(_alert(_info(), _info("en"), _info(times=later), _info("en", times=later)))
    assert [hazard.hazard_id.split("#")[1:] for hazard in reading.hazards] == [[], ["1"]]


def test_an_update_or_a_cancellation_ends_what_it_refers_to() -> None:
    refers = "<references>s@example.invalid,A1,2026-09-15T08:00:00+09:00</references>"
    first = _read(_alert(_info(), _info(times=TIMES.replace("T12", "T18")))).hazards
    for type_, state in (("Update", State.ENDED), ("Cancel", State.WITHDRAWN)):
        known = fold([], (*first, *_read(_alert(_info(), type_=type_, id_="A2", more=refers)).hazards))
        assert {known[one.hazard_id].state for one in first} == {state}
        assert ("cap:s@example.invalid,A2" in known) == (type_ == "Update")


def test_drills_and_answers_are_no_hazard() -> None:
    for status in ("Exercise", "Test", "System", "Draft"):
        assert _read(_alert(_info(), status=status)).skipped == (f"drill ({status})",)
    assert _read(_alert(_info(), type_="Ack")).skipped == ("Ack: no alert of its own",)


def test_an_alert_without_area_or_with_unknown_codes_is_set_aside() -> None:
    strange = "<geocode><valueName>what3words</valueName><value>filled.count.soap</value></geocode>"
    for codes in ("", strange):
        reading = _read(_alert(_info(codes=codes)))
        assert reading.hazards == ()
        assert [(row.column, row.content["area"]) for row in reading.rejected] == [("area", "Here")]


def test_without_an_end_it_counts_a_day_and_none_ends_before_it_starts() -> None:
    (hazard,) = _read(_alert(_info(times="<onset>2026-09-15T12:00:00+09:00</onset>"))).hazards
    assert hazard.until_at is not None
    assert hazard.until_at.isoformat() == "2026-09-16T12:00:00+09:00"
    backwards = TIMES.replace("2026-09-16", "2026-09-14")
    assert [row.reason for row in _read(_alert(_info(times=backwards))).rejected] == ["ends before it starts"]


def test_latin_1_is_read() -> None:
    text = _alert(_info("es", "Nevada en Usulután")).decode().replace("UTF-8", "ISO-8859-1")
    assert len(_read(text.encode("latin-1")).hazards) == 1


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_a_document_with_a_dtd_is_refused(attack: str) -> None:
    text = _alert(_info(headline="&x;" if "ENTITY x" in attack else "h")).decode().replace("?>", f"?>{attack}", 1)
    with pytest.raises(DataError, match="DTD"):
        _read(text.encode())
