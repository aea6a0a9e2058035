"""A shop's own export, tried: loaded into a scratch schema, decided once, every message into a mailbox. Nothing leaves.

The schema is made anew each time; what the shop really runs on is neither read nor touched.
"""

import logging
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.logging import disable_run_logger

from tasks.channels import channels_of
from tasks.core.guards import go_live
from tasks.core.runs import Run
from tasks.core.sealing import renderer_of
from tasks.core.settings import Settings
from tasks.core.trial_words import TrialReport
from tasks.decide import decide
from tasks.deliver import deliver_messages
from tasks.detect import detect
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.oms.files import MappedFolder
from tasks.oms.recognise import Recognised, recognise
from tasks.prepare import database_url, drop_scratch, open_run
from tasks.publish import gallery_folder, publish_gallery, publish_pages
from tasks.track import track
from tasks.trial import InOwnName, newest_instant, report_of, require_orders, shown_as_own, unlisted_sources
from tasks.validate import validate_feeds

_progress = logging.getLogger("todoke.progress")
SCRATCH = "try"
QUIET = {
    "tracking": "",
    "hazards": "",
    "email": "mailbox",
    "line": "",
    "sms": "",
    "push": "",
    "postcard": "",
    "insert": "",
}
"""E-mail alone, to the mailbox; nobody is asked about parcels or the weather."""


@dataclass(frozen=True)
class Trial:
    """A trial that is over: what was found, messages written by touchpoint, and the page to open."""

    mapping: str
    as_of: datetime
    messages: Mapping[str, int]
    report: TrialReport
    page: Path


def trial(
    settings: Settings,
    paths: Sequence[Path],
    mapping: str | None = None,
    as_of: datetime | None = None,
    days: int = 7,
) -> Trial:
    """Load the files, decide as of the newest instant in them, send to a mailbox, write the gallery and what was found.

    `days`: news older than that before it is not told. Raises ConfigurationError for files no mapping takes, DataError
    where no order in them can be used.
    """
    found = recognise(paths, mapping)
    require_orders(found)
    url = database_url(settings)
    system = MappedFolder.of(found, url)
    at = as_of or newest_instant(system, datetime.now(UTC))
    unlisted = unlisted_sources(system, at)
    if unlisted:
        system = InOwnName.of(found, url)
    run = _opened(settings, found, at, timedelta(days=days))
    with disable_run_logger():
        checked = _loaded(run, system)
        notes = _decided(run)
        report = report_of(run, found, checked, [*shown_as_own(unlisted), *notes], is_newest=as_of is None)
        messages = publish_gallery(run, report)
    names = [message.touchpoint for message in messages]
    counts = {name: names.count(name) for name in dict.fromkeys(names)}
    return Trial(found.mapping.name, at, counts, report, gallery_folder(run.settings) / "index.html")


def _opened(settings: Settings, found: Recognised, at: datetime, back: timedelta) -> Run:
    """A scratch schema and a folder of nothing but this trial."""
    drop_scratch(settings, SCRATCH)
    shutil.rmtree(settings.home / "scratch" / SCRATCH, ignore_errors=True)
    folder = next(iter(found.files.values())).parent
    source = {
        "shop": SCRATCH,
        "oms": "files",
        "oms_url": folder,
        "oms_mapping": found.mapping.name,
        "oms_sqs_url": None,
        "sources": None,
    }
    run = open_run(at, SCRATCH, settings.model_copy(update=source | QUIET))
    with run.database.transaction() as connection:
        go_live(connection, at - back, "todoke try")
    return run


def _loaded(run: Run, system: MappedFolder) -> dict[str, Any]:
    """Read, checked and stored. What validation said."""
    try:
        _progress.info("read")
        extract_feeds(run, system)
        _progress.info("check")
        checked = validate_feeds(run)
        _progress.info("load")
        load_feeds(run)
        return checked
    finally:
        shutil.rmtree(run.scratch, ignore_errors=True)


def _decided(run: Run) -> list[str]:
    """Decided, written into the mailbox, tracking pages beside. What could not be done."""
    _progress.info("decide")
    track.fn(run)
    detect.fn(run)
    broken = decide.fn(run).broken
    _progress.info("write")
    with ExitStack() as open_channels:
        channels = [open_channels.enter_context(closing(channel)) for channel in channels_of(run)]
        notes = deliver_messages(run, channels, renderer_of(run)).notes
    publish_pages(run)
    return [*(f"{name} was not decided: {error}" for name, error in broken.items()), *notes]
