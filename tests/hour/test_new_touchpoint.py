"""A touchpoint without Python: made, checked, tried on its people, sent by the hour, all in a copy of the project."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.paths import ROOT
from tasks.core.scaffold import NewTouchpoint, create
from tests.hour.conftest import Place, environment

pytestmark = pytest.mark.xdist_group("hour")

ALONGSIDE = (
    NewTouchpoint(
        "parcel_word", TouchpointClass("T"), "shipment", tuple(map(ChannelName, ("email", "line", "sms", "push"))), 1
    ),
    NewTouchpoint(
        "story_card", TouchpointClass("M"), "customer", tuple(map(ChannelName, ("postcard", "line", "email"))), 20
    ),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project as somebody cloned it."""
    for name in ("flows", "tasks", "sql", "templates", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def done(project: Path, *command: str, **env: str) -> str:
    """What a command said in that copy. It must end well."""
    own = os.environ | env | {"PYTHONPATH": str(project)}
    ended = subprocess.run(
        [sys.executable, *command], cwd=project, env=own, capture_output=True, text=True, timeout=280
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def todoke(project: Path, *arguments: str) -> str:
    return done(project, "-m", "flows.cli.main", *arguments)


def code(project: Path) -> dict[str, str]:
    return {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in project.rglob("*.py")
    }


@pytest.mark.timeout(600)  # four processes of ours one after the other
def test_a_touchpoint_is_made_checked_tried_and_sent_without_python(project: Path, shop_home: Path) -> None:
    before = code(project)
    said = todoke(project, "new-touchpoint", "first_steps")
    assert "sql/due/first_steps.sql" in said
    assert "python -m pytest tests/due -k first_steps" in said
    for wanted in ALONGSIDE:
        create(wanted, project)
    names = ["first_steps", *(wanted.name for wanted in ALONGSIDE)]
    assert "Everything is in order." in todoke(project, "check")
    tried = done(project, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "tests/due", "-k", " or ".join(names))
    assert f"{2 * len(names)} passed" in tried

    declaration = project / "templates" / "first_steps" / "touchpoint.toml"
    written = declaration.read_text(encoding="utf-8")
    declaration.write_text(written.replace('mode = "draft"', 'mode = "live"'), encoding="utf-8")
    place = Place(shop_home, "made").go_live()
    done(project, *place.command("run", "--json")[1:], **environment(shop_home))
    mails = {name.split("/")[0]: mail for name, mail in place.mailbox().items()}
    assert "お届けした商品は、お役に立っていますか" in mails["first_steps"]
    assert not mails.keys() & {"parcel_word", "story_card"}, "drafts are not sent"
    with place.database.transaction() as connection:
        states = connection.execute(text("select distinct state from message where touchpoint = 'first_steps'"))
        assert set(states.scalars()) == {"accepted"}
    assert code(project) == before
