"""TOML files as typed models. An unknown key is an error that names the nearest right one: no typo is a no-op."""

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from tasks.core.errors import ConfigurationError
from tasks.core.paths import ROOT


class Declaration(BaseModel):
    """Base of everything people declare in TOML: frozen, and strict about keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Declaration)


def load_toml(path: Path, model: type[Model], **extra: Any) -> Model:
    """The file as a `model`, with `extra` values it does not hold; ConfigurationError names file and key."""
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    try:
        written = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: cannot be read as TOML: {error}") from error
    return parse_toml(name, written, model, **extra)


def parse_toml(where: str, written: str, model: type[Model], **extra: Any) -> Model:
    """The text of the file `where` as a `model`."""
    try:
        values = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where}: cannot be read as TOML: {error}") from error
    try:
        return model.model_validate({**values, **extra})
    except ValidationError as error:
        lines = [_explain(model, dict(problem)) for problem in error.errors(include_url=False)]
        raise ConfigurationError(f"{where}: " + "; ".join(lines)) from error


def suggestion(wrong: str, right: list[str]) -> str:
    """` (did you mean X?)`, or nothing where no right word is near."""
    near = get_close_matches(wrong, right, n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _explain(model: type[BaseModel], problem: dict[str, Any]) -> str:
    *parents, key = [str(part) for part in problem["loc"]] or ["file"]
    where = ".".join([*parents, key])
    if problem["type"] != "extra_forbidden":
        return f"{where}: {problem['msg']}"
    return f"unknown key {where!r}{suggestion(key, _keys_at(model, parents))}"


def _keys_at(model: type[BaseModel], parents: list[str]) -> list[str]:
    """Keys the model takes below `parents`; a part that is no field is the key of a mapping of models."""
    for part in parents:
        field = model.model_fields.get(part)
        inner = _model_of(field.annotation) if field else model
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for found in map(_model_of, get_args(annotation)) if found), None)
