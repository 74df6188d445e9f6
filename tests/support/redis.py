"""A private Redis-protocol server, with the flags that Daoyi itself uses, that can be killed and started again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import redis

from bot.redis_server import find_binary, last_words, launch
from tests.support.programs import MissingProgram


class Redis:
    """Blocking on purpose, as the MariaDB beside it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="daoyi-redis-"))
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, the first time or again after `stop` or `kill`, and return when it answers."""
        binary = find_binary()
        if binary is None:
            raise MissingProgram("redis-server is not on this machine; on Debian: apt-get install redis-server")
        self._process = launch(binary, self.folder, self.socket)
        deadline = time.monotonic() + 30
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Redis did not start: {last_words(self.folder)}")
            time.sleep(0.01)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9: what was written in the last second may be gone, as in life."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def clear(self) -> None:
        with self.client() as client:
            client.flushall()

    def client(self) -> redis.Redis:
        """To look at things from outside."""
        return redis.Redis.from_url(self.url, socket_timeout=5, decode_responses=True)

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
