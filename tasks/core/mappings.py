"""A mapping: how a shop's own export becomes the canonical tables. One folder `sql/oms/<name>/`.

`mapping.toml` names the raw files; each `<canonical table>.sql` beside it is one SELECT over them, staged as text in
temporary tables `raw_<name>`. It returns text columns of its canonical table, `_file` and `_line`. It may call
pg_temp.instant_of(text), amount_of(text) and whatever else sql/oms/staging creates.
"""

import codecs
from collections.abc import Mapping as Names
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tasks.core.canonical import TABLES
from tasks.core.declarations import Declaration, load_toml, suggestion
from tasks.core.errors import ConfigurationError
from tasks.core.mapping_columns import Fit, fit
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


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,50}$")]


def _listed(names: object) -> object:
    """One name stands for a list of one."""
    return (names,) if isinstance(names, str) else names


class RawFile(Declaration):
    """One file of the export, or with `*`, `?` or `[` in its name all that match, in the order of their names.

    Without a name it is every file whose header has its `required` columns. `columns`: what a SELECT calls a column ->
    what exports call it; it then sees these alone, null where the file lacks one that is not `required`.
    `skip`: records that have one of these values there are none of the shop's business.
    `optional`: without the file its table is there and empty.

    `key`: columns by which rows of a later file replace those of earlier ones. `full`: whether they are read each time,
    because they always hold everything, or once each, because they hold what changed; default: as the mapping says.
    `delimiter`: default a tab where the name ends in .tsv, else a comma. JSON lines become one column, `document`.
    """

    file: str | None = Field(None, pattern=r"^[^/\\]+$")
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    columns: dict[Name, Annotated[tuple[str, ...], BeforeValidator(_listed)]] = Field(default_factory=dict)
    required: tuple[str, ...] = ()
    skip: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    optional: bool = False
    key: tuple[str, ...] = ()
    full: bool | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.file is None and not self.required:
            raise ValueError("name the file, or the columns it is recognised by: `columns`, and which are `required`")
        if unknown := [column for column in (*self.required, *self.skip) if column not in self.columns]:
            raise ValueError(f"{', '.join(unknown)} of `required` or `skip` is none of `columns`")
        return self

    def fit(self, header: Sequence[str]) -> Fit:
        """Where its columns are in the header of a file."""
        return fit(header, self.columns, self.required)


class MappingFile(Declaration):
    """mapping.toml. `zone`: where instants without offset belong; `full`: whether each file always holds everything.

    Where it does not, what a SELECT joins must come together, or be a `full` file.
    `verified`: False where no real export was at hand: made from documentation, and shown as such.
    """

    title: str
    zone: Annotated[str, AfterValidator(zone_name)]
    full: bool = True
    verified: bool = True
    files: dict[Name, RawFile]


@dataclass(frozen=True)
class Mapping:
    """A mapping, read and checked. `selects`: canonical table -> its SELECT."""

    name: str
    declared: MappingFile
    selects: Names[str, str]

    @property
    def doubt(self) -> str | None:
        """What a person should know before trusting it."""
        if self.declared.verified:
            return None
        return (
            f"Mapping {self.name} is unverified: made from documentation, compare one order by hand, "
            f"then say verified = true in sql/oms/{self.name}/{FILE_NAME}."
        )


def known_mappings() -> list[str]:
    """Names of all mappings, sorted."""
    return sorted(path.parent.name for path in (SQL / "oms").glob(f"*/{FILE_NAME}"))


@cache
def load_mapping(name: str) -> Mapping:
    """The mapping of sql/oms/<name>; raises ConfigurationError naming file, key and the nearest right word."""
    folder = SQL / "oms" / name
    if not (folder / FILE_NAME).is_file():
        known = known_mappings()
        raise ConfigurationError(
            f"TODOKE_OMS_MAPPING: there is no sql/oms/{name}/{FILE_NAME}{suggestion(name, known)}; "
            f"mappings: {', '.join(known) or 'none'}."
        )
    declared = load_toml(folder / FILE_NAME, MappingFile)
    return Mapping(name, declared, {_table(path): _select(path) for path in names(f"oms/{name}")})


def live_mapping(name: str, title: str) -> Mapping:
    """The SELECTs of a system that is asked, not exported: its documents say their offsets, so the zone is UTC."""
    selects = {_word(path): _select(path) for path in names(f"oms/{name}") if _word(path) in TABLES}
    return Mapping(name, MappingFile(title=title, zone="UTC", full=False, files={}), selects)


def steps(mapping: str) -> dict[str, str]:
    """The other statements of sql/oms/<mapping>, by name and in its order: base_* are run before its SELECTs."""
    return {_word(path): _select(path) for path in names(f"oms/{mapping}") if _word(path) not in TABLES}


def staging(name: str, **parts: str) -> str:
    """The statement sql/oms/staging/<name>.sql with its placeholders filled."""
    source = without_comments(query(f"oms/staging/{name}").source)
    for placeholder, text in parts.items():
        source = source.replace(f"{{{placeholder}}}", text)
    return source


def _word(statement: str) -> str:
    return statement.rpartition("/")[2]


def _table(statement: str) -> str:
    table = _word(statement)
    if table not in TABLES:
        raise ConfigurationError(f"sql/{statement}.sql: no canonical table {table!r}{suggestion(table, list(TABLES))}.")
    return table


def _select(statement: str) -> str:
    found = query(statement)
    if found.params:
        raise ConfigurationError(f"sql/{statement}.sql: a mapping takes no parameters, it has {sorted(found.params)}.")
    return without_comments(found.source)
