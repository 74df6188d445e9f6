"""A small hospital with two patients' phones and four members of staff, and the whole application before them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import aiohttp
import time_machine
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from arq.connections import ArqRedis
from PIL import Image
from sqlalchemy import select

from bot.access import passwords
from bot.access.audit.store import entries as trail
from bot.access.kept import store as kept
from bot.access.people import store as people
from bot.access.roles import store as roles
from bot.access.visits.store import session as visits
from bot.app import build_app
from bot.areas import AREAS
from bot.db.engine import Database
from bot.db.journal import journal
from bot.db.schema import metadata
from bot.house import House
from bot.waker import Waker
from bot.web.access import Access
from bot.web.sign_in import SignIns
from flows.directory.editions.store import edition
from tests.bot.web.site import PlayedSignIns
from tests.flows.booking import ward
from tests.security.entries import ENTRIES
from tests.security.entry import Entry
from tests.security.things import fill
from tests.support.desk import START, TOKEN, Browser, Desk
from tests.support.world import World, test_settings

SECRETS = ("张三明", "孙小满", "张*明", "孙*满")
"""What belongs to contact a, or lies in department 11, and may be read by nobody else."""
NOISE = ("audit_", "access_try", "access_session", "journal")
"""Tables in which being refused may leave a trace."""


@dataclass(frozen=True)
class Way:
    """One route of the application."""

    method: str
    path: str
    access: Access
    entry: Entry
    resource: Any = field(repr=False)
    limit: str = ""
    """The limit that its handler names."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def fields(self) -> frozenset[str]:
        """The names in the address."""
        return frozenset(self.resource.get_info().get("pattern").groupindex) if "{" in self.path else frozenset()

    def address(self, things: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Where it is with these things, and the form that goes there."""
        values = {name: things[kind] for name, kind in {**self.entry.open_, **self.entry.owned}.items()}
        here = {name: values.pop(name, "0") for name in self.fields}
        path = self.path
        for name, value in here.items():
            path = path.replace(f"{{{name}}}", value)
        if self.method == "GET":
            return path + (f"?{urlencode(values)}" if values else ""), {}
        return path, {**values, **self.entry.form}


@dataclass
class Town:
    here: Desk
    world: World
    a: TestClient[Any, Any]
    b: TestClient[Any, Any]
    things: dict[str, str]
    staff: dict[str, Browser] = field(default_factory=dict)

    @property
    def ways(self) -> list[Way]:
        """All routes that have an entry; `test_walk.py` names the others."""
        return [way for way in ways_of(self.here.server.app) if way.name in ENTRIES]

    async def read(self, client: TestClient[Any, Any], way: Way, **more: Any) -> tuple[ClientResponse, str]:
        """Ask with contact a's things, as whoever ``client`` is; with a token of that session."""
        path, form = way.address({**self.things, **more.pop("things", {})})
        token = more.pop("token", "")
        if way.method == "GET":
            answer = await client.get(path, allow_redirects=False, **more)
        else:
            form = {**form, "csrf": token}
            answer = await client.request(way.method, path, data=form, allow_redirects=False, **more)
        body = await answer.read()
        return answer, body.decode("utf-8", "replace")

    async def token(self, client: TestClient[Any, Any]) -> str:
        """A token of this client's session, from a page of it."""
        for path in ("/h5/patients/new", "/desk/account"):
            found = TOKEN.search(await (await client.get(path, allow_redirects=False)).text())
            if found:
                return found[1]
        raise AssertionError("no form anywhere")

    async def rows(self) -> dict[str, list[Any]]:
        """Everything in the database that being refused must leave as it is."""
        async with self.here.database.reading() as tx:
            return {
                name: sorted(map(repr, await tx.all(select(table))))
                for name, table in metadata.tables.items()
                if not name.startswith(NOISE)
            }

    async def attempts(self, *reasons: str) -> int:
        """Lines of the journal about pages that were refused for one of these reasons."""
        async with self.here.database.reading() as tx:
            found = await tx.all(select(journal.c.reason).where(journal.c.kind == "page.refused"))
        return sum(row.reason in reasons for row in found)

    async def refusals(self) -> int:
        async with self.here.database.reading() as tx:
            found = await tx.all(select(trail.c.act))
        return sum(row.act == "access.refused" for row in found)


def ways_of(app: Any) -> Iterator[Way]:
    for route in app.router.routes():
        if route.method == "HEAD" or route.resource is None:
            continue
        name = f"{route.method} {route.resource.canonical}"
        access = getattr(route.handler, "access", None)
        assert access is not None, name
        limit = getattr(route.handler, "limit", "")
        yield Way(route.method, route.resource.canonical, access, ENTRIES.get(name, Entry()), route.resource, limit)


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    cheap = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)
    free = dict.fromkeys(("pages", "changes", "searches", "holds", "codes", "sign_ins", "desk", "door"), 0)
    with mock.patch.object(passwords, "_HASHER", cheap), time_machine.travel(START, tick=True) as clock:
        world = World(database, settings=test_settings(limits=free, var=folder))
        await ward.open_hospital(world)
        world.ports.put(SignIns, PlayedSignIns())
        redis = ArqRedis()
        async with aiohttp.ClientSession() as session:
            house = House(world.settings, database, world.wording, world.ports, world.dispatcher, redis, session,
                          Waker(redis))
            server = TestServer(build_app(house))
            await server.start_server()
            here = Desk(database, world.settings, server, clock)
            try:
                made = Town(here, world, await _contact(here, "o-a"), await _contact(here, "o-b"), await fill(world))
                await _staff(made)
                yield made
            finally:
                for client in here.clients:
                    await client.close()
                await server.close()


async def _contact(here: Desk, openid: str) -> TestClient[Any, Any]:
    """A browser whose owner the channel has named."""
    client: TestClient[Any, Any] = TestClient(here.server, cookie_jar=aiohttp.CookieJar(unsafe=True))
    here.clients.append(client)
    answer = await client.get("/h5/patients/", allow_redirects=False)
    state = answer.headers["Location"].partition("&state=")[2]
    answer = await client.get(f"/h5/sign-in/main?state={state}&code=code-{openid}", allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return client


async def _staff(town: Town) -> None:
    """``boss`` may everything; ``nobody`` nothing; ``elsewhere`` everything, as far as it reaches department 15; and
    a colleague of department 11, who is somebody to look at."""
    here = town.here
    rights = {slug: "all" for area in AREAS.all for slug in area.permits}
    ranged = {slug: "department" for area in AREAS.all for slug in area.ranged}
    colleague = await here.hire("colleague", role={}, departments=["11"])
    chief = await here.hire("boss", admin=True)
    async with here.database.transaction() as tx:
        await people.change(tx, (await people.by_login(tx, "boss")).id, doctor="D1023")
    boss = await here.enter(chief)
    nobody = await here.enter(await here.hire("nobody", role={}))
    elsewhere = await here.enter(await here.hire("elsewhere", role=rights | ranged, departments=["15"]))
    town.things["picture"] = await _picture(town, boss)
    town.staff = {"boss": boss, "nobody": nobody, "elsewhere": elsewhere}
    async with here.database.reading() as tx:
        town.things["colleague"] = colleague.public_id
        town.things["role"] = (await roles.all_roles(tx))[-1].public_id
        town.things["visit"] = await tx.scalar(select(visits.c.public_id).order_by(visits.c.id))
    async with here.database.transaction() as tx:
        owner = await people.by_login(tx, "colleague")
        assert owner is not None
        await kept.keep(tx, owner.id, "staff", "在职", "/desk/staff/?state=active")
        town.things["filter"] = (await kept.of(tx, owner.id))[0].public_id


async def _picture(town: Town, boss: Browser) -> str:
    """A doctor's picture in a draft of their page; gives its name."""
    path = "/desk/directory/subject/doctor-D1023"
    await boss.get(path)
    out = io.BytesIO()
    Image.new("RGB", (80, 80)).save(out, "PNG")
    sent = aiohttp.FormData({"csrf": boss.token, "revision": "0"})
    sent.add_field("picture", out.getvalue(), filename="x.png", content_type="image/png")
    answer = await boss.client.post(f"{path}/picture", data=sent, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    async with town.here.database.reading() as tx:
        found = await tx.one(select(edition.c.picture, edition.c.public_id))
    assert found is not None
    town.things["edition"] = found.public_id
    return str(found.picture)
