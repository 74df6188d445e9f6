"""Signing in and out: /desk/sign-in and its steps."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

from bot.access import audit, factor
from bot.access.people import store as people
from bot.access.signing import Answer, Browser, SignIn
from bot.access.visits import store as visits
from bot.clock import HospitalClock
from bot.db.transaction import Transaction
from bot.documents import Problem
from bot.web import cookies, forms
from bot.web.access import public
from bot.web.address import address_of
from bot.web.desk import guard
from bot.web.desk.guard import STEPS, VISIT, at_the_door, signed_in
from bot.web.desk.pages import render, see
from bot.web.keys import DATABASE, SETTINGS
from bot.web.limits import limited

routes = web.RouteTableDef()
VISITOR = "desk-door"
"""Cookie that binds the form of the first step, before there is a session."""
BACK = "desk-back"


@routes.get("/desk/sign-in")
@public
async def ask_password(request: web.Request) -> web.StreamResponse:
    guard.inside(request)
    visit = await guard.visit_of(request)
    if visit is not None:
        return see(request, STEPS[visit.stage])
    return _password_page(request)


@routes.post("/desk/sign-in")
@public
@limited("door")
async def take_password(request: web.Request) -> web.StreamResponse:
    guard.inside(request)
    held = cookies.read(request, VISITOR)
    if held is None:
        return _password_page(request, Problem("again"), status=400)
    await guard.check_form(request, str(held["id"]))
    sent = await forms.values(request)
    login, password = sent.get("login", ""), sent.get("password", "")
    if not login.strip() or not password:
        return _password_page(request, Problem("sign_in_empty"), login, status=422)
    answer = await _steps(request).password(login, password)
    if answer.state != "in":
        return _password_page(request, _why(request, answer, "sign_in_wrong"), login, status=_status(answer))
    return _on(request, answer)


@routes.get("/desk/sign-in/code")
@at_the_door("factor")
async def ask_code(request: web.Request) -> web.StreamResponse:
    return render(request, "common/desk/code.html.j2", problem=None)


@routes.post("/desk/sign-in/code")
@at_the_door("factor")
@limited("door")
async def take_code(request: web.Request) -> web.StreamResponse:
    answer = await _steps(request).code(request[VISIT], (await forms.values(request)).get("code", "")[:40])
    if answer.state != "in":
        return render(request, "common/desk/code.html.j2", problem=_why(request, answer, "code_wrong"),
                      status=_status(answer))
    return _on(request, answer)


@routes.get("/desk/sign-in/enrol")
@at_the_door("enrol")
async def ask_enrol(request: web.Request) -> web.StreamResponse:
    return await _enrol_page(request, factor.new_secret())


@routes.post("/desk/sign-in/enrol")
@at_the_door("enrol")
@limited("door")
async def take_enrol(request: web.Request) -> web.StreamResponse:
    held = cookies.read(request, "desk-factor")
    visit = request[VISIT]
    if held is None or held.get("visit") != visit.public_id:
        return await _enrol_page(request, factor.new_secret(), Problem("again"), status=400)
    typed = (await forms.values(request)).get("code", "")[:40]
    answer, codes = await _steps(request).enrol(visit, held["secret"], typed)
    if answer.state != "in":
        problem = _why(request, answer, "code_wrong")
        return await _enrol_page(request, held["secret"], problem, status=_status(answer))
    response = render(request, "common/desk/recovery.html.j2", codes=codes, on=STEPS[answer.stage])
    guard.set_session(request, response, answer.token)
    cookies.drop(request, response, "desk-factor")
    return response


@routes.get("/desk/sign-in/password")
@at_the_door("password")
async def ask_new_password(request: web.Request) -> web.StreamResponse:
    return render(request, "common/desk/new_password.html.j2", problem=None, rules=request.app[SETTINGS].desk)


@routes.post("/desk/sign-in/password")
@at_the_door("password")
@limited("door")
async def take_new_password(request: web.Request) -> web.StreamResponse:
    answer = await new_password(request)
    if isinstance(answer, Problem):
        return render(request, "common/desk/new_password.html.j2", problem=answer, status=422,
                      rules=request.app[SETTINGS].desk)
    return _on(request, answer)


async def new_password(request: web.Request) -> Problem | Answer:
    """What a form with the old and twice the new password came to."""
    sent = await forms.values(request)
    if sent.get("new", "") != sent.get("again", ""):
        return Problem("password_differs")
    found = await _steps(request).change_password(request[VISIT], sent.get("old", ""), sent.get("new", ""))
    if isinstance(found, Answer) and found.state != "in":
        return _why(request, found, "password_wrong")
    return found


@routes.post("/desk/sign-out")
@signed_in
async def sign_out(request: web.Request) -> web.StreamResponse:
    visit, member = request[VISIT], request[guard.STAFF]

    async def end(tx: Transaction) -> None:
        await visits.end(tx, visit.id, "signed_out")
        audit.write(tx, member.actor, "access.signed_out", member.actor)

    await request.app[DATABASE].run(end)
    response = see(request, guard.SIGN_IN)
    guard.drop_session(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _steps(request: web.Request) -> SignIn:
    browser = Browser(address_of(request), request.headers.get("User-Agent", "")[:200])
    return SignIn(request.app[DATABASE], request.app[SETTINGS].desk, browser)


def _on(request: web.Request, answer: Answer) -> web.StreamResponse:
    """With the new token to what comes next; when all is done, to where somebody had wanted to go."""
    path = STEPS[answer.stage]
    held = cookies.read(request, BACK) if answer.stage == "full" else None
    if held and str(held.get("path", "")).startswith("/desk/"):
        path = str(held["path"])
    response = see(request, path)
    guard.set_session(request, response, answer.token)
    if answer.stage == "full":
        cookies.drop(request, response, BACK)
        cookies.drop(request, response, VISITOR)
    return response


def _password_page(
    request: web.Request, problem: Problem | None = None, login: str = "", status: int = 200
) -> web.StreamResponse:
    held = cookies.read(request, VISITOR)
    about = str(held["id"]) if held else secrets.token_hex(16)
    response = render(request, "common/desk/sign_in.html.j2", about=about, problem=problem, login=login[:40],
                      status=status)
    if held is None:
        cookies.put(request, response, VISITOR, {"id": about}, 3600)
    return response


async def _enrol_page(
    request: web.Request, secret: str, problem: Problem | None = None, status: int = 200
) -> web.StreamResponse:
    settings = request.app[SETTINGS]
    async with request.app[DATABASE].reading() as tx:
        row = await people.by_id(tx, request[VISIT].staff_id)
    assert row is not None
    uri = factor.address(secret, row.login, settings.hospital.name or "Daoyi")
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    response = render(request, "common/desk/enrol.html.j2", picture=factor.picture(uri), secret=spaced,
                      problem=problem, status=status)
    # Sealed in a cookie and not in the table: a secret that was only looked at is nobody's factor yet.
    cookies.put(request, response, "desk-factor", {"secret": secret, "visit": request[VISIT].public_id}, 600)
    return response


def _why(request: web.Request, answer: Answer, wrong: str) -> Problem:
    if answer.state == "locked":
        clock = HospitalClock(request.app[SETTINGS].timezone)
        until: Any = clock.local(answer.until) if answer.until else None
        return Problem("locked", {"until": until.strftime("%H:%M:%S") if until else ""})
    return Problem("code_reused" if answer.state == "reused" else wrong)


def _status(answer: Answer) -> int:
    return 429 if answer.state == "locked" else 422
