"""Contact a's money as finance sees it: an order paid in department 11, a refund that waits, and a difference."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import select

from flows.payment import store
from flows.payment.covered import store as covered
from flows.payment.reconciling.funds import store as funds
from flows.payment.reconciling.store import difference
from tests.support.world import World


async def pay(world: World, found: dict[str, str], person: int) -> None:
    async with world.context("a") as context:
        tx, contact = context.tx, context.contact
        order = await tx.insert(
            store.order, kind="outpatient", owner="payment", about="paid-bill", contact_id=contact.id,
            person_id=person, site="Z", clinic="1101", facts=json.dumps({"title": "门诊费", "person": "张三明"}),
            amount=2500, currency="CNY", state="settled", expires_at=tx.now, created_at=tx.now, created_by="contact:a",
            paid_at=tx.now, settled_at=tx.now, settlement="S1",
        )
        payment = await tx.insert(
            store.payment, order_id=order, number="securitypayment", account="wx", channel="wechat", way="inside",
            amount=2500, state="paid", use="applied", channel_number="c1", expires_at=tx.now, created_at=tx.now,
            paid_at=tx.now,
        )
        await tx.insert(
            store.refund, order_id=order, payment_id=payment, number="securityrefund", request_id="security",
            amount=500, why="asked", state="waiting", of_excess=False, created_at=tx.now, created_by="staff:test",
        )
        await tx.insert(
            covered.cover, order_id=order, open_key=order, number="securitycover", insurer="pinghe", way="after",
            state="wanting", wants="invoice", amount=2500, consent="1", consented_at=tx.now, consented_by="contact:a",
            sent_at=tx.now, undo=False,
        )
        found["cover"] = await tx.scalar(select(covered.cover.c.public_id))
        found["payment_notice"] = str(await tx.insert(
            store.notice, account="wx", notice_id="n1", event="TRANSACTION.SUCCESS", number="unknown", became="unknown",
            said=json.dumps({"number": "unknown", "amount": 1}), at=tx.now,
        ))
        await tx.insert(
            difference, account="wx", day=tx.now.date(), name="p:unknown", number="unknown", refund=False,
            kind="only_channel", channel_amount=700, due=False, state="open", run=1, made_at=tx.now,
        )
        found["paid_order"] = await tx.scalar(select(store.order.c.public_id).where(store.order.c.id == order))
        found["refund"] = await tx.scalar(select(store.refund.c.public_id).where(store.refund.c.order_id == order))
        found["difference"] = await tx.scalar(select(difference.c.public_id))
        found["past_day"], found["merchant"] = "2027-02-27", "wx"
        await funds.put(tx, "wx", date(2027, 2, 27), "staff:test")
        found["fund"] = "2027-02-27:wx"
