"""TODOKE_OMS=files: files in the canonical drop format, or any shop's own export through a mapping.

They lie in a folder or a bucket. What a raw file is read for, and how often, stands in its mapping.toml.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from unicodedata import normalize

import pyarrow as pa

from tasks.core.canonical import TABLES
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import Mapping as Mapped
from tasks.core.mappings import RawFile, load_mapping
from tasks.core.settings import Settings
from tasks.oms.base import OrderSystem
from tasks.oms.bucket import Bucket
from tasks.oms.drop import DropFolder
from tasks.oms.formats import is_text, located
from tasks.oms.places import FileSource, Folder, Found, Place
from tasks.oms.recognise import Chosen, Recognised, named, no_rows, raw_of, read_raw
from tasks.oms.staged import Staged


def files(settings: Settings, url: str) -> OrderSystem:
    """The files of TODOKE_OMS_URL, through the mapping TODOKE_OMS_MAPPING where one is named."""
    if settings.oms_url is None:
        raise ConfigurationError(
            "TODOKE_OMS=files needs TODOKE_OMS_URL: the folder of the files, or s3://bucket/prefix."
        )
    place = _place(str(settings.oms_url), settings.oms_sqs_url)
    if settings.oms_mapping is None:
        return DropFolder(place, url=url)
    return MappedFolder(place, load_mapping(settings.oms_mapping), url)


def _place(url: str, queue: str | None) -> Place:
    if "://" in url:
        return Bucket(url, queue)
    if queue:
        raise ConfigurationError(f"TODOKE_OMS_SQS_URL: only S3 sends notice, and TODOKE_OMS_URL is the folder {url}.")
    return Folder(Path(url))


class MappedFolder(FileSource):
    """An order system that is a folder, or another place, of raw files and a mapping. `url`: the PostgreSQL that
    stages them."""

    name = "files"

    def __init__(self, folder: Path | Place, mapping: Mapped, url: str) -> None:
        super().__init__(Folder(folder) if isinstance(folder, Path) else folder)
        self._mapping = mapping
        self._raw = mapping.declared.files
        self._url = url
        self._broken: dict[str, str] = {}
        if mapping.doubt:
            self.warn(mapping.doubt)

    @classmethod
    def of(cls, found: Recognised, url: str) -> "MappedFolder":
        """Files that were recognised, and no others."""
        return cls(Chosen(found.files.values()), found.mapping, url)

    def now(self) -> datetime | None:
        """None: the files say nothing of today."""
        return None

    def tables(self) -> tuple[str, ...]:
        """Tables the mapping has a SELECT for."""
        return tuple(table for table in TABLES if table in self._mapping.selects)

    def is_full(self, table: str) -> bool:
        """Where every file the mapping reads is."""
        return table in self._mapping.selects and all(self._is_full(raw) for raw in self._raw.values())

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Every row the mapping's SELECT makes of whole files and of those not yet loaded. See OrderSystem."""
        del since, until
        self.asked.add(table)
        if not any(self.pending().values()) and not any(self._is_full(raw) for raw in self._raw.values()):
            return
        try:
            yield from self.staged.rows(table)
        except DataError as error:
            causes = [why for name, why in self._broken.items() if f'"raw_{name}"' in str(error)]
            if not causes:
                raise
            raise DataError(" ".join(causes)) from error

    def pending(self) -> Mapping[str, Sequence[Found]]:
        """Files that are read once, for each table: which of them its SELECT reads is not known."""
        once = [found for name, raw in self._raw.items() if not self._is_full(raw) for found in self._matching[name]]
        return {table: [found for found in once if self.is_new(table, found)] for table in self.tables()}

    def _is_full(self, raw: RawFile) -> bool:
        full = self._mapping.declared.full if raw.full is None else raw.full
        return full and self.place.tells_all

    @cached_property
    def _matching(self) -> dict[str, list[Found]]:
        """Raw name -> its files by name; of those that are told by their header the ones not loaded yet."""
        found = self.find()
        by_name = {name: raw.file for name, raw in self._raw.items() if raw.file}
        matching = {
            name: [one for one in found if name in by_name and _matches(one.name, by_name[name])] for name in self._raw
        }
        if len(by_name) < len(self._raw):
            self._add_told_by_header(
                matching, [one for one in found if not any(one in files for files in matching.values())]
            )
        for name, raw in self._raw.items():
            if not matching[name] and not raw.optional:
                self.warn(f"{named(raw)}: not in {self.place}.")
        return matching

    def _add_told_by_header(self, matching: dict[str, list[Found]], found: Sequence[Found]) -> None:
        for one in found:
            if is_text(Path(one.name)) and any(self.is_new(table, one) for table in self.tables()):
                with self.place.opened(one) as path:
                    name = raw_of(self._mapping, path)
                if name is None:
                    self.warn(f"{one.name}: by its header no file of mapping {self._mapping.name}, ignored.")
                else:
                    matching[name].append(one)

    @cached_property
    def staged(self) -> Staged:
        """Every raw file, staged once. One that cannot be read is not there for the SELECTs that ask for it."""
        staged = Staged(self._mapping, self._url)
        for name, raw in self._raw.items():
            try:
                staged.stage(name, self._rows(name, raw))
                staged.keep_last(name, raw.key)
            except DataError as error:
                staged.forget(name)
                self._broken[name] = str(error)
        return staged

    def _rows(self, name: str, raw: RawFile) -> Iterator[pa.Table]:
        """Of files to be read; where there is none, the columns of the last one read before."""
        new = {found for files in self.pending().values() for found in files}
        read = [found for found in self._matching[name] if self._is_full(raw) or found in new]
        yield from self.laid(read, lambda found: self._read(found, raw), self._is_used)
        if not read and raw.optional:
            yield located(no_rows(raw), name)
        elif not read and self._matching[name]:
            yield next(self._read(self._matching[name][-1], raw)).slice(0, 0)

    def _is_used(self, column: str) -> bool:
        """Whether a SELECT may ask for it."""
        return any(column in select for select in self._mapping.selects.values())

    def _read(self, found: Found, raw: RawFile) -> Iterator[pa.Table]:
        with self.whole(found) as path:
            for batch in read_raw(path, raw, self.warn):
                yield located(batch, found.name)


def _matches(name: str, pattern: str) -> bool:
    """Names from a Mac write が as two characters."""
    return fnmatchcase(normalize("NFC", name), normalize("NFC", pattern))
