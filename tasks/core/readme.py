"""Tables of the README that are made from the code: each stands between two markers, and a test says when it is old."""

import re

from tasks.core.paths import ROOT

README = ROOT / "README.md"
JAPANESE = ROOT / "README.ja.md"


def between(text: str, start: str, end: str, table: str) -> str:
    """`text` with what stands between its markers made anew."""
    found = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    return found.sub(lambda _: f"{start}\n{table}\n{end}", text)
