"""What carriers announce, as a person writes it down."""

from tasks.core.hazards import Kind
from tasks.hazards import SOURCES
from tests.track.hazards.contract import HazardContract

HEADER = "carrier,regions,postal_prefixes,from_at,until_at,reason_ja,reason_en\n"
ROWS = (
    "yamato,JP-46 JP-47,,2026-09-14T00:00:00+09:00,,台風による配達の見合わせ,Suspended: typhoon\n"
    "sagawa,JP-17,927 928-0,2026-09-14T00:00:00+09:00,2026-09-20T00:00:00+09:00,道路の通行止め,Roads are closed\n"
)


class TestAdvisory(HazardContract):
    source = SOURCES["advisory"]
    place = "advisories.csv"
    document = (HEADER + ROWS).encode()


def test_each_row_is_a_hazard_of_its_carrier() -> None:
    for encoding in ("utf-8-sig", "cp932"):
        yamato, sagawa = SOURCES["advisory"].read("advisories.csv", (HEADER + ROWS).encode(encoding)).hazards
        assert (yamato.carrier, yamato.kind, yamato.halts) == ("yamato", Kind.CARRIER, True)
        assert [area.key for area in yamato.areas] == [("JP-46", "", "", ""), ("JP-47", "", "", "")]
        assert [area.key for area in sagawa.areas] == [("JP-17", "", "927", ""), ("JP-17", "", "9280", "")]
        assert (sagawa.headline_ja, sagawa.headline_en) == ("道路の通行止め", "Roads are closed")


def test_a_new_end_is_the_same_advisory() -> None:
    ended = ROWS.replace("+09:00,,台風", "+09:00,2026-09-16T00:00:00+09:00,台風")
    ids = [
        SOURCES["advisory"].read("advisories.csv", (HEADER + rows).encode()).hazards[0].hazard_id
        for rows in (ROWS, ended)
    ]
    assert ids[0] == ids[1]


def test_a_bad_row_is_rejected_alone() -> None:
    rows = (
        ",,,2026-09-14T00:00:00+09:00,,,\n",
        "yamato,JP-47,,明日,,,\n",
        "yamato,JP-47,,2026-09-14T00:00:00+09:00,later,,\n",
        "yamato,JP-46 JP-47,900,2026-09-14T00:00:00+09:00,,,\n",
    )
    reading = SOURCES["advisory"].read("advisories.csv", (HEADER + ROWS + "".join(rows)).encode())
    assert len(reading.hazards) == 2
    assert [(row.line, row.column) for row in reading.rejected] == [
        (4, "regions"),
        (5, "from_at"),
        (6, "until_at"),
        (7, "regions"),
    ]
