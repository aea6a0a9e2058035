"""Every SQL file: a header that says who and which parameters, and exactly one statement."""

import re
from pathlib import Path

import pytest

from tasks.core.paths import ROOT, SQL
from tasks.core.queries import parse, without_comments

FILES = sorted(path for path in SQL.rglob("*.sql") if "migrations" not in path.relative_to(SQL).parts)
_NO_CODE = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|(\$\w*\$).*?\1|--[^\n]*|/\*.*?\*/", re.DOTALL)


def statements(source: str) -> int:
    """How many statements a text holds: semicolons in strings, comments and bodies do not part them."""
    bare = _NO_CODE.sub("", without_comments(source))
    return len([part for part in bare.split(";") if part.strip()])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SQL).as_posix())
def test_a_file_says_who_and_holds_one_statement(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    header = source[: source.index("\n-- Params:")]
    assert re.search(r"^-- (Who|Effect|Stops):\s+\S", header, re.MULTILINE), (
        "the header says -- Who:, -- Effect: or -- Stops:"
    )
    assert all(line.startswith("--") for line in header.splitlines()), "the header comes first"
    assert statements(source) == 1
    parse(path.relative_to(SQL).with_suffix("").as_posix(), source)


def test_there_is_no_sql_outside_its_folder() -> None:
    strays = [path for top in ("flows", "tasks", "templates") for path in (ROOT / top).rglob("*.sql")]
    assert strays == []


def test_statements_are_counted_outside_strings_and_bodies() -> None:
    assert statements("select ';', $$ a; b $$ -- c; d\n;") == 1
    assert statements("select 1; select 2") == 2
