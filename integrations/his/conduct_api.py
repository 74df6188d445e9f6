"""How the embedded hospital and the insurers beside it behave, as the sandbox's page asks for and changes it:
/sandbox/hospital, /sandbox/hospital/insurance (the public one) and /sandbox/hospital/commercial; and what happens there
today, played by hand: /sandbox/hospital/visits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Literal
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.errors import BadInput, NotAllowed, NotFound
from bot.web.access import public
from bot.web.keys import DATABASE, SETTINGS
from integrations.his import visits
from integrations.his.conduct import COMMERCIAL, HOSPITAL, INSURER, Conduct, behave, current

PATH = "/sandbox/hospital"
VISITS = f"{PATH}/visits"
INSURANCE, COMMERCE = f"{PATH}/insurance", f"{PATH}/commercial"
REFUSALS = {"register": "suspended", "settle": "suspended", "reverse": "cleared"}
"""What the insurance can be told to refuse, and the code with which it does."""
OF_COMMERCIAL = {"policies": "not_insured", "settle": "terms_differ", "reverse": "cleared"}
"""The same of the commercial insurers."""


class Wanted(BaseModel):
    """The part of a ``Conduct`` that the page can change."""

    model_config = ConfigDict(extra="forbid")

    delay_s: float = Field(0, ge=0, le=60)
    lose_next: int = Field(0, ge=0, le=20)
    unavailable: bool = False


class WantedOfInsurance(Wanted):
    """`refuse`: one of what it is asked."""

    refuse: Literal["", "register", "settle", "reverse"] = ""


class WantedOfCommercial(Wanted):
    refuse: Literal["", "policies", "settle", "reverse"] = ""


class Happens(BaseModel):
    """What happens to an appointment of today."""

    model_config = ConfigDict(extra="forbid")

    appointment: str = Field(max_length=64)
    what: visits.What


def setup(app: web.Application) -> None:
    """Only where the sandbox runs: anybody who reaches it can stop the hospital."""
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, change)
    app.router.add_get(INSURANCE, show_insurance)
    app.router.add_post(INSURANCE, change_insurance)
    app.router.add_get(COMMERCE, show_commercial)
    app.router.add_post(COMMERCE, change_commercial)
    app.router.add_get(VISITS, today)
    app.router.add_post(VISITS, happen)


@public
async def show(request: web.Request) -> web.Response:
    return await _told(request.app[DATABASE])


@public
async def change(request: web.Request) -> web.Response:
    """``{"delay_s", "lose_next", "unavailable"}``; what is left out is well again."""
    _from_here(request)
    try:
        wanted = Wanted.model_validate(json.loads(await request.read() or b"{}"))
    except (ValueError, ValidationError):
        raise BadInput("bad_switch") from None
    await behave(request.app[DATABASE], Conduct(**wanted.model_dump()))
    return await _told(request.app[DATABASE])


@public
async def show_insurance(request: web.Request) -> web.Response:
    return await _told_of_insurance(request.app[DATABASE])


@public
async def change_insurance(request: web.Request) -> web.Response:
    """``{"delay_s", "lose_next", "unavailable", "refuse"}``; what is left out is well again."""
    return await _change(request, WantedOfInsurance, REFUSALS, INSURER)


@public
async def show_commercial(request: web.Request) -> web.Response:
    return await _told_of_insurance(request.app[DATABASE], COMMERCIAL)


@public
async def change_commercial(request: web.Request) -> web.Response:
    """The same of all commercial insurers."""
    return await _change(request, WantedOfCommercial, OF_COMMERCIAL, COMMERCIAL)


@public
async def today(request: web.Request) -> web.Response:
    return await _visits(request)


@public
async def happen(request: web.Request) -> web.Response:
    """``{"appointment", "what"}``: came, seen, or before (whoever has the number before is taken in)."""
    _from_here(request)
    try:
        wanted = Happens.model_validate(json.loads(await request.read() or b"{}"))
    except (ValueError, ValidationError):
        raise BadInput("bad_visit") from None
    day = HospitalClock(request.app[SETTINGS].timezone).today()
    done = await request.app[DATABASE].run(lambda tx: visits.happen(tx, day, wanted.appointment, wanted.what))
    if not done:
        raise NotFound("visit")
    return await _visits(request)


def _from_here(request: web.Request) -> None:
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).hostname != request.url.host:
        raise NotAllowed("sandbox")


async def _visits(request: web.Request) -> web.Response:
    async with request.app[DATABASE].reading() as tx:
        found = await visits.of_day(tx, HospitalClock(request.app[SETTINGS].timezone).today())
    return web.json_response({"visits": [asdict(each) for each in found]}, headers={"Cache-Control": "no-store"})


async def _told(database: Database) -> web.Response:
    return web.json_response(await _plain(database, HOSPITAL), headers={"Cache-Control": "no-store"})


async def _change(
    request: web.Request, model: type[Wanted], refusals: Mapping[str, str], who: int
) -> web.Response:
    _from_here(request)
    try:
        wanted = model.model_validate(json.loads(await request.read() or b"{}")).model_dump()
    except (ValueError, ValidationError):
        raise BadInput("bad_switch") from None
    verb = wanted.pop("refuse")
    conduct = Conduct(**wanted, refuse={verb: refusals[verb]} if verb else {})
    await behave(request.app[DATABASE], conduct, who)
    return await _told_of_insurance(request.app[DATABASE], who)


async def _told_of_insurance(database: Database, who: int = INSURER) -> web.Response:
    refuse = next(iter((await current(database, who)).refuse), "")
    facts = await _plain(database, who) | {"refuse": refuse}
    return web.json_response(facts, headers={"Cache-Control": "no-store"})


async def _plain(database: Database, who: int) -> dict[str, object]:
    now = await current(database, who)
    return {"delay_s": now.delay_s, "lose_next": now.lose_next, "unavailable": now.unavailable}
