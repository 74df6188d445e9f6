"""Pages know the contact by the channel's sign-in (OAuth), and by nothing that stands in an address.

::

    GET /h5/...  no session -> cookie (where to, nonce) + redirect to the channel with state = nonce and its mark
    channel      -> GET /h5/sign-in/{account}?code=&state=
                 state is ours, and its nonce is in this browser's cookie -> code -> openid -> contact -> session

A link that is forwarded opens as whoever opens it. An address of the way back that is forwarded opens as nobody: the
nonce is in the cookie of the browser that began.
"""

from __future__ import annotations

import hmac
import re
import secrets

from aiohttp import web

from bot import keys, logs
from bot.context import Contact
from bot.db import visitors
from bot.db.transaction import Transaction
from bot.errors import BadInput, OutsideError, OutsideRefused
from bot.web import cookies, sessions
from bot.web.access import public
from bot.web.faults import Kind, page_fault
from bot.web.keys import DATABASE, PORTS, SETTINGS
from bot.web.limits import limited
from bot.web.sign_in import SignIn, SignIns

log = logs.get(__name__)

SECONDS = 600
TRIES = 2
"""So often a browser is sent to the channel for one page; more would be a circle."""
MOST_OPEN = 3
"""Sign-ins that one browser may have begun at a time (pages opened side by side)."""
LONGEST = 1500
"""A longer address is remembered without its query: it must fit into a cookie."""
_STATE = re.compile(r"[0-9a-f]{80}")
_COOKIE = re.compile(r"(?:__Host-)?(sign-in-[0-9a-f]{8})")


def setup(app: web.Application) -> None:
    """The address the channel sends browsers back to."""
    app.router.add_get("/h5/sign-in/{account}", signed_in, allow_head=False)


def account_of(request: web.Request) -> str:
    """The account that is asked for (``?account=``), or "" where any will do."""
    asked = request.query.get("account", "")
    return asked if asked in request.app[SETTINGS].accounts else ""


def begin(request: web.Request, path: str, account: str = "", tries: int = 0) -> web.Response:
    """Send the browser to the channel of ``account`` (or of the first that has a sign-in) and then back to ``path``."""
    found = _sign_in(request, account)
    if found is None or tries >= TRIES:
        return page_fault(request, Kind.SIGN_IN, again=path)
    name, sign_in = found
    nonce = secrets.token_hex(16)
    settings = request.app[SETTINGS]
    target = sign_in.url(f"{settings.base_url}/h5/sign-in/{name}", nonce + _mark(nonce))
    response = web.Response(status=302, headers={"Location": target, "Cache-Control": "no-store"})
    for old in _open(request)[: 1 - MOST_OPEN]:
        cookies.drop(request, response, old)
    kept = {"nonce": nonce, "account": name, "path": path if len(path) < LONGEST else request.path, "tries": tries + 1}
    cookies.put(request, response, _cookie(nonce), kept, SECONDS)
    return response


@public
@limited("sign_ins")
async def signed_in(request: web.Request) -> web.StreamResponse:
    """The browser comes back with a code."""
    state, account = request.query.get("state", ""), request.match_info["account"]
    if not _STATE.fullmatch(state) or not hmac.compare_digest(state[32:], _mark(state[:32])):
        raise BadInput("forged_state")
    name = _cookie(state[:32])
    kept = cookies.read(request, name)
    if kept is None or kept["nonce"] != state[:32] or kept["account"] != account:
        # Of another browser (forwarded), or used, or left open for too long.
        log.info("sign_in_refused", reason="foreign_state")
        return page_fault(request, Kind.SIGN_IN)
    response = await _finish(request, account, kept["path"], kept["tries"])
    cookies.drop(request, response, name)
    return response


async def _finish(request: web.Request, account: str, path: str, tries: int) -> web.Response:
    """A fault leads to the page that was wanted, never to this address: it serves once."""
    found = _sign_in(request, account)
    code = request.query.get("code", "")
    if found is None or not code:
        return page_fault(request, Kind.SIGN_IN, again=path)
    try:
        visitor = await found[1].visitor(code)
    except OutsideRefused as error:
        # A code is good once, for five minutes: somebody came back by the browser's history.
        log.info("sign_in_refused", reason="code", code=error.code)
        return begin(request, path, account, tries)
    except OutsideError:
        return page_fault(request, Kind.BUSY, again=path)
    if visitor.snapshot:
        log.info("sign_in_refused", reason="snapshot")
        return page_fault(request, Kind.SNAPSHOT, again=path)
    contact = await _contact(request, account, visitor.channel, visitor.external_id)
    response = web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
    sessions.begin(request, response, contact)
    return response


async def _contact(request: web.Request, account: str, channel: str, external_id: str) -> Contact:
    async def work(tx: Transaction) -> Contact:
        return await visitors.visited(tx, account, channel, external_id)

    return await request.app[DATABASE].run(work)


def _sign_in(request: web.Request, account: str) -> tuple[str, SignIn] | None:
    ports, accounts = request.app[PORTS], request.app[SETTINGS].accounts
    if SignIns not in ports:
        return None
    for name in [account] if account else accounts:
        if (sign_in := ports[SignIns].of(name)) is not None:
            return name, sign_in
    return None


def _mark(nonce: str) -> str:
    return keys.ring().hash(nonce, "web.sign_in").hex()[:48]


def _cookie(nonce: str) -> str:
    return f"sign-in-{nonce[:8]}"


def _open(request: web.Request) -> list[str]:
    """Cookies of sign-ins that this browser began, the oldest first as browsers send them."""
    return [match[1] for name in request.cookies if (match := _COOKIE.fullmatch(name))]
