"""What every source of warnings keeps: inherit `HazardContract` in the source's own test file."""

from pathlib import Path

import pytest

from tasks.core.errors import DataError
from tasks.core.hazards import fold
from tasks.hazards import SOURCES
from tasks.hazards.base import HazardSource


class HazardContract:
    """Set `source`, `place` (a file in a TODOKE_HAZARDS folder) and `document`, which tells at least one hazard."""

    source: HazardSource
    place: str
    document: bytes

    def test_it_is_known_by_its_name(self) -> None:
        assert SOURCES[self.source.name] is self.source

    def test_its_files_are_found_in_a_folder_and_those_of_others_are_not(self, tmp_path: Path) -> None:
        (tmp_path / self.place).parent.mkdir(exist_ok=True)
        (tmp_path / self.place).write_bytes(self.document)
        finding = [source.name for source in SOURCES.values() if source.documents(tmp_path)]
        assert finding == [self.source.name]

    def test_a_folder_without_its_files_has_none(self, tmp_path: Path) -> None:
        assert self.source.documents(tmp_path) == []

    def test_its_hazards_are_whole(self) -> None:
        reading = self.source.read(Path(self.place).name, self.document)
        assert reading.hazards
        assert reading.rejected == ()
        for hazard in fold([], reading.hazards).values():
            assert hazard.areas
            assert all(area.region[2] == "-" for area in hazard.areas)
            assert hazard.from_at.tzinfo is not None
            assert hazard.source
            assert hazard.until_at is None or hazard.until_at > hazard.from_at

    @pytest.mark.parametrize("junk", [b"", b"<html><body>Sorry</body></html>", b"\xff\xfe\x00", b"{}", b"[1"])
    def test_what_is_no_document_of_it_is_no_calm_weather(self, junk: bytes) -> None:
        with pytest.raises(DataError, match=Path(self.place).name):
            self.source.read(Path(self.place).name, junk)

    def test_a_document_cut_short_is_no_calm_weather(self) -> None:
        half = self.document[: len(self.document) // 2]
        try:
            reading = self.source.read(Path(self.place).name, half)
        except DataError:
            return
        assert reading.rejected
