"""What two patients have in the town: contact a has one of everything, contact b is somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select

from bot.db.outbox import DEAD, outbox
from flows.booking.exams.book import take_over
from flows.booking.fees import store as fees
from flows.booking.opening import store as draws
from flows.booking.opening.wishes import store as wishes
from flows.booking.pool.shares import store as shares
from flows.booking.pool.shares.rules import Rule
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.patterns.drafts import Drafts
from flows.booking.roster.patterns.rules import Terms
from flows.booking.service import BookingService
from flows.booking.standing import store as standing
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.store import choice
from flows.desk import store as requests
from flows.notices import store as pushes
from flows.notices.calls import store as calls
from flows.patients.service import PatientsService
from tests.flows.booking import ward
from tests.flows.booking.test_office_exams import BOOK
from tests.security.finance import pay
from tests.security.owing import owe
from tests.support.world import World


async def fill(world: World) -> dict[str, str]:
    """Everything by kind, as ``Entry.owned`` and ``open_`` name it."""
    found: dict[str, str] = {}
    code = await ward.session(world, capacity=8)
    full = await ward.session(world, ward.TODAY.replace(day=4), doctor="1024", capacity=1)
    await ward.sync(world)
    person = await ward.person(world, "a")
    await ward.person(world, "b", "周大勇")
    segments = await ward.segments(world, code)
    last = await ward.segments(world, full)
    async with world.context("a") as context:
        service = BookingService(context)
        booked = await service.hold(segments[0].id, person, "booked")
        await service.confirm(booked.id)
        found["appointment"] = booked.public_id
    for each in last:
        who = f"x{each.id}"
        other = await ward.person(world, who, f"钱{each.id}")
        async with world.context(who) as context:
            service = BookingService(context)
            await service.confirm((await service.hold(each.id, other, who)).id)
    async with world.context("a") as context:
        service, patients = BookingService(context), PatientsService(context)
        found["waiting"] = (await service.waiting.join([last[0].session_id], person))[0].public_id
        found["person"] = (await patients.persons())[0].public_id
        found["help"] = (await patients.giving.give(person)).public_id
    second = await ward.person(world, "a", "孙小满", relation="child")
    async with world.context("a") as context:
        found["child"] = (await PatientsService(context).person(second)).public_id
        found["hold"] = (await BookingService(context).hold(segments[1].id, second, "held")).public_id
    found |= {
        "clinic": "1101", "doctor": "D1023", "segment": str(segments[1].id), "full": str(last[0].session_id),
        "account": "main", "static": "h5/page.css", "entry": "1", "session": code, "close": "close", "end": "end",
        "next": "/h5/patients/", "department": "11", "kind": "doctor",
    }
    async with world.database.transaction() as tx:
        await take_over(tx, BOOK)
    found["item"] = "BA"
    await owe(world, found, person)
    await pay(world, found, person)
    await _draw(world, found, last[0], person)
    await _stop(world, found, person)
    await _missed(world, found, person)
    await _today(world, found, second)
    await _pattern(world, found)
    await _left(world, found)
    async with world.context("a") as context:
        await shares.set_rule(context.tx, Rule("1101", "", "window", 20, 600), "staff:test")
        await draws.set_fair(context.tx, "1101", "D1024", 60, "test")
        found["rule"] = await context.tx.scalar(select(shares.rule.c.public_id))
        found["fair"] = await context.tx.scalar(select(draws.fair.c.public_id))
        await fees.put(context.tx, "1101", "expert", ward.TODAY + timedelta(days=30), 3000, "staff:test")
        found["fee"] = await context.tx.scalar(select(fees.fee_rule.c.public_id))
    return found


async def _stop(world: World, found: dict[str, str], person: int) -> None:
    """A session of department 11 that was stopped; contact a is asked what shall become of the appointment."""
    code = await ward.session(world, ward.TODAY.replace(day=5), clinic="1102", doctor="1031")
    await ward.sync(world)
    segment = (await ward.segments(world, code))[0]
    async with world.context("a") as context:
        service = BookingService(context)
        await service.confirm((await service.hold(segment.id, person, "stopped")).id)
    async with world.context("a") as context:
        staff = replace(context, contact=None, actor="staff:test")
        made = await StopsService(staff).stop(Wish(segment.session_id, "临时停诊"), "test")
        found["stop"] = made.public_id
        found["choice"] = await context.tx.scalar(select(choice.c.public_id))


async def _today(world: World, found: dict[str, str], person: int) -> None:
    """The child is seen by 王静 this afternoon."""
    code = await ward.session(world, ward.TODAY, half="pm", starts=time(15), ends=time(16))
    await ward.sync(world)
    segment = (await ward.segments(world, code))[0]
    async with world.context("a") as context:
        service = BookingService(context)
        row = await service.confirm((await service.hold(segment.id, person, "today")).id)
        found["today"], found["release"] = row.public_id, "release"


async def _draw(world: World, found: dict[str, str], segment: Any, person: int) -> None:
    """A draw that is over, and contact a's wish in it."""
    async with world.context("a") as context:
        tx, contact = context.tx, context.contact
        draw = await tx.insert(
            draws.draw, session_id=segment.session_id, state=draws.DONE, opens_at=tx.now, closes_at=tx.now, seed="s",
            seed_hash="0" * 64, places=1, made_at=tx.now, drawn_at=tx.now, done_at=tx.now,
        )
        await tx.insert(
            wishes.wish, draw_id=draw, segment_id=segment.id, person_id=person, contact_id=contact.id,
            channel="wechat", code="ABCD2345", seen=False, lost=0, weight=1, state=wishes.LOST, place=1,
            made_at=tx.now, ended_at=tx.now,
        )
        found["draw"] = await tx.scalar(select(draws.draw.c.public_id))
        found["wish"] = await tx.scalar(select(wishes.wish.c.public_id))


async def _missed(world: World, found: dict[str, str], person: int) -> None:
    """A no-show of contact a's, and an appeal against another refusal."""
    async with world.context("a") as context:
        tx, contact = context.tx, context.contact
        row = await BookingService(context).mine(found["appointment"])
        missed = await tx.insert(
            standing.no_show, appointment_id=row.id, person_id=person, missed_at=tx.now, written_at=tx.now,
            state="counted",
        )
        await tx.insert(
            standing.appeal, about="lock:x", kind="lock", rule="", person_id=person, contact_id=contact.id,
            session_id=row.session_id, appointment_id=row.id, channel="wechat", state="open", made_at=tx.now,
        )
        await tx.insert(
            standing.lock, person_id=person, state="over", open=None, count=3, since=tx.now, until=tx.now,
            ended_at=tx.now,
        )
        found["lock"] = await tx.scalar(select(standing.lock.c.public_id))
        public = await tx.scalar(select(standing.no_show.c.public_id).where(standing.no_show.c.id == missed))
        found["no_show"], found["missed"] = f"no_show:{public}", public
        found["appeal"] = await tx.scalar(select(standing.appeal.c.public_id))


async def _left(world: World, found: dict[str, str]) -> None:
    """Contact a asked for a human; and a row of the outbox that nothing came of."""
    async with world.context("a") as context:
        tx, contact = context.tx, context.contact
        await requests.ask(tx, "asked", contact.id, "想问一下报告", None)
        found["asked"] = await tx.scalar(select(requests.request.c.public_id))
        tx.put("directory.shown", {})
    async with world.context("a") as context:
        number = await context.tx.scalar(select(outbox.c.id).where(outbox.c.topic == "directory.shown"))
        await context.tx.update(outbox.update().where(outbox.c.id == number).values(state=DEAD))
        found |= {"letter": f"o{number}", "again": "again"}
        await pushes.add(context.tx, "booking.offer", f"appointment:{found['hold']}", context.contact.id, {},
                         context.tx.now, None)
        asked = await context.tx.scalar(select(pushes.push.c.id).where(pushes.push.c.kind == "booking.offer"))
        await calls.add(context.tx, asked, context.contact.id, "booking.offer")
        found["call"] = await context.tx.scalar(select(pushes.call_task.c.public_id))


async def _pattern(world: World, found: dict[str, str]) -> None:
    """A draft in clinic 1101, of department 11."""
    terms = Terms(
        clinic="1101", doctor="D1023", weekday=0, half="am", starts="08:00", ends="09:00", minutes=30, capacity=2,
        total=None, ahead=None, kind="expert", fee=2500, room="R1101", first=date(2027, 3, 8), last=None, weeks="every",
    )
    async with world.context("a") as context:
        await Drafts(replace(context, contact=None, actor="staff:test")).add([terms])
        found["pattern"] = (await patterns.edits(context.tx, "1101"))[0][1].key
