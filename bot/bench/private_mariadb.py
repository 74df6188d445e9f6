"""A private MariaDB server: own data folder, own socket, no network, gone afterwards. Starts in about a second.

For measurements and tests. It knows no driver: that the server is ready is told by its greeting on the socket.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.errors import DaoyiError
from bot.redis_server import die_with_parent

GREETING = 10
"""Version of the protocol, the first byte of what a ready server says (an error begins with 255)."""


class PrivateMariaDB:
    """Blocking on purpose: nothing else is to be done while a server starts. `durable=False` leaves the flush of each
    commit to the operating system, which a kill -9 of the server survives; only measurements need True. `memory_mb` is
    for pages of tables; `within` is where its folder is made, if not where all temporary folders are."""

    def __init__(
        self, *, durable: bool = False, memory_mb: int = 64, find: Callable[..., str] | None = None,
        within: str | None = None,
    ) -> None:
        self._memory = f"{memory_mb}M"
        self._find = find or find_program
        self.program = self._find("mariadbd", "mysqld")
        self.flush = 1 if durable else 2
        self.folder = Path(tempfile.mkdtemp(prefix="daoyi-mariadb-", dir=within))
        self.socket = self.folder / "m.sock"
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, the first time or again after `stop` or `kill`, and return when it takes connections."""
        if not self._data.exists():
            shutil.copytree(initialised_data(self._find), self._data)
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )
        deadline = time.monotonic() + 60
        while not self._greets():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("MariaDB did not start:\n" + self.log()[-2000:])
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in order; its data stay until `remove`."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9, as when the machine's memory ran out."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("MariaDB was not started")
        return self._process.pid

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def url(self, name: str) -> str:
        """SQLAlchemy URL of the database `name`."""
        return f"mysql+aiomysql://root@localhost/{name}?unix_socket={self.socket}&charset=utf8mb4"

    def _greets(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            try:
                line.connect(str(self.socket))
                head = line.recv(5)
            except OSError:
                return False
        return len(head) == 5 and head[4] == GREETING

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)

    def _command(self) -> list[str]:
        # fmt: off
        return [
            self.program, "--no-defaults", *as_root(), f"--datadir={self._data}", f"--socket={self.socket}",
            f"--pid-file={self.folder}/m.pid", "--skip-networking", "--skip-name-resolve",
            "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
            f"--innodb-buffer-pool-size={self._memory}", "--innodb-log-file-size=16M", "--skip-log-bin",
            "--performance-schema=OFF",
            f"--innodb-flush-log-at-trx-commit={self.flush}", "--max-connections=500",
        ]
        # fmt: on


def find_program(*names: str) -> str:
    """Path of the first of `names` that there is; servers live in sbin, which ordinary users have not on their PATH.

    :raises DaoyiError: none of them is on this machine
    """
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    raise DaoyiError(f"{names[0]} is not on this machine; on Debian: apt-get install mariadb-server")


def initialised_data(find: Callable[..., str] = find_program) -> Path:
    """An empty server's data folder, made once for each version of the server and copied from then on."""
    installer, program = find("mariadb-install-db", "mysql_install_db"), find("mariadbd", "mysqld")
    said = subprocess.run([program, "--no-defaults", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"Ver (\S+)", said)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "daoyi-tests"
    ready = home / f"mariadb-{version[1] if version else 'unknown'}"
    if ready.is_dir():
        return ready
    home.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix="making-", dir=home))
    # fmt: off
    done = subprocess.run(
        [installer, "--no-defaults", f"--datadir={making}/data", "--auth-root-authentication-method=normal",
         "--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=16M", *as_root()],
        capture_output=True, text=True, check=False,
    )
    # fmt: on
    try:
        if done.returncode != 0:
            raise RuntimeError("mariadb-install-db failed:\n" + (done.stdout + done.stderr)[-2000:])
        if not ready.is_dir():  # another run may have been quicker
            (making / "data").rename(ready)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return ready


def as_root() -> list[str]:
    """The server refuses to run as root unless told so."""
    return ["--user=root"] if os.geteuid() == 0 else []
