"""The rulebook: every file a decision is a function of, stored with the runs that decided by it.

A replay reads the rules of its run from here and needs neither git nor the files of that day.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tasks.core.errors import DataError
from tasks.core.facts import FACTS
from tasks.core.paths import ROOT
from tasks.core.queries import query, reading
from tasks.core.touchpoints import Touchpoint, parse_recorded

_FOLDERS = ("due", "decide", "facts")
BRAND = "templates/brand.toml"
_ORDER = "sql/facts"
"""Key of no file: the names of the shared views in the order they build on each other."""


@dataclass(frozen=True)
class Rulebook:
    """`files`: path below the project -> text. `version`: its hash."""

    version: str
    files: Mapping[str, str]

    @classmethod
    def of(cls, files: Mapping[str, str]) -> "Rulebook":
        """With its version."""
        return cls(_hash(files), files)

    def touchpoints(self) -> dict[str, Touchpoint]:
        """Every touchpoint as it was declared, by name."""
        declared = {path.split("/")[1]: text for path, text in self.files.items() if path.endswith("touchpoint.toml")}
        return {name: parse_recorded(name, text) for name, text in sorted(declared.items())}


@cache
def current() -> Rulebook:
    """The rules on disk, read once per process."""
    return written_in(ROOT, FACTS)


def written_in(root: Path, views: Iterable[str]) -> Rulebook:
    """The rules of one copy of the project. `views`: its shared views in the order they build on each other."""
    paths = [path for folder in _FOLDERS for path in (root / "sql" / folder).rglob("*.sql")]
    paths += [*(root / "templates").glob("*/touchpoint.toml"), root / BRAND]
    files = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}
    files[_ORDER] = " ".join(views)
    return Rulebook.of(files)


def keep(connection: Connection, rulebook: Rulebook) -> None:
    """Store it where it is new; asked first, for the text of all rules is long."""
    if query("replay/is_kept").scalar(connection, version=rulebook.version):
        return
    query("replay/keep_rulebook").run(connection, version=rulebook.version, files=json.dumps(rulebook.files))


def kept(connection: Connection, version: str) -> Rulebook:
    """The one of that version; raises DataError where it was lost or is not what it was."""
    files: Any = query("replay/rulebook").scalar(connection, version=version)
    if files is None:
        raise DataError(f"The rules of version {version} are not in the database: this run cannot be replayed.")
    if _hash(files) != version:
        raise DataError(f"The rules of version {version} were changed in the database: this run cannot be replayed.")
    return Rulebook(version, files)


def refuse_dropped_history(connection: Connection) -> None:
    """Raises DataError naming the tables whose old rows were dropped: nothing before that can be decided again."""
    if lost := [row["name"] for row in query("replay/history_lost").rows(connection)]:
        raise DataError(f"History of {', '.join(lost)} was dropped: nothing before that can be decided again.")


def put_views_before_todays(connection: Connection, rulebook: Rulebook) -> None:
    """Temporary views of this session wherever a shared view of `rulebook` differs from today's."""
    today = current().files
    paths = [f"sql/facts/{name}.sql" for name in rulebook.files[_ORDER].split()]
    if all(today.get(path) == rulebook.files[path] for path in paths):
        return
    put_views(connection, rulebook)


def put_views(connection: Connection, rulebook: Rulebook) -> None:
    """Its shared views as temporary ones of this session: they go before those of the database.

    Raises DataError naming the file that this database does not understand.
    """
    with reading(rulebook.files):
        for name in rulebook.files[_ORDER].split():
            try:
                connection.execute(text(f"create temporary view {name} as {query(f'facts/{name}').clause.text}"))
            except DBAPIError as error:
                said = str(error.orig).splitlines()[0]
                raise DataError(
                    f"sql/facts/{name}.sql of rules {rulebook.version} does not fit this database: {said}. "
                    "Name rules that are not older than its schema."
                ) from error


def _hash(files: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
