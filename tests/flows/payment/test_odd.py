"""What does not fit: orders whose channel has another sum, that nobody settles or answers for, and odd notices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.db.engine import Database
from flows.payment import store
from flows.payment.ledger.proof import prove
from flows.payment.notices import hear
from flows.payment.odd import store as finding
from flows.payment.odd.refusing import refused
from flows.payment.orders import Orders
from integrations.paying.port import Back, Standing
from tests.flows.payment.counter import Counter
from tests.flows.payment.test_desk import CHIEF, CLERK, HOME, sheet, till_of
from tests.support.desk import Desk, desk

ODD = f"{HOME}odd"


@dataclass
class Office:
    """Finance: a clerk, a chief, and the counter whose money they look after."""

    here: Desk
    counter: Counter
    clerk: Any
    chief: Any

    async def stuck(self, kind: str = "") -> list[str]:
        async with self.here.database.reading() as tx:
            return [row.public_id for row in await finding.orders(tx, finding.Wanted(kind), limit=9)]

    async def wrong_amount(self, amount: int = 2400) -> Any:
        """The channel has another sum than it was asked for; gives the order."""
        order = await self.counter.open()
        payment = await self.counter.pay(order)
        account = self.counter.till.accounts[payment.number]
        account.asking = replace(account.asking, amount=amount)
        assert self.counter.till.pay(payment.number)
        await self.later(3)
        return await self.counter.order(order.id)

    async def later(self, seconds: float) -> None:
        self.here.clock.shift(timedelta(seconds=seconds))
        await self.counter.work()

    async def whole(self) -> None:
        async with self.here.database.reading() as tx:
            assert (await prove(tx)).faults == ()


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    async with desk(database) as here:
        counter = till_of(here)
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        chief = await here.enter(await here.hire("chief", role=CHIEF))
        yield Office(here, counter, clerk, chief)


async def test_another_sum_goes_back_with_two_and_the_bill_can_be_paid_anew(office: Office) -> None:
    order, clerk, chief = await office.wrong_amount(), office.clerk, office.chief
    assert order.state == "failed"
    assert "卡住的缴费订单" in await clerk.get("/desk/")
    page = await clerk.get(f"{ODD}/{order.public_id}")
    assert "渠道的金额不对" in page and "24.00" in page and "25.00" in page and "收了另一个金额" in page
    await clerk.post(f"{ODD}/{order.public_id}/end", note="没有收到钱")
    assert clerk.status == 409  # the channel has money
    await clerk.get(f"{ODD}/{order.public_id}")
    await clerk.post(f"{ODD}/{order.public_id}/back", note="")
    assert clerk.status == 422
    await clerk.post(f"{ODD}/{order.public_id}/back", note="商户平台上是 24.00 元")
    assert clerk.status == 303
    (refund,) = await office.counter.refunds(order.id)
    assert (refund.state, refund.amount, refund.of_excess) == ("waiting", 2400, True)
    assert "等另一个人复核" in await clerk.get(f"{ODD}?open={order.public_id}")
    await office.whole()
    await chief.get(f"{HOME}refunds/{refund.public_id}")
    await chief.post(f"{HOME}refunds/{refund.public_id}/decline", note="再核对一下")
    assert (await office.counter.order(order.id)).state == "failed"
    await clerk.get(f"{ODD}/{order.public_id}")
    await clerk.post(f"{ODD}/{order.public_id}/back", note="渠道客服核实过了")
    refund = (await office.counter.refunds(order.id))[-1]
    await chief.get(f"{HOME}refunds/{refund.public_id}")
    await chief.post(f"{HOME}refunds/{refund.public_id}/approve")
    assert chief.status == 303
    await office.counter.work()
    office.counter.till.end_refunds()
    await office.counter.tell()
    assert (await office.counter.refunds(order.id))[-1].state == "back" and office.counter.till.money() == 0
    assert (await office.counter.order(order.id)).state == "closed" and office.counter.heard == ["closed"]
    assert (await office.counter.pushed())[-2:] == ["payment.refunding", "payment.refunded"]
    assert await office.stuck() == [] and (await office.counter.open()).id != order.id
    await office.whole()
    assert {"payment.odd_back", "payment.refund_approved", "payment.refund_declined"} <= set(await office.here.acts())


async def test_whoever_asks_for_a_wrong_sum_back_cannot_agree_themself(office: Office) -> None:
    order = await office.wrong_amount()
    both = await office.here.enter(await office.here.hire("both", role=CLERK | {"payment.approve": "all"}))
    await both.get(f"{ODD}/{order.public_id}")
    await both.post(f"{ODD}/{order.public_id}/back", note="金额不对")
    (refund,) = await office.counter.refunds(order.id)
    await both.get(f"{HOME}refunds/{refund.public_id}")
    await both.post(f"{HOME}refunds/{refund.public_id}/approve")
    assert both.status == 409 and (await office.counter.refunds(order.id))[0].state == "waiting"


async def test_where_the_channel_has_nothing_after_all_the_order_ends(office: Office) -> None:
    order, clerk = await office.wrong_amount(), office.clerk
    (account,) = office.counter.till.accounts.values()
    account.state = "closed"  # it was taken back there
    await clerk.get(f"{ODD}/{order.public_id}")
    await clerk.post(f"{ODD}/{order.public_id}/ask")
    assert clerk.status == 303
    await office.counter.work()
    assert "结束这笔订单" in await clerk.get(f"{ODD}/{order.public_id}")
    await clerk.post(f"{ODD}/{order.public_id}/end", note="商户平台上已经撤销")
    assert clerk.status == 303
    assert (await office.counter.order(order.id)).state == "closed" and await office.stuck() == []
    assert (await office.counter.pushed())[-1] == "payment.ended"
    assert {"payment.odd_asked", "payment.odd_ended"} <= set(await office.here.acts())
    account.state, account.paid_at = "paid", office.counter.world.clock.local(account.asking.expires)
    await office.later(3700)  # money has come to closed ones before, and is found
    assert await office.stuck("wrong_amount") == [order.public_id]
    await office.whole()


async def test_the_right_sum_after_all_goes_back_by_itself(office: Office) -> None:
    order = await office.wrong_amount()
    (account,) = office.counter.till.accounts.values()
    account.asking = replace(account.asking, amount=2500)
    await office.clerk.get(f"{ODD}/{order.public_id}")
    await office.clerk.post(f"{ODD}/{order.public_id}/ask")
    await office.counter.work()
    office.counter.till.end_refunds()
    await office.counter.tell()
    assert [each.state for each in await office.counter.refunds(order.id)] == ["back"]
    await office.clerk.get(f"{ODD}/{order.public_id}")
    await office.clerk.post(f"{ODD}/{order.public_id}/end", note="已经退了")
    assert (await office.counter.order(order.id)).state == "closed"
    await office.whole()


async def test_what_the_hospital_does_not_take_is_told_again(office: Office) -> None:
    order = await office.counter.open()
    payment = await office.counter.pay(order)
    office.counter.till.pay(payment.number)
    async with office.counter.world.context("p") as context:
        await hear(context, "wx", "n1", "TEST", office.counter.till.told.pop())
    office.counter.hospital.faults.away = 1.0
    await office.later(1)
    assert await office.stuck() == []
    await office.later(601)
    assert await office.stuck("unsettled") == [order.public_id]
    office.counter.hospital.faults.away = 0.0
    page = await office.clerk.get(f"{ODD}/{order.public_id}")
    assert "付了，医院没入账" in page
    await office.clerk.post(f"{ODD}/{order.public_id}/settle")
    assert office.clerk.status == 303
    await office.counter.work()
    assert (await office.counter.order(order.id)).state == "settled" and await office.stuck() == []
    await office.clerk.get(f"{ODD}/{order.public_id}")
    await office.clerk.post(f"{ODD}/{order.public_id}/settle")
    assert office.clerk.status == 409


async def test_what_nobody_knows_is_asked_again(office: Office) -> None:
    order = await office.counter.open()
    payment = await office.counter.pay(order)
    office.counter.till.faults.away = 1.0
    async with office.counter.world.context("p") as context:
        await Orders(context).claimed(order.id)
    await office.later(121)
    assert await office.stuck("unknown") == [order.public_id]
    assert "没有说付了没有" in await office.clerk.get(f"{ODD}/{order.public_id}")
    await office.clerk.get(f"{ODD}?export=all")
    assert "不知道付了没有" in await sheet(office.clerk)
    office.counter.till.faults.end()
    office.counter.till.pay(payment.number)
    await office.clerk.get(f"{ODD}/{order.public_id}")
    await office.clerk.post(f"{ODD}/{order.public_id}/ask")
    await office.counter.work()
    assert (await office.counter.order(order.id)).state == "settled"


async def test_who_only_looks_acts_on_nothing_and_sees_their_own(office: Office) -> None:
    order = await office.wrong_amount()
    looks = await office.here.enter(await office.here.hire("looks", role={"payment.view": "all"}))
    assert "请另一个人复核" not in await looks.get(f"{ODD}/{order.public_id}")
    await looks.post(f"{ODD}/{order.public_id}/back", note="金额不对")
    assert looks.status == 403
    near = dict.fromkeys(("payment.view", "payment.refund"), "department")
    other = await office.here.enter(await office.here.hire("other", role=near, clinics=["1102"]))
    assert order.public_id not in await other.get(ODD)
    await other.get(f"{ODD}/{order.public_id}")
    assert other.status == 404


async def test_odd_notices_are_looked_at_and_refused_ones_counted(office: Office) -> None:
    counter, clerk, path = office.counter, office.clerk, f"{HOME}notices"
    order = await counter.open()
    payment = await counter.pay(order)
    for at, said in enumerate((Standing("x" * 20, "paid", 100, "c7"), Standing(payment.number, "paid", 1, "c8"))):
        async with counter.world.context("p") as context:
            await hear(context, "wx", f"n{at}", "TRANSACTION.SUCCESS", said)
    async with counter.world.context("p") as context:
        assert await hear(context, "wx", "n2", "REFUND.SUCCESS", Back("y" * 20, "back", 300, "r9")) == "unknown"
    assert "没看过的异常通知" in await clerk.get("/desk/")
    page = await clerk.get(f"{path}?looked=no")
    assert "不认识的单号" in page and "金额不对" in page
    async with office.here.database.reading() as tx:
        strange = (await finding.notices(tx, "unknown", "", limit=9))[0]
        rows = await finding.notices(tx, "wrong_amount", "", limit=9)
    page = await clerk.get(f"{path}/{strange.id}")
    assert "r9" in page and "没有这个单号" in page
    page = await clerk.get(f"{path}/{rows[0].id}")
    assert "0.01" in page and "25.00" in page and order.public_id in page
    await clerk.post(f"{path}/{rows[0].id}/looked", note="")
    assert clerk.status == 422
    await clerk.post(f"{path}/{rows[0].id}/looked", note="<b>渠道测试")
    assert clerk.status == 303
    await clerk.get(f"{path}?open={rows[0].id}")
    assert "&lt;b&gt;渠道测试" in clerk.page
    await clerk.post(f"{path}/{rows[0].id}/looked", note="再看一次")
    assert clerk.status == 409
    await clerk.get(f"{path}?export=all")
    assert "不认识的单号" in await sheet(clerk)
    await clerk.get(path)
    await office.chief.get(f"{path}/{rows[0].id}")
    await office.chief.post(f"{path}/{rows[0].id}/looked", note="看过了")
    assert office.chief.status == 403
    assert (await counter.order(order.id)).state == "paying"
    for _ in range(3):
        await refused(office.here.database, counter.world.clock, "wx", "bad_signature")
    page = await clerk.get(f"{path}/refused")
    assert "签名不对" in page and ">3<" in page
    await clerk.get(f"{path}/refused?export=all")
    assert "签名不对" in await sheet(clerk)
    assert "payment.notice_looked" in await office.here.acts()
    async with office.here.database.reading() as tx:
        found = await store.payment_of_number(tx, payment.number)
        assert found is not None and found.state == "open"
