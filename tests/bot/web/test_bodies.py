"""Bodies of callbacks that are long, slow, packed or cut off are given up, and hold neither memory nor a place."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientConnectionError, web
from aiohttp.test_utils import TestClient, TestServer

from bot.errors import BadInput
from bot.web import bodies
from tests.support.patience import LONG_S, until

READ: list[str] = []


async def take(request: web.Request) -> web.Response:
    try:
        body = await bodies.read(request, 1000, float(request.query.get("seconds", LONG_S)))
    except BadInput as bad:
        READ.append(bad.reason)
        return web.Response(status=bodies.STATUS[bad.reason])
    except asyncio.CancelledError:
        READ.append("hung up")
        raise
    READ.append(f"{len(body)}")
    return web.Response()


@pytest.fixture
async def client() -> AsyncIterator[TestClient[Any, Any]]:
    READ.clear()
    app = web.Application()
    app.router.add_post("/", take)
    async with TestClient(TestServer(app)) as made:
        yield made


async def pieces(count: int, pause: float = 0) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 100
        await asyncio.sleep(pause)


async def test_what_is_honest_is_read(client: TestClient[Any, Any]) -> None:
    assert (await client.post("/", data=b"x" * 1000)).status == 200
    assert (await client.post("/", data=pieces(10))).status == 200
    assert READ == ["1000", "1000"]


async def test_what_is_long_is_not_read(client: TestClient[Any, Any]) -> None:
    assert (await client.post("/", data=b"x" * 1001)).status == 413
    assert (await client.post("/", data=pieces(11))).status == 413


async def test_what_trickles_is_given_up(client: TestClient[Any, Any]) -> None:
    async with asyncio.timeout(LONG_S):
        answer = await client.post("/", params={"seconds": "0.3"}, data=pieces(9, LONG_S))
    assert answer.status == 408


async def test_what_is_packed_is_not_unpacked(client: TestClient[Any, Any]) -> None:
    packed = zlib.compress(b"x" * 100_000)
    answer = await client.post("/", data=packed, headers={"Content-Encoding": "deflate"})
    assert answer.status == 415


async def test_what_is_cut_off_is_no_body(client: TestClient[Any, Any]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhalf")
    await writer.drain()
    writer.close()
    await until(lambda: bool(READ))
    assert READ in (["broken_body"], ["hung up"]), "never taken for a whole one"
    with pytest.raises((ClientConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
