"""XML and JSON that somebody else sent.

lxml, because it is maintained (defusedxml's last release is of 2021) and can be told to resolve no entity, load no DTD
and open no network. Nothing we read needs a DTD, so a document that declares one is refused as a whole.
https://lxml.de/FAQ.html#how-do-i-use-lxml-safely-as-a-web-service-endpoint
"""

import csv
import io
from datetime import datetime
from typing import Any

import orjson
from lxml import etree

from tasks.core.errors import DataError

BIGGEST = 20_000_000
"""Bytes of one document. All alerts of the United States in a bad hour are 3 MB."""


def parse_xml(name: str, content: bytes) -> Any:
    """The root element, names without their namespaces. Raises DataError."""
    _check_size(name, content)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DataError(f"{name}: not XML ({error}); get it again.") from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise DataError(f"{name}: declares a DTD, as attacks do and warnings never; find out who sent it.")
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def parse_json(name: str, content: bytes) -> Any:
    """The value. Raises DataError."""
    _check_size(name, content)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise DataError(f"{name}: not JSON ({error}); get it again.") from error


def csv_rows(name: str, content: bytes, required: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a CSV as people save it: UTF-8, or Excel's CP932. Line 1 is the header. Raises DataError."""
    _check_size(name, content)
    try:
        reader = csv.DictReader(io.StringIO(_decoded(content), newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{name}: {error}; save it as UTF-8 CSV and drop it again.") from error
    check_columns(name, list(reader.fieldnames or []), required)
    short = next((line for line, row in enumerate(rows, 2) if None in row.values()), None)
    if short:
        raise DataError(f"{name}: line {short} has fewer columns than the header; is the whole file there?")
    return [{column: (value or "").strip() for column, value in row.items() if isinstance(column, str)} for row in rows]


def check_columns(name: str, columns: list[str], required: tuple[str, ...]) -> None:
    """Raises DataError where one is missing."""
    missing = [column for column in required if column not in columns]
    if missing:
        raise DataError(f"{name}: required column {', '.join(missing)} is missing; add it and drop the file again.")


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932")


def text(element: Any, path: str) -> str:
    """Text at the path, stripped; empty where there is none."""
    return (element.findtext(path) or "").strip()


def instant(value: object) -> datetime | None:
    """An aware instant; None for anything else."""
    try:
        found = datetime.fromisoformat(str(value or "").strip())
    except ValueError:
        return None
    return found if found.tzinfo else None


def _check_size(name: str, content: bytes) -> None:
    if len(content) > BIGGEST:
        raise DataError(f"{name}: {len(content)} bytes are no warning; look what it is.")
