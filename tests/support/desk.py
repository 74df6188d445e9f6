"""The desk as a browser meets it: the whole web application around one database, and members of staff who sign in."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import aiohttp
import time_machine
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from arq.connections import ArqRedis

from bot.access import factor, passwords
from bot.access.audit import store
from bot.access.office import Office, Profile
from bot.access.people import store as people
from bot.access.rights import ADMINISTRATOR, Places, Rights
from bot.access.roles import store as roles
from bot.app import build_app
from bot.areas import AREAS
from bot.db.engine import Database
from bot.house import House
from bot.settings import Settings
from bot.waker import Waker
from tests.support.world import World, test_settings

PASSWORD = "Grey heron 41"
START = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Staff:
    """A member whose password and second factor are set up."""

    login: str
    public_id: str
    secret: str


@dataclass
class Browser:
    """A browser at the desk. `get` and `post` follow no redirect; `page` is the text of the last answer."""

    client: TestClient[Any, Any]
    page: str = ""
    status: int = 0
    answer: ClientResponse | None = field(default=None, repr=False)

    async def get(self, path: str, **arguments: Any) -> str:
        return await self._took(await self.client.get(path, allow_redirects=False, **arguments))

    async def post(self, path: str, *, csrf: str | None = None, **sent: Any) -> str:
        """A form, with the token of the last page (or `csrf`)."""
        token = self.token if csrf is None else csrf
        pairs: list[tuple[str, str]] = [("csrf", token)]
        for name, value in sent.items():
            pairs += [(name.replace("__", ":"), each) for each in (value if isinstance(value, list) else [value])]
        return await self._took(await self.client.post(path, data=pairs, allow_redirects=False))

    @property
    def token(self) -> str:
        """The token of the forms of the last page."""
        found = TOKEN.search(self.page)
        return found.group(1) if found else ""

    def plant(self, value: str) -> None:
        """Put a session's cookie into the browser, as somebody with a hand on it could."""
        self.client.session.cookie_jar.update_cookies({"desk": value}, self.client.make_url("/"))

    @property
    def location(self) -> str:
        return self.answer.headers.get("Location", "") if self.answer else ""

    def cookie(self, name: str = "desk") -> str:
        for each in self.client.session.cookie_jar:
            if each.key == name:
                return each.value
        return ""

    async def _took(self, answer: ClientResponse) -> str:
        self.answer, self.status = answer, answer.status
        text = await answer.text() if answer.content_type.startswith("text/") else ""
        self.page = text or self.page
        return html.unescape(text)


@dataclass
class Desk:
    database: Database
    settings: Settings
    server: TestServer
    clock: Any
    clients: list[TestClient[Any, Any]] = field(default_factory=list)
    rights: Rights = field(default_factory=lambda: Rights.of(AREAS.all))
    world: Any = None

    async def browser(self) -> Browser:
        client: TestClient[Any, Any] = TestClient(self.server, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.clients.append(client)
        return Browser(client)

    async def hire(
        self, login: str, *, admin: bool = False, role: Mapping[str, str] | None = None,
        departments: Iterable[str] = (), clinics: Iterable[str] = (), enrolled: bool = True,
    ) -> Staff:
        """A member; `role` are rights with their reach, in a role of the member's own name."""
        made = await passwords.hash_of(PASSWORD)
        secret = factor.new_secret()
        async with self.database.transaction() as tx:
            office = Office(tx, self.rights, "command:test")
            await office.begin()
            row = await office.hire(login, login.title(), "", made)
            held = []
            if role is not None:
                held.append(await office.save_role("", 0, f"role of {login}", "", role))
            if admin:
                found = await roles.by_code(tx, ADMINISTRATOR)
                assert found is not None
                held.append(found.public_id)
            places = Places(frozenset(departments), frozenset(clinics))
            await office.change(row.public_id, row.version, Profile(row.name, "", True, places, held))
            if enrolled:
                await people.set_factor(tx, row.id, secret, tx.now)
                await people.change(tx, row.id, password_once=False)
        return Staff(login, row.public_id, secret)

    def code(self, staff: Staff) -> str:
        return factor.code_now(staff.secret, datetime.now(UTC))

    async def enter(self, staff: Staff) -> Browser:
        """Signed in, with a code that nobody has used."""
        self.clock.shift(timedelta(seconds=31))
        browser = await self.browser()
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", login=staff.login, password=PASSWORD)
        assert browser.location == "/desk/sign-in/code", browser.page
        await browser.get("/desk/sign-in/code")
        await browser.post("/desk/sign-in/code", code=self.code(staff))
        assert browser.location == "/desk/", browser.page
        await browser.get("/desk/")
        return browser

    async def acts(self) -> list[str]:
        """What the trail tells, the oldest first."""
        async with self.database.reading() as tx:
            found = await store.find(tx, store.Wanted(), limit=1000)
        return [entry.act for entry in reversed(found)]


@asynccontextmanager
async def desk(database: Database, **changes: Any) -> AsyncIterator[Desk]:
    """A desk at 9 in the morning of 2027-03-01 in the hospital."""
    # Argon2 with little memory: what is tested is the door, not how long a guess takes.
    cheap = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)
    with mock.patch.object(passwords, "_HASHER", cheap), time_machine.travel(START, tick=True) as clock:
        world = World(database, settings=test_settings(**changes))
        redis = ArqRedis()
        async with aiohttp.ClientSession() as session:
            app = build_app(House(world.settings, database, world.wording, world.ports, world.dispatcher, redis,
                                  session, Waker(redis)))
            server = TestServer(app)
            await server.start_server()
            made = Desk(database, world.settings, server, clock, world=world)
            try:
                yield made
            finally:
                for client in made.clients:
                    await client.close()
                await server.close()
