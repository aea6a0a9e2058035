"""Who may import whom, as the table in docs/architecture.md says."""

import ast
import re
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tasks.core.paths import ROOT

OURS = {"flows", "tasks", "tests"}
NETWORK = {"urllib.request"}  # of the standard library, but judged like a third-party HTTP client
ADAPTERS = ("tasks/oms/*", "tasks/carriers/*", "tasks/hazards/*", "tasks/channels/*", "tasks/stores/*")
FILES = sorted(path.relative_to(ROOT) for top in ("flows", "tasks") for path in (ROOT / top).rglob("*.py"))


@dataclass(frozen=True)
class Rule:
    """One row of the table."""

    files: str
    ours: frozenset[str]
    others: frozenset[str]
    all_but: bool

    def allows(self, module: str) -> bool:
        top = module.split(".")[0]
        if top in OURS:
            return _within(module, self.ours)
        if top in sys.stdlib_module_names and not _within(module, NETWORK):
            return True
        return _within(module, self.others) != self.all_but


def _within(module: str, packages: frozenset[str] | set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def read_rules(text: str) -> list[Rule]:
    """The rows of the table under "Who may import whom"."""
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    return [Rule(files, _words(ours), _words(others), all_but=others.startswith("but")) for files, ours, others in rows]


def _words(cell: str) -> frozenset[str]:
    return frozenset(re.findall(r"`(.+?)`", cell))


def rule_of(path: Path, rules: list[Rule]) -> Rule:
    """The first row that matches: a `*` does not cross a folder."""
    name = path.as_posix()
    return next(rule for rule in rules if fnmatch(name, rule.files) and name.count("/") == rule.files.count("/"))


def imported(tree: ast.Module) -> set[str]:
    """Every module a file imports, `from package import module` written as package.module."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {_module(node.module or "", alias.name) for alias in node.names}
    return found


def _module(package: str, name: str) -> str:
    """`package.name` where that is a module of ours, else `package`."""
    path = ROOT.joinpath(*package.split("."), name)
    is_module = package.split(".")[0] in OURS and (path.is_dir() or path.with_suffix(".py").is_file())
    return f"{package}.{name}" if is_module or f"{package}.{name}" in NETWORK else package


def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


RULES = read_rules((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_imports_only_what_its_row_allows(path: Path) -> None:
    rule = rule_of(path, RULES)
    forbidden = sorted(module for module in imported(parse(path)) if not rule.allows(module))
    assert not forbidden, f"{path} may not import {forbidden}; its row in docs/architecture.md is {rule.files}"


@pytest.mark.parametrize("path", [path for path in FILES if any(fnmatch(str(path), a) for a in ADAPTERS)], ids=str)
def test_adapters_do_not_know_the_ledger(path: Path) -> None:
    assert "tasks.core.ledger" not in imported(parse(path))


def test_only_core_opens_sql_and_templates() -> None:
    outside = [path for path in FILES if path.parts[:2] != ("tasks", "core")]
    openers = [path for path in outside if {"SQL", "TEMPLATES"} & _names_from(path, "tasks.core.paths")]
    assert openers == []


def _names_from(path: Path, module: str) -> set[str]:
    nodes = [node for node in ast.walk(parse(path)) if isinstance(node, ast.ImportFrom) and node.module == module]
    return {alias.name for node in nodes for alias in node.names}


def test_no_import_inside_a_function() -> None:
    every = [*FILES, *(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))]
    inside = [f"{path}:{node.lineno}" for path in every for node in _imports_in_functions(parse(path))]
    assert inside == []


def _imports_in_functions(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inner = [node for function in functions for node in ast.walk(function)]
    return [node for node in inner if isinstance(node, ast.Import | ast.ImportFrom)]


def test_no_init_below_tests() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_the_rules_bite() -> None:
    table = (
        "| `tasks/core/*.py` | `tasks.core` | but `prefect`, `urllib.request` |\n| `flows/*.py` | `tasks` | `prefect` |"
    )
    core, flow = read_rules(table)
    assert [core.allows(name) for name in ("json", "pyarrow", "tasks.core.errors")] == [True, True, True]
    assert [core.allows(name) for name in ("prefect.task", "tasks.oms", "urllib.request")] == [False, False, False]
    assert [flow.allows(name) for name in ("prefect", "tasks.load", "pandas", "urllib.parse")] == [
        True,
        True,
        False,
        True,
    ]
    assert rule_of(Path("flows/hourly.py"), [core, flow]) is flow
