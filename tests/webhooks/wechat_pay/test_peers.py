"""Other people's implementations of WeChat Pay tell us of payments, read what we say, and read what we play."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.db.engine import Database
from tests.integrations.wechat_pay.counter import API_KEY, OURS, PUBLIC, THEIRS, asking, open_counter, pem
from tests.support.world import World
from tests.webhooks.wechat_pay.caller import PEERS, Till, node, notice, till, transaction

pytestmark = [pytest.mark.node, pytest.mark.parametrize("peer", PEERS)]


@pytest.fixture
async def ours(database: Database) -> AsyncIterator[Till]:
    async with till(World(database)) as made:
        yield made


async def test_their_notices_are_heard(ours: Till, peer: str) -> None:
    payment = await ours.open()
    made = await notice(peer, transaction(payment.number, 1250))
    assert "\\/" in json.dumps(made["body"])
    assert await ours.post(made) == 204
    assert await ours.notices() == [(payment.number, "apply")]
    assert (await ours.payment(payment.number)).state == "paid"
    assert await ours.post({**made, "body": made["body"].replace("\\/", "/") + " "}) == 403


async def test_our_requests_are_right(peer: str) -> None:
    seen: list[tuple[str, str, str, str]] = []

    async with open_counter() as counter:
        require = counter.play.seal.require

        def watch(request: web.Request, body: bytes) -> None:
            path = request.raw_path[request.raw_path.index("/v3/"):]
            seen.append((request.method, path, body.decode(), request.headers["Authorization"]))
            require(request, body)

        counter.play.seal.require = watch
        wanted = asking()
        await counter.client.ask_for(wanted)
        await counter.client.standing(wanted.number)
        counter.pay(wanted.number)
        await counter.client.refund(wanted.number, "r" * 32, amount=1, of=1250, why="停诊")
    assert [each[0] for each in seen] == ["POST", "GET", "POST"]
    keys: dict[str, Any] = {"key": pem(OURS), "public": pem(OURS.public_key())}
    for method, path, body, authorization in (seen[1], seen[2]):
        given = keys | {"method": method, "path": path, "body": body, "authorization": authorization}
        assert (await node(peer, "request", **given))["right"]
    assert not (await node(peer, "request", **given | {"path": "/v3/other"}))["right"]


async def test_what_we_play_is_read_by_them(peer: str) -> None:
    async with open_counter() as counter:
        wanted = asking()
        await counter.client.ask_for(wanted)
        counter.pay(wanted.number)
        headers, body = counter.told[0].make()
    given: dict[str, Any] = {
        "public": pem(THEIRS.public_key()), "serial": PUBLIC.serial, "api": API_KEY.decode(), "headers": headers
    }
    said = await node(peer, "read", **given, body=body.decode())
    assert said["right"] and said["facts"]["out_trade_no"] == wanted.number
    assert not (await node(peer, "read", **given, body=body.decode() + " "))["right"]
