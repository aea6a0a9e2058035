"""SQL lives in files: one statement a file, the path below sql/ is its name.

A file begins with a comment header whose `-- Params:` line lists its named parameters (comma separated, `none` where
it has none). The declaration is checked against the text when the file is loaded, so that the header cannot drift.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Connection, RowMapping, Text, TextClause, bindparam, text

from tasks.core.errors import ConfigurationError
from tasks.core.paths import SQL

_TYPED: dict[str, Any] = {"customer_id": Text(), "touched": ARRAY(Text())}
"""Parameters that may be null or empty: PostgreSQL cannot guess the type of a bare `:customer_id is null`."""

_PARAMS_LINE = re.compile(r"^--\s*Params:\s*(?P<names>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """One SQL statement with its declared parameters."""

    name: str
    source: str
    params: frozenset[str]
    clause: TextClause

    def rows(self, connection: Connection, **values: Any) -> Sequence[RowMapping]:
        """All rows of the result."""
        return connection.execute(self.clause, self._checked(values)).mappings().all()

    def stream(self, connection: Connection, size: int, **values: Any) -> Iterator[Sequence[RowMapping]]:
        """Rows as they come, `size` at a time: the result is never whole in memory."""
        result = connection.execute(self.clause, self._checked(values), execution_options={"yield_per": size})
        yield from result.mappings().partitions(size)

    def one(self, connection: Connection, **values: Any) -> RowMapping:
        """The only row of the result."""
        return connection.execute(self.clause, self._checked(values)).mappings().one()

    def scalar(self, connection: Connection, **values: Any) -> Any:
        """The first column of the first row, None without rows."""
        return connection.execute(self.clause, self._checked(values)).scalar()

    def run(self, connection: Connection, **values: Any) -> int:
        """Execute for its effect; the number of rows it touched."""
        return connection.execute(self.clause, self._checked(values)).rowcount

    def keep(self, connection: Connection, table: str, **values: Any) -> int:
        """Its rows as a temporary table of this session; how many."""
        made = text(f"create temporary table {table} as {self.clause.text}")
        return connection.execute(made, self._checked(values)).rowcount

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        if values.keys() != self.params:
            missing, extra = self.params - values.keys(), values.keys() - self.params
            raise ConfigurationError(
                f"sql/{self.name}.sql: parameters missing {sorted(missing)}, unknown {sorted(extra)}"
            )
        return values


_RECORDED: ContextVar[Mapping[str, str] | None] = ContextVar("recorded files", default=None)


@contextmanager
def reading(files: Mapping[str, str]) -> Iterator[None]:
    """Within it, statements whose `sql/<name>.sql` is in `files` are read from there, folders hold what they held."""
    token = _RECORDED.set(files)
    try:
        yield
    finally:
        _RECORDED.reset(token)


def query(name: str) -> Statement:
    """The statement of sql/<name>.sql; raises ConfigurationError where header and text disagree."""
    recorded = (_RECORDED.get() or {}).get(f"sql/{name}.sql")
    return on_disk(name) if recorded is None else parse(name, recorded)


@cache
def on_disk(name: str) -> Statement:
    path = SQL / f"{name}.sql"
    if not path.is_file():
        raise ConfigurationError(f"sql/{name}.sql does not exist")
    return parse(name, path.read_text(encoding="utf-8"))


@cache
def parse(name: str, source: str) -> Statement:
    """A statement from its text; the declared parameters must be those it uses."""
    clause = text(without_comments(source))
    clause = clause.bindparams(
        *(bindparam(key, type_=kind) for key, kind in _TYPED.items() if key in clause._bindparams)
    )
    declared, used = _declared(name, source), frozenset(clause._bindparams)
    if declared != used:
        raise ConfigurationError(
            f"sql/{name}.sql: header declares {sorted(declared)}, the statement uses {sorted(used)}; make them agree"
        )
    return Statement(name, source, declared, clause)


@cache
def around(template: Statement, place: str, inner: Statement) -> Statement:
    """`template` with the text of `inner` for its `{place}`."""
    body = without_comments(template.source).replace(f"{{{place}}}", without_comments(inner.source))
    header = f"-- Params: {', '.join(sorted(template.params | inner.params))}"
    return parse(f"{template.name}({inner.name})", f"{header}\n{body}")


def without_comments(source: str) -> str:
    """The statement without its whole-line comments (a colon in prose is no parameter)."""
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("--"))


def _declared(name: str, source: str) -> frozenset[str]:
    match = _PARAMS_LINE.search(source)
    if match is None:
        raise ConfigurationError(f"sql/{name}.sql: the header has no `-- Params:` line")
    words = [word.strip() for word in match["names"].strip().rstrip(".").split(",")]
    return frozenset(word for word in words if word and word != "none")


def names(folder: str) -> list[str]:
    """Names of all statements below sql/<folder>, sorted."""
    if recorded := _RECORDED.get():
        below = f"sql/{folder}/"
        return sorted(path[len("sql/") : -len(".sql")] for path in recorded if path.startswith(below))
    return sorted(path.relative_to(SQL).with_suffix("").as_posix() for path in (SQL / folder).rglob("*.sql"))
