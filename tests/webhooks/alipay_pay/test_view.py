"""Notices of Alipay at their address: heard once, in one transaction with being written down; hostile ones change
nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.db.engine import Database
from bot.web.keys import DATABASE, PORTS, SETTINGS, WORDING
from flows.payment import store
from flows.payment.orders import Orders, Owing
from flows.payment.owners import Owners
from integrations.alipay_pay.merchant import load
from integrations.alipay_pay.notices import Gate
from integrations.alipay_pay.port import AlipayPayGates
from integrations.paying.port import PayChannels
from tests.flows.payment.market import Shop
from tests.integrations.alipay_pay.counter import settings
from tests.integrations.alipay_pay.test_notices import signed
from tests.integrations.alipay_pay.test_peers import FIELDS
from tests.support.world import World
from webhooks.alipay_pay import view

NAME, SECOND = "main", "second"


class Silent:
    """A channel that nobody may call: whatever is asked of it is missed."""

    def __init__(self, name: str) -> None:
        self.name, self.channel, self.ways = name, "alipay", ("inside",)


class Channels:
    def __getitem__(self, name: str) -> Silent:
        return Silent(name)

    def offered(self, account: str) -> Sequence[Silent]:
        return [Silent(NAME)]


@dataclass
class House:
    client: TestClient[Any, Any]
    database: Database
    order: int
    number: str

    def notice(self, **changes: str) -> bytes:
        return signed({**FIELDS, "out_trade_no": self.number, **changes})

    async def post(self, body: bytes, account: str = NAME) -> tuple[int, str]:
        async with self.client.post(f"/webhooks/alipay-pay/{account}", data=body) as response:
            return response.status, await response.text()

    async def state(self) -> tuple[str, list[str]]:
        """The order's state, and what became of the notices that were written down."""
        async with self.database.reading() as tx:
            order = await tx.one(select(store.order.c.state).where(store.order.c.id == self.order))
            kept = await tx.all(select(store.notice.c.became).order_by(store.notice.c.id))
        assert order is not None
        return order.state, [row.became for row in kept]


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    world = World(database)
    world.ports.put(PayChannels, cast(PayChannels, Channels()))
    world.ports.put(Owners, Owners([Shop()]))
    gates = {name: Gate(load(name, settings(), "")) for name in (NAME, SECOND)}
    world.ports.put(AlipayPayGates, cast(AlipayPayGates, gates))
    async with world.context("p") as context:
        owing = Owing("test", "shop", "a1", 1, "S1", 1250, context.now + timedelta(minutes=9), {"title": "t"})
        order = await Orders(context).open(owing)
        payment = await Orders(context).pay(order.id, NAME, "inside", payer="2088")
    app = web.Application()
    app[SETTINGS], app[DATABASE], app[WORDING], app[PORTS] = world.settings, database, world.wording, world.ports
    view.setup(app)
    client = TestClient(TestServer(app))
    await client.start_server()
    yield House(client, database, order.id, payment.number)
    await client.close()


async def test_a_payment_is_heard_once_however_often_it_is_told(house: House) -> None:
    answers = await asyncio.gather(*(house.post(house.notice()) for _ in range(4)))
    assert answers == [(200, "success")] * 4
    assert await house.post(house.notice(notify_id="2", notify_time="2027-03-01 10:00:00")) == (200, "success")
    assert await house.state() == ("paid", ["apply", "nothing"])


async def test_an_older_notice_that_comes_late_takes_nothing_back(house: House) -> None:
    await house.post(house.notice())
    waiting = house.notice(notify_id="0", trade_status="WAIT_BUYER_PAY", gmt_payment="")
    assert await house.post(waiting) == (200, "success")
    assert await house.state() == ("paid", ["apply", "none"])


async def test_paid_after_it_was_closed_goes_back(house: House) -> None:
    async with house.database.transaction() as tx:
        await tx.update(store.order.update().values(state="closed"))
        await tx.update(store.payment.update().values(state="closed"))
    assert await house.post(house.notice()) == (200, "success")
    assert await house.state() == ("closed", ["late"])
    async with house.database.reading() as tx:
        back = await tx.one(select(store.refund))
    assert back is not None and (back.amount, back.of_excess, back.state) == (1250, True, "agreed")


ODD: tuple[tuple[dict[str, str], str], ...] = (
    ({"total_amount": "0.01"}, "wrong_amount"), ({"trade_no": ""}, "wrong_amount"),
    ({"out_trade_no": "f" * 32}, "unknown"), ({"out_biz_no": "e" * 32, "refund_fee": "1.00"}, "unknown"),
    ({"notify_type": "dut_user_sign"}, "none"), ({"trade_status": "TRADE_CLOSED"}, "none"),
    ({"trade_status": "WAIT_BUYER_PAY", "gmt_payment": ""}, "none"), ({"trade_status": "NEW_STATUS"}, "none"),
)
HOSTILE = (
    (b"", 403), (b"\xff\xfe", 400), (b"{}", 403), (b"<xml/>", 403), (b"a=%zz&charset=utf-8", 403), (b"x" * 70_000, 413),
    (b"&".join(b"a%d=1" % n for n in range(200)), 400), (b"charset=" + b"a" * 60_000, 400),
    (signed(FIELDS, whose="somebody"), 403), (signed({**FIELDS, "app_id": "2021000000000009"}), 403),
    (signed({**FIELDS, "seller_id": "2088000000000009"}), 403), (signed({**FIELDS, "total_amount": "x"}), 400),
    (signed({**FIELDS, "total_amount": "１２.５０"}), 400), (signed({**FIELDS, "gmt_payment": "x" * 9000}), 400),
)


async def test_what_fits_nothing_is_written_down_and_changes_nothing(house: House) -> None:
    for n, (changes, _) in enumerate(ODD):
        assert await house.post(house.notice(notify_id=f"n{n}", **changes)) == (200, "success")
    assert await house.state() == ("paying", [became for _, became in ODD])


async def test_hostile_ones_are_refused_and_leave_nothing(house: House) -> None:
    for body, status in HOSTILE:
        assert ((await house.post(body))[0], body[:80]) == (status, body[:80])
    assert await house.state() == ("paying", [])


async def test_nobody_elses_address(house: House) -> None:
    for account in ("other", "%00", "a" * 500, "main/more"):
        assert (await house.post(house.notice(), account))[0] == 404
    # Ours, and signed, but told at the address of another of our merchants: no payment of that one's.
    assert await house.post(house.notice(), SECOND) == (200, "success")
    async with house.client.get(f"/webhooks/alipay-pay/{NAME}") as response:
        assert response.status == 405
    assert await house.state() == ("paying", ["unknown"])


async def test_a_database_that_is_away_has_alipay_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> str:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(view.notices, "hear", away)
        assert await house.post(house.notice()) == (503, "")
    assert await house.post(house.notice()) == (200, "success")
    assert await house.state() == ("paid", ["apply"])
