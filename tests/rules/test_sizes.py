"""Small pieces: functions and files stay short."""

import ast
from pathlib import Path
from statistics import median

import pytest

from tasks.core.paths import ROOT

MEDIAN_LINES = 12
FUNCTION_LINES = 60
FILE_LINES = 300
LONG_FILES: dict[str, str] = {}
"""File -> why it may be longer."""


def functions(path: Path) -> dict[str, int]:
    """Name -> lines, signature and docstring included, decorators not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {
        f"{path.relative_to(ROOT)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1 for node in nodes
    }


def all_functions(top: str) -> dict[str, int]:
    return {name: lines for path in (ROOT / top).rglob("*.py") for name, lines in functions(path).items()}


@pytest.mark.parametrize("top", ["flows", "tasks", "tests"])
def test_functions_are_short(top: str) -> None:
    sizes = all_functions(top)
    assert {name: lines for name, lines in sizes.items() if lines > FUNCTION_LINES} == {}
    assert median(sizes.values()) <= MEDIAN_LINES


def test_files_are_short() -> None:
    paths = [path for top in ("flows", "tasks", "tests") for path in (ROOT / top).rglob("*.py")]
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {name: count for name, count in lines.items() if count > FILE_LINES and name not in LONG_FILES} == {}
    assert {name for name in LONG_FILES if lines.get(name, 0) <= FILE_LINES} == set(), "no longer long: remove them"
