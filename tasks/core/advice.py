"""How to use, store, assemble and care for a kind of product: by category or attribute, never by SKU.

`templates/_shared/categories/<category>/<kind>.<language>.txt` and `.../attributes/<attribute>/...`: a heading, then
one piece of advice a line. Which of them an order has, its due file says (`traits`, sql/facts/order_traits.sql); a
trait without a file shows nothing. Templates write `blocks.advice(traits | advice("care"))`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tasks.core.brand import LANGUAGES
from tasks.core.declarations import suggestion
from tasks.core.errors import ConfigurationError
from tasks.core.promotions import unguarded

FOLDERS = ("categories", "attributes")
KINDS = ("use", "store", "assembly", "care")
MOST = 3
"""So many blocks a message shows: of a mixed order the first ones."""

Advice = Mapping[tuple[str, str], Mapping[str, Any]]
"""(trait such as `categories/food`, kind) -> {title, lines}."""


@cache
def advice_of(templates: Path, language: str) -> Advice:
    """All advice in one language; raises ConfigurationError where a file cannot be used."""
    shared = templates / "_shared"
    paths = {(_trait(path), path.name.split(".")[0]): path for path in _files(shared) if f".{language}." in path.name}
    return {key: _read(path) for key, path in sorted(paths.items())}


def chosen(advice: Advice, traits: Sequence[str], kind: str) -> list[Mapping[str, Any]]:
    """Advice of one kind for what an order has, in its order. An unknown kind is an error of the template."""
    if kind not in KINDS:
        raise ValueError(f"there is no advice of kind {kind!r}, only {', '.join(KINDS)}")
    return [advice[trait, kind] for trait in traits if (trait, kind) in advice][:MOST]


def check_advice(templates: Path) -> list[str]:
    """Files nobody would read, a language that is missing, text that promotes."""
    shared = templates / "_shared"
    problems = []
    for folder in sorted(path for name in FOLDERS for path in (shared / name).glob("*")):
        where = f"_shared/{folder.relative_to(shared).as_posix()}"
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        problems += [f"{where}/{what}" for what in _misnamed(names)]
        kinds = {name.split(".")[0] for name in names} & set(KINDS)
        wanted = {f"{kind}.{language}.txt" for kind in kinds for language in LANGUAGES}
        problems += [f"{where}/{name} is missing: advice is there in every language" for name in sorted(wanted - names)]
        problems += [] if kinds else [f"{where} holds no advice; add use.ja.txt and use.en.txt, or delete it"]
    return problems + [what for path in _files(shared) for what in _check_text(path)]


def _misnamed(names: Collection[str]) -> Iterator[str]:
    known = [f"{kind}.{language}.txt" for kind in KINDS for language in LANGUAGES]
    for name in sorted(set(names) - set(known)):
        hint = suggestion(name, known)
        yield f"{name} is no file of advice{hint}; it is called <kind>.<language>.txt, kind one of {', '.join(KINDS)}"


def _check_text(path: Path) -> list[str]:
    where = f"_shared/{_trait(path)}/{path.name}"
    try:
        _read(path)
    except ConfigurationError as error:
        return [str(error)]
    return [
        f"{where}: advice goes into messages of class T and S, and may not promote ({found})"
        for found in unguarded(path.read_text(encoding="utf-8"))
    ]


def _files(shared: Path) -> list[Path]:
    return sorted(path for name in FOLDERS for kind in KINDS for path in (shared / name).glob(f"*/{kind}.*.txt"))


def _trait(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.parent.name}"


def _read(path: Path) -> Mapping[str, Any]:
    title, *lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] or [""]
    if not lines or "{{" in title + "".join(lines):
        raise ConfigurationError(
            f"_shared/{_trait(path)}/{path.name}: needs a heading, then a piece of advice a line, without {{{{ }}}}"
        )
    return {"title": title, "lines": lines}
