"""The rulebook: every file a decision is a function of, stored with the runs that decided by it.

A replay reads the rules of its run from here and needs neither git nor the files of that day.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, text

from tasks.core.errors import DataError
from tasks.core.facts import FACTS
from tasks.core.paths import ROOT, SQL, TEMPLATES
from tasks.core.queries import query, reading
from tasks.core.touchpoints import Touchpoint, parse_recorded

_FOLDERS = ("due", "decide", "facts")
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
    paths = [path for folder in _FOLDERS for path in (SQL / folder).rglob("*.sql")]
    paths += [*TEMPLATES.glob("*/touchpoint.toml"), TEMPLATES / "brand.toml"]
    files = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}
    files[_ORDER] = " ".join(FACTS)
    return Rulebook.of(files)


def keep(connection: Connection, rulebook: Rulebook) -> None:
    """Store it where it is new."""
    query("replay/keep_rulebook").run(connection, version=rulebook.version, files=json.dumps(rulebook.files))


def kept(connection: Connection, version: str) -> Rulebook:
    """The one of that version; raises DataError where it was lost or is not what it was."""
    files: Any = query("replay/rulebook").scalar(connection, version=version)
    if files is None:
        raise DataError(f"The rules of version {version} are not in the database: this run cannot be replayed.")
    if _hash(files) != version:
        raise DataError(f"The rules of version {version} were changed in the database: this run cannot be replayed.")
    return Rulebook(version, files)


def put_views_before_todays(connection: Connection, rulebook: Rulebook, always: bool = False) -> None:
    """Temporary views of this session wherever a shared view of `rulebook` differs from today's.

    `always`: also where none does, for tables below them have temporary views before them.
    """
    today, names = current().files, rulebook.files[_ORDER].split()
    paths = [f"sql/facts/{name}.sql" for name in names]
    if not always and all(today.get(path) == rulebook.files[path] for path in paths):
        return
    with reading(rulebook.files):
        for name in names:
            connection.execute(text(f"create temporary view {name} as {query(f'facts/{name}').clause.text}"))


def _hash(files: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
