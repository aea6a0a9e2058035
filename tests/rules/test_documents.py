"""The documents are true: what the README names exists, and nothing committed names where it was built."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tasks.core import settings_table, touchpoint_table
from tasks.core.paths import ROOT
from tasks.core.readme import JAPANESE
from tasks.core.settings import settings_classes

README = (ROOT / "README.md").read_text(encoding="utf-8")
PLACES = {
    "a package registry": r"pypi[.]org|python" + r"hosted[.]org|registry[.](npmjs|yarnpkg)[.]|crates[.]io/",
    "an index option": r"(?<![\w-])--(extra-)?index-" + r"url\b|--find-" + r"links\b",
    "a folder of a build machine": r"(?<![\w.-])/(wo" + r"rk|fa" + r"rm)/",
}
BINARY = {".png", ".jpg", ".gif", ".ico", ".woff2", ".parquet", ".gz", ".zip", ".pdf"}


def committed() -> list[Path]:
    """Every file of the repository, those not yet committed too; without git, all but dot folders."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not any(p.startswith(".") for p in path.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


@pytest.mark.parametrize("what", PLACES)
def test_no_text_names(what: str) -> None:
    pattern = re.compile(PLACES[what])
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in committed()}
    assert {name: found[0] for name, text in texts.items() if (found := pattern.search(text))} == {}


def way_rows(text: str) -> list[tuple[str, str]]:
    """(path, name) of each row of the "Find your way" table: `| wish | `path` | `name` |`; the name may be missing."""
    section = re.search(r"^## Find your way\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\|[^|]+\| `([^`|]+)` \|(?: `([^`|]+)`)?[^|]*\|$", section[1] if section else "", re.MULTILINE)
    return [(path, name) for path, name in rows]


def names_of(path: Path) -> set[str]:
    """What a Python file defines at its top, and the methods of its classes as Class.method."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def test_the_readme_has_a_way_to_everything() -> None:
    rows = re.findall(r"^\|", README.partition("## Find your way")[2].partition("\n## ")[0], re.MULTILINE)
    assert len(way_rows(README)) == len(rows) - 2, "a row of the table does not read `| wish | `path` | `name` |`"
    assert len(rows) > 10


@pytest.mark.parametrize(("path", "name"), way_rows(README))
def test_a_row_leads_to_a_file_and_a_function(path: str, name: str) -> None:
    target = ROOT / path
    assert target.exists(), path
    if target.suffix == ".py":
        assert name in names_of(target), f"{path} has no {name}"
    elif name:
        assert name in target.read_text(encoding="utf-8"), f"{path} does not mention {name}"


def test_the_settings_table_is_that_of_the_code() -> None:
    assert settings_table.START in README
    assert settings_table.written(README) == README, "run `python -m tasks.core.settings_table`"


def test_the_tables_of_touchpoints_are_those_of_the_declarations() -> None:
    japanese = JAPANESE.read_text(encoding="utf-8")
    assert touchpoint_table.START in README
    assert touchpoint_table.START in japanese
    for made, text in (
        (touchpoint_table.written(README), README),
        (touchpoint_table.written_japanese(japanese), japanese),
    ):
        assert made == text, "run `python -m tasks.core.touchpoint_table`"


def test_every_setting_is_described() -> None:
    fields = [field for kind in settings_classes() for field in kind.model_fields.values()]
    assert fields
    assert all(field.description for field in fields)
