"""The combined code, for whoever scans it; bills that are written anew, and channels that have another sum."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from bot import clock
from bot.db.engine import Database
from flows.payment import store
from flows.payment.hearing import Hearing
from integrations.his.cashier import store as cashier
from integrations.paying.port import Standing
from tests.flows.booking.conftest import travel
from tests.flows.payment.phone import HOME, ITEMS, TOTAL, Payer, paying

__all__ = ["travel"]


@pytest.fixture
async def payer(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    async with paying(sqlite_database) as found:
        yield found


async def test_the_code_for_anybody_says_no_more_than_how_much(payer: Payer) -> None:
    await payer.owes()
    address = await payer.bill()
    await payer.post(address, way="ali:page")
    order = payer.path.rpartition("/")[2]
    await payer.post(f"{HOME}orders/{order}/drop")
    await payer.settle()
    await payer.get(f"/h5/payment/code/{order}")
    assert "50.60 元" in payer.text
    assert not [word for word in ("张", "王静", "呼吸", "阿莫", "清梧") if word in payer.text]
    await payer.post(f"/h5/payment/code/{order}", way="ali")
    await payer.settle()
    await payer.get(f"/h5/payment/code/{order}")
    assert "https://pay.example/" in payer.text


async def rewritten(payer: Payer, amount: int) -> None:
    """The hospital writes the only bill anew."""
    items = json.dumps([asdict(replace(ITEMS[0], price=amount, amount=amount))])
    async with payer.world.database.transaction() as tx:
        await tx.update(update(cashier.bill).values(amount=amount, items=items))


async def test_a_bill_that_was_written_anew_is_paid_as_it_is_now(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    first = payer.latest()
    await payer.post(f"{order}/drop")
    await payer.settle()
    await payer.get(order)
    await rewritten(payer, 4000)
    await payer.post(f"{order}/pay", way="wx:inside")
    assert payer.status == 409 and "按新的金额付" in payer.text
    await payer.get(HOME)
    bill = payer.links(f"{HOME}bills/")[0]
    assert "40.00 元" in await payer.get(bill)
    await payer.post(bill, way="wx:inside")
    await payer.settle()
    assert payer.latest() != first and payer.counters.wechat.pay(payer.latest())
    await payer.settle()
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        await payer.settle()
    assert [(row.state, row.amount) for row in await payer.rows(store.order)] == [("closed", TOTAL), ("settled", 4000)]


async def test_what_runs_for_an_old_amount_is_ended_first(payer: Payer) -> None:
    await payer.owes()
    await payer.pays()
    await rewritten(payer, 4000)
    await payer.get(HOME)
    bill = payer.links(f"{HOME}bills/")[0]
    await payer.get(bill)
    await payer.post(bill, way="wx:inside")
    assert "no=time_is_up" in payer.path
    assert [(row.state, row.amount) for row in await payer.rows(store.order)] == [("paying", TOTAL)]
    await payer.settle()
    await payer.get(bill)
    await payer.post(bill, way="wx:inside")
    assert [(row.state, row.amount) for row in await payer.rows(store.order)] == [("closed", TOTAL), ("paying", 4000)]


async def test_who_scans_a_code_of_a_bill_that_was_written_anew_pays_nothing(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    await payer.post(f"{order}/drop")
    await payer.settle()
    await rewritten(payer, 4000)
    code = f"/h5/payment/code/{order.rpartition('/')[2]}"
    await payer.get(code)
    await payer.post(code, way="ali")
    assert payer.status == 409 and "这个码不能再付" in payer.text
    assert [row.state for row in await payer.rows(store.payment)] == ["closed"]


async def test_a_second_payer_waits_for_the_first_or_takes_over(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    code = f"/h5/payment/code/{order.rpartition('/')[2]}"
    first = payer.latest()
    payer.number = 2  # somebody else has scanned it, in the same app
    await payer.get(f"{code}/inside")
    assert "已经有人打开了付款" in payer.text and "data-inside" not in payer.text
    await payer.post(f"{code}/inside", way="wx")
    assert payer.status == 409 and payer.latest() == first  # nobody is given a sheet that is signed for another
    await payer.get(f"{code}/inside")
    await payer.post(f"{code}/inside/drop")
    assert "正在结束上一次付款" in payer.text
    await payer.settle()
    await payer.get(f"{code}/inside")
    await payer.post(f"{code}/inside", way="wx")
    await payer.settle()
    await payer.get(f"{code}/inside")
    assert payer.latest() != first and "data-inside" in payer.text
    assert payer.counters.wechat.accounts[payer.latest()].asking.payer == payer.world.address("b")
    payer.number = 1
    assert "已经有人扫码打开了付款" in await payer.get(order) and "data-inside" not in payer.text
    payer.number = 2
    assert payer.counters.wechat.pay(payer.latest())
    with time_machine.travel(clock.now() + timedelta(seconds=3), tick=False):
        await payer.settle()
        assert "不用再付" in await payer.get(f"{code}/inside")


async def test_nobody_takes_over_what_is_being_checked(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    await payer.post(f"{order}/claimed")
    code = f"/h5/payment/code/{order.rpartition('/')[2]}"
    page = await payer.get(code)
    assert "正在核对，请不要再付" in page and "换我付" not in page
    await payer.post(f"{code}/drop")
    await payer.settle()
    assert payer.counters.wechat.accounts[payer.latest()].state == "unpaid"


async def test_who_scans_with_another_app_takes_over(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    code = f"/h5/payment/code/{order.rpartition('/')[2]}"
    assert "已经有人打开了付款" in await payer.get(code)
    await payer.post(f"{code}/drop")
    await payer.settle()
    await payer.get(code)
    await payer.post(code, way="ali")
    await payer.settle()
    assert "https://pay.example/" in await payer.get(code)


async def test_another_sum_at_the_channel_is_told_and_nothing_is_paid_again(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    async with payer.world.context("a") as context:
        await Hearing(context).hear(Standing(payer.latest(), "paid", 100, "c1"))
    assert "收的金额和应付的不一样" in await payer.get(order) and "请不要再付" in payer.text
    assert "支付平台收的金额不对 1.00 元" in payer.text
    await payer.get(HOME)
    assert "正在核对，请不要再付" in payer.text and "共 50.60 元" not in payer.text
    await payer.bill()
    assert payer.path == order
    assert "要人工处理，请不要再付" in await payer.get(f"/h5/payment/code/{order.rpartition('/')[2]}")
