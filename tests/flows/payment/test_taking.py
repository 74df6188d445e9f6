"""At a window the payer's code is scanned: by whom, whose code it is, how it ends, and that it can be ended."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine

from bot.db.engine import Database
from flows.payment import store
from flows.payment.giving_back import GivingBack
from flows.payment.taking import app_of
from tests.flows.payment.test_desk import CLERK, HOME, sheet, till_of
from tests.support.desk import Browser, Desk, desk

CASHIER = dict.fromkeys(("payment.view", "payment.take"), "all")
WECHAT, ALIPAY = "134567890123456789", "281234567890123456"


@pytest.mark.parametrize(("code", "app"), [
    (WECHAT, "wechat"), ("10" + "0" * 16, "wechat"), ("15" + "9" * 16, "wechat"), (ALIPAY, "alipay"),
    ("25" + "0" * 14, "alipay"), ("30" + "9" * 22, "alipay"), ("16" + "0" * 16, ""), (WECHAT + "0", ""),
    (WECHAT[:-1], ""), ("31" + "0" * 16, ""), ("", ""), ("１３" + "0" * 16, ""), (f"{WECHAT}\n", ""),
])
def test_whose_code_it_is(code: str, app: str) -> None:
    assert app_of(code) == app


async def windows(here: Desk) -> tuple[Any, Any, Browser, str]:
    counter = till_of(here)
    order = await counter.open(12_345)
    clerk = await here.enter(await here.hire("window", role=CASHIER))
    return counter, order, clerk, f"{HOME}orders/{order.public_id}/take"


async def payments(database: Database) -> list[Any]:
    async with database.reading() as tx:
        return list(await tx.all(store.payment.select().order_by(store.payment.c.id)))


async def test_a_code_is_scanned_paid_and_settled(database: Database) -> None:
    async with desk(database) as here:
        counter, order, clerk, path = await windows(here)
        assert path in await clerk.get(f"{HOME}orders/{order.public_id}")
        assert "收 123.45 元" in await clerk.get(path)
        await clerk.post(path, code="1234")
        assert clerk.status == 422 and "这不是付款码" in clerk.page
        await clerk.post(path, code=f" {WECHAT[:4]} {WECHAT[4:]} ")
        assert clerk.status == 303
        assert "正在向微信支付收款" in await clerk.get(path)
        assert "data-fresh" in clerk.page and "desk/fresh.js" in clerk.page and 'data-part="take"' in clerk.page
        await clerk.post(path, code=WECHAT)
        assert clerk.status == 409 and "不要重复付" in clerk.page
        await counter.work()
        (payment,) = await payments(database)
        asked = counter.till.accounts[payment.number].asking
        assert (asked.way, asked.code, asked.amount) == ("scanned", WECHAT, 12_345)
        assert counter.till.pay(payment.number)
        await counter.tell()
        await counter.work()
        assert "前收" not in await clerk.get(path)
        assert "医院已经入账" in clerk.page and (await counter.order(order.id)).state == "settled"
        assert path not in await clerk.get(f"{HOME}orders/{order.public_id}")
        assert "payment.scanned" in await here.acts()


async def test_the_list_tells_what_went_back_and_its_sums(database: Database) -> None:
    async with desk(database) as here:
        counter = till_of(here)
        first, _ = await counter.paid_order(2500), await counter.paid_order(1000, about="a2")
        async with counter.world.context("p") as context:
            await GivingBack(context).part(first.id, 300, "asked", "r1", approved=True)
        await counter.work()
        counter.till.end_refunds()
        await counter.tell()
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        rows = re.sub(r"<[^>]+>|\s+", " ", await clerk.get(HOME))
        assert "已退" in rows and " 3.00 " in rows and " 35.00 " in rows.partition("合计")[2]
        assert "3.00 元" in await clerk.get(f"{HOME}orders/{first.public_id}")
        await clerk.get(f"{HOME}?export=all")
        assert "已退" in await sheet(clerk)


async def test_what_was_begun_is_ended_at_the_channel_and_another_code_pays(database: Database) -> None:
    async with desk(database) as here:
        counter, _, clerk, path = await windows(here)
        await clerk.get(path)
        await clerk.post(path, code=WECHAT)
        await counter.work()
        (first,) = await payments(database)
        await clerk.get(path)
        await clerk.post(f"{path}/leave")
        assert clerk.status == 303
        await counter.work()
        assert counter.till.accounts[first.number].state == "closed"
        assert "已经撤销，没有扣款" in await clerk.get(path)
        await clerk.post(path, code=ALIPAY)  # no merchant here takes it
        assert clerk.status == 409 and "暂时不能用这种方式付款" in clerk.page
        await clerk.post(path, code=WECHAT)
        assert clerk.status == 303 and len(await payments(database)) == 2
        assert "payment.scan_left" in await here.acts()


async def test_who_may_not_and_what_is_beyond_reach(database: Database) -> None:
    async with desk(database) as here:
        order = await till_of(here).open()
        path = f"{HOME}orders/{order.public_id}/take"
        reader = await here.enter(await here.hire("reader", role={"payment.view": "all"}))
        await reader.get(path)
        assert reader.status == 403
        near = dict.fromkeys(("payment.view", "payment.take"), "department")
        other = await here.enter(await here.hire("other", role=near, clinics=["1102"]))
        await other.get(path)
        assert other.status == 404
        await other.get(HOME)
        await other.post(path, code=WECHAT)
        assert other.status == 404 and not await payments(database)


async def test_while_the_payer_is_at_it_nothing_is_scanned(database: Database) -> None:
    async with desk(database) as here:
        counter, order, clerk, path = await windows(here)
        await counter.pay(order)
        assert "患者自己正在手机上付" in await clerk.get(path) and 'name="code"' not in clerk.page


async def test_nothing_is_scanned_for_what_is_over(database: Database) -> None:
    async with desk(database) as here:
        counter, order, clerk, path = await windows(here)
        with time_machine.travel(order.expires_at, tick=False):
            await counter.work()
        assert (await counter.order(order.id)).state == "closed"
        assert "现在不能收：时间过了" in await clerk.get(path) and 'name="code"' not in clerk.page
        assert path not in await clerk.get(f"{HOME}orders/{order.public_id}")


async def test_a_notice_from_before_it_was_taken_back_pays_nothing(database: Database) -> None:
    async with desk(database) as here:
        counter, order, clerk, path = await windows(here)
        await clerk.get(path)
        await clerk.post(path, code=WECHAT)
        await counter.work()
        (payment,) = await payments(database)
        account = counter.till.accounts[payment.number]
        assert counter.till.pay(payment.number)
        (said,) = counter.till.told
        account.state = "closed"  # paid, and taken back by what follows: its notice is late
        await clerk.get(path)
        await clerk.post(f"{path}/leave")
        await counter.work()
        await counter.tell()
        assert (await counter.order(order.id)).state == "paying"
        await counter.work()
        assert [each.state for each in await payments(database)] == ["closed"] and not counter.heard
        account.state = "paid"  # the channel has it after all, and says so on being asked
        counter.till.told.append(said)
        await counter.tell()
        await counter.work()
        assert (await counter.order(order.id)).state == "settled"


async def test_a_notice_that_overtakes_what_became_of_taking_it_back_pays_nothing(database: Database) -> None:
    async with desk(database) as here:
        counter, order, clerk, path = await windows(here)
        await clerk.get(path)
        await clerk.post(path, code=WECHAT)
        await counter.work()
        (payment,) = await payments(database)
        assert counter.till.pay(payment.number)
        counter.till.accounts[payment.number].state = "closed"  # taken back, and we died before we could ask
        await counter.tell()
        await counter.work()
        assert [each.state for each in await payments(database)] == ["closed"] and not counter.heard
        assert (await counter.order(order.id)).state == "paying"


async def test_what_an_insurer_pays_was_not_taken_at_the_window(database: Database) -> None:
    async with desk(database) as here:
        _, order, clerk, path = await windows(here)
        async with database.transaction() as tx:
            await store.move_order(tx, order.id, (order.state,), state="settled", insured=10_000)
        assert "收到了 23.45 元" in await clerk.get(path)
