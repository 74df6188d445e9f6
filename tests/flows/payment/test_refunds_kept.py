"""What the hospital would not let go back: it waits for finance until somebody begins it anew or lets it be."""

from __future__ import annotations

import re
from typing import Any

from bot.db.engine import Database
from flows.payment.approvals import Approvals
from flows.payment.giving_back import GivingBack
from tests.flows.payment.counter import Counter
from tests.flows.payment.test_desk import CHIEF, CLERK, HOME, sheet, till_of
from tests.support.desk import Desk, desk

PATH = f"{HOME}refunds"
KEPT = f"{PATH}?state=refused"
WAIT = re.compile(r'href="/desk/payment/refunds\?state=refused"><strong class="num"[^>]*>(\d+)<')


async def refused(counter: Counter, about: str = "a1", amount: int = 2500) -> Any:
    """An order that a rule gave back whole, and the hospital says no."""
    order = await counter.paid_order(amount, about)
    counter.hospital.refuses[f"refund:{order.settlement}"] = "seen"
    await whole(counter, order.id)
    return await counter.order(order.id)


async def whole(counter: Counter, order: int) -> None:
    async with counter.world.context("p") as context:
        await GivingBack(context).whole(order, "cancelled")
    await counter.work()


async def opened(here: Desk, **rights: Any) -> Any:
    return await here.enter(await here.hire("clerk", role=CLERK | rights))


async def test_it_waits_for_finance_and_is_begun_anew(database: Database) -> None:
    async with desk(database) as here:
        counter = till_of(here)
        order = await refused(counter)
        (first,) = await counter.refunds(order.id)
        await whole(counter, order.id)  # the rule once more: it is not begun anew by itself
        assert [each.state for each in await counter.refunds(order.id)] == ["refused"]
        clerk = await opened(here)
        assert WAIT.findall(await clerk.get("/desk/")) == ["1"]
        page = await clerk.get(KEPT)
        assert f'data-key="{first.public_id}"' in page and "共 1 条" in page
        assert "再问医院一次" in await clerk.get(f"{PATH}/{first.public_id}")
        await clerk.post(f"{PATH}/{first.public_id}/anew")
        assert clerk.status == 303
        await counter.work()
        again = (await counter.refunds(order.id))[1:]
        assert [each.state for each in again] == ["refused"], "the hospital still says no, and is asked anew"
        page = await clerk.get(KEPT)
        assert again[0].public_id in page and first.public_id not in page and "共 1 条" in page
        counter.hospital.refuses.clear()
        await clerk.get(f"{PATH}/{again[0].public_id}")
        for _ in range(2):
            await clerk.post(f"{PATH}/{again[0].public_id}/anew")
            assert clerk.status == 303
        await counter.work()
        counter.till.end_refunds()
        await counter.tell()
        await counter.work()
        assert [each.state for each in await counter.refunds(order.id)] == ["refused", "refused", "back"]
        assert (await counter.order(order.id)).state == "refunded" and counter.till.money() == 0
        assert "共" not in await clerk.get(KEPT) and not WAIT.findall(await clerk.get("/desk/"))
        assert (await here.acts()).count("payment.refund_anew") == 2


async def test_it_is_let_be_for_a_reason(database: Database) -> None:
    async with desk(database) as here:
        counter = till_of(here)
        order = await refused(counter)
        (kept,) = await counter.refunds(order.id)
        clerk = await opened(here)
        path = f"{PATH}/{kept.public_id}"
        await clerk.get(path)
        await clerk.post(f"{path}/let", note="")
        assert clerk.status == 422
        await clerk.post(f"{path}/let", note="已经看过医生")
        assert clerk.status == 303 and kept.public_id not in await clerk.get(KEPT)
        assert "再问医院一次" not in await clerk.get(path)
        for act in ("let", "anew"):
            await clerk.get(path)
            await clerk.post(f"{path}/{act}", note="再来一次")
            assert clerk.status == 409
        assert (await counter.refunds(order.id))[0].let_by.startswith("staff:")
        assert (await here.acts()).count("payment.refund_let") == 1


async def test_two_are_needed_again_and_our_own_no_does_not_wait(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        counter = till_of(here)
        order = await counter.paid_order(50_000)
        counter.hospital.refuses[f"refund:{order.settlement}"] = "seen"
        async with counter.world.context("p") as context:
            asked = await Approvals(context).ask(order.public_id, 50_000, "没有做", "one")
        chief = await here.enter(await here.hire("chief", role=CHIEF | {"payment.refund": "all"}))
        await chief.get(f"{PATH}/{asked.public_id}")
        await chief.post(f"{PATH}/{asked.public_id}/approve")
        await counter.work()
        clerk = await opened(here)
        assert asked.public_id in await clerk.get(KEPT)
        await clerk.get(f"{PATH}/{asked.public_id}")
        await clerk.post(f"{PATH}/{asked.public_id}/anew")
        second = (await counter.refunds(order.id))[1]
        assert second.state == "waiting" and second.note == "没有做"
        await chief.get(f"{PATH}/{second.public_id}")
        await chief.post(f"{PATH}/{second.public_id}/decline", note="科室不同意")
        page = await clerk.get(KEPT)
        assert second.public_id not in page and asked.public_id in page, "the hospital's no still waits"
        await clerk.get(f"{PATH}/{asked.public_id}")
        await clerk.post(f"{PATH}/{asked.public_id}/anew")
        third = (await counter.refunds(order.id))[2]
        assert clerk.status == 303 and third.state == "waiting", "asked for again after a colleague's no"
        await clerk.get(f"{PATH}/{asked.public_id}")
        await clerk.post(f"{PATH}/{asked.public_id}/let", note="不退了")
        assert clerk.status == 409, "not let be while it is asked for"
        assert (await here.acts()).count("payment.refund_anew") == 2


async def test_who_only_looks_and_who_reaches_elsewhere(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        counter = till_of(here)
        order = await refused(counter)
        (kept,) = await counter.refunds(order.id)
        looker = await here.enter(await here.hire("looker", role={"payment.view": "all"}))
        page = await looker.get(f"{PATH}/{kept.public_id}")
        assert "再问医院一次" not in page
        near = await here.enter(await here.hire("near", role=dict.fromkeys(
            ("payment.view", "payment.refund"), "department"), clinics=["1101"]))
        assert kept.public_id not in await near.get(KEPT)  # an order of no clinic
        for browser, status in ((looker, 403), (near, 404)):
            for act in ("anew", "let"):
                await browser.get("/desk/account")
                await browser.post(f"{PATH}/{kept.public_id}/{act}", note="不退了")
                assert browser.status == status, act


async def test_the_list_is_turned_counted_and_exported(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        counter = till_of(here)
        orders = [await refused(counter, f"a{n}") for n in range(3)]
        clerk = await opened(here)
        assert f"共 {len(orders)} 条" in await clerk.get(PATH)
        assert "回到第一页" in await clerk.get(f"{PATH}?page=2")
        await clerk.get(f"{PATH}?export=all")
        text = await sheet(clerk)
        assert text.count("没有退") >= 1 and "25" in text
        assert "access.exported" in await here.acts()
