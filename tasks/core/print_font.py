"""The font of what we print: found without a network, and asked for every letter before a card is sealed."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont

from tasks.core.errors import ConfigurationError

_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
_FILES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKjp-Regular.otf",
    "NotoSansJP-Regular.otf",
    "NotoSansJP-Regular.ttf",
    "ipaexg.ttf",
    "ipag.ttf",
)
"""In order of preference: Noto Sans CJK (Debian: fonts-noto-cjk), Noto Sans JP, IPAex Gothic, IPA Gothic."""

_JAPANESE = "JP"
_TYPOGRAPHIC_FAMILY, _FAMILY = 16, 1


@dataclass(frozen=True)
class PrintFont:
    """One face. `family`: as its name table says; `letters`: the code points it has."""

    path: Path
    family: str
    letters: frozenset[int]

    def lacks(self, text: str) -> str:
        """Letters of a text that the font cannot draw, each once; line breaks and variation selectors are none."""
        return "".join(dict.fromkeys(c for c in text if ord(c) not in self.letters and not _is_no_letter(c)))


def print_font(named: Path | None = None) -> PrintFont:
    """The font at `named` (TODOKE_PRINT_FONT), else the first of the usual ones that is installed.

    Raises ConfigurationError where there is none, or one that cannot be read.
    """
    path = named or next(_installed(), None)
    if path is None:
        raise ConfigurationError(
            f"Postcards need a Japanese font and none of {', '.join(_FILES)} lies below {', '.join(_FOLDERS)}: "
            "install fonts-noto-cjk (Debian), or name a file in TODOKE_PRINT_FONT."
        )
    return _read(path.expanduser())


def _installed() -> Iterator[Path]:
    folders = [folder for name in _FOLDERS if (folder := Path(name).expanduser()).is_dir()]
    for file in _FILES:
        for folder in folders:
            yield from sorted(folder.rglob(file))


@cache
def _read(path: Path) -> PrintFont:
    try:
        content = io.BytesIO(path.read_bytes())
        faces = TTCollection(content, lazy=True).fonts if path.suffix == ".ttc" else [TTFont(content, lazy=True)]
        face = next((face for face in faces if _JAPANESE in _family(face).split()), faces[0])
        return PrintFont(path, _family(face), frozenset(face.getBestCmap()))
    except Exception as error:  # fontTools raises whatever a broken table makes it raise
        raise ConfigurationError(f"TODOKE_PRINT_FONT: {path} cannot be read as a font: {error!r}") from error


def _family(face: TTFont) -> str:
    names = face["name"]
    return str(names.getDebugName(_TYPOGRAPHIC_FAMILY) or names.getDebugName(_FAMILY))


def _is_no_letter(character: str) -> bool:
    return character == "\n" or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
