"""Played: sign-in of pages (OAuth2). Which phone has opened the page is told by a cookie (see ``phone_api``)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from bot import clock
from integrations.sandbox.phones import Phone
from integrations.sandbox.play_account import Code, PlayAccount
from integrations.sandbox.refusal import PlayRefusal, plain_json
from integrations.sandbox.state import ACCOUNTS, DOMAINS, PHONES

COOKIE = "sandbox_phone"
CODE_LIFE = timedelta(minutes=5)


async def authorize(request: web.Request) -> web.Response:
    """Send the phone's browser back with a code. Without a known phone: a page to choose one."""
    query = request.query
    account = request.app[ACCOUNTS].get(query.get("appid", ""))
    target = urlsplit(query.get("redirect_uri", ""))
    if account is None or query.get("response_type") != "code":
        return _fault(10012 if account else 10016)
    domains = {request.url.host, *request.config_dict[DOMAINS]}
    if target.scheme not in ("http", "https") or target.hostname not in domains:
        return _fault(10003)
    if query.get("scope") not in ("snsapi_base", "snsapi_userinfo"):
        return _fault(10005)
    phone = _phone(request)
    if phone is None:
        return _choose(request)
    code = secrets.token_urlsafe(24)[:32]
    account.codes[code] = Code(phone, query["scope"], clock.now() + CODE_LIFE)
    back = dict(parse_qsl(target.query, keep_blank_values=True)) | {"code": code, "state": query.get("state", "")}
    raise web.HTTPFound(target._replace(query=urlencode(back), fragment="").geturl())


def _phone(request: web.Request) -> Phone | None:
    number = request.query.get("phone") or request.cookies.get(COOKIE, "")
    phones = request.config_dict[PHONES]
    return phones[int(number)] if number.isdigit() and int(number) in phones else None


def _fault(code: int) -> web.Response:
    return web.Response(status=200, text=f"<h1>{code}</h1>", content_type="text/html")


def _choose(request: web.Request) -> web.Response:
    rows = [f'<li><a href="{escape(str(request.rel_url.update_query(phone=str(phone.number))))}">'
            f"{phone.number} {escape(phone.nickname)}</a></li>" for phone in request.config_dict[PHONES]]
    return web.Response(text=f"<!doctype html><meta charset=utf-8><ul>{''.join(rows)}</ul>", content_type="text/html")


async def access_token(request: web.Request) -> web.Response:
    """Redeem a code: once, within five minutes."""
    query = request.query
    account = request.app[ACCOUNTS].get(query.get("appid", ""))
    if account is None:
        raise PlayRefusal(40013)
    if query.get("secret") != account.settings.app_secret:
        raise PlayRefusal(40125)
    if not query.get("code"):
        raise PlayRefusal(41008, "missing code")
    code = account.codes.get(query["code"])
    if code is None or code.until <= clock.now():
        raise PlayRefusal(40029)
    if code.spent:
        raise PlayRefusal(40163)
    code.spent = True
    return plain_json(_grant(account, code))


def _grant(account: PlayAccount, code: Code) -> dict[str, Any]:
    token = secrets.token_urlsafe(64)
    account.grants[token] = code
    answer: dict[str, Any] = {
        "access_token": token, "expires_in": 7200, "refresh_token": secrets.token_urlsafe(64),
        "openid": code.phone.seat(account.app_id).openid, "scope": code.scope}
    if code.phone.snapshot:
        answer["is_snapshotuser"] = 1
    return answer


async def userinfo(request: web.Request) -> web.Response:
    """What snsapi_userinfo allows to know: the name."""
    token, openid = request.query.get("access_token", ""), request.query.get("openid")
    for account in request.app[ACCOUNTS].values():
        code = account.grants.get(token)
        if code and code.phone.seat(account.app_id).openid == openid:
            if code.scope != "snsapi_userinfo":
                raise PlayRefusal(48001)
            return plain_json({
                "openid": openid, "nickname": code.phone.nickname, "sex": 0, "province": "", "city": "",
                "country": "", "headimgurl": "", "privilege": [], "unionid": f"u{openid[1:]}"})
    raise PlayRefusal(40001)


ROUTES = [
    web.get("/connect/oauth2/authorize", authorize),
    web.get("/sns/oauth2/access_token", access_token),
    web.get("/sns/userinfo", userinfo),
]
