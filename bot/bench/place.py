"""Where a measurement takes place: a database of its own, a Redis, a hospital, settings for the processes."""

from __future__ import annotations

import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.bench.private_mariadb import PrivateMariaDB
from bot.bench.processes import Child
from bot.clock import HospitalClock
from bot.db import migrate
from bot.db.engine import Database
from bot.errors import DaoyiError
from bot.house import House, effective
from bot.redis_server import RedisServer
from bot.settings import Settings
from integrations.his.seed import seed
from jobs import directory
from jobs.job import Workshop

NAME = "daoyi_bench"


@dataclass
class Place:
    """`settings` are as every process here sees them, with the sandbox's account; `maria_pid` is that of a private
    server."""

    folder: Path
    settings: Settings
    house: House
    redis: RedisServer
    maria_pid: int | None
    _stack: AsyncExitStack

    @property
    def workshop(self) -> Workshop:
        """For jobs that are run here, in the process that measures."""
        house = self.house
        return Workshop(house.database, house.ports, house.settings, house.wording, house.dispatcher)

    @property
    def account(self) -> str:
        return next(iter(self.settings.accounts))

    def start(self, name: str, *arguments: str, **environment: str) -> Child:
        """A process of Daoyi (or another module) with these settings, ended with the place."""
        return self._child(name, ["bot", *arguments], environment)

    def start_module(self, module: str, *arguments: str, **environment: str) -> Child:
        return self._child(module.rpartition(".")[2], [module, *arguments], environment)

    def _child(self, name: str, arguments: list[str], environment: dict[str, str]) -> Child:
        given = {
            "DAOYI_DATABASE": self.settings.database,
            "DAOYI_REDIS": self.redis.url,
            "DAOYI_SECRET_KEY": self.settings.secret_key,
            "DAOYI_VAR": str(self.folder),
            "DAOYI_PORT": str(self.settings.port),
            "DAOYI_LOG_FORMAT": "json",
        }
        child = Child(name, arguments, self.folder, given | environment)
        self._stack.push_async_callback(child.stop)
        return child


@asynccontextmanager
async def place(
    url: str = "", *, people: int = 200, days: int = 3, memory_mb: int = 64
) -> AsyncIterator[Place]:
    """Set everything up on `url`, an EMPTY database of MariaDB or MySQL, or on a private MariaDB that flushes at every
    commit; all of it is gone afterwards but for the tables in a database that was given."""
    async with AsyncExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="daoyi-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        maria_pid = None
        if not url:
            server = PrivateMariaDB(durable=True, memory_mb=memory_mb)
            stack.callback(server.remove)
            server.start()
            maria_pid, url = server.pid, server.url(NAME)
            await _create(server.url("mysql"))
        elif await migrate.revision(url):
            raise DaoyiError("the database to measure on has tables in it; name an empty one")
        redis = RedisServer(folder)
        await redis.start()
        stack.push_async_callback(redis.stop)
        settings = effective(Settings(
            database=url, secret_key=secrets.token_hex(32), var=folder, port=free_port(), log_format="json",
        ))
        await migrate.upgrade(url)
        house = await House.open(settings, redis_url=redis.url)
        stack.push_async_callback(house.close)
        await seed(house.database, HospitalClock(settings.timezone), people=people, days=days)
        here = Place(folder, settings, house, redis, maria_pid, stack)
        await directory.sync(here.workshop.job(name="directory.sync"))
        yield here


async def _create(url: str) -> None:
    database = Database(url)
    try:
        async with database.reading() as tx:
            await tx.link.script([(f"CREATE DATABASE `{NAME}`", ())])
    finally:
        await database.close()


def free_port(count: int = 2) -> int:
    """The first of `count` neighbouring ports that nobody uses (the sandbox takes the next one)."""
    for _ in range(200):
        first = secrets.randbelow(10_000) + 10_000  # below those that the system gives to whoever calls somebody
        if all(_is_free(first + step) for step in range(count)):
            return first
    raise DaoyiError("found no free port")


def _is_free(port: int) -> bool:
    with socket.socket() as line:
        try:
            line.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
