"""Who comes to the desk: the network, the session, the form's token, the right. Refused rights are in the trail."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from bot import keys, logs
from bot.access import audit, origin
from bot.access.members import member_of
from bot.access.rights import Member, Rights
from bot.access.visits import store as visits
from bot.access.visits.store import Stage, Visit
from bot.db.transaction import Transaction
from bot.errors import BadInput, NotAllowed, NotFound, Refusal
from bot.web import cookies, csrf, faults, forms
from bot.web.access import RIGHTS, Access, mark
from bot.web.address import address_of, within
from bot.web.keys import DATABASE, SETTINGS

log = logs.get(__name__)

COOKIE = "desk"
REFRESH = "X-Refresh"
"""A page that looks for news by itself (templates/static/desk/fresh.js) says so: nobody is at work because of it."""
BOOK: web.AppKey[Rights] = web.AppKey("rights_book", Rights)
"""All rights of the installation."""
STAFF: web.RequestKey[Member] = web.RequestKey("staff", Member)
VISIT: web.RequestKey[Visit] = web.RequestKey("visit", Visit)
SIGN_IN = "/desk/sign-in"
STEPS: dict[Stage, str] = {
    "factor": "/desk/sign-in/code",
    "enrol": "/desk/sign-in/enrol",
    "password": "/desk/sign-in/password",
    "full": "/desk/",
}
"""Where somebody stands who is not through the door yet."""


def needs(right: str) -> Callable[[Handler], Handler]:
    """Only who has ``right``, named as area and act: ``patients.reveal``. Anybody else: NotAllowed, written down.

    The handler finds ``request[STAFF]``, and how far the right reaches in ``request[STAFF].range(right)``.
    """

    def guard(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            return await _entered(request, handler, right)

        return mark(guarded, Access("needs", right))

    return guard


def signed_in(handler: Handler) -> Handler:
    """Any member of staff who is through the door: their own account, their start page."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        return await _entered(request, handler, "")

    return mark(guarded, Access("staff"))


def at_the_door(*stages: Stage) -> Callable[[Handler], Handler]:
    """The steps of signing in: somebody whose session stands at one of ``stages`` and may do nothing else yet."""

    def guard(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            inside(request)
            visit = await visit_of(request)
            if visit is None:
                return _away(request, SIGN_IN)
            if visit.stage not in stages:
                return _away(request, STEPS[visit.stage])
            request[VISIT] = visit
            await check_form(request, visit.mark)
            return unkept(await handler(request))

        return mark(guarded, Access("staff"))

    return guard


async def _entered(request: web.Request, handler: Handler, right: str) -> web.StreamResponse:
    inside(request)
    visit = await visit_of(request)
    if visit is None:
        return _away(request, SIGN_IN)
    if visit.stage != "full":
        return _away(request, STEPS[visit.stage])
    member = await _member(request, visit)
    if member is None:
        return _away(request, SIGN_IN)
    request[VISIT], request[STAFF], request[RIGHTS] = visit, member, frozenset(member.reach)
    try:
        if right and not member.may(right):
            raise NotAllowed(right)
        await check_form(request, visit.mark)
        return unkept(await handler(request))
    except NotAllowed as refusal:
        await _refused(request, member, refusal.right)
        raise
    except (NotFound, Refusal) as no:
        await _not_done(request, member, type(no).__name__)
        raise


def inside(request: web.Request) -> None:
    """Whether the console opens for this network at all; also remembers the address for the trail.

    :raises NotAllowed: from outside
    """
    address = address_of(request)
    origin.came_from(address)
    networks = request.app[SETTINGS].desk.networks
    if networks and not within(address, networks):
        log.warning("desk_from_outside", path=request.match_info.route.resource.canonical
                    if request.match_info.route.resource else "?")
        raise NotAllowed("network")


async def visit_of(request: web.Request) -> Visit | None:
    """The open session of this browser, at whatever stage."""
    settings = request.app[SETTINGS]
    token = request.cookies.get(cookies.named(settings, COOKIE), "")
    if not token:
        return None
    idle = timedelta(minutes=settings.desk.idle_minutes)
    async with request.app[DATABASE].reading() as tx:
        visit = await visits.find(tx, token, tx.now, idle)
        stale = visit is not None and await visits.stale(tx, visit, tx.now)
    if visit is not None and stale and REFRESH not in request.headers:
        async with request.app[DATABASE].transaction() as tx:
            await visits.touch(tx, visit)
    return visit


async def _member(request: web.Request, visit: Visit) -> Member | None:
    async with request.app[DATABASE].reading() as tx:
        return await member_of(tx, visit.staff_id, request.app[BOOK])


async def check_form(request: web.Request, about: str) -> None:
    """A form, or htmx's request, must bring the token of a page of this very session. Raises BadInput."""
    if request.method in csrf.SAFE:
        return
    sent = request.headers.get("Origin", "")
    if sent and not csrf.ours(request, sent):
        raise BadInput("foreign_origin")
    given = request.headers.get(csrf.HEADER, "") or (await forms.values(request)).get(csrf.FIELD, "")
    if not hmac.compare_digest(given.encode(), token_for(about).encode()):
        raise BadInput("stale_form")


def token_for(about: str) -> str:
    """The token for forms of the session with this mark: nobody without the keys can make it, and it ends with it."""
    return keys.ring().hash(about, "desk.csrf").hex()[:48]


def set_session(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Give the browser its session: HttpOnly, SameSite=Strict, gone when the browser closes."""
    settings = request.app[SETTINGS]
    response.set_cookie(
        cookies.named(settings, COOKIE), token, path="/", httponly=True, samesite="Strict",
        secure=cookies.secure(settings),
    )


def drop_session(request: web.Request, response: web.StreamResponse) -> None:
    settings = request.app[SETTINGS]
    response.del_cookie(
        cookies.named(settings, COOKIE), path="/", httponly=True, samesite="Strict", secure=cookies.secure(settings)
    )


def unkept(response: web.StreamResponse) -> web.StreamResponse:
    """Nothing between us and the browser keeps it, and the browser's own back button asks anew."""
    if not response.prepared:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _away(request: web.Request, path: str) -> web.StreamResponse:
    """To the door, and back afterwards; a part of a page has the whole page go."""
    if faults.speaks_json(request):
        return faults.answer(request, faults.Kind.SIGN_IN)
    response: web.StreamResponse
    if "HX-Request" in request.headers:
        response, page = web.Response(status=204, headers={"HX-Redirect": path}), page_of(request)
    else:
        response, page = web.Response(status=303, headers={"Location": path}), request.rel_url
        if request.method != "GET":
            page = URL()
    if path == SIGN_IN and page.path.startswith("/desk/") and page.path != "/desk/":
        cookies.put(request, response, "desk-back", {"path": page.raw_path_qs[:1000]}, 900)
    return unkept(response)


def page_of(request: web.Request) -> URL:
    """The page that a form or a part of a page is asked from; empty where the browser does not say."""
    try:
        return URL(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    except ValueError:
        return URL()


async def _refused(request: web.Request, member: Member, right: str) -> None:
    resource = request.match_info.route.resource
    facts = {"right": right, "method": request.method, "path": resource.canonical if resource else ""}

    async def tell(tx: Transaction) -> None:
        audit.write(tx, member.actor, "access.refused", "right:" + right, facts)
        tx.note("access.refused", actor=member.actor, failed=right, about=facts["path"], channel="web")

    await request.app[DATABASE].run(tell)


async def _not_done(request: web.Request, member: Member, reason: str) -> None:
    """The business said no to what a member wanted, or it is not there for them, perhaps beyond their reach: a line for
    the journal, no entry of the trail."""
    resource = request.match_info.route.resource

    async def tell(tx: Transaction) -> None:
        tx.note("access.not_done", actor=member.actor, failed=reason, about=resource.canonical if resource else "",
                channel="web")

    await request.app[DATABASE].run(tell)
