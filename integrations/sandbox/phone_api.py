"""The JSON API of the phone page; README.md lists it. CORS is open to pages of the same host, whatever their port."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError
from yarl import URL

from bot.errors import BadInput
from integrations.sandbox import events
from integrations.sandbox.asked import body_of, phone_of
from integrations.sandbox.misbehave import MISBEHAVIOUR
from integrations.sandbox.phones import Entry, Phone
from integrations.sandbox.play_account import PlayAccount
from integrations.sandbox.sms_server import SmsServer
from integrations.sandbox.state import ACCOUNTS, COURIER, PHONES
from integrations.sandbox.wechat_files import keep
from integrations.sandbox.wechat_oauth import COOKIE

SMS = web.AppKey("sms", SmsServer)
HEARTBEAT = 15.0
routes = web.RouteTableDef()


@web.middleware
async def same_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    """CORS, and BadInput as JSON. A page elsewhere on the internet must not play with a developer's sandbox."""
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).hostname != request.url.host:
        return web.json_response({"error": "foreign_origin"}, status=403)
    try:
        response = await handler(request)
    except BadInput as error:
        response = web.json_response({"error": error.reason}, status=400)
    except ValidationError as error:
        wrong = [{"field": ".".join(map(str, each["loc"])), "expected": each["msg"]} for each in error.errors()]
        response = web.json_response({"error": "bad_switch", "fields": wrong}, status=400)
    if not response.prepared:
        response.headers.update(_cors(origin))
    return response


async def preflight(request: web.Request) -> web.Response:
    """A browser asks before it posts JSON to another port; the answer is in the headers of ``same_host``."""
    return web.Response(status=204)


def _cors(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Headers": "Content-Type, Last-Event-ID",
            "Access-Control-Allow-Methods": "GET, POST, DELETE", "Vary": "Origin"} if origin else {}


@routes.get("/state")
async def state(request: web.Request) -> web.Response:
    accounts = _accounts(request)
    app_ids = {name: account.app_id for name, account in accounts.items()}
    return web.json_response({
        "accounts": [{"name": name, "app_id": account.app_id, "original_id": account.original_id}
                     for name, account in accounts.items()],
        "phones": [phone.json(app_ids) for phone in request.config_dict[PHONES]],
        "misbehaviour": request.config_dict[MISBEHAVIOUR].json()})


@routes.post("/accounts/{name}/check")
async def check_account(request: web.Request) -> web.Response:
    """Whether the hospital's callback address answers as it must when it is entered at the platform."""
    account = _account(request, {"account": request.match_info["name"]})
    return web.json_response({"ok": await request.config_dict[COURIER].check(account)})


@routes.post("/phones")
async def add_phone(request: web.Request) -> web.Response:
    body = await body_of(request)
    phone = request.config_dict[PHONES].add(str(body.get("nickname", "")), str(body.get("mobile", "")))
    return web.json_response(phone.json({name: each.app_id for name, each in _accounts(request).items()}), status=201)


@routes.post("/phones/{number}/settings")
async def phone_settings(request: web.Request) -> web.Response:
    """``{"mobile", "nickname", "snapshot"}``, each if it is to change."""
    phone, body = phone_of(request), await body_of(request)
    phone.mobile = str(body.get("mobile", phone.mobile))
    phone.nickname = str(body.get("nickname", phone.nickname))
    phone.snapshot = bool(body.get("snapshot", phone.snapshot))
    return web.json_response(phone.json({name: each.app_id for name, each in _accounts(request).items()}))


@routes.post("/phones/{number}/send")
async def send(request: web.Request) -> web.Response:
    """``{"text"}``, or ``{"kind", ...}`` with WeChat's elements; ``menu_id`` where a menu message was tapped."""
    body = await body_of(request)
    phone, account = phone_of(request), _account(request, body)
    kind = str(body.get("kind", "text"))
    given = dict(body) | {"Content": str(body.get("text", ""))} if kind == "text" else dict(body)
    if body.get("menu_id"):
        given["bizmsgmenuid"] = str(body["menu_id"])
    fields = events.message(account, phone, kind, given)
    shown = {name: value for name, value in body.items() if name not in ("account", "kind")}
    return await _deliver(request, account, phone, fields, "sent", {"type": kind, **shown})


@routes.post("/phones/{number}/event")
async def event(request: web.Request) -> web.Response:
    body = await body_of(request)
    phone, account = phone_of(request), _account(request, body)
    name = str(body.get("event", ""))
    fields = events.event(account, phone, name, body)
    shown = {"type": name, **{key: value for key, value in body.items() if key not in ("account", "event")}}
    if fields is None:
        return web.json_response({"entry": phone.receive("event", account.name, shown).json(), "delivered": None})
    return await _deliver(request, account, phone, fields, "event", shown)


@routes.post("/phones/{number}/sms")
async def send_sms(request: web.Request) -> web.Response:
    """``{"text"}``: a text message to the hospital's number."""
    phone, body = phone_of(request), await body_of(request)
    entry = phone.receive("sms_sent", "", {"type": "text", "text": str(body.get("text", ""))})
    request.config_dict[SMS].reply(phone.mobile, str(body.get("text", "")))
    return web.json_response({"entry": entry.json()})


@routes.post("/phones/{number}/upload")
async def upload(request: web.Request) -> web.Response:
    """The body is the file; ``?kind=image|voice|video&name=&account=``. Its media id, to be sent as ``MediaId``."""
    account = _account(request, dict(request.query))
    kind, name = request.query.get("kind", "image"), request.query.get("name", "file")
    media_id = keep(account, kind, name, request.content_type, await request.read())
    return web.json_response({"media_id": media_id})


@routes.get("/media/{media_id}")
async def media(request: web.Request) -> web.Response:
    for account in request.app[ACCOUNTS].values():
        if file := account.files.get(request.match_info["media_id"]):
            return web.Response(body=file.content, content_type=file.content_type or "application/octet-stream")
    raise web.HTTPNotFound


@routes.get("/phones/{number}/menu")
async def menu(request: web.Request) -> web.Response:
    account = _account(request, dict(request.query))
    return web.json_response({"button": events.menu_of(account, phone_of(request))})


@routes.get("/phones/{number}/history")
async def history(request: web.Request) -> web.Response:
    return web.json_response({"entries": [entry.json() for entry in phone_of(request).after(_after(request))]})


@routes.get("/phones/{number}/stream")
async def stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events, one for each entry; goes on after ``Last-Event-ID`` (or ``?after=``)."""
    phone, told = phone_of(request), _after(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store",
                                           **_cors(request.headers.get("Origin", ""))})
    queue = phone.watch()
    try:
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        for entry in phone.after(told):
            told = await _tell(response, entry)
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    arrived = await queue.get()
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if arrived is None:
                return response
            # What came between the look at the history and the queue stands in both.
            if arrived.id > told:
                told = await _tell(response, arrived)
    except ConnectionError:
        return response
    finally:
        phone.unwatch(queue)


async def _tell(response: web.StreamResponse, entry: Entry) -> int:
    data = json.dumps(entry.json(), ensure_ascii=False)
    await response.write(f"id: {entry.id}\nevent: {entry.way}\ndata: {data}\n\n".encode())
    return entry.id


@routes.get("/phones/{number}/open")
async def open_page(request: web.Request) -> web.Response:
    """Open ``?url=`` as this phone's browser: the cookie tells the played sign-in who it is."""
    phone, url = phone_of(request), request.query.get("url", "")
    if urlsplit(url).scheme not in ("http", "https"):
        raise BadInput("bad_url")
    home = URL(next(iter(request.app[ACCOUNTS].values())).settings.oauth_base)
    if home.authority != request.url.authority:
        # The page may call us localhost and the sign-in 127.0.0.1: a cookie is good for one of them.
        raise web.HTTPFound(home.join(request.rel_url))
    response = web.Response(status=302, headers={"Location": url})
    response.set_cookie(COOKIE, str(phone.number), httponly=True, samesite="Lax", path="/sandbox/play/wechat")
    return response


@routes.get("/misbehave")
async def misbehaviour(request: web.Request) -> web.Response:
    return web.json_response(request.config_dict[MISBEHAVIOUR].json())


@routes.post("/misbehave")
async def set_misbehaviour(request: web.Request) -> web.Response:
    request.config_dict[MISBEHAVIOUR].set(await body_of(request))
    return web.json_response(request.config_dict[MISBEHAVIOUR].json())


@routes.delete("/misbehave")
async def clear_misbehaviour(request: web.Request) -> web.Response:
    request.config_dict[MISBEHAVIOUR].clear()
    return web.json_response(request.config_dict[MISBEHAVIOUR].json())


async def _deliver(request: web.Request, account: PlayAccount, phone: Phone, fields: dict[str, Any], way: str,
                   shown: dict[str, Any]) -> web.Response:
    request.config_dict[PHONES].last = phone
    entry = phone.receive(way, account.name, shown)
    # A page that is reloaded while WeChat waits must not take the message back.
    delivered = await asyncio.shield(request.config_dict[COURIER].deliver(account, phone, fields))
    return web.json_response({"entry": entry.json(), "delivered": delivered.json()})


def _accounts(request: web.Request) -> dict[str, PlayAccount]:
    return {account.name: account for account in request.app[ACCOUNTS].values()}


def _account(request: web.Request, given: dict[str, Any]) -> PlayAccount:
    """The account that is named, or the first."""
    accounts = _accounts(request)
    name = str(given.get("account") or next(iter(accounts), ""))
    if name not in accounts:
        raise BadInput("unknown_account")
    return accounts[name]


def _after(request: web.Request) -> int:
    given = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
    return int(given) if given.isdigit() else 0
