"""What contact a owes in the town, and an order of it that can be paid."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy import select

from flows.patients import store as patients
from flows.payment import owed
from flows.payment.orders import Orders, Owing
from integrations.commercial.port import Commercials
from integrations.his.cashier import store as cashier
from integrations.his.cashier.embedded import EmbeddedCashier
from integrations.his.cashier.written import write
from integrations.his.charges import Charging
from integrations.his.people import patient_id
from integrations.his.seed.charges import Charged
from integrations.paying.port import PayChannels
from tests.flows.payment.commercial import PlayedCommercial, PlayedCommercials, quiet
from tests.flows.payment.phone import ITEMS, TOTAL, Counters
from tests.support.world import World


async def owe(world: World, found: dict[str, str], person: int) -> None:
    world.ports.put(Charging, EmbeddedCashier(world.database, world.clock))
    world.ports.put(PayChannels, cast(PayChannels, Counters(world.database)))
    world.ports.put(Commercials, cast(Commercials, PlayedCommercials(PlayedCommercial(quiet()))))
    async with world.database.transaction() as tx:
        row = await patients.row_of(tx, person)
        assert row is not None and row.patient_no is not None
        for _ in range(2):
            await write(tx, [Charged("outpatient", patient_id(row.patient_no), "1101", None, tx.now, ITEMS)])
        codes = list(await tx.all(select(cashier.bill.c.code).order_by(cashier.bill.c.id)))
    found["bill"] = codes[0].code
    async with world.context("a") as context:
        order = await Orders(context).open(Owing(
            "outpatient", owed.NAME, codes[1].code, person, "Z", TOTAL, context.now + timedelta(hours=1),
            {"title": "门诊费用", "person": "张三明"}, bill=codes[1].code,
        ))
        found["order"] = order.public_id
