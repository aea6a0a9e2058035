"""The settings table of the README, made from tasks/core/settings.py and accounts.py.

`python -m tasks.core.settings_table` writes it between its two markers; a test fails while the README disagrees.
"""

from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from tasks.core.readme import README, between
from tasks.core.settings import settings_classes

START, END = "<!-- settings: made by `python -m tasks.core.settings_table` -->", "<!-- /settings -->"


def table() -> str:
    """One row a setting: variable, default, what it means."""
    rows = [_row(kind, name, field) for kind in settings_classes() for name, field in kind.model_fields.items()]
    return "\n".join(["| Variable | Default | Meaning |", "|---|---|---|", *rows])


def written(text: str) -> str:
    """`text` with the table between its markers made anew."""
    return between(text, START, END, table())


def _row(kind: type[BaseSettings], name: str, field: FieldInfo) -> str:
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    named = [str(choice) for choice in choices if choice]
    meaning = f"{field.description} One of: {', '.join(named)}." if len(choices) > 1 else field.description
    return f"| `{kind.model_config['env_prefix']}{name.upper()}` | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Path) and value.is_relative_to(Path.home()):
        value = Path("~") / value.relative_to(Path.home())
    return f"`{value}`" if value not in (None, "") else ""


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
