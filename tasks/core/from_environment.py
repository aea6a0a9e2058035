"""What every settings class is."""

from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from tasks.core.errors import ConfigurationError


class FromEnvironment(BaseSettings):
    """Settings whose mistakes name the variable. Raises ConfigurationError, never pydantic's own error."""

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            lines = [self._explained(dict(problem)) for problem in error.errors(include_url=False)]
            raise ConfigurationError(" ".join(lines)) from error

    @classmethod
    def _explained(cls, problem: dict[str, Any]) -> str:
        name = "_".join(str(part) for part in problem["loc"]).upper()
        secret = "SECRET" in name or not isinstance(problem["input"], str | int | float)
        given = "" if secret else f"; it is {problem['input']!r}"
        return f"{cls.model_config['env_prefix']}{name}: {problem['msg']}{given}."
