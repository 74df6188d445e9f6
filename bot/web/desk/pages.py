"""Pages of the desk: ``reading``/``@in_tx`` give a Context on behalf of the member, ``render`` the HTML.

::

    @routes.post("/desk/staff/person/{id}")
    @needs("staff.edit")
    @in_tx
    async def change(request, context): ...
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from bot import logs
from bot.access.doors import Door
from bot.access.rights import Member
from bot.access.work import Name, Wait, of_things
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.transaction import Transaction
from bot.web import cookies, csrf, forms
from bot.web.desk.guard import STAFF, VISIT, page_of, token_for, unkept
from bot.web.headers import location
from bot.web.keys import DATABASE, PORTS, SETTINGS, WORDING
from bot.web.static import STATICS

Acting = Callable[[web.Request, Context], Awaitable[web.StreamResponse]]
DOORS: web.AppKey[tuple[Door, ...]] = web.AppKey("doors", tuple)
WAITS: web.AppKey[tuple[Wait, ...]] = web.AppKey("waits", tuple)
DONE = "desk-done"
"""Cookie of who comes from a form that is done, to the page that says so."""
NAMES: web.AppKey[Mapping[str, Name]] = web.AppKey("names", dict)


def context_of(request: web.Request, tx: Transaction) -> Context:
    """What a service gets, on behalf of the member who asks; no contact is concerned."""
    settings = request.app[SETTINGS]
    return Context(
        tx=tx, ports=request.app[PORTS], settings=settings, wording=request.app[WORDING], contact=None, channel="web",
        actor=request[STAFF].actor, request_id=logs.request_id(), now=tx.now, clock=HospitalClock(settings.timezone),
    )


@asynccontextmanager
async def reading(request: web.Request) -> AsyncIterator[Context]:
    """A Context that only looks."""
    async with request.app[DATABASE].reading() as tx:
        yield context_of(request, tx)


async def called(request: web.Request, context: Context, things: Iterable[str]) -> dict[str, str]:
    """How staff call things of the trail or the journal (``appointment:…``); what nobody knows is left out."""
    return await of_things(request.app[NAMES], context, things)


def in_tx(handler: Acting) -> Handler:
    """One transaction around a handler; it may run twice, since a deadlock has the database asked again."""

    @wraps(handler)
    async def acting(request: web.Request) -> web.StreamResponse:
        if request.method not in csrf.SAFE and request.body_exists:
            await forms.values(request)

        async def work(tx: Transaction) -> web.StreamResponse:
            return await handler(request, context_of(request, tx))

        return await request.app[DATABASE].run(work)

    return acting


def is_part(request: web.Request) -> bool:
    """Whether htmx asks for a part of the page (not for one that it shows whole, as going back does)."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def render(
    request: web.Request, template: str, *, status: int = 200, about: str = "", **facts: Any
) -> web.Response:
    """A page or a part of one. Templates find besides ``facts``: ``static``, ``csrf``, ``say`` (a Problem in words),
    ``me`` (the Member, None before the door), ``may(right)``, ``doors``, ``here``, ``part``, ``just_done``;
    ``list_at`` (where somebody came from, kept in forms so that a refused one forgets nothing) and ``listed(path)``
    (that list as it was being looked at).

    :param about: what the forms' token is bound to where there is no session yet
    """
    member: Member | None = request.get(STAFF)
    done = not is_part(request) and cookies.read(request, DONE) is not None
    visit = request.get(VISIT)
    wording = request.app[WORDING]
    rules = request.app[SETTINGS]
    common = {
        "static": request.app[STATICS].address,
        "csrf": token_for(visit.mark if visit else about) if visit or about else "",
        "say": partial(say, request),
        "me": member,
        "may": member.may if member else _nothing,
        "doors": [door for door in request.app[DOORS] if member and member.may(door.right)],
        "here": request.rel_url.raw_path,
        "part": is_part(request),
        "list_at": _came_from(request),
        "listed": partial(_listed, request),
        "idle": rules.desk.idle_minutes,
        "just_done": done and status < 400,
        "stamp": HospitalClock(rules.timezone).today().strftime("%Y-%m-%d"),
    }
    text = wording.render(template, **{**common, **facts})
    response = web.Response(text=text, status=status, content_type="text/html")
    unkept(response)
    if done:
        cookies.drop(request, response, DONE)
    return response


def say(request: web.Request, problem: Any) -> str:
    """The words of a problem on the desk: its own, or those of the patients' pages."""
    wording, own = request.app[WORDING], f"common/desk/problem_{problem.slug}"
    return wording.render(own, **problem.facts) if wording.has(own) else forms.say(wording, problem)


def see(request: web.Request, path: str) -> web.Response:
    """After a form: on to another page."""
    path = location(path)
    if "HX-Request" in request.headers:
        return web.Response(status=204, headers={"HX-Redirect": path, "Cache-Control": "no-store"})
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def back(request: web.Request, path: str, **row: str) -> web.Response:
    """After a form beside a list: to the list as it was being looked at, with its filters and its page; ``row`` (open,
    day) says which row is open there. That it is done the page says once: it may look as before."""
    seen = URL(_listed(request, path))
    answer = see(request, f"{path}?{urlencode({**dict(seen.query), **row})}")
    cookies.put(request, answer, DONE, {}, 60)
    return answer


def _listed(request: web.Request, path: str) -> str:
    """The address of a list with the filters and the page with which it was looked at last, as far as that is known;
    no row is open there."""
    came = _came_from(request)
    words = {name: value for name, value in URL(came).query.items() if name != "open"}
    return f"{path}?{urlencode(words)}" if came.partition("?")[0] == path and words else path


def _came_from(request: web.Request) -> str:
    """The page of the desk that somebody came to this one from, "" where it is not known: what the form says that was
    sent, before what the browser says, which after a refused form is that form's own address."""
    came = request.get(forms.VALUES, {}).get("list_at", "") or page_of(request).raw_path_qs
    inside = came.startswith("/desk/") and came.partition("?")[0] != request.path
    return came[:1000] if inside else ""


def _nothing(_: str) -> bool:
    return False
