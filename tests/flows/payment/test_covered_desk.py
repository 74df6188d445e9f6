"""Claims on commercial insurers at the desk: who sees which, what may be done, what is written down."""

from __future__ import annotations

import re
from typing import Any

from bot.access.audit import store as audit
from bot.db.engine import Database
from flows.payment.covered import store
from integrations.commercial.port import Commercials
from tests.flows.payment.covered_ward import Covered
from tests.flows.payment.test_desk import HOME, sheet, till_of
from tests.support.desk import Desk, desk

CLERK = dict.fromkeys(["payment.view", "payment.export", "payment.claims"], "all")
PATH = f"{HOME}claims"


def ward_of(here: Desk) -> Covered:
    ward = Covered(till_of(here))
    here.world.ports.put(Commercials, ward.world.ports[Commercials])
    return ward


async def wanting(ward: Covered) -> Any:
    """A claim after payment of which the insurer wants more."""
    ward.insurer.first = "wanting"
    order = await ward.settled_alone()
    await ward.asked(order, "after")
    await ward.counter.work()
    return await ward.cover(order)


async def acts(database: Database) -> list[str]:
    """What the trail says was done about claims."""
    async with database.reading() as tx:
        rows = await tx.all(audit.entries.select().order_by(audit.entries.c.number))
    return [row.act for row in rows if row.act.startswith("payment.cover")]


async def test_what_is_wanted_is_sent_after_and_the_insurer_goes_on(database: Database) -> None:
    async with desk(database) as here:
        ward = ward_of(here)
        cover = await wanting(ward)
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        page = await clerk.get(f"{PATH}?state=wanting")
        assert "平和健康" in page and "100.00" in page and "要补材料" in page
        assert "没有这样的理赔" in await clerk.get(f"{PATH}?state=ended")
        page = await clerk.get(f"{PATH}/{cover.public_id}")
        assert "发票" in page and "付款后理赔" in page and "P1" not in page.replace("门诊险 P1", "")
        await clerk.post(f"{PATH}/{cover.public_id}/supply", note="")
        assert clerk.status == 422 and "请写明补了什么材料" in clerk.page
        await clerk.post(f"{PATH}/{cover.public_id}/supply", note="<b>发票已传保险公司</b>")
        assert clerk.status == 303
        await ward.counter.work()
        async with database.reading() as tx:
            row: Any = await store.by_id(tx, cover.id)
        assert (row.state, row.pays, row.rounds) == ("settled", 5000, 1) and ward.insurer.notes == [f"{row.number}:1"]
        page = await clerk.get(f"{PATH}/{cover.public_id}")
        assert "发票已传保险公司" in page and "告诉保险公司已补" not in page and "部分赔付" in page
        await clerk.get(f"{PATH}/{cover.public_id}")
        await clerk.post(f"{PATH}/{cover.public_id}/withdraw", note="不用了")
        assert clerk.status == 409
        order = re.search(r'/desk/payment/orders/[\w-]+', page)
        assert order is not None
        page = await clerk.get(order[0])
        assert "商业保险付了" in page and f"{PATH}/{cover.public_id}" in page
        await clerk.get(f"{PATH}?export=all")
        assert "已赔付" in await sheet(clerk)
        assert await acts(database) == ["payment.cover_supplied"]


async def test_a_claim_is_asked_after_and_withdrawn_with_a_reason(database: Database) -> None:
    async with desk(database) as here:
        ward = ward_of(here)
        cover = await wanting(ward)
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        await clerk.get(f"{PATH}/{cover.public_id}")
        await clerk.post(f"{PATH}/{cover.public_id}/ask")
        await ward.counter.work()
        await clerk.get(f"{PATH}/{cover.public_id}")
        await clerk.post(f"{PATH}/{cover.public_id}/withdraw", note=" ")
        assert clerk.status == 422
        await clerk.post(f"{PATH}/{cover.public_id}/withdraw", note="患者说不用了")
        await ward.counter.work()
        async with database.reading() as tx:
            row: Any = await store.by_id(tx, cover.id)
        assert row.state == "ended" and row.cleared_at and row.revoked_at is None
        assert ward.insurer.known[row.number].answer.state == "withdrawn"
        assert await acts(database) == ["payment.cover_asked", "payment.cover_withdrawn"]


async def test_who_may_only_look_sees_no_acts_and_other_clinics_are_not_there(database: Database) -> None:
    async with desk(database) as here:
        ward = ward_of(here)
        cover = await wanting(ward)
        looker = await here.enter(await here.hire("looker", role={"payment.view": "all"}))
        assert "告诉保险公司已补" not in await looker.get(f"{PATH}/{cover.public_id}")
        await looker.post(f"{PATH}/{cover.public_id}/ask")
        assert looker.status == 403
        away = await here.enter(await here.hire("away", role=dict.fromkeys(CLERK, "own")))
        assert "没有这样的理赔" in await away.get(PATH)
        await away.get(f"{PATH}/{cover.public_id}")
        assert away.status == 404
