"""The two versions a diff compares: the working tree, and a git revision or a rulebook that runs decided by."""

import ast
import hashlib
import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from tasks.core.brand import Brand
from tasks.core.declarations import parse_toml
from tasks.core.due import due_statement
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.paths import ROOT
from tasks.core.queries import query, reading
from tasks.core.rulebook import BRAND, Rulebook, current, kept, written_in
from tasks.core.touchpoints import Touchpoint, parse_recorded

_TEMPLATES = "templates"
_VIEWS = "tasks/core/facts.py"
_NEEDED = ("sql/due", "sql/decide", "sql/facts", _TEMPLATES, BRAND, _VIEWS)
_MAIN = ("main", "origin/main", "master", "origin/master")


@dataclass(frozen=True)
class Version:
    """`name`: what people call it. `root`: the copy of the project its words come from.

    `unreadable`: touchpoint -> why today's code cannot read it; it is not compared.
    """

    name: str
    rules: Rulebook
    root: Path
    brand: Brand
    touchpoints: Mapping[str, Touchpoint]
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def templates(self) -> Path:
        """Where its messages lie."""
        return self.root / _TEMPLATES

    def words(self, touchpoint: str) -> str:
        """Hash of all a message's words come from: its folder, what is shared, the brand."""
        digest = hashlib.sha256(self.rules.files[BRAND].encode())
        for folder in (touchpoint, "_shared"):
            for path in sorted(path for path in (self.templates / folder).rglob("*") if path.is_file()):
                digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
        return digest.hexdigest()


def working_tree() -> Version:
    """The files as they lie here. Raises ConfigurationError for a touchpoint that cannot be read."""
    version = version_of("working tree", current(), ROOT)
    for why in version.unreadable.values():
        raise ConfigurationError(why)
    return version


def version_called(connection: Connection, name: str | None, folder: Path) -> Version:
    """A git revision, or the id of a rulebook in the database; None: where this branch left main.

    `folder`: an empty one, for the files of a revision. Raises DataError for a name of neither, and for a revision
    that is too old.
    """
    if name and re.fullmatch(r"[0-9a-f]{16}", name) and query("replay/rulebook").scalar(connection, version=name):
        return version_of(f"rulebook {name}", kept(connection, name), ROOT)
    commit = _commit(name) if name else _merge_base()
    _extract(commit, folder)
    views = _views((folder / _VIEWS).read_text(encoding="utf-8"), commit)
    version = version_of(f"{name or 'merge base'} ({commit[:10]})", written_in(folder, views), folder)
    for touchpoint in version.unreadable:  # else they would stop the renderer of all
        shutil.rmtree(folder / _TEMPLATES / touchpoint)
    return version


def version_of(name: str, rules: Rulebook, root: Path) -> Version:
    """The version of these rules. Raises ConfigurationError for a brand.toml that today's code cannot read."""
    brand = parse_toml(f"brand.toml of {name}", rules.files[BRAND], Brand)
    touchpoints, unreadable = {}, {}
    declared = {path.split("/")[1]: text for path, text in rules.files.items() if path.endswith("/touchpoint.toml")}
    for touchpoint, written in sorted(declared.items()):
        try:
            touchpoints[touchpoint] = _touchpoint(touchpoint, written, rules)
        except ConfigurationError as error:
            unreadable[touchpoint] = f"{error} ({name})"
    return Version(name, rules, root, brand, touchpoints, unreadable)


def _touchpoint(name: str, written: str, rules: Rulebook) -> Touchpoint:
    if f"sql/due/{name}.sql" not in rules.files:
        raise ConfigurationError(f"sql/due/{name}.sql is missing: touchpoint.toml declares what nobody is due for")
    with reading(rules.files):
        due_statement(name)
    return parse_recorded(name, written)


def _commit(name: str) -> str:
    try:
        return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
    except DataError as error:
        raise DataError(
            f"{name!r} is neither a git revision here nor a rulebook of this database{error}. "
            "Fetch it (`git fetch`), or name one of `git log`."
        ) from error


def _merge_base() -> str:
    for main in _MAIN:
        try:
            return _git("merge-base", "HEAD", main).decode().strip()
        except DataError:
            continue
    raise DataError(f"No revision was named, and none of {', '.join(_MAIN)} is here: `todoke diff REV`.")


def _extract(commit: str, folder: Path) -> None:
    """The files a decision and its words come from, of one commit, below `folder`."""
    there = {path: _is_there(commit, path) for path in _NEEDED}
    if missing := [path for path, found in there.items() if not found]:
        raise DataError(
            f"Revision {commit[:10]} has no {', '.join(missing)}: it is older than what can be compared. "
            "Name a later revision."
        )
    archived = _git("archive", "--format=tar", commit, "--", *_NEEDED)
    with tarfile.open(fileobj=io.BytesIO(archived)) as tar:
        tar.extractall(folder, filter="data")


def _is_there(commit: str, path: str) -> bool:
    try:
        _git("cat-file", "-e", f"{commit}:./{path}")
    except DataError:
        return False
    return True


def _views(source: str, commit: str) -> list[str]:
    """The tuple FACTS of another day's tasks/core/facts.py, which is read, never run."""
    for node in ast.parse(source).body:
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        if isinstance(node, ast.Assign) and names == ["FACTS"]:
            found: tuple[str, ...] = ast.literal_eval(node.value)
            return list(found)
    raise DataError(f"{_VIEWS} of revision {commit[:10]} names no FACTS. Name a later revision.")


def _git(*arguments: str) -> bytes:
    """What git says of this project's folder; DataError with its own words."""
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise DataError("git is not installed: install it, or name a rulebook (`todoke diff ID`)") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise DataError(f" ({said})" if said else "") from error
