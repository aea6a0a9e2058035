"""Files that appear whole or not at all, whoever writes or dies beside us."""

import os
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, content: bytes, *, durable: bool = False) -> Path:
    """Write `content` beside `path` and move it there; its folder is made. `durable`: on disk before it appears."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            _write(draft, content, durable)
        except FileNotFoundError:  # of a hundred thousand files few are the first of their folder
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(draft, content, durable)
        return draft.replace(path)
    except OSError:
        with suppress(OSError):  # its folder may be no folder
            draft.unlink(missing_ok=True)  # half a file on a full disk helps nobody
        raise


def _write(path: Path, content: bytes, durable: bool) -> None:
    with path.open("wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())


def write_if_new(path: Path, content: bytes) -> bool:
    """Replace the file unless it holds just these bytes; whether it was written."""
    if path.exists() and path.read_bytes() == content:
        return False
    replace_file(path, content)
    return True
