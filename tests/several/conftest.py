"""Hinata Shoten with a shop of its own, one at Rakuten and one at Yahoo!, each exporting to a folder."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from tasks.core.brand import load_brand
from tasks.core.database import Database
from tasks.core.paths import TEMPLATES
from tasks.core.settings import Settings
from tests.express.shop import ExportingShop

FRONTS = ("rakuten", "yahoo")
SECTIONS = Path(__file__).with_name("fronts.toml")


@dataclass
class ThreeFronts(ExportingShop):
    """The shop itself, and `fronts`: marketplaces beside it."""

    @property
    def settings(self) -> Settings:
        return super().settings.model_copy(update={"sources": self.home / "sources.toml"})

    def front(self, name: str) -> ExportingShop:
        return self._fronts[name]

    def open(self) -> "ThreeFronts":
        super().open()
        self._fronts = {name: ExportingShop(self.home / name, self.url) for name in FRONTS}
        written = ""
        for name, front in self._fronts.items():
            front.folder.mkdir(parents=True)
            front.export()
            written += f'[fronts.{name}]\nsettings = {{ oms = "files", oms_url = "{front.folder}" }}\n'
        (self.home / "sources.toml").write_text(written)
        return self

    def mails(self) -> dict[str, EmailMessage]:
        """By order."""
        found = {}
        for path in (self.home / "mailbox").rglob("*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            found[str(mail["To"].addresses[0].addr_spec)] = mail
        return found


@pytest.fixture
def three(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreeFronts]:
    brand = (TEMPLATES / "brand.toml").read_text(encoding="utf-8") + SECTIONS.read_text(encoding="utf-8")
    (tmp_path / "brand").mkdir()
    (tmp_path / "brand" / "brand.toml").write_text(brand, encoding="utf-8")
    monkeypatch.setattr("tasks.core.brand.TEMPLATES", tmp_path / "brand")
    load_brand.cache_clear()
    with disable_run_logger():
        yield ThreeFronts(tmp_path, database.url).open()
    load_brand.cache_clear()
