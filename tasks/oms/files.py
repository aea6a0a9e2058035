"""TODOKE_OMS=files: a folder in the canonical drop format, or any shop's own export through a mapping."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from tasks.core.canonical import TABLES
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import Mapping, RawFile, load_mapping
from tasks.core.settings import Settings
from tasks.oms.base import OrderSystem
from tasks.oms.csv_files import detect_encoding, read_csv
from tasks.oms.drop import DropFolder, located
from tasks.oms.staged import Staged


def files(settings: Settings, url: str) -> OrderSystem:
    """The folder TODOKE_OMS_URL, through the mapping TODOKE_OMS_MAPPING where one is named."""
    if settings.oms_url is None:
        raise ConfigurationError("TODOKE_OMS=files needs TODOKE_OMS_URL: the folder of the files.")
    if settings.oms_mapping is None:
        return DropFolder(settings.oms_url)
    return MappedFolder(settings.oms_url, load_mapping(settings.oms_mapping), url)


class MappedFolder:
    """An order system that is a folder of raw files and a mapping. `url`: the PostgreSQL that stages them."""

    name = "files"

    def __init__(self, folder: Path, mapping: Mapping, url: str) -> None:
        if not folder.is_dir():
            raise DataError(f"The folder {folder} does not exist: create it or correct TODOKE_OMS_URL.")
        self.folder = folder
        self._mapping = mapping
        self._url = url
        self._warnings: dict[str, None] = {}

    def now(self) -> datetime | None:
        """None: the files say nothing of today."""
        return None

    def tables(self) -> tuple[str, ...]:
        """Tables the mapping has a SELECT for."""
        return tuple(table for table in TABLES if table in self._mapping.selects)

    def is_full(self, table: str) -> bool:
        """As the mapping says."""
        return self._mapping.declared.full and table in self._mapping.selects

    @property
    def hazards(self) -> Path | None:
        """The folder `hazards` below it, where there is one."""
        folder = self.folder / "hazards"
        return folder if folder.is_dir() else None

    def warnings(self) -> Sequence[str]:
        """Broken records of the raw files staged so far, without repeats."""
        return list(self._warnings)

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Every row the mapping's SELECT makes: files cannot be asked for less. See OrderSystem."""
        del since, until
        return self._staged.rows(table)

    @cached_property
    def _staged(self) -> Staged:
        """Every raw file, staged once."""
        staged = Staged(self._mapping, self._url)
        for name, raw in self._mapping.declared.files.items():
            staged.stage(name, self._read(raw))
        return staged

    def _read(self, raw: RawFile) -> Iterator[pa.Table]:
        path = self.folder / raw.file
        if not path.is_file():
            self._warn(f"{raw.file}: not in {self.folder}.")
            return
        for batch in read_csv(path, self._warn, raw.encoding or detect_encoding(path), raw.delimiter):
            yield located(batch, path.name)

    def _warn(self, sentence: str) -> None:
        self._warnings[sentence] = None
