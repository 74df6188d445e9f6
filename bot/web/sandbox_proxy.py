"""The sandbox's own process behind the address of the pages, and a browser for each phone.

``/sandbox/api/...`` and ``/sandbox/play/...`` are handed on as they are. ``/sandbox/phone/<n>/<path>`` is ``<path>`` of
ours as phone ``n`` opens it: addresses and cookies of the answer are moved below that prefix, so that several patients
in one browser are several sessions, and the played sign-in is told which phone it is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot import logs
from bot.web import sandbox_page
from bot.web.access import public
from bot.web.keys import SETTINGS

log = logs.get(__name__)

SESSION: web.AppKey[aiohttp.ClientSession] = web.AppKey("sandbox_session", aiohttp.ClientSession)
BEHIND: web.AppKey[str] = web.AppKey("sandbox_behind", str)
STREAMS: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("sandbox_streams")
HOP = frozenset((
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade", "host", "content-length", "content-encoding", "accept-encoding",
))
METHODS = ("GET", "POST", "DELETE", "OPTIONS")
PLAY = "/sandbox/play/"
_LINK = re.compile(r"""(\s(?:href|action|formaction|src|hx-get|hx-post|hx-delete)=["'])(/(?:h5|desk|api)/)""")
_PLAYED = re.compile(rf"""(\shref=["'])(https?://[^/"'\s]+)({PLAY})""")
"""A page of ours leads to one of a played channel by its whole address, as it does to a real one."""


def setup(app: web.Application, behind: str) -> None:
    """:param behind: address of the sandbox's process, without a path"""
    app[BEHIND] = behind.rstrip("/")
    app[STREAMS] = set()
    app.cleanup_ctx.append(_life)
    app.on_shutdown.append(_hang_up)
    for method in METHODS:
        app.router.add_route(method, "/sandbox/api/{rest:.*}", hand_on)
        app.router.add_route(method, PLAY + "{rest:.*}", hand_on)
        app.router.add_route(method, r"/sandbox/phone/{number:\d{1,4}}/{rest:.*}", browse)
    sandbox_page.setup(app)


async def _life(app: web.Application) -> AsyncIterator[None]:
    # A session of its own: one that kept cookies would mix up the patients, and streams hold connections for hours.
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        app[SESSION] = session
        yield


async def _hang_up(app: web.Application) -> None:
    """A page that is open somewhere must not hold up the stop."""
    streams = app[STREAMS]
    for task in list(streams):
        task.cancel()


@public
async def hand_on(request: web.Request) -> web.StreamResponse:
    """To the sandbox's process, and its answer back, piece by piece as it comes."""
    target = URL(request.app[BEHIND] + request.rel_url.raw_path_qs, encoded=True)
    try:
        async with _ask(request, target) as answer:
            response = web.StreamResponse(status=answer.status, headers=_passed(answer.headers))
            response.headers.setdefault("X-Accel-Buffering", "no")
            await response.prepare(request)
            if answer.content_type == "text/event-stream":
                _note(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            return response
    except aiohttp.ClientConnectionError as error:
        log.info("sandbox_away", error=type(error).__name__)
        return web.json_response({"error": "sandbox_away"}, status=502)


def _note(request: web.Request) -> None:
    task = asyncio.current_task()
    assert task is not None
    request.app[STREAMS].add(task)
    task.add_done_callback(request.app[STREAMS].discard)


@public
async def browse(request: web.Request) -> web.StreamResponse:
    """An address of ours as one phone's browser opens it."""
    number, rest = request.match_info["number"], "/" + request.rel_url.raw_path.split("/", 4)[4]
    target = URL(_own(request) + rest, encoded=True)
    if rest.startswith(PLAY):
        target = URL(request.app[BEHIND] + rest, encoded=True)
    if request.rel_url.raw_query_string:
        target = URL(f"{target}?{request.rel_url.raw_query_string}", encoded=True)
    if rest.startswith(PLAY):
        target = target.update_query(phone=number)
    prefix = f"/sandbox/phone/{number}"
    try:
        async with _ask(request, target) as answer:
            body = await answer.read()
            headers = _passed(answer.headers)
    except aiohttp.ClientConnectionError as error:
        log.info("sandbox_away", error=type(error).__name__)
        return web.Response(status=502, text="502")
    for name in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url"):
        if name in headers:
            headers[name] = _moved(request, headers[name], prefix)
    _move_cookies(headers, prefix)
    if answer.content_type == "text/html":
        body = _below(request, body.decode("utf-8", "replace"), prefix).encode()
    return web.Response(status=answer.status, headers=headers, body=body)


def _ask(request: web.Request, target: URL) -> aiohttp.client._RequestContextManager:
    headers = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in HOP)
    headers["Host"] = request.host
    headers["X-Forwarded-For"] = request.remote or ""
    data = request.content if request.body_exists else None
    # No limit for the whole: a stream lasts as long as the page is open.
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
    return request.app[SESSION].request(
        request.method, target, headers=headers, data=data, allow_redirects=False, timeout=timeout
    )


def _passed(found: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in found.items() if name.lower() not in HOP)


def _own(request: web.Request) -> str:
    """Where this process (or another one on the same port) listens."""
    settings = request.app[SETTINGS]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    return f"http://{host}:{settings.port}"


def _below(request: web.Request, page: str, prefix: str) -> str:
    """The page with its links below the prefix."""

    def played(found: re.Match[str]) -> str:
        known = _is_known(request, urlsplit(found[2]).netloc)
        return f"{found[1]}{prefix}{found[3]}" if known else found[0]

    return _PLAYED.sub(played, _LINK.sub(rf"\g<1>{prefix}\g<2>", page))


def _is_known(request: web.Request, netloc: str) -> bool:
    """Whether it is ours or the sandbox's."""
    known = (request.app[SETTINGS].base_url, request.app[BEHIND], _own(request))
    return netloc == request.host or netloc in {urlsplit(each).netloc for each in known}


def _moved(request: web.Request, address: str, prefix: str) -> str:
    """An address of ours, or of the sandbox, below the prefix; any other as it is."""
    parts = urlsplit(address)
    if parts.netloc and not _is_known(request, parts.netloc):
        return address
    if not parts.path.startswith("/") or parts.path.startswith(prefix + "/"):
        return address
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return prefix + parts.path + query + fragment


def _move_cookies(headers: CIMultiDict[str], prefix: str) -> None:
    cookies = headers.popall("Set-Cookie", [])
    for cookie in cookies:
        headers.add("Set-Cookie", re.sub(r"(?i)(;\s*path=)/", rf"\g<1>{prefix}/", cookie, count=1))
