"""Telegrams and warnings JSON of the Japan Meteorological Agency, in its own format."""

import orjson
import pytest

from tasks.core.errors import DataError
from tasks.core.hazards import Hazard, State, fold
from tasks.hazards import SOURCES
from tasks.hazards.base import Reading
from tests.track.hazards.contract import HazardContract

JMA = SOURCES["jma"]
REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>t</Title><DateTime>2026-09-15T{sent}:00Z</DateTime>
<Status>{status}</Status></Control><Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/">
<ReportDateTime>2026-09-15T{at}:00+09:00</ReportDateTime><TargetDateTime>2026-09-15T{at}:00+09:00</TargetDateTime>
<EventID>{event}</EventID><InfoType>{type}</InfoType><Headline><Text>警戒してください。</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/">{body}</Body></Report>"""
WEATHER = """<Warning type="気象警報・注意報（府県予報区等）">
<Item><Area><Name>新潟県</Name><Code>150000</Code></Area></Item></Warning>
<Warning type="気象警報・注意報（市町村等）">{items}</Warning>"""
ITEM = """<Item><Kind><Name>名前は読まない</Name><Code>{code}</Code><Status>{status}</Status></Kind>
<Area><Name>町</Name><Code>{area}</Code></Area></Item>"""


def telegram(
    body: str, at: str = "12:00", *, sent: str = "03:00", type_: str = "発表", status: str = "通常", event: str = ""
) -> bytes:
    return REPORT.format(body=body, at=at, sent=sent, type=type_, status=status, event=event).encode()


def weather(*items: tuple[str, str, str]) -> str:
    """Items of area, code and status."""
    filled = (ITEM.format(area=area, code=code, status=status) for area, code, status in items)
    return WEATHER.format(items="".join(filled))


def _read(content: bytes, type_: str = "VPWW60") -> Reading:
    return JMA.read(f"20260915_0_{type_}_150000.xml", content)


def _known(*contents: bytes, type_: str = "VPWW60") -> dict[str, Hazard]:
    return fold([], [hazard for content in contents for hazard in _read(content, type_).hazards])


def _towns(hazard: Hazard) -> dict[str | None, str]:
    """Municipality -> the hour when it was cleared."""
    return {area.municipality: f"{area.until_at:%H:%M}" if area.until_at else "" for area in hazard.areas}


class TestJma(HazardContract):
    source = JMA
    place = "jma/20260915_0_VPWW60_150000.xml"
    document = telegram(weather(("1520200", "06", "発表"), ("1521001", "06", "継続")))


def test_only_lifted_and_none_are_inactive_and_a_change_has_the_code_of_what_came() -> None:
    statuses = {"発表": True, "継続": True, "警報から注意報": True, "特別警報から警報": True, "解除": False}
    none = {"発表警報・注意報はなし": False, "なし": False}
    for status, is_active in (statuses | none).items():
        known = _known(telegram(weather(("1520200", "06", status))))
        assert bool(known) == is_active, status


def test_a_town_that_is_named_no_more_is_clear_and_the_last_one_ends_the_warning() -> None:
    both = telegram(weather(("1520200", "06", "発表"), ("1520400", "06", "発表")))
    one = telegram(weather(("1520200", "06", "継続"), ("1520400", "06", "解除")), "15:00", sent="06:00")
    none = telegram(
        weather(("1520200", "06", "解除"), ("1520400", "", "発表警報・注意報はなし")), "18:00", sent="09:00"
    )
    (hazard,) = _known(one, both, one).values()
    assert _towns(hazard) == {"15202": "", "15204": "15:00"}
    assert (hazard.until_at, f"{hazard.from_at:%H:%M}") == (None, "12:00")
    (ended,) = _known(none, both, one).values()
    assert (ended.state, f"{ended.until_at:%H:%M}") == (State.ENDED, "18:00")
    again = telegram(weather(("1520200", "06", "発表")), "21:00", sent="12:00")
    (anew,) = _known(both, one, none, again).values()
    assert (anew.state, f"{anew.from_at:%H:%M}", _towns(anew)) == (State.ACTIVE, "21:00", {"15202": ""})


def test_a_correction_repeats_the_time_of_report_and_still_counts() -> None:
    wrong = telegram(weather(("1520200", "06", "発表"), ("1520400", "06", "発表")))
    right = telegram(weather(("1520200", "06", "発表")), sent="03:10", type_="訂正")
    for order in ((wrong, right), (right, wrong), (right, wrong, wrong)):
        (hazard,) = _known(*order).values()
        assert _towns(hazard) == {"15202": "", "15204": "12:00"}, "never true"


def test_drills_and_tests_are_no_hazard() -> None:
    for status in ("訓練", "試験", ""):
        reading = _read(telegram(weather(("1520200", "36", "発表")), status=status))
        assert (reading.hazards, len(reading.skipped)) == ((), 1)


def test_the_old_telegram_beside_the_new_one_changes_nothing() -> None:
    new = _read(telegram(weather(("1520200", "06", "発表")))).hazards
    for old_says in ("発表", "解除"):
        old = _read(telegram(weather(("1520200", "06", old_says)), sent="04:00"), "VPWW54").hazards
        known = fold([], (*new, *old))
        assert (list(known), known["jma:150000:06"].state) == (["jma:150000:06"], State.ACTIVE)
        assert fold(known.values(), old)["jma:150000:06"] == known["jma:150000:06"]


def test_a_withdrawal_that_names_nobody_ends_nothing() -> None:
    first = _read(telegram(weather(("1520200", "06", "発表")))).hazards
    reading = _read(telegram("<Text>取り消します</Text>", sent="04:00", type_="取消"))
    assert [row.column for row in reading.rejected] == ["Body/Warning"]
    assert fold(first, reading.hazards)["jma:150000:06"].state is State.ACTIVE


def test_unknown_codes_are_said_and_never_the_end_of_a_warning() -> None:
    reading = _read(telegram(weather(("1520200", "06", "発表"), ("99", "06", "発表"), ("1520200", "77", "発表"))))
    assert {row.reason for row in reading.rejected} == {
        "unknown area code",
        "unknown kind of warning: severity unknown",
    }
    assert not next(one for one in reading.hazards if one.hazard_id == "jma:150000:77").halts
    with pytest.raises(DataError, match="none of its areas"):
        _read(telegram(weather(("99", "06", "発表"))))


QUAKE = """<Earthquake><OriginTime>2026-09-15T11:58:00+09:00</OriginTime></Earthquake><Intensity><Observation>
<Pref><Name>新潟県</Name><Code>15</Code><MaxInt>6-</MaxInt><Area><Name>上越</Name><Code>370</Code>{inside}</Area></Pref>
</Observation></Intensity>"""
CITIES = """<MaxInt>6-</MaxInt><City><Code>1522200</Code><MaxInt>6-</MaxInt></City>
<City><Code>1510100</Code><MaxInt>5-</MaxInt></City><City><Code>1520200</Code><MaxInt>2</MaxInt></City>
<City><Code>1521600</Code><Condition>震度５弱以上未入電</Condition></City>"""


def test_an_earthquake_is_known_by_parts_first_and_by_towns_later() -> None:
    parts = _read(telegram(QUAKE.format(inside="<MaxInt>6-</MaxInt>"), event="20260915115800"), "VXSE51").hazards
    towns = telegram(QUAKE.format(inside=CITIES), "12:05", sent="03:05", event="20260915115800")
    known = fold([], parts)
    (first,) = known.values()
    assert (first.severity, first.areas[0].part, f"{first.from_at:%H:%M}") == ("emergency", "370", "11:58")
    after = fold(known.values(), _read(towns, "VXSE53").hazards)
    emergency, warning = after[first.hazard_id], after[first.hazard_id.replace("emergency", "warning")]
    assert [area.municipality for area in emergency.areas if not area.until_at] == ["15222"]
    assert [area.municipality for area in warning.areas] == ["15101", "15216"], "a silent town has felt it"
    taken_back = telegram("<Text>取り消します</Text>", "12:10", sent="03:10", type_="取消", event="20260915115800")
    states = {one.state for one in fold(after.values(), _read(taken_back, "VXSE53").hazards).values()}
    assert states == {State.WITHDRAWN}


def test_a_quake_far_away_or_too_weak_is_no_hazard() -> None:
    reading = _read(telegram("<Earthquake/>", event="1"), "VXSE53")
    assert (fold([], reading.hazards), reading.skipped) == ({}, ("no intensity of 4 or more in Japan",))


TSUNAMI = "<Tsunami><Forecast>{items}</Forecast></Tsunami>"
COAST = "<Item><Area><Code>{coast}</Code></Area><Category><Kind><Code>{code}</Code></Kind></Category></Item>"


def test_a_tsunami_warning_holds_for_coasts_until_the_next_telegram_lifts_it() -> None:
    def said(code: str, sent: str) -> bytes:
        return telegram(TSUNAMI.format(items=COAST.format(coast="312", code=code)), sent=sent, event="1")

    known = _known(said("51", "03:00"), type_="VTSE41")
    assert sorted(area.region for area in known["jma:tsunami:51"].areas) == ["JP-12", "JP-13", "JP-14"]
    assert _known(said("51", "03:00"), said("50", "04:00"), type_="VTSE41")["jma:tsunami:51"].state is State.ENDED
    with pytest.raises(DataError, match="coast"):
        _read(telegram(TSUNAMI.format(items=COAST.format(coast="999", code="51"))), "VTSE41")


VOLCANO = """<VolcanoInfo type="噴火警報・予報（対象火山）"><Item><Kind><Code>{level}</Code></Kind>
<Areas><Area><Code>506</Code></Area></Areas></Item></VolcanoInfo>
<VolcanoInfo type="噴火警報・予報（対象市町村等）"><Item><Kind><Code>43</Code></Kind>
<Areas><Area><Code>4620100</Code></Area></Areas></Item></VolcanoInfo>"""


@pytest.mark.parametrize(
    ("level", "severity"), [("12", "advisory"), ("14", "warning"), ("15", "emergency"), ("11", "")]
)
def test_a_volcano_stops_parcels_from_level_4(level: str, severity: str) -> None:
    known = _known(telegram(VOLCANO.format(level=level)), type_="VFVO50")
    assert [str(hazard.severity) for hazard in known.values()] == ([severity] if severity else [])
    assert [row.column for row in _read(telegram(VOLCANO.format(level="99")), "VFVO50").rejected]


def _json(*kinds: tuple[str, str], family: str = "VPWW60") -> bytes:
    report = {"controlDatetime": "2026-09-15T03:00:00Z", "reportDatetime": "2026-09-15T12:00:00+09:00"}
    items = [{"areaCode": "1520200", "kinds": [{"code": code, "status": status} for code, status in kinds]}]
    return orjson.dumps([report | {"infoType": "発表", "dataTypeCode": family, "warning": {"class20Items": items}}])


def test_the_json_of_an_office_says_the_same_as_its_telegram() -> None:
    said = JMA.read("150000.json", _json(("06", "発表"))).hazards
    told = _read(telegram(weather(("1520200", "06", "発表")))).hazards
    assert list(fold([], said)) == list(fold([], told)) == ["jma:150000:06"]
    assert fold(fold([], told).values(), said)["jma:150000:06"].areas == fold([], told)["jma:150000:06"].areas


def test_the_json_that_is_frozen_is_refused_however_calm_it_reads() -> None:
    frozen = orjson.dumps({"reportDatetime": "2026-05-28T00:00:00+09:00", "areaTypes": [], "timeSeries": []})
    with pytest.raises(DataError, match="frozen"):
        JMA.read("150000.json", frozen)
    with pytest.raises(DataError, match="one office"):
        JMA.read("all.json", _json())
    assert len(JMA.read("150000.json", _json(family="VPWW99")).rejected) == 1


FEED = """<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>"""
ENTRY = "<entry><id>http://x/{name}</id><updated>{at}</updated></entry>"


def test_of_an_office_s_warnings_only_the_newest_is_read_and_every_quake() -> None:
    names = ["1_0_VPWW60_150000.xml", "2_0_VPWW60_150000.xml", "3_0_VXSE53_1.xml", "4_0_VXSE53_1.xml", "5_0_VPFD60.xml"]
    feed = FEED.format("".join(ENTRY.format(name=name, at=f"2026-09-15T0{n}:00:00Z") for n, name in enumerate(names)))
    links = JMA.links("https://x/extra.xml", feed.encode())
    assert links is not None
    assert [(link.url[-21:], link.topic) for link in links[:2]] == [(name, "VPWW60 150000") for name in names[:2]]
    assert [link.topic == link.url for link in links] == [False, False, True, True]
    assert JMA.links("https://x/150000.json", _json()) is None
    with pytest.raises(DataError, match="no Atom feed"):
        JMA.links("https://x/extra.xml", b"<html/>")
