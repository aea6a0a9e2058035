"""Before the first step: a database that is there, migrated and bound to this shop; a run that may look there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from prefect import task
from prefect.cache_policies import NO_CACHE
from pydantic import SecretStr

from tasks.channels import channels_of
from tasks.core.archive import read_high_water
from tasks.core.database import DEFAULT_NAMESPACE, Database
from tasks.core.errors import ConfigurationError, GuardError
from tasks.core.feedback import settle
from tasks.core.fronts import plain
from tasks.core.guards import bind, open_holds, refuse_the_past, require_go_live
from tasks.core.namespaces import PREFIX as PREFIX
from tasks.core.namespaces import database_url as database_url
from tasks.core.namespaces import open_namespace as open_namespace
from tasks.core.runs import Run
from tasks.core.scratch import read_ids, read_old_ids
from tasks.core.secrets import secret
from tasks.core.settings import Settings
from tasks.core.thresholds import GuardSettings
from tasks.oms import order_system
from tasks.oms.base import OrderSystem
from tasks.stores import archive_store


def open_run(
    as_of: datetime | None = None,
    scratch: str | None = None,
    settings: Settings | None = None,
    is_express: bool = False,
) -> Run:
    """A run at `as_of` (default: the order system's clock, else now), its namespace migrated and bound.

    `scratch` names a scratch schema: its mailbox, pages and archive lie in TODOKE_HOME/scratch/NAME.
    Raises GuardError where a guard refuses.
    """
    settings = settings or Settings()
    url = database_url(settings)
    source_now = order_system(settings, url).now()
    now = source_now or datetime.now(UTC)
    at = (as_of or now).astimezone(UTC)
    refuse_the_past(at, now if source_now or as_of is None else at, scratch is not None)
    run = Run(f"{at:%Y%m%dT%H%M}-{uuid4().hex[:8]}", at, url, *_where(settings, scratch), is_express)
    run.database.migrate()
    with run.database.transaction() as connection:
        bind(connection, settings.shop, settings.oms, secret(run.settings))
        require_go_live(connection, any(channel.is_real for channel in channels_of(run)))
    return run


def _where(settings: Settings, scratch: str | None) -> tuple[str, Settings]:
    """Namespace and settings of a run; a scratch run keeps the shop's secret, so that its guests have the same ids."""
    if scratch is None:
        return DEFAULT_NAMESPACE, settings
    own = {
        "home": settings.home / "scratch" / scratch,
        **{channel.value: "mailbox" for channel in settings.channels},
        **dict.fromkeys(("publish_url", "archive_url", "base_url", "listen_url")),
        "secret": SecretStr(secret(settings).decode()),
    }
    return f"{PREFIX}{scratch}", settings.model_copy(update=own)


def scratch_run(as_of: datetime, name: str, settings: Settings, origin: Database) -> Run:
    """A run in the scratch schema of this name, made anew and empty; its order system and sources are nobody's yet.

    Raises ConfigurationError where that schema is `origin`, which is to be read.
    """
    namespace, own = _where(settings, name)
    if namespace == origin.namespace:
        raise ConfigurationError(f"{namespace} is what shall be read: choose another name to write to.")
    database = Database(origin.url, namespace)
    database.drop()
    database.migrate()
    nowhere = {"oms": "files", "oms_url": own.home / "future", "hazards": None, "tracking": ""}
    nowhere |= dict.fromkeys(("oms_mapping", "sources"))
    run_id = f"{as_of:%Y%m%dT%H%M}-{uuid4().hex[:8]}"
    return Run(run_id, as_of, origin.url, namespace, own.model_copy(update=nowhere))


def drop_scratch(settings: Settings, name: str) -> None:
    """Drop a scratch schema; its files stay."""
    Database(database_url(settings), f"{PREFIX}{name}").drop()


@task(name="guard", timeout_seconds=300, tags=["guard"], cache_policy=NO_CACHE, persist_result=False)
def guard(run: Run) -> int:
    """Open the holds this run deserves. Raises GuardError while any is open, so nothing is loaded, decided or sent."""
    system = order_system(run.settings, run.database_url)
    read = {table: _all_ids(run, system, table) for table in ("orders", "customers")}
    ids = {table: found for table, found in read.items() if found is not None}
    mark, limits = read_high_water(archive_store(run.settings), run.namespace), GuardSettings()
    old = read_old_ids(run.scratch, run.as_of - timedelta(days=limits.history_days))
    with run.database.transaction() as connection:
        holds = open_holds(connection, run, limits, mark, ids, old)
    if holds:
        raise GuardError("Held until a person resumes it: " + " ".join(holds))
    settle(run.database)  # what people said since the last hour is a fact before anything is decided
    return 0


def _all_ids(run: Run, system: OrderSystem, table: str) -> list[str] | None:
    """Ids of a table over all shop fronts; None where one of them was not read whole."""
    tables = [one for one in system.tables() if plain(one) == table]
    read = [read_ids(run.scratch, one) if system.is_full(one) else None for one in tables]
    whole = [ids for ids in read if ids is not None]
    return [one for ids in whole for one in ids] if tables and len(whole) == len(read) else None


def at(run: Run, as_of: datetime) -> Run:
    """The same place at another business time."""
    return replace(run, run_id=f"{as_of:%Y%m%dT%H%M}-{uuid4().hex[:8]}", as_of=as_of)
