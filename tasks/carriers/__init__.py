"""Carriers by name, and the mapping of whole columns of their words.

A new carrier is one file here, one line below and one test file that inherits the contract.
"""

import pyarrow as pa
import pyarrow.compute as pc

from tasks.carriers.aggregators import VOCABULARIES, meaning
from tasks.carriers.base import UNKNOWN, Carrier, Meaning
from tasks.carriers.dhl import DHL
from tasks.carriers.fedex import FEDEX
from tasks.carriers.japanpost import JAPANPOST
from tasks.carriers.sagawa import SAGAWA
from tasks.carriers.seino import SEINO
from tasks.carriers.ups import UPS
from tasks.carriers.yamato import YAMATO

CARRIERS: dict[str, Carrier] = {
    carrier.name: carrier for carrier in (YAMATO, SAGAWA, JAPANPOST, SEINO, UPS, FEDEX, DHL)
}

_SEPARATOR = "\x1f"


def map_words(carriers: pa.Array, words: pa.Array) -> tuple[pa.Array, pa.Array]:
    """(status, reason) of each row of two text columns of equal length; each distinct pair is looked up once.

    A word or carrier nobody mapped is `unknown`, as is a null. Reasons are null where the word gives none.
    """
    pairs = pc.binary_join_element_wise(_filled(carriers), _filled(words), _SEPARATOR).dictionary_encode()
    meanings = [meaning_of(*pair.split(_SEPARATOR, 1)) for pair in pairs.dictionary.to_pylist()]
    statuses = pa.array([status.value for status, _ in meanings], pa.string())
    reasons = pa.array([reason for _, reason in meanings], pa.string())
    return statuses.take(pairs.indices), reasons.take(pairs.indices)


def valid_tracking_number(carrier: str, number: str) -> bool:
    """Whether a number can be one of this carrier's; of a carrier we do not know, every number can."""
    return carrier not in CARRIERS or CARRIERS[carrier].is_number(number)


def _filled(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.fill_null(whole.cast(pa.string()), "")


def meaning_of(carrier: str, word: str) -> Meaning:
    """What one raw word of a carrier means; a word of an aggregator says so (`aftership:Delivered_001`)."""
    vocabulary, _, rest = word.partition(":")
    if vocabulary in VOCABULARIES:
        return meaning(vocabulary, rest)
    known = CARRIERS.get(carrier)
    return known.meaning(word) if known else UNKNOWN
