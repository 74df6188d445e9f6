"""On the phone and at the desk: from the confirmation to the cashier and back, and what each page says of the fee."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine

from bot.db.engine import Database
from flows.booking import store
from flows.booking.glance import glance
from flows.directory import store as directory
from flows.directory.rules import ClinicRule
from flows.directory.service import forget
from flows.notices import store as pushes
from flows.payment import store as payments
from tests.flows.booking import behalf, ward
from tests.flows.booking.test_behalf_desk import HOME as DESK
from tests.flows.booking.test_behalf_desk import acts, clerk, public
from tests.flows.booking.test_office import office
from tests.flows.booking.test_pages import HOME, sits
from tests.flows.payment.phone import Payer, paying
from tests.support.world import World


async def rule(world: World, when: str) -> None:
    async with world.database.transaction() as tx:
        await directory.set_rule(tx, "1101", ClinicRule(paying=when))
    forget(world.ports)
    glance(world.ports).forget()


@pytest.fixture
async def payer(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    async with paying(sqlite_database) as found:
        yield found


async def test_confirm_pay_cancel_and_see_it_come_back(payer: Payer) -> None:
    await rule(payer.world, "must")
    segment = (await sits(payer))[0]
    assert "先在网上付" in await payer.get(f"{HOME}segments/{segment}")
    held = await payer.hold(segment)
    assert "去支付 25.00 元" in payer.text
    await payer.post(f"{held}/confirm")
    order = payer.path
    assert order.startswith("/h5/payment/orders/") and "25.00 元" in payer.text
    assert "专家号挂号诊查费，3月2日" in payer.text
    await payer.get(held)  # left, and come back to
    assert "还差付费" in payer.text and order in payer.links("/h5/payment/")
    assert "还没付费，请在" in await payer.get(f"{HOME}mine/")
    await payer.get(order)
    await payer.post(f"{order}/pay", way="wx:inside")
    await payer.settle()
    assert payer.counters.wechat.pay(payer.latest())
    await payer.get(order)
    await payer.post(f"{order}/claimed")
    for _ in range(3):
        await payer.settle()
    await payer.get(order)
    mine = next(each for each in payer.links(HOME) if "/mine/" in each)
    assert "付好了" in payer.text and "看这个预约" in payer.text
    assert "已付（微信支付）" in await payer.get(mine) and "205 诊室" in payer.text
    assert "25.00 元会原路全额退回" in await payer.get(f"{mine}/cancel")
    await payer.post(f"{mine}/cancel")
    assert "正在原路退回微信支付" in payer.text
    await payer.settle()
    payer.counters.wechat.end_refunds()
    assert "看退款进度" in await payer.get(mine)
    assert (await payer.rows(payments.order))[0].state == "refunding"


async def test_given_up_on_the_page_the_order_ends(payer: Payer) -> None:
    await rule(payer.world, "must")
    held = await payer.hold((await sits(payer))[0])
    await payer.post(f"{held}/confirm")
    order = payer.path
    await payer.get(held)
    await payer.post(f"{held}/release", then="leave")
    await payer.settle()
    assert (await payer.rows(payments.order))[0].state == "closed"
    assert "这笔付款已经结束，没有扣款" in await payer.get(order) and "看这个预约" in payer.text
    assert (await payer.rows(store.appointment))[0].state == "released"


async def test_what_may_be_paid_online_is_a_tap_on_the_appointment(payer: Payer) -> None:
    await rule(payer.world, "may")
    mine = await payer.book((await sits(payer))[0])
    assert "可以网上付，也可以到院付" in await payer.get(mine) and "现在付挂号费 25.00 元" in payer.text
    for _ in range(2):
        await payer.get(mine)
        await payer.post(f"{mine}/pay")
        assert payer.path.startswith("/h5/payment/orders/")
    assert len(await payer.rows(payments.order)) == 1
    await payer.get(f"{mine}/pay")
    assert payer.path.startswith("/h5/payment/orders/")
    payer.number = 2
    await payer.get(f"{mine}/pay")
    assert payer.status == 404


async def test_who_does_not_pay_what_may_be_paid_keeps_the_appointment(
    payer: Payer, travel: time_machine.Coordinates
) -> None:
    await rule(payer.world, "may")
    mine = await payer.book((await sits(payer))[0])
    await payer.get(mine)
    await payer.post(f"{mine}/pay")
    order = payer.path
    travel.shift(timedelta(minutes=16))
    await payer.settle()
    assert "这笔付款已经结束，没有扣款" in await payer.get(order) and "放回去" not in payer.text
    assert (await payer.rows(store.appointment))[0].state == "booked"


async def test_another_one_of_the_family_may_pay(payer: Payer) -> None:
    await rule(payer.world, "must")
    held = await payer.hold((await sits(payer))[0])
    await payer.post(f"{held}/confirm")
    order = (await payer.rows(payments.order))[0].public_id
    row = (await payer.rows(store.appointment))[0]
    await ward.also(payer.world, "张三明", "b", "spouse")
    payer.number = 2
    await payer.get(f"{HOME}mine/{row.public_id}/pay")
    assert payer.status == 200 and order in payer.path and "/orders/" not in payer.path and "25.00" in payer.text
    await payer.get(held)
    assert "还差付费" in payer.text


async def test_at_the_hospital_nothing_is_asked(payer: Payer) -> None:
    mine = await payer.book((await sits(payer))[0])
    assert "到院支付" in await payer.get(mine) and "现在付" not in payer.text
    await payer.get(f"{mine}/cancel")  # has a form, so that ours is one of this reader's
    await payer.post(f"{mine}/pay")
    assert payer.path == mine and not await payer.rows(payments.order)


async def test_the_clinic_decides_and_staff_send_a_link(database: Database) -> None:
    async with office(database) as (here, world):
        chief = await here.enter(await here.hire("chief", role={
            "booking.roster.see": "all", "booking.clinics.edit": "all", "booking.view": "all",
        }))
        rules = "/desk/booking/roster/clinics/1101/rules"
        page = await chief.get(rules)
        assert "挂号费什么时候付" in page
        mark = re.search(r'name="mark" value="(\w*)"', page)
        assert mark is not None
        await chief.post(rules, mark=mark[1], doctor="", paying="must")
        assert "先付才算约好" in await chief.get(rules)
        forget(world.ports)
        caller = await behalf.caller(world)
        segment = (await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am11011023"))[1]
        row = await behalf.booked(world, caller, segment.id)
        assert row.state == "booked"  # what staff book waits for nobody
        person = await public(world, caller)
        browser = await clerk(here)
        assert "发付费链接" in await browser.get(f"{DESK}{person}")
        for _ in range(2):
            await browser.post(f"{DESK}{person}/appointment/{row.public_id}/pay-link", via="phone")
        assert "付费链接发出去了" in await browser.get(browser.location)
        assert ("booking.pay_link_for" in [act for act, _ in await acts(here)])
        async with world.database.reading() as tx:
            told = [each for each in await tx.all(pushes.push.select()) if each.kind == "booking.pay_link"]
            assert len(told) == 1 and (await tx.all(payments.order.select()))[0].amount == row.fee
        page = await chief.get(f"/desk/booking/appointment/{row.public_id}")
        assert "可以网上付，也可以到院付" in page
