"""What stays of a payment on a phone: what it was for, the receipt and the electronic invoice, twelve months of it; and
what cannot be paid on a phone."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

import pytest
import time_machine
from sqlalchemy import select, update

from bot.db.engine import Database
from flows.patients import store as patients
from flows.payment import store
from flows.payment.checkout import ORDERS, Checkout
from flows.payment.giving_back import GivingBack
from flows.payment.going_back import GoingBack
from flows.payment.service import YEAR
from integrations.his.cashier.written import write
from integrations.his.charges import Item
from integrations.his.people import patient_id
from integrations.his.seed.charges import Charged
from integrations.insurance.port import Insurer
from integrations.paying.port import Back
from tests.flows.booking.conftest import travel
from tests.flows.payment.insurer import PlayedInsurer
from tests.flows.payment.phone import HOME, Payer, paying
from tests.flows.payment.till import Faults

__all__ = ["travel"]
DEPOSIT = Item("住院预交金", "住院预交金", "1", 300_000, 300_000)
LONG = tuple(Item(f"药品 {n} 号", "西药费", "1 盒", 100 * n, 100 * n) for n in range(1, 25))


@pytest.fixture
async def payer(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    async with paying(sqlite_database) as found:
        yield found


async def paid(payer: Payer, way: str = "wx:inside") -> str:
    """Pays the only bill; gives the address of its order, as it is when the hospital has it."""
    order = await payer.pays(way)
    till = payer.counters.alipay if way.startswith("ali") else payer.counters.wechat
    assert till.pay(payer.latest(till))
    await payer.post(f"{order}/claimed")
    for _ in range(3):
        await payer.settle()
    await payer.get(order)
    return order


async def test_bills_of_one_day_are_told_apart_by_what_they_are_for(payer: Payer) -> None:
    await payer.owes(items=LONG)
    await payer.owes(items=(Item("血常规", "检验费", "1 次", 2500, 2500),))
    text = await payer.get(HOME)
    assert "药品 1 号、药品 2 号" in text and ">血常规<" in text


@pytest.mark.parametrize(("way", "called"), [("wx:inside", "微信支付"), ("ali:page", "支付宝")])
async def test_a_receipt_says_how_it_was_paid_and_links_the_invoice(payer: Payer, way: str, called: str) -> None:
    await payer.owes(items=LONG)
    await paid(payer, way)
    (row,) = await payer.rows(store.order)
    assert row.receipt and row.invoice and row.invoice_url.startswith("https://")
    link = f'href="{row.invoice_url}"'
    for part in ("缴费成功", row.receipt, row.invoice, link, f"<dt>方式</dt><dd>{called}</dd>", "明细 24 项"):
        assert part in payer.text, part
    assert '<details class="items">' in payer.text  # a long one is folded


async def test_a_part_that_went_back_is_told(payer: Payer) -> None:
    await payer.owes()
    order = await paid(payer)
    async with payer.world.context("a") as context:
        row = (await payer.rows(store.order))[0]
        await GivingBack(context).part(row.id, 1000, "asked", "r1", approved=True)
    await payer.settle()
    payer.counters.wechat.end_refunds()
    async with payer.world.context("a") as context:
        await GoingBack(context).hear(next(each for each in payer.counters.wechat.told if isinstance(each, Back)))
    assert "<dt>已退</dt><dd>10.00 元</dd>" in await payer.get(order) and "缴费成功" in payer.text
    assert "退了 10.00 元" in await payer.get(f"{HOME}history")


async def test_an_address_that_is_none_is_no_link(payer: Payer) -> None:
    await payer.owes()
    order = await paid(payer)
    async with payer.world.database.transaction() as tx:
        await tx.execute(update(store.order).values(invoice_url="javascript:alert(1)"))
    assert "javascript:" not in await payer.get(order) and "看电子发票" not in payer.text


async def test_a_deposit_is_paid_like_a_bill_and_billed_at_the_end_of_the_stay(payer: Payer) -> None:
    async with payer.world.database.transaction() as tx:
        number = next(row.patient_no for row in await tx.all(select(patients.person)) if row.name == "张三明")
        await write(tx, [Charged("deposit", patient_id(number), "1101", None, tx.now, (DEPOSIT,))])
    await payer.bill()
    assert "住院预交金" in payer.text and "<dt>科室</dt>" in payer.text and "<dt>门诊</dt>" not in payer.text
    assert 'value="insurance' not in payer.text and "住院预交金 · 1" not in payer.text
    await paid(payer)
    (row,) = await payer.rows(store.order)
    assert (row.kind, row.state, row.invoice) == ("deposit", "settled", None)
    assert "出院结算时一起开" in payer.text


async def test_twelve_months_with_what_was_paid_for(payer: Payer) -> None:
    await payer.owes()
    order = await paid(payer)
    text = await payer.get(f"{HOME}history")
    assert order in text and "已缴" in text and "阿莫西林胶囊、血常规" in text
    (row,) = await payer.rows(store.order)
    for days, there in ((-1, True), (1, False)):
        async with payer.world.database.transaction() as tx:
            before = tx.now - YEAR - timedelta(days=days)
            await tx.execute(update(store.order).values(created_at=before, paid_at=before))
        assert (order in await payer.get(f"{HOME}history")) is there
    assert row.receipt in await payer.get(order)  # who has kept its address still reads it


async def test_more_than_a_phone_may_pay_is_said_before_it_is_tried(payer: Payer) -> None:
    await payer.owes(items=(Item("人工关节", "材料费", "1 个", 5_100_000, 5_100_000),))
    await payer.bill()
    assert "一次最多付 50000.00 元" in payer.text and "收费窗口" in payer.text
    assert 'name="way"' not in payer.text and "付 51000.00 元" not in payer.text
    async with payer.world.context("a") as context:
        (owes,) = await Checkout(context).owes()
        order = await Checkout(context).begin(owes.person.public_id, owes.bills[0].bill.code)
    await payer.get(f"{ORDERS}{order.public_id}")
    assert "一次最多付 50000.00 元" in payer.text and 'name="way"' not in payer.text


async def test_the_insurance_may_leave_no_more_than_a_phone_may_pay(payer: Payer) -> None:
    payer.world.ports.put(Insurer, cast(Insurer, PlayedInsurer(Faults(random.Random(1)))))
    await payer.owes(items=(Item("人工关节", "材料费", "1 个", 5_100_000, 5_100_000),))
    await payer.bill()
    assert "一次最多付 50000.00 元" in payer.text and 'value="insurance:insured" checked' in payer.text
    assert "微信支付" not in payer.text
    await payer.post(payer.path, way="insurance:insured")
    order = payer.path.removesuffix("/insured")
    await payer.post(f"{order}/insured", by="voucher", voucher="3300330102199003074512", consent="yes")
    await payer.settle()
    assert "付 20400.00 元" in await payer.get(order) and "微信支付" in payer.text


async def test_a_bill_that_is_owed_no_more_says_so(payer: Payer) -> None:
    await payer.owes()
    bill = await payer.bill()
    await paid(payer)
    await payer.get(bill)
    assert payer.status == 404 and "可能已经缴过" in payer.text and "<form" not in payer.text
