"""The cashier's pages for finance: what they show and to whom, who may do what, and what is written down."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any, cast

import time_machine

from bot.db.engine import Database
from flows.payment.approvals import Approvals
from flows.payment.owners import Owners
from integrations.his.charges import Charging
from integrations.paying.port import BillLine, PayChannels
from tests.flows.payment.counter import Counter
from tests.flows.payment.reconciling.town import DAY, NOON, Day
from tests.flows.payment.test_insured import Insured
from tests.flows.payment.till import Tills
from tests.support.desk import Desk, desk
from tests.support.world import World

HOME = "/desk/payment/"
CLERK = dict.fromkeys(
    [f"payment.{each}" for each in ("view", "export", "refund", "days", "repair", "merchants")], "all"
)
CHIEF = dict.fromkeys([f"payment.{each}" for each in ("view", "approve", "days")], "all")
NEXT_MORNING = NOON.replace(day=2, hour=3)


def till_of(here: Desk) -> Counter:
    """A counter beside the desk, whose channel and hospital behave well."""
    world = World(here.database, settings=here.settings)
    counter = Counter(world)
    for ports in (world.ports, here.world.ports):
        ports.put(PayChannels, cast(PayChannels, Tills(counter.till)))
        ports.put(Charging, cast(Charging, counter.hospital))
        ports.put(Owners, Owners([counter]))
    return counter


async def sheet(browser: Any) -> str:
    with zipfile.ZipFile(io.BytesIO(await browser.answer.read())) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


async def test_an_order_is_found_told_and_given_back_by_two(database: Database) -> None:
    async with desk(database) as here:
        counter = till_of(here)
        order = await counter.paid_order(50_000)
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        assert "测试费" in await clerk.get(HOME) and "500.00" in clerk.page
        assert "没有这样的订单" in await clerk.get(f"{HOME}?number=nothing")
        page = await clerk.get(f"{HOME}orders/{order.public_id}")
        assert "收到付款" in page and "医院入账" in page and "收款渠道 <code>wx</code>" in page
        await clerk.get(f"{HOME}?export=all")
        assert "测试费" in await sheet(clerk)
        await clerk.get(f"{HOME}orders/{order.public_id}")
        await clerk.post(f"{HOME}orders/{order.public_id}/refund", amount="abc", note="没有做检查", once="1")
        assert clerk.status == 422 and "请写明退多少元" in clerk.page
        await clerk.post(f"{HOME}orders/{order.public_id}/refund", amount="500.01", note="没有做检查", once="1")
        assert clerk.status == 409
        await clerk.post(f"{HOME}orders/{order.public_id}/refund", amount="500.00", note="<b>没有做检查", once="1")
        assert clerk.status == 303
        (refund,) = await counter.refunds(order.id)
        assert refund.state == "waiting"
        await clerk.get(f"{HOME}refunds")
        await clerk.post(f"{HOME}refunds/{refund.public_id}/approve")
        assert clerk.status == 403
        chief = await here.enter(await here.hire("chief", role=CHIEF))
        assert "等复核的退费" in await chief.get("/desk/")
        assert "&lt;b&gt;没有做检查" in (await chief.get(f"{HOME}refunds/{refund.public_id}"), chief.page)[1]
        await chief.post(f"{HOME}refunds/{refund.public_id}/approve")
        assert chief.status == 303
        assert {"payment.refund_asked", "payment.refund_approved", "access.exported"} <= set(await here.acts())


async def test_whoever_asked_for_money_back_takes_that_back_and_nobody_else(database: Database) -> None:
    async with desk(database) as here:
        counter = till_of(here)
        order = await counter.paid_order(amount=50000)
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        other = await here.enter(await here.hire("other", role=CLERK))
        await clerk.get(f"{HOME}orders/{order.public_id}")
        await clerk.post(f"{HOME}orders/{order.public_id}/refund", amount="500.00", note="写错了", once="1")
        (refund,) = await counter.refunds(order.id)
        path = f"{HOME}refunds/{refund.public_id}"
        assert "撤回申请" not in await other.get(path)
        await other.post(f"{path}/withdraw")
        assert other.status == 409
        assert "撤回申请" in await clerk.get(path)
        await clerk.post(f"{path}/withdraw")
        assert clerk.status == 303
        (refund,) = await counter.refunds(order.id)
        assert (refund.state, refund.refusal) == ("refused", "withdrawn")
        assert (await counter.order(order.id)).state == "settled" and "申请人撤回了" in await clerk.get(path)
        assert "payment.refund_withdrawn" in await here.acts()


async def test_orders_beyond_reach_are_not_there(database: Database) -> None:
    async with desk(database) as here:
        order = await till_of(here).paid_order()
        near = dict.fromkeys(("payment.view", "payment.refund"), "department")
        other = await here.enter(await here.hire("other", role=near, clinics=["1102"]))
        assert "测试费" not in await other.get(HOME) and other.status == 200
        await other.get(f"{HOME}orders/{order.public_id}")
        assert other.status == 404
        await other.get(HOME)
        await other.post(f"{HOME}orders/{order.public_id}/refund", amount="1", note="试试看", once="1")
        assert other.status == 404


async def test_a_difference_is_explained_by_one_and_confirmed_by_another(database: Database) -> None:
    async with desk(database) as here:
        with time_machine.travel(NOON, tick=True):
            day = Day(till_of(here))
            day.bill = {"x": BillLine("x", "c9", 700, NOON)}
            await day.run()
        here.clock.move_to(NEXT_MORNING)
        (row,) = await day.found()
        path = f"{HOME}differences/{row.public_id}"
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        assert "没处理的对账差错" in await clerk.get("/desk/")
        assert "只有渠道有" in await clerk.get(f"{HOME}differences?state=live")
        assert "没有能自动补正的办法" in await clerk.get(path)
        await clerk.post(f"{path}/repair")
        assert clerk.status == 409
        await clerk.post(f"{path}/adjust", note="")
        assert clerk.status == 422
        await clerk.post(f"{path}/adjust", note="渠道测试单")
        assert clerk.status == 303
        chief = await here.enter(await here.hire("chief", role=CHIEF))
        assert "Clerk" in await chief.get(path) and "渠道测试单" in chief.page
        await chief.post(f"{path}/approve")
        assert chief.status == 303
        page = await clerk.get(f"{HOME}days?since={DAY}&until={DAY}")
        assert ">平<" in page and "7.00" in page
        await clerk.get(f"{HOME}days?since={DAY}&until={DAY}&export=all")
        assert "渠道收" in await sheet(clerk)
        await clerk.get(f"{HOME}differences?export=page")
        assert "已销差" in await sheet(clerk)
        await clerk.get(f"{HOME}days?since={DAY}&until={DAY}")
        await clerk.post(f"{HOME}days/{DAY}/again")
        assert clerk.status == 303
        await clerk.get(f"{HOME}merchants")
        await clerk.post(f"{HOME}merchants/wx/check")
        assert "可用" in clerk.page
        acts = await here.acts()
        assert [act for act in acts if act.startswith("payment.")] == [
            "payment.difference_adjust", "payment.difference_approved", "payment.day_again", "payment.merchant_checked"]
        await chief.get(f"{HOME}days?since={DAY}&until={DAY}")
        assert "已销差" in chief.page and f"differences?state=adjusted&amp;since={DAY}" in chief.page


async def test_a_difference_is_confirmed_by_who_approves_everywhere_and_sees_days(database: Database) -> None:
    async with desk(database) as here:
        with time_machine.travel(NOON, tick=True):
            day = Day(till_of(here))
            day.bill = {"x": BillLine("x", "c9", 700, NOON)}
            await day.run()
        here.clock.move_to(NEXT_MORNING)
        (row,) = await day.found()
        path = f"{HOME}differences/{row.public_id}"
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        await clerk.get(path)
        await clerk.post(f"{path}/adjust", note="渠道测试单")
        near = {"payment.approve": "department", "payment.days": "all"}
        some = await here.enter(await here.hire("some", role=near, clinics=["1102"]))
        blind = await here.enter(await here.hire("blind", role={"payment.approve": "all"}))
        assert "渠道测试单" in await some.get(path) and "同意销差" not in some.page
        for who in (some, blind):
            for act in ("approve", "decline"):
                await who.get("/desk/")
                await who.post(f"{path}/{act}")
                assert who.status == 403, act
        assert (await day.found())[0].state == "adjusting"


async def test_what_the_insurance_paid_whole_goes_back_at_the_desk(database: Database) -> None:
    async with desk(database) as here:
        counter = till_of(here)
        insured = Insured(counter)
        insured.insurer.percent = 100
        order = await insured.agreed()
        await counter.work()
        async with counter.world.context("clerk") as context:
            public = (await counter.order(order.id)).public_id
            limits = context.settings.payment.model_copy(update={"approve_above": 1000})
            few = replace(context, settings=context.settings.model_copy(update={"payment": limits}))
            refund = await Approvals(few).ask(public, 0, "没有做检查", "r1")
        assert refund.state == "waiting" and refund.payment_id is None
        chief = await here.enter(await here.hire("chief", role=CHIEF))
        assert refund.public_id in await chief.get(f"{HOME}refunds?state=waiting")
        assert "保险一并撤销" in await chief.get(f"{HOME}refunds/{refund.public_id}")
        await chief.post(f"{HOME}refunds/{refund.public_id}/approve")
        assert chief.status == 303
        await counter.work()
        assert (await counter.order(order.id)).state == "refunded"
