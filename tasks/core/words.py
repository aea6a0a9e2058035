"""`templates/_shared/words.toml`: the labels and code words every template shares, each in every language."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tasks.core.brand import LANGUAGES
from tasks.core.errors import ConfigurationError


@cache
def words_of(templates: Path, language: str) -> dict[str, Any]:
    """All tables of words.toml in one language; raises ConfigurationError where a word lacks one."""
    path = templates / "_shared" / "words.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"_shared/words.toml: {error}") from error
    for table, entries in tables.items():
        for word, texts in entries.items():
            if set(texts) != set(LANGUAGES):
                raise ConfigurationError(f"_shared/words.toml: {table}.{word} needs exactly {', '.join(LANGUAGES)}")
    resolved: dict[str, Any] = localised(tables, language)
    return resolved


def localised(value: Any, language: str) -> Any:
    """The value with every `{ja, en}` inside replaced by one language's text."""
    if isinstance(value, list):
        return [localised(inner, language) for inner in value]
    if not isinstance(value, dict):
        return value
    if set(value) == set(LANGUAGES):
        return value[language]
    return {key: localised(inner, language) for key, inner in value.items()}
