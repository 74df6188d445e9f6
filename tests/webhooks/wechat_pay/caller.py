"""WeChat Pay's side of our address: notices by other people's implementations, and a shop whose orders they pay."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot import clock
from bot.db.outbox import outbox
from bot.web.keys import DATABASE, PORTS, SETTINGS, WORDING
from flows.payment import store
from flows.payment.orders import Orders, Owing
from flows.payment.owners import Owners
from integrations.paying.port import PayChannels, Sheet
from integrations.wechat_pay.accounts import WeChatPayMerchants
from integrations.wechat_pay.port import WeChatPayGates
from tests.integrations.wechat_pay.counter import API_KEY, APP_ID, MCHID, MERCHANT, PUBLIC, THEIRS, pem
from tests.support.node import run_node
from tests.support.world import World
from webhooks.wechat_pay import view

SCRIPT = (Path(__file__).parents[2] / "peers" / "wechat_pay.cjs").read_text()
PEERS = ("wechatpay-axios-plugin", "wechatpay-node-v3")


async def node(peer: str, act: str, **given: Any) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(await asyncio.to_thread(run_node, SCRIPT, peer, act, text=json.dumps(given)))
    return said


async def notice(peer: str, facts: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Made by `peer`; `changes` are of its envelope (`event_type`, `id`), or `timestamp`, `serial`, `key`, `api`."""
    about = "refund" if "out_refund_no" in facts else "transaction"
    event = "REFUND.SUCCESS" if about == "refund" else "TRANSACTION.SUCCESS"
    given = {
        "key": pem(THEIRS), "api": API_KEY.decode(), "serial": PUBLIC.serial, "about": about,
        "timestamp": str(int(clock.now().timestamp())), "nonce": secrets.token_hex(16), "facts": facts,
        "envelope": {"id": secrets.token_hex(16), "event_type": event, "resource_type": "encrypt-resource"},
    }
    for name, value in changes.items():
        (given if name in given else given["envelope"])[name] = value
    return await node(peer, "notice", **given)


def transaction(number: str, total: int, **changes: Any) -> dict[str, Any]:
    """What a notice of a payment says once it is opened."""
    return {
        "appid": APP_ID, "mchid": MCHID, "out_trade_no": number, "transaction_id": f"42{number[:20]}",
        "trade_type": "JSAPI", "trade_state": "SUCCESS", "bank_type": "OTHERS", "attach": "a/b",
        "success_time": clock.now().isoformat(timespec="seconds"), "payer": {"openid": "o-a"},
        "amount": {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"}, **changes,
    }


class Shop:
    """An owner of orders that takes all money."""

    name = "shop"

    async def paid(self, context: Any, order: Any) -> bool:
        return True

    async def bill(self, context: Any, order: Any) -> str:
        return "B1"

    async def settled(self, context: Any, order: Any) -> None: ...

    async def closed(self, context: Any, order: Any) -> None: ...

    async def unsettled(self, context: Any, order: Any) -> None: ...


class Channels:
    """The merchants as the cashier finds them."""

    def __init__(self, merchants: WeChatPayMerchants) -> None:
        self._merchants = merchants

    def __getitem__(self, name: str) -> Any:
        return self._merchants.channels[name]

    def offered(self, account: str) -> list[Any]:
        return list(self._merchants.channels.values())


@dataclass
class Till:
    """The address, and the orders behind it."""

    world: World
    client: TestClient[Any, Any]

    async def open(self, about: str = "thing", amount: int = 1250, *, opened: bool = True) -> Any:
        """An order that is being paid; its payment, of which the channel knows already."""
        async with self.world.context() as context:
            owing = Owing(
                "registration", "shop", about, 1, "main", amount, clock.now() + timedelta(minutes=15), {"title": "费"}
            )
            order = await Orders(context).open(owing)
            made = await Orders(context).pay(order.id, "main", "inside", payer="o-a")
            if opened:
                await Orders(context).opened(made.id, Sheet("inside", order.expires_at))
            return made

    async def payment(self, number: str) -> Any:
        async with self.world.database.reading() as tx:
            return await store.payment_of_number(tx, number)

    async def notices(self) -> list[tuple[str, str]]:
        """Number and what became of it, of each notice that was written down."""
        async with self.world.database.reading() as tx:
            rows = await tx.all(select(store.notice.c.number, store.notice.c.became).order_by(store.notice.c.id))
        return [(row.number, row.became) for row in rows]

    async def waiting(self, topic: str) -> int:
        async with self.world.database.reading() as tx:
            return len(await tx.all(select(outbox.c.id).where(outbox.c.topic == topic)))

    async def post(self, made: Mapping[str, Any], account: str = "main", **headers: str) -> int:
        whole = {**made["headers"], **headers}
        async with self.client.post(f"/webhooks/wechat-pay/{account}", data=made["body"], headers=whole) as response:
            if response.status != 204:
                assert (await response.json())["code"] == "FAIL"
            return response.status


@asynccontextmanager
async def till(world: World) -> AsyncIterator[Till]:
    async with aiohttp.ClientSession() as session:
        merchants = WeChatPayMerchants({"main": MERCHANT}, "https://hospital.example", session)
        world.ports.put(WeChatPayGates, merchants)
        world.ports.put(PayChannels, Channels(merchants))
        world.ports.put(Owners, Owners([Shop()]))
        app = web.Application()
        app[SETTINGS], app[DATABASE], app[WORDING] = world.settings, world.database, world.wording
        app[PORTS] = world.ports
        view.setup(app)
        async with TestClient(TestServer(app)) as client:
            yield Till(world, client)
