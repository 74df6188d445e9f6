"""Codes by text message: sent once, tried a few times, worth something for a few minutes."""

from __future__ import annotations

import asyncio

import pytest
import time_machine

from bot.db import outbox_dead
from bot.errors import OutsideUnavailable, Refusal
from flows.notices.undelivered import list_dead
from flows.patients.people import CodeCheck
from flows.patients.proof.codes import read_code
from flows.patients.refusals import CodesForContact, CodesForMobile, CodeTooSoon
from flows.patients.service import PatientsService
from integrations.sms.errors import NumberRefused
from integrations.sms.port import SmsPort, SmsReceipt
from tests.flows.patients.family import MOBILE, OTHER_MOBILE, last_code
from tests.support.world import World


async def start(world: World, who: str = "a", mobile: str = MOBILE) -> str:
    async with world.context(who) as context:
        await PatientsService(context).start_code(mobile, "register")
    return await last_code(world, mobile)


async def check(world: World, typed: str, who: str = "a", mobile: str = MOBILE) -> CodeCheck:
    async with world.context(who) as context:
        return await PatientsService(context).check_code(mobile, "register", typed)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_right_code_works_once(world: World) -> None:
    code = await start(world)
    assert len(code) == 6 and code.isdigit()
    assert (await check(world, f" {code[:3]} {code[3:]} ")).right
    assert (await check(world, code)).state == "spent"


async def test_five_wrong_tries_and_even_the_right_code_is_worthless(world: World) -> None:
    code = await start(world)
    answers = [await check(world, wrong(code)) for _ in range(5)]
    assert [a.left for a in answers] == [4, 3, 2, 1, 0]
    assert [a.state for a in answers] == ["wrong"] * 4 + ["spent"]
    assert (await check(world, code)).state == "spent"


async def test_tries_at_the_same_moment_are_all_counted(world: World) -> None:
    code = await start(world)
    answers = await asyncio.gather(*(check(world, wrong(code)) for _ in range(12)))
    assert sum(a.state == "wrong" for a in answers) == 4
    assert (await check(world, code)).state == "spent"


async def test_a_code_expires(world: World, travel: time_machine.Coordinates) -> None:
    code = await start(world)
    travel.shift(5 * 60)
    assert (await check(world, code)).state == "expired"


async def test_a_code_is_worth_nothing_to_another_contact_or_for_another_phone(world: World) -> None:
    code = await start(world)
    assert (await check(world, code, who="b")).state == "none"
    assert (await check(world, code, mobile=OTHER_MOBILE)).state == "none"


async def test_a_new_code_makes_the_old_one_worthless(world: World, travel: time_machine.Coordinates) -> None:
    old = await start(world)
    travel.shift(60)
    new = await start(world)
    if old != new:
        assert (await check(world, old)).state == "wrong"
    assert (await check(world, new)).right


async def test_the_second_code_waits_a_minute_and_nothing_is_written(world: World) -> None:
    await start(world)
    async with world.context() as context:
        with pytest.raises(CodeTooSoon) as no:
            await PatientsService(context).start_code(MOBILE, "register")
        assert no.value.facts == {"seconds": 61}
        assert context.tx.outbox == []


async def test_ten_codes_a_day_to_one_number_whoever_asks(world: World, travel: time_machine.Coordinates) -> None:
    for number in range(10):
        await start(world, who="ab"[number % 2])
        travel.shift(61)
    async with world.context("c") as context:
        with pytest.raises(CodesForMobile) as no:
            await PatientsService(context).start_code(MOBILE, "register")
    assert no.value.facts["until"] == "2027-03-02"
    travel.move_to("2027-03-01 16:00:01+00:00")  # midnight in the hospital
    await start(world, who="c")


async def test_ten_codes_a_day_from_one_contact_to_whatever_numbers(world: World) -> None:
    for number in range(10):
        await start(world, mobile=f"1390000000{number}")
    async with world.context() as context:
        with pytest.raises(CodesForContact):
            await PatientsService(context).start_code(OTHER_MOBILE, "register")


async def test_two_asking_at_once_for_one_number_send_one_code(world: World) -> None:
    async def ask(who: str) -> str:
        try:
            async with world.context(who) as context:
                await PatientsService(context).start_code(MOBILE, "register")
        except Refusal as no:
            return type(no).__name__
        return "sent"

    await world.contact_id("a"), await world.contact_id("b")
    assert sorted(await asyncio.gather(ask("a"), ask("b"))) == ["CodeTooSoon", "sent"]


async def test_the_code_stands_nowhere_in_the_clear(world: World) -> None:
    from sqlalchemy import text

    code = await start(world)
    async with world.database.reading() as tx:
        for table in ("patients_code", "outbox", "patients_tally"):
            for row in await tx.all(text(f"SELECT * FROM {table}")):
                assert all(code not in str(value) and MOBILE not in str(value) for value in row)


async def test_a_number_that_nobody_has_is_told_to_who_waits(world: World) -> None:
    class Deaf:
        async def send(self, *args: object, **named: object) -> None:
            raise NumberRefused("BAD_NUMBER")

    await world.said("a", "你好")  # the channel lets us answer
    world.ports.put(SmsPort, Deaf())  # type: ignore[arg-type]
    async with world.context() as context:
        await PatientsService(context).start_code(MOBILE, "register")
    await world.drain.once()
    [(to, message)] = world.channels.sent
    assert to == "o-a" and "0001" in message.text and MOBILE not in message.text


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("123456", "123456"),
        ("１２３４５６", "123456"),
        ("验证码是123 456", "123456"),
        ("12345", ""),
        ("1234567", ""),
        ("好", ""),
    ],
)
def test_codes_as_people_send_them(typed: str, digits: str) -> None:
    assert read_code(typed) == digits


async def test_a_gateway_that_stays_away_is_told_once_and_its_dead_code_is_not_offered(
    world: World, travel: time_machine.Coordinates
) -> None:
    class Away:
        async def send(self, *args: object, **named: object) -> SmsReceipt:
            raise OutsideUnavailable("http-503")

    await world.said("a", "你好")
    world.ports.put(SmsPort, Away())
    async with world.context() as context:
        await PatientsService(context).start_code(MOBILE, "register")
    for number in range(8):
        await world.drain.once()
        async with world.database.reading() as tx:
            assert bool(await list_dead(tx)) == (number == 7)
        travel.shift(30)
    said = [message.text for _, message in world.channels.sent]
    assert len(said) == 1 and "尾号 0001" in said[0] and "重发验证码" in said[0]
    travel.shift(5 * 60)
    async with world.database.transaction() as tx:
        assert await list_dead(tx) == []
        assert not await outbox_dead.revive(tx, 1)


async def test_how_long_until_another_one_is_known_while_the_first_waits(
    world: World, travel: time_machine.Coordinates
) -> None:
    async def left(who: str = "a") -> int | None:
        async with world.context(who) as context:
            return await PatientsService(context).codes.until_next(MOBILE, "register")

    assert await left() is None
    code = await start(world)
    assert (await left() or 0) in range(1, 61) and await left("b") is None
    travel.shift(61)
    assert await left() == 0
    await check(world, code)
    assert await left() is None
