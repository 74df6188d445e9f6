"""What several booking pages do alike: the day that was asked for, where a form goes on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.context import Context
from bot.errors import BadInput, NotFound
from bot.web import forms
from bot.web.reader import is_open, of_person
from flows.booking.board import KINDS
from flows.booking.neighbours import Person
from flows.booking.offers import Wanted
from flows.booking.service import BookingService
from flows.booking.waiting.list import WaitingList

HOME = "/h5/booking/"
_TOKEN = re.compile(r"[0-9a-f]{32}")


async def facts_for(request: web.Request, service: BookingService, row: Any) -> dict[str, Any]:
    """What this reader may see of an appointment: all of a discreet clinic only to who has proved themselves, or has
    just chosen it, in this session. `ask` is where to prove it, "" where there is no way or no need."""
    person = await service.neighbours.anybody(row.person_id)
    keys = [hold_key(row)] + ([of_person(person.public_id)] if person else [])
    facts = await service.facts(row, open=is_open(request, *keys))
    mine = person is not None and person.id in {each.id for each in await service.neighbours.persons()}
    path = f"{HOME}{'holds' if row.state == 'held' else 'mine'}/{row.public_id}"
    ask = f"/h5/patients/{person.public_id}/read?next={path}" if person and mine and facts["veiled"] else ""
    return facts | {"ask": ask}


def hold_key(row: Any) -> str:
    """What `bot.web.reader` knows one appointment by that was chosen in this session."""
    return f"hold:{row.public_id}"


async def waiting_for(context: Context, wanted: Wanted) -> tuple[str, int]:
    """The page on which one begins to wait for what is full of `wanted`, and how many wait for it; "" where nothing is
    that can be waited for."""
    full = await WaitingList(context).full(wanted)
    if not full:
        return "", 0
    asked = {"clinic": wanted.clinic, "doctor": wanted.doctor, "day": wanted.day.isoformat() if wanted.day else ""}
    address = f"{HOME}wait?{urlencode({name: value for name, value in asked.items() if value})}"
    return address, sum(each.waiting for each in full)


def day_of(request: web.Request, name: str = "day") -> date | None:
    """The day in the address; None where there is none, or no day of the calendar."""
    return forms.day_of(request.query.get(name, ""))


def whom_of(request: web.Request, persons: Sequence[tuple[Person, str]]) -> str:
    """Who is chosen of the persons, each with why the clinic does not take them: who was registered on the way here,
    else the first that it takes; "" where it takes nobody."""
    fitting, asked = [person.public_id for person, why in persons if not why], request.query.get("person", "")
    return asked if asked in fitting else next(iter(fitting), "")


def kind_of(request: web.Request) -> str:
    """The kind of sessions that the address asks for; "" for all, and for what is none."""
    asked = request.query.get("kind", "")
    return asked if asked in KINDS else ""


def page_of(request: web.Request) -> int:
    """Which page of a list the address asks for; the first for what is none."""
    asked = forms.whole(request.query.get("page", ""), 3)
    return asked or 1


def number_of(text: str) -> int:
    """A key in an address. Raises NotFound for what can be none."""
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise NotFound("segment")
    return int(text)


def request_id(context: Context, token: str, *what: object) -> str:
    """The id of one press of a button: the token that its page was given, bound to who pressed and to what was chosen,
    so that a second tap finds the first, and another choice on the same page is another request."""
    if context.contact is None or not _TOKEN.fullmatch(token):
        raise BadInput("no_request_token")
    text = ":".join(str(each) for each in (context.contact.public_id, token, *what))
    return "page:" + hashlib.sha256(text.encode()).hexdigest()
