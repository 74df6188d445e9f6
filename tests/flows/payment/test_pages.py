"""What is owed on a phone's pages: listed, paid, left and come back to, checked, over, given back."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine

from bot import clock
from bot.db.engine import Database
from flows.patients import store as patients
from flows.payment import store
from flows.payment.giving_back import GivingBack
from flows.payment.refusals import PaidAlready
from flows.payment.service import PaymentService
from integrations.his.conduct import Conduct, behave
from tests.flows.booking import givens, ward
from tests.flows.booking.conftest import travel
from tests.flows.payment.phone import HOME, TOTAL, Payer, paying

__all__ = ["travel"]


@pytest.fixture
async def payer(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    async with paying(sqlite_database) as found:
        yield found


async def test_nothing_is_owed(payer: Payer) -> None:
    assert "现在没有要缴的费用" in await payer.get(HOME)
    assert "没有缴费记录" in await payer.get(f"{HOME}history")


async def test_what_is_owed_and_for_what(payer: Payer) -> None:
    await payer.owes()
    text = await payer.get(HOME)
    assert "张*明，共 50.60 元" in text and "呼吸内科 · 王静" in text and "张三明" not in text
    await payer.bill()
    for part in ("阿莫西林胶囊", "西药 · 2 盒", "25.60 元", "清梧医院", "微信支付", "支付宝", "就诊卡余额"):
        assert part in payer.text, part


async def test_by_wechat(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    assert "等您付款" in payer.text
    sheet = re.search(r"data-inside=\"(\{.*?\})\" data-channel", payer.text)
    assert sheet and json.loads(sheet[1]) == {"package": payer.latest()}
    account = payer.counters.wechat.accounts[payer.latest()]
    assert account.asking.payer == payer.world.address("a") and account.asking.amount == TOTAL
    assert payer.counters.wechat.pay(payer.latest())
    await payer.get(order)
    await payer.post(f"{order}/claimed")
    assert "正在核对，请不要再付" in payer.text
    assert await payer.get(f"{order}/standing") == '{"mark": "paying-oc--"}'
    await payer.settle()
    await payer.settle()
    await payer.get(order)
    row = (await payer.rows(store.order))[0]
    assert row.state == "settled" and "缴费成功" in payer.text and row.receipt in payer.text
    await payer.get(f"{HOME}history")
    assert "已缴" in payer.text and "阿莫西林胶囊、血常规" in payer.text
    assert "现在没有要缴的费用" in await payer.get(HOME)


async def test_by_alipay_on_its_own_page(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays("ali:page")
    number = payer.latest(payer.counters.alipay)
    assert f'href="https://pay.example/{number}" data-go=' in payer.text
    back = payer.counters.alipay.accounts[number].asking.back_to
    assert back.endswith(f"{order}?account=main&back=1")


async def test_by_card_of_that_person_whatever_the_browser_says(payer: Payer) -> None:
    second = await ward.person(payer.world, "a", "孙小满", relation="child")
    await payer.owes("孙小满")
    async with payer.world.database.reading() as tx:
        row = await patients.row_of(tx, second)
    assert row is not None and row.patient_no is not None
    await payer.counters.cards.top_up(row.patient_no, TOTAL)
    address = await payer.bill()
    await payer.post(address, way="card:account", payer="P0000001")
    await payer.settle()
    await payer.settle()
    assert (await payer.rows(store.order))[0].state == "settled"
    assert await payer.counters.cards.balance(row.patient_no) == 0


async def test_a_card_with_too_little_leads_to_another_way(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays("card:account")
    assert "余额不够" in payer.text
    await payer.post(f"{order}/pay", way="wx:inside")
    await payer.settle()
    assert "等您付款" in await payer.get(order)


async def test_a_double_tap_and_going_back_pay_once(payer: Payer) -> None:
    await payer.owes()
    address = await payer.bill()
    first = payer.text
    await payer.post(address, way="wx:inside")
    order = payer.path
    payer.text = first
    await payer.post(address, way="wx:inside")
    assert payer.path == order
    await payer.get(address)
    assert payer.path == order  # the bill leads on to where it is being paid
    assert len(await payer.rows(store.payment)) == 1


async def test_another_way_ends_the_first(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    await payer.post(f"{order}/pay", way="ali:page")
    assert "等您付款" in payer.text and len(await payer.rows(store.payment)) == 1
    await payer.post(f"{order}/drop")
    assert "正在结束上一次付款" in payer.text
    await payer.settle()
    await payer.get(order)
    assert "上次没有付，没有扣款" in payer.text
    await payer.post(f"{order}/pay", way="ali:page")
    assert len(await payer.rows(store.payment)) == 2


async def test_paid_at_the_channel_is_not_owed_though_the_hospital_does_not_know(payer: Payer) -> None:
    code = await payer.owes()
    order = await payer.pays()
    payer.counters.wechat.pay(payer.latest())
    async with payer.world.context("a") as context:
        await store.move_order(context.tx, 1, ("paying",), state="paid", paid_at=context.now, open_key=None)
    await payer.get(HOME)
    assert "钱已付，等医院入账" in payer.text and "共 50.60 元" not in payer.text
    await payer.get(order)
    assert "不用再付" in payer.text
    async with payer.world.database.reading() as tx:
        person = (await tx.all(patients.person.select()))[0].public_id
    async with payer.world.context("a") as context:
        with pytest.raises(PaidAlready):
            await PaymentService(context).open(person, code)
        # The hospital has it as paid now, and what it said is owed was on its way before.
        await store.move_order(context.tx, 1, ("paid",), state="settled", settled_at=context.now)
        with pytest.raises(PaidAlready):
            await PaymentService(context).open(person, code)
    assert len(await payer.rows(store.order)) == 1


async def test_after_time_is_up(payer: Payer, travel: time_machine.Coordinates) -> None:
    await payer.owes()
    order = await payer.pays()
    page = payer.text
    travel.shift(timedelta(minutes=16))
    assert "时间到了" in await payer.get(order)
    payer.text = page
    await payer.post(f"{order}/pay", way="wx:inside")
    assert len(await payer.rows(store.payment)) == 1
    await payer.settle()
    await payer.get(order)
    assert "没有付，已经结束" in payer.text and "没有扣款" in payer.text
    address = await payer.bill()
    assert "/bills/" in address and "付 50.60 元" in payer.text  # it can be paid anew


async def test_money_on_its_way_back(payer: Payer) -> None:
    await payer.owes()
    order = await payer.pays()
    payer.counters.wechat.pay(payer.latest())
    await payer.get(order)
    await payer.post(f"{order}/claimed")
    await payer.settle()
    await payer.settle()
    async with payer.world.context("a") as context:
        await GivingBack(context).whole(1, "cancelled")
    assert "正在退款" in await payer.get(order)
    code = f"/h5/payment/code/{order.rpartition('/')[2]}"
    assert "正在原路退回" in await payer.get(code) and "有人正在付" not in payer.text
    await payer.settle()
    payer.counters.wechat.end_refunds()
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        await payer.settle()
        await payer.get(order)
        assert "已经退款" in payer.text and "退款到账 50.60 元" in payer.text
        assert "付的钱已经原路退回" in await payer.get(code)


async def test_the_hospital_is_silent(payer: Payer) -> None:
    await payer.owes()
    await behave(payer.world.database, Conduct(unavailable=True))
    await payer.get(HOME)
    assert "医院暂时没有答复" in payer.text and "没有要缴的费用" not in payer.text


async def test_a_discreet_clinic_is_veiled(payer: Payer) -> None:
    await payer.owes()
    await givens.discreet(payer.world, "1101")
    await payer.get(HOME)
    assert "50.60 元" in payer.text and "呼吸内科" not in payer.text and "王静" not in payer.text
    order = await payer.pays()
    for path in (order, f"{HOME}history", HOME):
        await payer.get(path)
        assert "呼吸内科" not in payer.text and "阿莫西林" not in payer.text, path
    assert f"/read?next={order}" in await payer.get(order)


async def test_whose_bill_it_is_not(payer: Payer) -> None:
    code = await payer.owes()
    order = await payer.pays()
    async with payer.world.database.reading() as tx:
        person = (await tx.all(patients.person.select()))[0].public_id
    payer.number = 2
    assert "50.60" not in await payer.get(HOME)
    for path in (order, f"{HOME}bills/{person}/{code}", f"{order}/standing"):
        await payer.get(path)
        assert payer.status == 404, path
