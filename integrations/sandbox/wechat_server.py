"""The played API of WeChat: tokens, and the table of all that can be asked.

All hosts of the platform are one here: ``api_base`` and ``oauth_base`` of a sandbox account both point at
``.../sandbox/play/wechat``. Answers, errcodes and limits are WeChat's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import clock
from integrations.sandbox import wechat_files, wechat_menus, wechat_messages, wechat_oauth, wechat_people
from integrations.sandbox.play_account import TOKEN_LIFE, PlayAccount
from integrations.sandbox.refusal import PlayRefusal, errcode_answer, plain_json
from integrations.sandbox.state import ACCOUNTS

# Escapes of control characters and of the quote are JSON's own business; those of letters WeChat refuses.
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")

Call = Callable[[PlayAccount, web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


def wechat_app(accounts: Iterable[PlayAccount]) -> web.Application:
    """To be mounted at ``/sandbox/play/wechat``."""
    app = web.Application(middlewares=[_refusals], client_max_size=12 * 1024 * 1024)
    app[ACCOUNTS] = {account.app_id: account for account in accounts}
    app.router.add_post("/cgi-bin/stable_token", _stable_token)
    app.router.add_get("/cgi-bin/token", _token)
    for modul in (wechat_messages, wechat_menus, wechat_people, wechat_files):
        for method, path, call in modul.CALLS:
            app.router.add_route(method, path, _with_token(call))
    app.router.add_get("/cgi-bin/ticket/getticket", _with_token(_ticket))
    app.add_routes(wechat_oauth.ROUTES)
    app.add_routes(wechat_files.OPEN_ROUTES)
    return app


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except PlayRefusal as refusal:
        return errcode_answer(refusal.errcode, refusal.errmsg)


def _with_token(call: Call) -> Handler:
    """Check the token, find its account, read the JSON body (if there is one) before ``call``."""

    async def handler(request: web.Request) -> web.StreamResponse:
        token = request.query.get("access_token", "")
        known = [each for each in request.app[ACCOUNTS].values() if token in each.tokens]
        account = known[0] if known else next(iter(request.app[ACCOUNTS].values()))
        account.check_token(token)
        if request.method == "POST" and not request.content_type.startswith("multipart/"):
            return await call(account, request, await _body(request))
        return await call(account, request, {})

    return handler


async def _body(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    if not raw:
        raise PlayRefusal(44002)
    if _ESCAPED.search(raw):
        raise PlayRefusal(40033)
    try:
        body = json.loads(raw)
    except ValueError:
        raise PlayRefusal(47001) from None
    if not isinstance(body, dict):
        raise PlayRefusal(47001)
    return body


def _credentials(request: web.Request, app_id: Any, secret: Any, grant: Any) -> PlayAccount:
    account = request.app[ACCOUNTS].get(app_id)
    if account is None:
        raise PlayRefusal(40013)
    if secret != account.settings.app_secret:
        raise PlayRefusal(40125)
    if grant != "client_credential":
        raise PlayRefusal(40002, "invalid grant_type")
    return account


async def _stable_token(request: web.Request) -> web.Response:
    body = await _body(request)
    account = _credentials(request, body.get("appid"), body.get("secret"), body.get("grant_type"))
    token, seconds = account.stable_token(bool(body.get("force_refresh")))
    return plain_json({"access_token": token, "expires_in": seconds})


async def _token(request: web.Request) -> web.Response:
    query = request.query
    account = _credentials(request, query.get("appid"), query.get("secret"), query.get("grant_type"))
    token, seconds = account.plain_token()
    return plain_json({"access_token": token, "expires_in": seconds})


async def _ticket(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    now = clock.now()
    if account.ticket is None or account.ticket[1] <= now:
        account.ticket = (f"sandbox-ticket-{account.next_id()}", now + TOKEN_LIFE)
    ticket, until = account.ticket
    return plain_json({"errcode": 0, "errmsg": "ok", "ticket": ticket,
                       "expires_in": int((until - now).total_seconds())})
