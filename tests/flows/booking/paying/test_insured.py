"""A registration's fee that the insurance pays a part of: paid, seen at the visit, given back, not following."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import cast

import pytest
import time_machine

from bot.db.engine import Database
from flows.booking import store
from flows.booking.service import BookingService
from flows.booking.stops import store as stops
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.notices import store as pushes
from flows.payment import store as payments
from flows.payment.insured import store as insured
from integrations.insurance.port import Insurer
from tests.flows.booking.conftest import travel
from tests.flows.booking.paying.test_pages import rule
from tests.flows.booking.test_pages import HOME, sits
from tests.flows.payment.insurer import PlayedInsurer
from tests.flows.payment.phone import Payer, paying
from tests.flows.payment.test_insured_pages import VOUCHER
from tests.flows.payment.till import Faults

__all__ = ["travel"]


@pytest.fixture
async def payer(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    async with paying(sqlite_database) as found:
        found.world.ports.put(Insurer, cast(Insurer, PlayedInsurer(Faults(random.Random(1)))))
        await rule(found.world, "must")
        yield found


async def booked(payer: Payer, segment: int) -> str:
    """Paid with the insurance, and booked; gives the page of the appointment."""
    held = await payer.hold(segment)
    await payer.post(f"{held}/confirm")
    order = payer.path
    await payer.post(f"{order}/pay", way="insurance:insured")
    assert "先请医保算一算" in payer.text
    await payer.post(f"{order}/insured", by="voucher", voucher=VOUCHER, consent="yes")
    await payer.settle()
    assert "付 10.00 元" in await payer.get(order)
    await payer.post(f"{order}/pay", way="wx:inside")
    await payer.settle()
    assert payer.counters.wechat.accounts[payer.latest()].asking.amount == 1000
    assert payer.counters.wechat.pay(payer.latest())
    await payer.get(order)
    await payer.post(f"{order}/claimed")
    for _ in range(4):
        await payer.settle()
    await payer.get(order)
    return next(each for each in payer.links(HOME) if "/mine/" in each)


async def test_the_insurance_pays_a_part_of_a_fee_and_all_goes_back(payer: Payer) -> None:
    mine = await booked(payer, (await sits(payer))[0])
    (order,) = await payer.rows(payments.order)
    assert (order.state, order.insured, order.amount) == ("settled", 1500, 2500)
    assert [each.state for each in await payer.rows(insured.claim)] == ["claimed"]
    assert "已付（微信支付）" in await payer.get(mine)
    await payer.get(f"{mine}/cancel")
    await payer.post(f"{mine}/cancel")
    assert "付过的 25.00 元正在原路退回微信支付" in payer.text and "其中医保付的 15.00 元 一起撤销" in payer.text
    for _ in range(3):
        await payer.settle()
    payer.counters.wechat.end_refunds()
    assert [each.state for each in await payer.rows(insured.claim)] == ["reversed"]


async def test_a_fee_that_the_insurance_pays_a_part_of_follows_nowhere(payer: Payer) -> None:
    first, second = (await sits(payer))[:2]
    mine = await booked(payer, first)
    await payer.get(f"{mine}/change?segment={second}")
    assert "用医保付过的转不过去" in payer.text and "新的另付" in payer.text and "不用再付" not in payer.text
    (row,) = await payer.rows(store.appointment)
    async with payer.world.context("a") as context:
        new = await BookingService(context).change(row.id, second)
    for _ in range(3):
        await payer.settle()
    assert new.pay_order is None
    (refund,) = await payer.rows(payments.refund)
    assert (refund.why, refund.insured, refund.state) == ("insured", 1500, "sent")
    assert [each.state for each in await payer.rows(insured.claim)] == ["reversed"]
    assert "挂号费不能跟着改到新的号" in " ".join(await told(payer))


async def test_after_a_stop_nobody_is_told_that_such_a_fee_follows(payer: Payer) -> None:
    first, *_ = await sits(payer)
    await sits(payer, doctor="1024")
    await booked(payer, first)
    async with payer.world.context() as context:
        session = (await BookingService(context).segment(first)).session_id
        staff = replace(context, contact=None, actor="staff:clerk")
        await StopsService(staff).stop(Wish(session, "医生手术"), "once")
    (choice,) = await payer.rows(stops.choice)
    await payer.get(f"{HOME}stops/{choice.public_id}/others")
    assert "陈松年" in payer.text and "原来付的先退，这个号另付" in payer.text and "付过的费用转过去" not in payer.text


async def told(payer: Payer) -> list[str]:
    """What was said to the payer about money on its way back."""
    rows = [row for row in await payer.rows(pushes.push) if row.kind == "payment.refunding"]
    say = payer.world.wording.render
    return [say("payment/push/refunding", **json.loads(row.facts)) for row in rows]
