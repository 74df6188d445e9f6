"""A commercial insurer on a phone's pages: consent, the policy, the offer, and a claim after payment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest
import time_machine

from bot.db.engine import Database
from flows.patients import store as patients
from flows.payment import store
from flows.payment.covered import store as covered
from integrations.commercial.port import Commercials
from jobs import payment_covered
from tests.flows.booking.conftest import travel
from tests.flows.payment.commercial import PlayedCommercial, PlayedCommercials, policy, quiet
from tests.flows.payment.phone import TOTAL, Payer, paying

__all__ = ["travel"]


class Insured(Payer):
    insurer: PlayedCommercial


@pytest.fixture
async def payer(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Insured]:
    async with paying(sqlite_database) as found:
        insured = cast(Insured, found)
        insured.insurer = PlayedCommercial(quiet())
        insured.world.ports.put(Commercials, cast(Commercials, PlayedCommercials(insured.insurer)))
        await insured.owes()
        async with insured.world.database.transaction() as tx:
            await tx.update(patients.person.update().values(document="330102199003074512", document_type="resident"))
        yield insured


async def wanted(payer: Insured) -> str:
    """The page on which they agree that the insurer is asked; gives the order's address."""
    address = await payer.bill()
    assert "用商业保险付" in payer.text
    await payer.post(address, way="commercial:covered")
    assert payer.path.endswith("/covered") and "我同意把" in payer.text and "张三明" not in payer.text
    return payer.path.removesuffix("/covered")


async def offered(payer: Insured) -> str:
    order = await wanted(payer)
    await payer.post(f"{order}/covered", insurer="pinghe", consent="yes")
    assert "平和健康在算付多少" in payer.text
    await payer.settle()
    await payer.settle()
    await payer.get(order)
    return order


async def paid(payer: Insured, order: str) -> None:
    await payer.post(f"{order}/pay", way="wx:inside")
    await payer.settle()
    assert payer.counters.wechat.pay(payer.latest())
    await payer.get(order)
    await payer.post(f"{order}/claimed")
    for _ in range(3):
        await payer.settle()
    await payer.get(order)


async def test_nothing_is_told_without_consent_or_an_insurer(payer: Insured) -> None:
    order = await wanted(payer)
    await payer.post(f"{order}/covered", insurer="pinghe")
    assert payer.status == 422 and "要先同意" in payer.text
    await payer.post(f"{order}/covered", insurer="<b>", consent="yes")
    assert payer.status == 422 and "请选一家保险公司" in payer.text
    assert not await payer.rows(covered.cover)


async def test_the_share_is_seen_and_the_rest_is_paid(payer: Insured) -> None:
    order = await offered(payer)
    for part in ("平和健康", "25.30 元", "付 25.30 元", "点付款就是同意", "不用商业保险，撤回同意"):
        assert part in payer.text, part
    assert (await payer.rows(store.order))[0].covered == 0
    await paid(payer, order)
    assert payer.counters.wechat.accounts[payer.latest()].asking.amount == TOTAL - 2530
    row, cover = (await payer.rows(store.order))[0], (await payer.rows(covered.cover))[0]
    assert (row.state, row.insured, row.covered) == ("settled", 2530, 2530) and cover.consent
    assert "缴费成功" in payer.text and "平和健康" in payer.text and "用商业保险报" not in payer.text


async def test_what_it_pays_whole_is_confirmed(payer: Insured) -> None:
    payer.insurer.percent = 100
    order = await offered(payer)
    assert "确认用保险付" in payer.text and 'name="way"' not in payer.text
    await payer.post(f"{order}/covered/agree")
    assert "等保险和医院入账" in payer.text
    await payer.settle()
    assert "缴费成功" in await payer.get(order)


async def test_the_consent_is_taken_back_and_all_is_paid_alone(payer: Insured) -> None:
    order = await offered(payer)
    await payer.post(f"{order}/covered/leave")
    assert "付 50.60 元" in payer.text and "用商业保险付" in payer.text
    await payer.settle()
    cover = (await payer.rows(covered.cover))[0]
    assert cover.state == "ended" and cover.revoked_at and cover.cleared_at and cover.identity is None


async def test_of_several_policies_one_is_chosen_by_what_it_covers(payer: Insured) -> None:
    payer.insurer.has = [policy("P1"), policy("P2", product="高端医疗", deductible=10_000)]
    order = await offered(payer)
    assert payer.path.endswith("/covered") and "西药费 50%" in payer.text and "免赔额还有 100.00 元" in payer.text
    assert "高端医疗" in payer.text and "P1" not in payer.text.replace("门诊险 P1", "")
    await payer.post(f"{order}/covered/policy", which="x")
    assert payer.status == 422
    await payer.post(f"{order}/covered/policy", which="1")
    await payer.settle()
    await payer.get(order)
    assert "付 25.30 元" in payer.text and (await payer.rows(covered.cover))[0].policy == "P2"


async def test_a_refusal_is_said_and_what_is_missing_too(payer: Insured) -> None:
    payer.insurer.refuses = {"policies": "not_insured"}
    await offered(payer)
    assert "没有查到这位就诊人的保单" in payer.text and "付 50.60 元" in payer.text
    payer.insurer.refuses, payer.insurer.first = {}, "wanting"
    order = payer.path.partition("?")[0]
    await payer.get(f"{order}/covered")
    await payer.post(f"{order}/covered", insurer="pinghe", consent="yes")
    await payer.settle()
    await payer.settle()
    assert "还要发票" in await payer.get(order)
    await payer.post(f"{order}/covered/leave")
    assert "付 50.60 元" in payer.text


async def test_after_payment_it_is_claimed_answered_and_seen(payer: Insured) -> None:
    payer.insurer.first = "pending"
    order = await payer.pays()
    assert payer.counters.wechat.pay(payer.latest())
    await payer.get(order)
    await payer.post(f"{order}/claimed")
    for _ in range(3):
        await payer.settle()
    assert "用商业保险报" in await payer.get(order)
    await payer.get(f"{order}/covered")
    assert "付过的向保险公司报" in payer.text
    await payer.post(f"{order}/covered", insurer="pinghe", consent="yes")
    assert "保险公司在算" in payer.text and "不报了，撤回同意" in payer.text
    for _ in range(2):
        await payer.settle()
    payer.insurer.decide_all()
    cover = (await payer.rows(covered.cover))[0]
    await payment_covered.ask_one(payer.world.workshop.job(name="payment.ask_covers"), cover.id)
    assert "赔 25.30 元" in await payer.get(order) and "不报了" not in payer.text
    assert (await payer.rows(store.order))[0].insured == 0


async def test_one_insurer_is_asked_at_a_time_and_nobody_without_a_document_on_file(payer: Insured) -> None:
    order = await offered(payer)
    await payer.get(f"{order}/covered")
    assert not payer.path.endswith("/covered")  # there is one already
    await payer.post(f"{order}/covered", insurer="pinghe", consent="yes")
    assert len(await payer.rows(covered.cover)) == 1
    await payer.post(f"{order}/covered/leave")
    async with payer.world.database.transaction() as tx:
        await tx.update(patients.person.update().values(document=None, document_type=None))
    assert "用商业保险付" not in await payer.get(order)
