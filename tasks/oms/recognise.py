"""Whose export a file is, told by its header: names of files carry dates, and people rename them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tasks.core.errors import ConfigurationError
from tasks.core.mapping_columns import Fit
from tasks.core.mappings import Mapping as ShopMapping
from tasks.core.mappings import RawFile, known_mappings, load_mapping
from tasks.oms.base import LINE
from tasks.oms.csv_files import detect_encoding, header_of
from tasks.oms.formats import TABS, Warn, is_json, is_text, read_documents, read_rows
from tasks.oms.places import Folder, Found

_BOOKS = (".xlsx", ".xls", ".numbers", ".ods")


@dataclass(frozen=True)
class Recognised:
    """A mapping and which file is which of its raw files. `matched` of `columns` columns were found in them."""

    mapping: ShopMapping
    files: Mapping[str, Path]
    matched: int
    columns: int


def recognise(paths: Sequence[Path], only: str | None = None) -> Recognised:
    """The mapping whose columns the headers of these files have most of; `only`: that mapping or none.

    Raises ConfigurationError where no mapping takes all of the files, or its other file is missing.
    """
    if len({path.name for path in paths}) < len(paths):
        raise ConfigurationError("Two of these files have the same name: name each file once.")
    if books := [path.name for path in paths if path.suffix.lower() in _BOOKS]:
        raise ConfigurationError(f"{', '.join(books)}: save it as CSV (in Excel: CSV UTF-8) and name that file.")
    headers = {path: _header(path) for path in paths}
    mappings = [load_mapping(name) for name in ([only] if only else known_mappings())]
    fitting = [one for mapping in mappings if (one := _fitting(mapping, headers)) is not None]
    if not fitting:
        raise ConfigurationError(_nearest(mappings, headers))
    best = max(fitting, key=lambda one: (one.matched, one.mapping.declared.verified))
    lacking = [raw for raw, file in best.mapping.declared.files.items() if raw not in best.files and not file.optional]
    if lacking:
        wanted = "; ".join(f"{raw} ({named(best.mapping.declared.files[raw])})" for raw in lacking)
        raise ConfigurationError(f"{best.mapping.declared.title} needs one more file beside these: {wanted}.")
    return best


class Chosen(Folder):
    """Files that somebody named, wherever they lie: a place of its own."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = {path.name: path for path in paths}
        super().__init__(next(iter(self._paths.values())).parent)

    def find(self, known: Mapping[str, str]) -> Sequence[Found]:
        """All of them, each time."""
        del known
        return [Found(name, "chosen") for name in sorted(self._paths)]

    @contextmanager
    def opened(self, found: Found) -> Iterator[Path]:
        """The file where it lies."""
        yield self._paths[found.name]


def raw_of(mapping: ShopMapping, path: Path) -> str | None:
    """The raw file of a mapping that this file is, by its header; None where it is none of them.

    One that lacks less than half of the required columns is taken for it all the same: what needs them says which.
    """
    header = _header(path)
    near = {
        name: len(fit.places)
        for name, raw in mapping.declared.files.items()
        if raw.required and 2 * len((fit := raw.fit(header)).missing) < len(raw.required)
    }
    return _raw_of(mapping, header) or max(near, key=lambda name: near[name], default=None)


def read_raw(path: Path, raw: RawFile, warn: Warn) -> Iterator[pa.Table]:
    """A raw file as text columns and `_line`: those the mapping declares, or all where it declares none."""
    if is_json(path):
        yield from read_documents(path, warn)
        return
    encoding = (raw.encoding or detect_encoding(path)) if is_text(path) else "utf-8"
    batches = read_rows(path, warn, encoding, raw.delimiter, twins=bool(raw.columns))
    if not raw.columns:
        yield from batches
        return
    for batch in batches:
        fit = raw.fit(batch.column_names[:-1])
        for missing in fit.missing:
            warn(f"{path.name}: column {missing} is missing.")
        yield _declared(batch, raw, fit)


def no_rows(raw: RawFile) -> pa.Table:
    """What `read_raw` gives of an empty file."""
    return pa.schema([*((column, pa.string()) for column in raw.columns), (LINE, pa.int64())]).empty_table()


def _declared(batch: pa.Table, raw: RawFile, fit: Fit) -> pa.Table:
    """A required column that is missing stays away: the SELECTs that need it fail by its name, the others go on."""
    nothing = pa.nulls(batch.num_rows, pa.string())
    columns = {
        column: batch.column(fit.places[column]) if column in fit.places else nothing
        for column in raw.columns
        if column in fit.places or column not in raw.required
    }
    table = pa.table({**columns, LINE: batch[LINE]})
    for column, values in raw.skip.items():
        if column in columns:
            table = table.filter(pc.invert(pc.is_in(table[column], pa.array(values))))
    return table


def _header(path: Path) -> list[str]:
    return header_of(path, detect_encoding(path), "\t" if path.suffix.lower() in TABS else ",")


def _raw_of(mapping: ShopMapping, header: Sequence[str]) -> str | None:
    """The raw file a header fits best; None where it lacks a required column of each."""
    fits = {name: raw.fit(header) for name, raw in mapping.declared.files.items() if raw.required}
    whole = {name: len(fit.places) for name, fit in fits.items() if not fit.missing}
    return max(whole, key=lambda name: whole[name], default=None)


def _fitting(mapping: ShopMapping, headers: Mapping[Path, Sequence[str]]) -> Recognised | None:
    files: dict[str, Path] = {}
    matched = 0
    for path, header in headers.items():
        name = _raw_of(mapping, header)
        if name is None or name in files:
            return None
        files[name] = path
        matched += len(mapping.declared.files[name].fit(header).places)
    return Recognised(mapping, files, matched, sum(len(mapping.declared.files[name].columns) for name in files))


def _nearest(mappings: Sequence[ShopMapping], headers: Mapping[Path, Sequence[str]]) -> str:
    """Why no mapping takes these files: for each the one that comes nearest, and what it misses."""
    lines = []
    for path, header in headers.items():
        near = [
            (len(fit.places), -len(fit.missing), mapping.name, fit.missing)
            for mapping in mappings
            for raw in mapping.declared.files.values()
            if raw.required and (fit := raw.fit(header)).places
        ]
        _, _, name, missing = max(near, default=(0, 0, "", ()))
        lacks = (
            f"{name} comes nearest and misses {', '.join(missing)}" if missing else f"{name} takes it once, or alone"
        )
        lines.append(f"{path.name}: {lacks if name else 'no mapping knows its columns'}")
    return (
        f"No mapping takes these files. {'; '.join(lines)}. Export again with all columns, or write a mapping of your "
        "own (docs/order_systems.md)."
    )


def named(raw: RawFile) -> str:
    """A raw file as a person knows it."""
    return raw.file or f"a file with the columns {', '.join(raw.columns[column][0] for column in raw.required)}"
