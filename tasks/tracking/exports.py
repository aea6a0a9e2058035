"""Exports of shippers' programs, dropped into a folder: Yamato B2 Cloud and Sagawa e飛伝, CSV in CP932 or UTF-8.

They say which number belongs to which order and for which day: a printed slip, not yet a parcel on its way. A
spreadsheet that opened such a file ate the zeros a number begins with: they are put back where the check digit then is
right; what it turned into 4.09E+11 is lost, and said.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tasks.carriers import valid_tracking_number
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.thresholds import TrackingSettings
from tasks.oms.csv_files import detect_encoding
from tasks.tracking.base import JAPAN, NoAnswer, Parcel, Scan, Told

_DIGITS = 12
_DAY = re.compile(r"^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})$")
_EXCEL = re.compile(r'^="?(.*?)"?$')


@dataclass(frozen=True)
class Program:
    """One shipper's program: which columns hold what. `word`: the carrier's own for a slip that was printed."""

    carrier: str
    word: str
    number: str
    order_id: str
    shipped_on: str
    eta_on: str


PROGRAMS = (
    Program("yamato", "出荷指示", "伝票番号", "お客様管理番号", "出荷予定日", "お届け予定(指定)日"),
    Program("sagawa", "出荷情報受付", "お問い合せ送り状No.", "お客様管理番号", "出荷日", "配達日"),
)
"""B2 Cloud: 発行済データの保存. e飛伝: 出荷履歴の出力. Names as NFKC writes them."""


class Exports:
    """The folder as a source: all it holds, every time."""

    name = "drop"
    at_once = 0
    carriers: list[str] | None = None

    def __init__(self) -> None:
        folder = TrackingSettings().drop
        if folder is None or not folder.is_dir():
            raise ConfigurationError(f"TODOKE_TRACKING_DROP is {folder}: name the folder of the exports.")
        self.folder = folder

    def ask(self, parcels: Sequence[Parcel], seen_at: datetime) -> Told:
        """See TrackingSource. A file that cannot be read fails the call: half the slips are no slips."""
        del parcels, seen_at
        told = Told()
        for path in sorted(self.folder.glob("*.csv")):
            try:
                told.add(read_export(path))
            except (DataError, OSError, csv.Error, UnicodeError) as error:
                raise NoAnswer(f"{path.name}: {error}") from error
        return told


def read_export(path: Path) -> Told:
    """What one file says. Raises DataError where it is no text."""
    told = Told()
    rows = _records(path)
    names = [_plain(name) for name in next(rows, (0, []))[1]]
    program = next((one for one in PROGRAMS if one.number in names and one.shipped_on in names), None)
    if program is None:
        told.odd[f"{path.name}: neither an export of B2 Cloud nor of e飛伝"] += 1
        return told
    for line, cells in rows:
        if any(cells):
            _add(told, program, dict(zip(names, cells, strict=False)), f"{path.name} line {line}")
    return told


def _add(told: Told, program: Program, row: dict[str, str], where: str) -> None:
    number, shipped_on = restored(program.carrier, row.get(program.number, "")), _day(row.get(program.shipped_on, ""))
    if number is None or shipped_on is None:
        lost = program.number if number is None else program.shipped_on
        told.odd[f"{where}: {lost} is {row.get(lost, '')!r:.40}, so the slip is left out"] += 1
        return
    eta_on = _day(row.get(program.eta_on, ""))
    eta = eta_on.isoformat() if eta_on else None
    at = datetime.combine(shipped_on, datetime.min.time(), JAPAN).isoformat()
    told.scans.append(Scan(program.carrier, number, program.word, at, None, eta))
    order_id = _unquoted(row.get(program.order_id, ""))
    if order_id:
        told.shipments.append(
            {
                "shipment_id": f"{program.carrier}-{number}",
                "order_id": order_id,
                "carrier": program.carrier,
                "tracking_number": number,
                "promised_on": eta,
                "_file": where,
            }
        )


def restored(carrier: str, written: str) -> str | None:
    """The number a cell meant, as on the slip; None where a spreadsheet lost it or its check digit is wrong."""
    digits = _unquoted(written).replace("-", "").replace(" ", "")
    if not (digits.isascii() and digits.isdecimal()):
        return None
    number = digits.zfill(_DIGITS)
    return number if valid_tracking_number(carrier, number) else None


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each record; columns may share a name (予備)."""
    with path.open(encoding=detect_encoding(path), newline="") as file:
        reader = csv.reader(file)
        for cells in reader:
            yield reader.line_num, cells


def _day(written: str) -> date | None:
    match = _DAY.match(_unquoted(written))
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _unquoted(written: str) -> str:
    """A cell without the ="..." with which programs keep Excel from counting."""
    plain = _plain(written).lstrip("'")
    match = _EXCEL.match(plain)
    return match[1] if match else plain


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).strip()
