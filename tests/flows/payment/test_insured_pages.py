"""Paying with the insurance on a phone's pages, and what finance sees of it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import cast

import pytest
import time_machine
from sqlalchemy import select

from bot.db.engine import Database
from flows.patients import store as patients
from flows.payment import store
from flows.payment.insured import store as insured
from integrations.insurance.port import Insurer
from tests.flows.booking.conftest import travel
from tests.flows.payment.insurer import PlayedInsurer
from tests.flows.payment.phone import TOTAL, Payer, paying
from tests.flows.payment.test_desk import CLERK, HOME, till_of
from tests.flows.payment.test_insured import Insured
from tests.flows.payment.till import Faults
from tests.support.desk import desk

__all__ = ["travel"]
VOUCHER = "3300330102199003074512"


@pytest.fixture
async def payer(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    async with paying(sqlite_database) as found:
        found.world.ports.put(Insurer, cast(Insurer, PlayedInsurer(Faults(random.Random(1)))))
        await found.owes()
        yield found


async def wanted(payer: Payer) -> str:
    """The page on which they agree that the insurance is asked; gives the order's address."""
    address = await payer.bill()
    assert "用医保付" in payer.text
    await payer.post(address, way="insurance:insured")
    assert payer.path.endswith("/insured") and "先请医保算一算" in payer.text and "张三明" not in payer.text
    return payer.path.removesuffix("/insured")


async def offered(payer: Payer) -> str:
    order = await wanted(payer)
    await payer.post(f"{order}/insured", by="voucher", voucher=VOUCHER, consent="yes")
    assert "医保正在算您要付多少" in payer.text
    await payer.settle()
    await payer.get(order)
    return order


async def test_nothing_is_told_without_consent_or_a_voucher(payer: Payer) -> None:
    order = await wanted(payer)
    await payer.post(f"{order}/insured", by="voucher", voucher=VOUCHER)
    assert payer.status == 422 and "要先同意" in payer.text
    await payer.post(f"{order}/insured", by="voucher", voucher="7<b>", consent="yes")
    assert payer.status == 422 and "20 到 40 位数字" in payer.text
    assert not await payer.rows(insured.claim)


async def test_the_parts_are_seen_and_the_own_one_is_paid(payer: Payer) -> None:
    order = await offered(payer)
    for part in ("20.24 元", "10.12 元", "付 20.24 元", "点付款就是同意"):
        assert part in payer.text, part
    assert (await payer.rows(store.order))[0].insured == 0
    await payer.post(f"{order}/pay", way="wx:inside")
    await payer.settle()
    assert payer.counters.wechat.accounts[payer.latest()].asking.amount == 2024
    assert payer.counters.wechat.pay(payer.latest())
    await payer.get(order)
    await payer.post(f"{order}/claimed")
    await payer.settle()
    await payer.settle()
    await payer.get(order)
    row, claim = (await payer.rows(store.order))[0], (await payer.rows(insured.claim))[0]
    assert row.state == "settled" and row.amount == TOTAL and claim.state == "claimed" and claim.identity is None
    assert "缴费成功" in payer.text and "医保统筹" in payer.text and "20.24 元" in payer.text


async def test_what_the_insurance_pays_whole_is_confirmed(payer: Payer) -> None:
    cast(PlayedInsurer, payer.world.ports[Insurer]).percent = 100
    order = await offered(payer)
    assert "确认用医保付" in payer.text and 'name="way"' not in payer.text
    await payer.post(f"{order}/insured/agree")
    assert "等医保和医院入账" in payer.text
    await payer.settle()
    assert "缴费成功" in await payer.get(order)


async def test_they_may_pay_all_of_it_after_all(payer: Payer) -> None:
    order = await offered(payer)
    await payer.post(f"{order}/insured/leave")
    assert "付 50.60 元" in payer.text and "用医保付" in payer.text
    await payer.post(f"{order}/pay", way="wx:inside")
    await payer.settle()
    assert payer.counters.wechat.accounts[payer.latest()].asking.amount == TOTAL
    await payer.get(f"{order}/insured")
    await payer.post(f"{order}/insured", by="voucher", voucher=VOUCHER, consent="yes")
    assert [each.state for each in await payer.rows(insured.claim)] == ["ended", "asked"]
    await payer.settle()
    await payer.get(order)
    await payer.post(f"{order}/insured/agree")
    assert (await payer.rows(insured.claim))[1].state == "offered"  # the other way runs
    await payer.get(f"{order}?no=one_is_running")
    assert "还没有结束" in payer.text


async def test_a_refusal_is_said_and_it_can_be_paid_alone(payer: Payer) -> None:
    cast(PlayedInsurer, payer.world.ports[Insurer]).refuses = {"identify": "not_insured"}
    await offered(payer)
    assert "没有查到这位就诊人的医保" in payer.text and "付 50.60 元" in payer.text


async def test_by_the_identity_card_on_file_and_that_it_was_read_is_written_down(payer: Payer) -> None:
    async with payer.world.database.transaction() as tx:
        await tx.update(patients.person.update().values(document="330102199003074512", document_type="resident"))
    order = await wanted(payer)
    assert "尾号 4512" in payer.text
    await payer.post(f"{order}/insured", by="card", consent="yes")
    claim = (await payer.rows(insured.claim))[0]
    assert claim.state == "asked" and "330102199003074512" in claim.identity and claim.consent


async def test_finance_sees_the_parts_and_gives_back_the_whole_only(database: Database) -> None:
    async with desk(database) as here:
        counter = till_of(here)
        ward = Insured(counter)
        order = await ward.paid()
        await counter.work()
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        page = await clerk.get(f"{HOME}orders/{order.public_id}")
        parts = ("医保已结算", "统筹 40.00 · 个人账户 20.00 · 自付 40.00", "保险 <code>insurance</code>", "只能整笔退")
        for part in parts:
            assert part in page, part
        sent = {"note": "检查没有做", "once": "1"}
        await clerk.post(f"{HOME}orders/{order.public_id}/refund", amount="1.00", **sent)
        assert clerk.status == 409 and "只能整笔退" in clerk.page
        await clerk.post(f"{HOME}orders/{order.public_id}/refund", amount="40.00", **sent)
        await counter.work()
        counter.till.end_refunds()
        await counter.tell()
        await counter.work()
        async with database.reading() as tx:
            row = await tx.one(select(store.order.c.state))
        assert row is not None and row.state == "refunded" and await ward.balances() == (0, 0, 0)
        assert "医保已撤销" in await clerk.get(f"{HOME}orders/{order.public_id}")
