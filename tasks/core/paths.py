"""Where the project's own files lie, in a checkout and in an installed wheel alike."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SQL = ROOT / "sql"
TEMPLATES = ROOT / "templates"
CASES = ROOT / "tests" / "due"
"""People of the due files. A checkout has them, an installed wheel has no tests."""
