"""A small site of the real parts: middlewares, sign-in, forms, static files, and four pages of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.db.engine import Database
from bot.errors import BadInput, Conflict, NotFound, OutsideRefused, OutsideUnavailable, Refusal
from bot.ports import Ports
from bot.settings import Account, Settings
from bot.web import forms, health, middlewares, oauth, pages, static
from bot.web.access import public
from bot.web.desk.guard import needs
from bot.web.keys import DATABASE, PORTS, SETTINGS, WORDING
from bot.web.sessions import SESSION
from bot.web.sign_in import SignIns, Visitor
from bot.wording import Wording

FAULTS: dict[str, Exception] = {
    "bad": BadInput("odd"),
    "gone": NotFound("thing"),
    "changed": Conflict("older"),
    "no": Refusal(),
    "away": OutsideUnavailable("no connection to 10.0.0.3", system="his"),
    "ours": RuntimeError("password is swordfish"),
}


class PlayedSignIn:
    """A channel whose codes are ``code-<openid>``; each is good once."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.spent: set[str] = set()
        self.away = False

    def url(self, redirect: str, state: str) -> str:
        return f"https://channel.example/{self.account}?redirect={redirect}&state={state}"

    async def visitor(self, code: str) -> Visitor:
        if self.away:
            raise OutsideUnavailable("away", system="wechat")
        if code in self.spent or not code.startswith("code-"):
            raise OutsideRefused("40163", "code been used", system="wechat")
        self.spent.add(code)
        openid = code.removeprefix("code-")
        return Visitor("wechat", openid, openid.startswith("snap"))


class PlayedSignIns:
    def __init__(self) -> None:
        self.each = {"main": PlayedSignIn("main"), "east": PlayedSignIn("east")}

    def of(self, account: str) -> PlayedSignIn | None:
        return self.each.get(account)


def settings(**changes: Any) -> Settings:
    account = {"channel": "wechat", "app_secret": "s" * 32, "token": "token", "aes_key": "a" * 43}
    accounts = {name: Account(app_id=f"wx{name}00000000", **account) for name in ("main", "east")}
    base = {"secret_key": "t" * 40, "accounts": accounts, "public_url": "http://127.0.0.1"}
    return Settings(**{**base, **changes})


@public
async def open_page(request: web.Request) -> web.Response:
    return web.Response(text="open")


@public
async def fault(request: web.Request) -> web.Response:
    raise FAULTS[request.match_info["name"]]


@needs("site.read")
async def staff(request: web.Request) -> web.StreamResponse:
    return web.Response(text="staff")


@pages.contact_page
async def who(request: web.Request) -> web.StreamResponse:
    async with pages.reading(request) as context:
        assert context.contact is not None
        token = pages.render(request, "common/h5/macros.html.j2")
        answer = web.json_response({"openid": context.contact.external_id, "account": context.contact.account,
                                    "session": request[SESSION].id, "query": request.query_string})
        answer.cookies.update(token.cookies)
        return answer


@pages.contact_page
@pages.in_tx
async def change(request: web.Request, context: Any) -> web.StreamResponse:
    return web.json_response({"by": context.contact.external_id, "sent": await forms.values(request)})


@dataclass
class Site:
    """The application, and browsers that visit it."""

    app: web.Application
    sign_ins: PlayedSignIns
    server: TestServer
    clients: list[TestClient[Any, Any]] = field(default_factory=list)

    async def browser(self) -> TestClient[Any, Any]:
        """A browser with cookies of its own that follows no redirect by itself."""
        client = TestClient(self.server, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.clients.append(client)
        return client

    async def signed_in(self, openid: str, path: str = "/h5/site/who") -> TestClient[Any, Any]:
        browser = await self.browser()
        back = await begin(browser, path)
        answer = await browser.get(f"{back}&code=code-{openid}", allow_redirects=False)
        assert answer.status == 303
        return browser


async def begin(browser: TestClient[Any, Any], path: str) -> str:
    """Open a page without a session; the address (and state) that the channel would send the browser back to."""
    answer = await browser.get(path, allow_redirects=False)
    assert answer.status == 302, await answer.text()
    redirect, _, state = answer.headers["Location"].partition("?redirect=")[2].partition("&state=")
    return f"{redirect.removeprefix('http://127.0.0.1')}?state={state}"


async def make(database: Database, **changes: Any) -> Site:
    app = web.Application(middlewares=middlewares.ALL)
    app[SETTINGS] = settings(**changes)
    app[DATABASE], app[WORDING], app[PORTS] = database, Wording.of(app[SETTINGS], debug=True), Ports()
    sign_ins = PlayedSignIns()
    app[PORTS].put(SignIns, sign_ins)
    static.setup(app)
    oauth.setup(app)
    health.setup(app)
    app.router.add_get("/open", open_page)
    app.router.add_get("/h5/site/fault/{name}", fault)
    app.router.add_get("/api/v1/site/fault/{name}", fault)
    app.router.add_get("/webhooks/site/{name}", fault)
    app.router.add_get("/desk/site/", staff)
    app.router.add_get("/h5/site/who", who)
    app.router.add_post("/h5/site/change", change)
    server = TestServer(app)
    await server.start_server()
    return Site(app, sign_ins, server)
