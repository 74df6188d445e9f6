"""Pages for contacts: ``@contact_page`` knows who comes, ``reading``/``@in_tx`` give a Context, ``render`` the HTML.

::

    @routes.get("/h5/patients/")
    @contact_page
    async def persons(request):
        async with reading(request) as context:
            ...
            return render(request, "patients/h5/list.html.j2", persons=...)

    @routes.post("/h5/patients/default")
    @contact_page
    @in_tx
    async def make_default(request, context): ...
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial, wraps
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import clock, logs
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.transaction import Transaction
from bot.web import csrf, forms, oauth, sessions
from bot.web.access import Access, mark, public
from bot.web.faults import Kind, page_fault
from bot.web.headers import location
from bot.web.keys import DATABASE, PORTS, READ_AT, SETTINGS, WORDING
from bot.web.sessions import SESSION, Session
from bot.web.static import STATICS

Acting = Callable[[web.Request, Context], Awaitable[web.StreamResponse]]
LARGE = "large"
"""Cookie of large type: 1 or 0."""
KEEP_LARGE = 365 * 24 * 3600
_ONWARD = re.compile(r"/h5/[a-z]+/[\w/-]*(\?[\w=&-]*)?", re.ASCII)


def contact_page(handler: Handler) -> Handler:
    """Only a contact whom the channel has named in this browser; others are sent there and come back.

    Forms (any method that changes something) need the token of a page of the same session. The answer is never kept
    by anything between us and the phone.
    """

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        session = await sessions.find(request, oauth.account_of(request))
        if session is None:
            return _sign_in(request)
        request[SESSION] = session
        if request.method not in csrf.SAFE:
            await forms.check_token(request, session.id)
        response = await handler(request)
        if not response.prepared:
            response.headers.setdefault("Cache-Control", "no-store")
            sessions.renew(request, response, session, clock.now().timestamp())
        return response

    return mark(guarded, Access("contact"))


def open_page(handler: Handler) -> Handler:
    """Anybody may come, unknown as well. Whom the channel has named in this browser finds their type, and our voice."""

    @wraps(handler)
    async def opened(request: web.Request) -> web.StreamResponse:
        session = await sessions.find(request)
        if session is None:
            return await handler(request)
        request[SESSION] = session
        response = await handler(request)
        if not response.prepared:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return public(opened)


def _sign_in(request: web.Request) -> web.Response:
    if "HX-Request" in request.headers:
        # A part of a page cannot be sent elsewhere; the whole page can, and signs in on its way.
        return web.Response(status=204, headers={"HX-Refresh": "true", "Cache-Control": "no-store"})
    if request.method != "GET":
        # What was typed cannot go with the browser to the channel and back; say so instead of losing it silently.
        return page_fault(request, Kind.OVER)
    return oauth.begin(request, request.rel_url.raw_path_qs, oauth.account_of(request))


def context_of(request: web.Request, tx: Transaction) -> Context:
    """What a service gets, on behalf of the contact who opened the page."""
    contact = request[SESSION].contact
    settings = request.app[SETTINGS]
    return Context(
        tx=tx,
        ports=request.app[PORTS],
        settings=settings,
        wording=request.app[WORDING],
        contact=contact,
        channel=contact.channel,
        actor=f"contact:{contact.public_id}",
        request_id=logs.request_id(),
        now=tx.now,
        clock=HospitalClock(settings.timezone),
    )


@asynccontextmanager
async def reading(request: web.Request) -> AsyncIterator[Context]:
    """A Context that only looks."""
    async with request.app[DATABASE].reading() as tx:
        yield context_of(request, tx)


def in_tx(handler: Acting) -> Handler:
    """One transaction around a handler, committed when it returns (a refusal that it tells included) and rolled back
    when it raises. It may run twice: the database is asked again after a deadlock."""

    @wraps(handler)
    async def acting(request: web.Request) -> web.StreamResponse:
        if request.method not in csrf.SAFE and request.body_exists:
            await forms.values(request)  # before the transaction: a slow phone must not hold its locks

        async def work(tx: Transaction) -> web.StreamResponse:
            return await handler(request, context_of(request, tx))

        return await request.app[DATABASE].run(work)

    return acting


def render(request: web.Request, template: str, *, status: int = 200, **facts: Any) -> web.Response:
    """A page or a part of one. Templates find besides ``facts``: ``static(name)``, ``csrf`` (the token), ``say``
    (a Problem in words), ``large`` (type), ``easy`` (mode), ``read_at`` (where it is read aloud), ``here`` (this
    address), ``larger`` (its query with the other type)."""
    session: Session | None = request.get(SESSION)
    fresh: list[str] = []
    wording = request.app[WORDING]
    common = {
        "static": request.app[STATICS].address,
        "csrf": csrf.token(request, fresh, session.id) if session else "",
        "say": partial(forms.say, wording),
        "large": large(request),
        "easy": easy(request),
        "read_at": request.app.get(READ_AT, ""),
        "here": request.rel_url.raw_path,
        "larger": request.rel_url.update_query({LARGE: "0" if large(request) else "1"}).raw_query_string,
    }
    text = wording.render(template, **{**common, **facts})
    response = web.Response(text=text, status=status, content_type="text/html")
    csrf.remember(request, response, fresh)
    asked = request.query.get(LARGE)
    if asked in ("0", "1"):
        response.set_cookie(LARGE, asked, max_age=KEEP_LARGE, path="/", samesite="Lax")
    return response


def large(request: web.Request) -> bool:
    """Whether this browser wants large type: ``?large=1`` switches it on for good, ``?large=0`` off; where nobody did
    either, whether the contact wants easy mode."""
    asked = request.query.get(LARGE, request.cookies.get(LARGE, ""))
    return asked == "1" if asked in ("0", "1") else easy(request)


def easy(request: web.Request) -> bool:
    """Whether the contact who opened the page wants easy mode."""
    return SESSION in request and request[SESSION].contact.easy


def onward(asked: str) -> str:
    """Where a page of another area wants its reader back: an address of patients' pages, "" for anything else."""
    return asked if _ONWARD.fullmatch(asked) else ""


def see(path: str) -> web.Response:
    """After a form: on to another page, so that going back or reloading does not send it again."""
    return web.Response(status=303, headers={"Location": location(path), "Cache-Control": "no-store"})
