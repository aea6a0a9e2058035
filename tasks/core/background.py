"""A process that runs on behind the command that started it, found again by its pid file."""

import fcntl
import json
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Background:
    """One background process: `<folder>/<name>.pid` says which, `<folder>/<name>.log` what it wrote."""

    folder: Path
    name: str

    @property
    def pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def process(self) -> psutil.Process | None:
        """The running process; None where it ended, even if its number was given to another one since."""
        try:
            recorded = json.loads(self.pid_file.read_text(encoding="utf-8"))
            process = psutil.Process(recorded["pid"])
            same = abs(process.create_time() - recorded["created"]) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, KeyError, psutil.Error):
            return None

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it in a session of its own: Ctrl-C at the terminal does not reach it, `stop` does."""
        with self.log.open("wb") as log:
            started = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
                preexec_fn=_default_interrupt,
            )
        started.returncode = 0  # forgotten on purpose: it is found again by its pid file, not by this object
        created = psutil.Process(started.pid).create_time()
        self.pid_file.write_text(json.dumps({"pid": started.pid, "created": created}), encoding="utf-8")

    def listens(self, port: int) -> bool:
        """Whether it, or a child of it, listens on this TCP port."""
        process = self.process()
        try:
            family = [process, *process.children(recursive=True)] if process else []
            return any(
                found.status == psutil.CONN_LISTEN and found.laddr.port == port
                for one in family
                for found in one.net_connections("tcp")
            )
        except psutil.Error:  # one of them ended while we looked
            return False

    def stop(self, seconds: float) -> bool:
        """Ask it to end, kill it and its children after `seconds`; False where it was not running."""
        process = self.process()
        if process is not None:
            children = process.children(recursive=True)
            process.terminate()
            _, alive = psutil.wait_procs([process, *children], timeout=seconds)
            for late in alive:
                late.kill()
        self.pid_file.unlink(missing_ok=True)
        return process is not None

    def log_tail(self, lines: int = 15) -> str:
        """The last lines it wrote."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; the kernel frees it when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _default_interrupt() -> None:
    """Prefect's worker turns SIGTERM into SIGINT; where a shell's `&` made SIGINT ignored it would never end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
