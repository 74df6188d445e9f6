"""The embedded cashier keeps the contract; and the fees of registrations."""

from __future__ import annotations

import json
from datetime import time, timedelta

import pytest

from bot.clock import HospitalClock
from bot.db.engine import Database
from integrations.his.cashier import store
from integrations.his.cashier.embedded import EmbeddedCashier
from integrations.his.embedded import EmbeddedHospital
from integrations.his.people import FIRST_RECORD
from integrations.his.port import Registration
from tests.integrations.his.contract import Like
from tests.integrations.his.contract_charges import ChargesContract, money, refuses, today


@pytest.fixture
def cashier(hospital: EmbeddedHospital, database: Database) -> EmbeddedCashier:
    return EmbeddedCashier(database, HospitalClock())


@pytest.fixture
def cashier_like(hospital_like: Like) -> Like:
    return hospital_like


@pytest.fixture
def debtor() -> str:
    """The first patient owes in any case."""
    return str(FIRST_RECORD + 1)


class TestEmbeddedCashier(ChargesContract):
    pass


async def registered(hospital: EmbeddedHospital, debtor: str, appointment: str, skip: int = 0) -> Registration:
    sessions = await hospital.rosters(today() + timedelta(days=1), today() + timedelta(days=1))
    session = next(each for each in sessions if each.state == "open" and each.fee and each.kind == "general")
    segment = session.segments[skip]
    return await hospital.register(
        f"q-{appointment}", appointment=appointment, record_number=debtor, session=session.code,
        segment=segment.position, number=segment.first,
    )


async def test_a_registration_owes_its_fee_until_it_is_paid_or_cancelled(
    cashier: EmbeddedCashier, hospital: EmbeddedHospital, debtor: str
) -> None:
    entered = await registered(hospital, debtor, "a1")
    fee = await cashier.fee_of(entered.code)
    assert fee is not None and fee.kind == "registration" and fee.record_number == debtor and fee.until is not None
    done = await cashier.settle("s-1", bill=fee.code, amount=fee.amount, paid=money(fee))
    assert done.bill == fee.code and await cashier.fee_of(entered.code) is None
    other = await registered(hospital, debtor, "a2", skip=1)
    unpaid = await cashier.fee_of(other.code)
    assert unpaid is not None
    await hospital.cancel_registration("x-1", other.code)
    assert await cashier.fee_of(other.code) is None
    await refuses(
        cashier.settle("s-2", bill=unpaid.code, amount=unpaid.amount, paid=money(unpaid, "n2")), "bill_void"
    )
    assert await cashier.fee_of("R1") is None


async def test_who_was_seen_gets_no_fee_back_and_owes_what_the_doctor_ordered(
    cashier: EmbeddedCashier, hospital: EmbeddedHospital, debtor: str
) -> None:
    before = len(await cashier.bills(debtor))
    entered = await registered(hospital, debtor, "a1")
    fee = await cashier.fee_of(entered.code)
    assert fee is not None
    done = await cashier.settle("s-1", bill=fee.code, amount=fee.amount, paid=money(fee))
    await hospital.came("a1", seen=True)
    await hospital.came("a1", seen=True)
    await refuses(cashier.may_refund("m-1", settlement=done.code, amount=fee.amount, why=""), "seen")
    bills = await cashier.bills(debtor)
    assert len(bills) == before + 1
    paid = await cashier.settle("s-2", bill=bills[-1].code, amount=bills[-1].amount, paid=money(bills[-1], "n2"))
    assert paid.window
    assert await cashier.dispensed(bills[-1].code)
    await refuses(cashier.may_refund("m-2", settlement=paid.code, amount=1, why=""), "dispensed")


async def test_a_fee_goes_along_to_another_time(
    cashier: EmbeddedCashier, hospital: EmbeddedHospital, debtor: str
) -> None:
    first, second = await registered(hospital, debtor, "a1"), await registered(hospital, debtor, "a2", skip=1)
    fee = await cashier.fee_of(first.code)
    assert fee is not None
    done = await cashier.settle("s-1", bill=fee.code, amount=fee.amount, paid=money(fee))
    await cashier.move_fee("v-1", settlement=done.code, registration=second.code)
    await cashier.move_fee("v-1", settlement=done.code, registration=second.code)
    assert await cashier.fee_of(second.code) is None and await cashier.fee_of(first.code) == fee
    await hospital.cancel_registration("x-1", first.code)
    assert await cashier.may_refund("m-1", settlement=done.code, amount=fee.amount, why="")
    await refuses(cashier.move_fee("v-2", settlement=done.code, registration="R1"), "no_bill")


async def test_takings_come_by_time_however_many_pages_they_fill(
    cashier: EmbeddedCashier, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.his.cashier.takings.PAGE", 3)
    start = HospitalClock().moment(today(), time(9))
    async with database.transaction() as tx:
        for at in range(8):  # several of one moment, over the edge of a page
            number = await tx.insert(
                store.settlement, bill=f"B{at}", amount=100, permitted=40, at=start + timedelta(minutes=at // 4),
                paid=json.dumps([{"number": f"n{at}", "amount": 100}]),
            )
            await tx.insert(
                store.permission, settlement_id=number, amount=40, at=start, refund=f"r{at}",
                refunded_at=start + timedelta(seconds=30 * (at // 2)),
            )
    lines = [line async for line in cashier.takings(today())]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert sorted(line.number for line in lines if not line.refund) == [f"n{at}" for at in range(8)]
    assert sorted((line.refund, line.number) for line in lines if line.refund) == [(f"r{n}", f"n{n}") for n in range(8)]
