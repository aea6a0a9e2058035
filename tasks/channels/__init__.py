"""Channel adapters. Adding one = one file, one line here, one test file that inherits the contract."""

from collections.abc import Callable
from pathlib import Path

from tasks.channels.base import Channel
from tasks.channels.mailbox import Mailbox

EMAIL: dict[str, Callable[[Path], Channel]] = {
    "mailbox": lambda home: Mailbox(home / "mailbox"),
}
"""TODOKE_EMAIL -> adapter; its argument is the state folder."""
