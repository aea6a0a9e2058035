"""A mapping: how a shop's own export becomes the canonical tables. One folder `sql/oms/<name>/`.

`mapping.toml` names the raw files; each `<canonical table>.sql` beside it is one SELECT over them, staged as text in
temporary tables `raw_<name>`. It returns text columns of its canonical table, `_file` and `_line`. It may call
pg_temp.instant_of(text), day_of(text) and amount_of(text) (sql/oms/staging).
"""

import codecs
from collections.abc import Mapping as Names
from dataclasses import dataclass
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from tasks.core.canonical import TABLES
from tasks.core.declarations import Declaration, load_toml, suggestion
from tasks.core.errors import ConfigurationError
from tasks.core.paths import SQL
from tasks.core.queries import names, query, without_comments

FILE_NAME = "mapping.toml"
_ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp", "latin-1"]


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(
            f"no encoding {name!r}{suggestion(name, ['utf-8', 'utf-8-sig', 'cp932', 'latin-1'])}"
        ) from None
    return "utf-8-sig" if codecs.lookup(name).name == "utf-8" else name


def zone_name(name: str) -> str:
    """The name itself; raises ValueError where it is no time zone."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"no time zone {name!r}") from None


class RawFile(Declaration):
    """One file of the export."""

    file: str = Field(pattern=r"^[^/\\]+$")
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: str = Field(",", min_length=1, max_length=1)


class MappingFile(Declaration):
    """mapping.toml. `zone`: where instants without offset belong; `full`: whether each file always holds everything."""

    title: str
    zone: Annotated[str, AfterValidator(zone_name)]
    full: bool = True
    files: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,50}$")], RawFile]


@dataclass(frozen=True)
class Mapping:
    """A mapping, read and checked. `selects`: canonical table -> its SELECT."""

    name: str
    declared: MappingFile
    selects: Names[str, str]


@cache
def load_mapping(name: str) -> Mapping:
    """The mapping of sql/oms/<name>; raises ConfigurationError naming file, key and the nearest right word."""
    folder = SQL / "oms" / name
    if not (folder / FILE_NAME).is_file():
        known = sorted(path.parent.name for path in (SQL / "oms").glob(f"*/{FILE_NAME}"))
        raise ConfigurationError(
            f"TODOKE_OMS_MAPPING: there is no sql/oms/{name}/{FILE_NAME}{suggestion(name, known)}; "
            f"mappings: {', '.join(known) or 'none'}."
        )
    declared = load_toml(folder / FILE_NAME, MappingFile)
    return Mapping(name, declared, {_table(path): _select(path) for path in names(f"oms/{name}")})


def staging(name: str, **parts: str) -> str:
    """The statement sql/oms/staging/<name>.sql with its placeholders filled."""
    source = without_comments(query(f"oms/staging/{name}").source)
    for placeholder, text in parts.items():
        source = source.replace(f"{{{placeholder}}}", text)
    return source


def _table(statement: str) -> str:
    table = statement.rpartition("/")[2]
    if table not in TABLES:
        raise ConfigurationError(f"sql/{statement}.sql: no canonical table {table!r}{suggestion(table, list(TABLES))}.")
    return table


def _select(statement: str) -> str:
    found = query(statement)
    if found.params:
        raise ConfigurationError(f"sql/{statement}.sql: a mapping takes no parameters, it has {sorted(found.params)}.")
    return without_comments(found.source)
