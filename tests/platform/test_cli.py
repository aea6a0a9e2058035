"""The command itself: errors of ours are one message and an exit code, never a traceback."""

import pytest
import typer
from typer.testing import CliRunner

from flows import local_prefect
from flows.cli import main
from tasks.core.errors import ConfigurationError, GuardError, TodokeError


@pytest.mark.parametrize(("error", "code"), [(ConfigurationError("no such shop"), 2), (GuardError("on hold"), 1)])
def test_an_error_of_ours_is_a_message(monkeypatch: pytest.MonkeyPatch, error: TodokeError, code: int) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(local_prefect, "serve", fail)
    result = CliRunner().invoke(main.app, ["serve"])
    assert (result.exit_code, result.stderr) == (code, f"todoke: {error}\n")


def test_every_command_has_help() -> None:
    group = typer.main.get_command(main.app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        assert command.help, name
        assert CliRunner().invoke(main.app, [name, "--help"]).exit_code == 0
