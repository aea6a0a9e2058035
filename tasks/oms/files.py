"""TODOKE_OMS=files: a folder in the canonical drop format, or any shop's own export through a mapping."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from tasks.core.canonical import TABLES
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import Mapping as ShopMapping
from tasks.core.mappings import load_mapping
from tasks.core.settings import Settings
from tasks.oms.base import OrderSystem
from tasks.oms.drop import DropFolder, located
from tasks.oms.recognise import Recognised, newest_files, no_rows, read_raw
from tasks.oms.staged import Staged


def files(settings: Settings, url: str) -> OrderSystem:
    """The folder TODOKE_OMS_URL, through the mapping TODOKE_OMS_MAPPING where one is named."""
    if settings.oms_url is None:
        raise ConfigurationError("TODOKE_OMS=files needs TODOKE_OMS_URL: the folder of the files.")
    if settings.oms_mapping is None:
        return DropFolder(settings.oms_url)
    return MappedFolder(settings.oms_url, load_mapping(settings.oms_mapping), url)


class MappedFolder:
    """An order system that is a folder of raw files and a mapping. `url`: the PostgreSQL that stages them.

    `chosen`: which file is which, where somebody said so; else the folder is looked through.
    """

    name = "files"

    def __init__(self, folder: Path, mapping: ShopMapping, url: str, chosen: Mapping[str, Path] | None = None) -> None:
        if not folder.is_dir():
            raise DataError(f"The folder {folder} does not exist: create it or correct TODOKE_OMS_URL.")
        self.folder = folder
        self._mapping = mapping
        self._url = url
        self._chosen = chosen
        self._warnings: dict[str, None] = dict.fromkeys([mapping.doubt] if mapping.doubt else [])

    @classmethod
    def of(cls, found: Recognised, url: str) -> "MappedFolder":
        """Files that were recognised, wherever they lie."""
        return cls(next(iter(found.files.values())).parent, found.mapping, url, found.files)

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
        files = self._chosen or newest_files(self.folder, self._mapping, self._warn)
        for name in self._mapping.declared.files:
            staged.stage(name, self._read(name, files.get(name)))
        return staged

    def _read(self, name: str, path: Path | None) -> Iterator[pa.Table]:
        raw = self._mapping.declared.files[name]
        if path is not None and path.is_file():
            for batch in read_raw(path, raw, self._warn):
                yield located(batch, path.name)
        elif raw.optional:
            yield located(no_rows(raw), name)
        else:
            self._warn(f"{raw.file or name}: not in {self.folder}.")

    def _warn(self, sentence: str) -> None:
        self._warnings[sentence] = None
