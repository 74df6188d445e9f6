"""A real installation in processes: MariaDB, Redis, web processes, workers, and the sandbox as WeChat.

Each part can be killed with kill -9 and started again, which is what the tests of faults are about.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp

from bot.redis_server import die_with_parent
from tests.support.mariadb import MariaDB
from tests.support.patience import LONG_S
from tests.support.ports import free_port
from tests.support.redis import Redis

SECRET = "the secret of a stack that is thrown away"


class Stack:
    """`start` brings it up on a database that has its schema; `kill(name)` and `begin(name)` take a part away and bring
    it back."""

    def __init__(
        self, folder: Path, mariadb: MariaDB, redis: Redis, database: str, *, webs: int = 2, workers: int = 1
    ) -> None:
        self.folder, self.mariadb, self.redis = folder, mariadb, redis
        self.port = free_port()
        self.database_url = mariadb.url(database)
        self._arguments: dict[str, list[str]] = {"sandbox": ["sandbox"]}
        self._arguments |= {f"web{n}": ["serve", "--shared"] for n in range(webs)}
        self._arguments |= {f"worker{n}": ["worker", "--lease", "8"] for n in range(workers)}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            "DAOYI_DATABASE": self.database_url,
            "DAOYI_REDIS": redis.url,
            "DAOYI_SECRET_KEY": SECRET,
            "DAOYI_PORT": str(self.port),
            "DAOYI_VAR": str(folder / "var"),
            "DAOYI_SANDBOX": "on",
            "DAOYI_LOG_FORMAT": "json",
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}/sandbox/api"

    async def start(self) -> None:
        for name in self._arguments:
            self.begin(name)
        await self.ready()

    def begin(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "bot", *self._arguments[name]],
                env={**os.environ, **self.environment},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    async def ready(self, *, seconds: float = 2 * LONG_S) -> None:
        """Wait until web and sandbox answer."""
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as session:
            for address in (f"{self.url}/readyz", f"http://127.0.0.1:{self.port + 1}/healthz"):
                while True:
                    try:
                        async with session.get(address) as response:
                            if response.status == 200:
                                break
                    except aiohttp.ClientError:
                        pass
                    self._all_alive()
                    await asyncio.sleep(0.1)

    def _all_alive(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}:\n{self.log(name)[-3000:]}")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


class Patient:
    """One of the sandbox's phones, talked to as its owner would."""

    def __init__(self, stack: Stack, session: aiohttp.ClientSession, about: dict[str, Any]) -> None:
        self.stack, self._session = stack, session
        self.number = about["number"]
        self.openid = about["accounts"]["main"]["openid"]

    @classmethod
    async def new(cls, stack: Stack, session: aiohttp.ClientSession, name: str) -> Patient:
        async with session.post(f"{stack.sandbox_url}/phones", json={"nickname": name}) as response:
            return cls(stack, session, await response.json())

    async def say(self, text: str) -> str | None:
        """Send it as WeChat would, three more tries included; the passive answer's text, or None without one."""
        answer = (await self.sent(text))["answer"]
        return None if answer is None else str(answer.get("text", ""))

    async def sent(self, text: str) -> dict[str, Any]:
        """How a message fared: tries, statuses, the passive answer."""
        address = f"{self.stack.sandbox_url}/phones/{self.number}/send"
        async with self._session.post(address, json={"text": text}) as response:
            return dict((await response.json())["delivered"])

    async def insist(self, text: str, *, tries: int = 120) -> str:
        """Say it until it is answered, as people do when the account was out of service."""
        for _ in range(tries):
            answer = await self.say(text)
            if answer is not None:
                return answer
            await asyncio.sleep(0.5)
        raise AssertionError("never answered")

    async def follow(self) -> None:
        address = f"{self.stack.sandbox_url}/phones/{self.number}/event"
        async with self._session.post(address, json={"event": "subscribe"}) as response:
            assert response.status == 200, await response.text()

    async def history(self) -> list[dict[str, Any]]:
        async with self._session.get(f"{self.stack.sandbox_url}/phones/{self.number}/history") as response:
            body = await response.json()
        return list(body["entries"] if isinstance(body, dict) else body)
