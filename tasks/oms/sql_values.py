"""What a database writes for instants, dates and booleans, as the drop format writes them. Whole columns at a time."""

import pyarrow as pa
import pyarrow.compute as pc

from tasks.core.canonical import BOOLEAN, DATE, INSTANT, CanonicalTable
from tasks.core.source_queries import SourceFile

_NAIVE = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?$"
_OFFSET = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}(?::?\d{2})?)$"
_NO_DATE = "0000-00-00"
_UTC = pa.timestamp("us", tz="UTC")


def canonical_text(column: pa.ChunkedArray, table: CanonicalTable, name: str, source: SourceFile) -> pa.ChunkedArray:
    """The column as its canonical type is written; a value that is none of that type stays, for validation to reject.

    Instants without offset are of the source's zone: of the hour that comes twice the second is meant, the hour that
    never was is its end. A date that comes with a time is the day that is then where the shop is. MySQL's zero date is
    null.
    """
    kind = table.schema.field(name).type
    if kind == BOOLEAN:
        return _replaced(_replaced(column, "t", "true"), "f", "false")
    if kind == INSTANT:
        return _instants(_no_date(column), source.zone)
    if kind == DATE:
        return _days(_no_date(column), source)
    return column


def _replaced(column: pa.ChunkedArray, word: str, other: str) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(column, word), other, column)


def _no_date(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.starts_with(column, _NO_DATE), pa.scalar(None, pa.string()), column)


def _instants(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    naive = pc.match_substring_regex(column, _NAIVE)
    if not pc.any(naive).as_py():
        return column
    if zone == "UTC":
        return pc.if_else(naive, pc.binary_join_element_wise(column, "Z", ""), column)
    return pc.coalesce(pc.strftime(_aware(column, zone), format="%Y-%m-%dT%H:%M:%SZ"), column)


def _days(column: pa.ChunkedArray, source: SourceFile) -> pa.ChunkedArray:
    with_offset = _parsed(column, _OFFSET, _UTC)
    at = pc.coalesce(with_offset, _aware(column, source.zone))
    local = pc.local_timestamp(at.cast(pa.timestamp("us", tz=source.day_zone)))
    return pc.coalesce(pc.strftime(local, format="%Y-%m-%d"), column)


def _aware(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    """Instants of texts without offset; null for any other."""
    naive = _parsed(column, _NAIVE, pa.timestamp("us"))
    return pc.assume_timezone(naive, zone, ambiguous="latest", nonexistent="latest").cast(_UTC)


def _parsed(column: pa.ChunkedArray, form: str, kind: pa.DataType) -> pa.ChunkedArray:
    """Texts of this form as times; null for any other, and for what no calendar has."""
    of_form = pc.fill_null(pc.match_substring_regex(column, form), False)
    texts = pc.if_else(of_form, column, pa.scalar(None, pa.string()))
    try:
        return texts.cast(kind)
    except pa.ArrowInvalid:
        return pc.if_else(_exists(texts), texts, pa.scalar(None, pa.string())).cast(kind)


def _exists(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Mask of times a calendar has: read leniently, 30 February comes back as 2 March."""
    seconds = pc.replace_substring(pc.utf8_slice_codeunits(texts, 0, 19), "T", " ")
    form = "%Y-%m-%d %H:%M:%S"
    again = pc.strftime(pc.strptime(seconds, format=form, unit="s", error_is_null=True), format=form)
    return pc.fill_null(pc.equal(again, seconds), False)
