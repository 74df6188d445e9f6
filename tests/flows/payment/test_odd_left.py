"""What does not fit and nobody lets go of stays in sight; what is old is forgotten."""

from __future__ import annotations

from datetime import timedelta

from bot.db.engine import Database
from flows.payment.odd import store as finding
from jobs import payment_days
from tests.flows.payment.test_desk import CHIEF, CLERK, HOME, till_of
from tests.flows.payment.test_odd import ODD, Office
from tests.support.desk import desk


async def test_money_that_a_second_person_keeps_here_is_not_out_of_sight(database: Database) -> None:
    async with desk(database) as here:
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        office = Office(here, till_of(here), clerk, None)
        order, counter = await office.wrong_amount(), office.counter
        (account,) = counter.till.accounts.values()
        account.state = "closed"
        await clerk.get(f"{ODD}/{order.public_id}")
        await clerk.post(f"{ODD}/{order.public_id}/ask")
        await counter.work()
        await clerk.get(f"{ODD}/{order.public_id}")
        await clerk.post(f"{ODD}/{order.public_id}/end", note="没有收到钱")
        account.state, account.paid_at = "paid", counter.world.clock.local(account.asking.expires)
        await office.later(3700)
        clerk = await here.enter(await here.hire("late", role=CLERK))
        chief = await here.enter(await here.hire("chief", role=CHIEF))
        await clerk.get(f"{ODD}/{order.public_id}")
        await clerk.post(f"{ODD}/{order.public_id}/back", note="商户平台上是 24.00 元")
        assert clerk.status == 303
        assert await office.stuck() == [] and (await counter.order(order.id)).state == "closed"
        (refund,) = await counter.refunds(order.id)
        await chief.get(f"{HOME}refunds/{refund.public_id}")
        await chief.post(f"{HOME}refunds/{refund.public_id}/decline", note="再核对一下")
        assert await office.stuck("wrong_amount") == [order.public_id]
        await clerk.get(f"{ODD}/{order.public_id}")
        await clerk.post(f"{ODD}/{order.public_id}/back", note="核对过了")
        assert clerk.status == 303 and await office.stuck() == []
        await office.whole()


async def test_a_number_of_any_length_opens_nothing(database: Database) -> None:
    async with desk(database) as here:
        chief = await here.enter(await here.hire("chief", role=dict.fromkeys(("payment.view", "payment.days"), "all")))
        for number in ("9" * 18, "9" * 19, "9" * 64, "²", "٣"):
            await chief.get(f"{HOME}notices?open={number}")
            assert chief.status == 200, number


async def test_counts_of_refused_notices_go_after_three_months(database: Database) -> None:
    async with desk(database) as here:
        world = till_of(here).world
        today = world.clock.today()
        async with database.transaction() as tx:
            for days in (200, 100, 94, 93, 1):
                await finding.count(tx, today - timedelta(days=days), "wx", "bad_signature", 1)
        await payment_days.nightly(world.workshop.job(name="payment.days"))
        async with database.reading() as tx:
            left = await finding.refusals(tx, today - timedelta(days=999), limit=9)
        assert [(today - row.day).days for row in left] == [1, 93]
