"""What staff choose from for a person: who is free when, and what is full, on the patient's way and within reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from bot.errors import NotFound
from bot.web.forms import day_of
from flows.booking.board import Board, Entry
from flows.booking.desk.behalf_parts import Counter, said
from flows.booking.fitting.rules import check_visitor
from flows.booking.looking import look
from flows.booking.neighbours import visitor
from flows.booking.offered import SegmentOffer
from flows.booking.offers import GENERAL, Wanted
from flows.booking.office import store
from flows.booking.refusals import WrongAge, WrongSex
from flows.booking.waiting.list import Full, WaitingList

MOST, DAYS = 30, 8
"""Doctors that are listed, and days whose times are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's address asks for."""

    q: str = ""
    clinic: str = ""
    doctor: str = ""
    day: date | None = None
    session: str = ""

    @classmethod
    def of(cls, query: Any) -> Asked:
        return cls(query.get("q", "").strip()[:60], query.get("clinic", ""), query.get("doctor", ""),
                   day_of(query.get("day", "")), query.get("session", ""))


@dataclass(frozen=True, slots=True)
class Times:
    """Free times by day, what of it is full and can be waited for, and why there is nothing."""

    days: Sequence[tuple[date, Sequence[SegmentOffer]]]
    full: Sequence[Full]
    why: str


async def chosen(counter: Counter, asked: Asked) -> Asked:
    """Where a session is named, its doctor and day. Raises NotFound outside of reach."""
    if not asked.session:
        return asked
    row = await store.one_session(counter.context.tx, asked.session, counter.office.scope)
    if row is None:
        raise NotFound("session")
    return replace(asked, clinic=row.clinic, doctor=row.sitting or GENERAL, day=row.date)


async def entries(counter: Counter, asked: Asked) -> list[tuple[Entry, bool]]:
    """Who can be booked, whoever is free next first, and whether the clinic takes this person; those last where it does
    not."""
    board = _board(counter)
    found = look(asked.q, await board.neighbours.catalogue(), board.now.date())
    # Before whoever is free next is looked for: in another clinic than theirs a doctor may be free sooner.
    narrow: dict[str, Any] = {"day": asked.day or found.day, "half": found.half, "since": found.since,
                              "covers": counter.office.scope.covers}
    if asked.clinic:
        rows = await board.experts(clinic=asked.clinic, general=True, **narrow)
        rows = [each for each in rows if not found.doctors or each.code in found.doctors]
    elif found.doctors or found.clinics:
        rows = [each for code in found.clinics for each in await board.experts(clinic=code, general=True, **narrow)]
        there = {each.code for each in rows}
        others = [code for code in found.doctors if code not in there]
        rows += await board.experts(codes=others, **narrow) if others else []
    elif asked.q and not (found.day or found.half or found.since):
        rows = []
    else:
        rows = await board.experts(general=True, **narrow)
    mine = [each for each in rows if counter.office.scope.covers(each.clinic_code, each.code)]
    told = [(each, await _takes(counter, board, each)) for each in mine]
    return sorted(told, key=lambda pair: not pair[1])[:MOST]


async def times(counter: Counter, wanted: Wanted) -> Times:
    """Of one doctor, or of a general clinic; on one day where one is asked for."""
    board, covers = _board(counter), counter.office.scope.covers
    sitting = None if wanted.doctor == GENERAL else wanted.doctor
    free = [each for each in await board.segments(wanted) if covers(each.clinic, sitting)]
    days = [(day, list(own)) for day, own in groupby(free, key=lambda each: each.day)]
    full = [each for each in await WaitingList(board.context).full(wanted) if covers(each.row.clinic, sitting)]
    names = counter.office.names
    called = {"doctor_name": names.doctor(sitting) if sitting else "", "clinic_name": names.clinic(wanted.clinic)}
    why = "" if days else said(counter.context, await board.why_none(wanted), **called)
    return Times(days[:DAYS], full, why)


async def _takes(counter: Counter, board: Board, entry: Entry) -> bool:
    """Whether the clinic is for somebody of this age and sex."""
    clinic = await board.neighbours.rules_of(entry.clinic_code)
    try:
        check_visitor(visitor(counter.person), clinic, entry.day or board.now.date(), entry.code)
    except (WrongAge, WrongSex):
        return False
    return True


def _board(counter: Counter) -> Board:
    """What is left for those who come on this way."""
    return Board(replace(counter.context, channel=counter.via))
