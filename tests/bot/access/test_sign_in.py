"""Signing in as an attacker would try it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pyotp
import pytest

from bot.access.visits import store as visits
from bot.db.engine import Database
from tests.support.desk import PASSWORD, desk


async def test_an_administrator_enters_and_the_trail_tells(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        browser = await here.enter(boss)
        page = await browser.get("/desk/staff/")
        assert browser.status == 200 and "boss" in page
        assert browser.answer and browser.answer.headers["Cache-Control"] == "no-store"
        assert (await here.acts())[-2:] == ["access.password", "access.signed_in"]


async def test_nobody_enters_without(database: Database) -> None:
    async with desk(database) as here:
        browser = await here.browser()
        for path in ("/desk/", "/desk/staff/", "/desk/audit/", "/desk/account", "/desk/patients/find"):
            await browser.get(path)
            assert (browser.status, browser.location) == (303, "/desk/sign-in")
        await browser.post("/desk/staff/new", login="x", name="x")
        assert browser.location == "/desk/sign-in"


async def test_half_way_through_the_door_nothing_opens(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        browser = await here.browser()
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
        await browser.get("/desk/staff/")
        assert browser.location == "/desk/sign-in/code"
        await browser.get("/desk/sign-in/enrol")
        assert browser.location == "/desk/sign-in/code"
        assert boss.secret not in browser.page


async def test_the_session_s_token_changes_at_each_step(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        browser = await here.browser()
        browser.plant("planted-by-somebody-else-0123456789")
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
        half = browser.cookie()
        assert half and half != "planted-by-somebody-else-0123456789"
        await browser.get("/desk/sign-in/code")
        await browser.post("/desk/sign-in/code", code=here.code(boss))
        whole = browser.cookie()
        assert whole != half
        thief = await here.browser()
        thief.plant(half)
        await thief.get("/desk/")
        assert thief.location == "/desk/sign-in"


async def test_a_cookie_that_scripts_and_other_sites_cannot_use(database: Database) -> None:
    async with desk(database, public_url="https://hospital.example") as here:
        await here.hire("boss", admin=True)
        browser = await here.browser()
        await browser.get("/desk/sign-in")
        # aiohttp's jar keeps secure cookies for https, as it should; the test speaks http behind the "proxy".
        held = "; ".join(f"{name}={value.value}" for name, value in browser.answer.cookies.items())
        sent = {"csrf": browser.token, "login": "boss", "password": PASSWORD}
        answer = await browser.client.post("/desk/sign-in", allow_redirects=False, headers={"Cookie": held}, data=sent)
        cookie = answer.cookies["__Host-desk"]
        assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Strict" and cookie["path"] == "/"


async def test_the_same_code_opens_nothing_twice(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        code = here.code(boss)
        first, second = await here.browser(), await here.browser()
        for browser in (first, second):
            await browser.get("/desk/sign-in")
            await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
            await browser.get("/desk/sign-in/code")
        await first.post("/desk/sign-in/code", code=code)
        assert first.location == "/desk/"
        page = await second.post("/desk/sign-in/code", code=code)
        assert second.status == 422 and "用过" in page
        assert "access.reused_code" in await here.acts()


async def test_the_same_code_at_the_same_moment_opens_once(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        code, browsers = here.code(boss), [await here.browser() for _ in range(4)]
        for browser in browsers:
            await browser.get("/desk/sign-in")
            await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
            await browser.get("/desk/sign-in/code")
        await asyncio.gather(*(browser.post("/desk/sign-in/code", code=code) for browser in browsers))
        assert sorted(browser.status for browser in browsers) == [303, 422, 422, 422]


async def test_a_form_without_our_token_is_not_taken(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        browser = await here.enter(boss)
        other = await here.enter(boss)
        for token in ("", "x" * 48, other.token):
            await browser.post("/desk/staff/new", csrf=token, login="mallory", name="Mallory")
            assert browser.status == 400
        await browser.get("/desk/")
        foreign = {"Origin": "https://evil.example"}
        async with browser.client.post("/desk/sign-out", data={"csrf": browser.token}, headers=foreign) as answer:
            assert answer.status == 400
        assert (await here.acts()).count("staff.added") == 1 and "access.signed_out" not in await here.acts()


async def test_a_session_ends_when_idle_when_old_and_when_ended(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        idle = await here.enter(boss)
        here.clock.shift(timedelta(minutes=29))
        await idle.get("/desk/")
        assert idle.status == 200
        here.clock.shift(timedelta(minutes=31))
        await idle.get("/desk/")
        assert idle.location == "/desk/sign-in"
        old = await here.enter(boss)
        for _ in range(30):
            here.clock.shift(timedelta(minutes=25))
            await old.get("/desk/")
        assert old.location == "/desk/sign-in"
        one, two = await here.enter(boss), await here.enter(boss)
        await one.get("/desk/account")
        await one.post("/desk/account/sessions/end-others")
        await two.get("/desk/")
        assert two.location == "/desk/sign-in"
        await one.get("/desk/")
        assert one.status == 200
        await one.post("/desk/sign-out")
        await one.get("/desk/")
        assert one.location == "/desk/sign-in"


async def test_nobody_ends_the_session_of_somebody_else(database: Database) -> None:
    async with desk(database) as here:
        boss, clerk = await here.hire("boss", admin=True), await here.hire("clerk", role={})
        mine, theirs = await here.enter(boss), await here.enter(clerk)
        async with here.database.reading() as tx:
            full = visits.session.select().where(visits.session.c.stage == "full")
            found = await tx.all(full.order_by(visits.session.c.id))
        await theirs.post(f"/desk/account/sessions/{found[0].public_id}/end")
        assert theirs.status == 404
        await mine.get("/desk/")
        assert mine.status == 200


async def test_first_sign_in_sets_up_factor_and_password(database: Database) -> None:
    async with desk(database) as here:
        await here.hire("boss", admin=True, enrolled=False)
        browser = await here.browser()
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
        assert browser.location == "/desk/sign-in/enrol"
        page = await browser.get("/desk/sign-in/enrol")
        secret = page.split('id="secret">')[1].split("<")[0].replace(" ", "")
        await browser.post("/desk/sign-in/enrol", code="000000")
        assert browser.status == 422
        page = await browser.post("/desk/sign-in/enrol", code=pyotp.TOTP(secret).now())
        assert browser.status == 200 and page.count("<li><code>") == 10
        spare = page.split("<li><code>")[1].split("<")[0]
        await browser.get("/desk/")
        assert browser.location == "/desk/sign-in/password"
        await browser.get("/desk/sign-in/password")
        for new, told in (("short", "至少 12 位"), ("aaaaaaaaaaaaaaa", "种"), ("boss and me 2027", "猜到"),
                          ("123456789012", "种"), (PASSWORD, "以前用过")):
            page = await browser.post("/desk/sign-in/password", old=PASSWORD, new=new, again=new)
            assert browser.status == 422 and told in page
        fresh = "Kingfisher 77 reeds"
        await browser.post("/desk/sign-in/password", old=PASSWORD, new=fresh, again=fresh)
        assert browser.location == "/desk/"
        for expected in (303, 422):  # a recovery code serves once
            other = await here.browser()
            await other.get("/desk/sign-in")
            await other.post("/desk/sign-in", login="boss", password=fresh)
            await other.get("/desk/sign-in/code")
            await other.post("/desk/sign-in/code", code=spare.lower())
            assert other.status == expected


@pytest.mark.parametrize(("networks", "proxies", "forwarded", "status"), [
    ("127.0.0.0/8", "", "", 200),
    ("10.0.0.0/8", "", "", 403),
    ("10.0.0.0/8", "", "10.1.2.3", 403),
    ("10.0.0.0/8", "127.0.0.1/32", "10.1.2.3", 200),
    ("10.0.0.0/8", "127.0.0.1/32", "10.1.2.3, 203.0.113.9", 403),
    ("10.0.0.0/8", "127.0.0.1/32", "nonsense", 403),
])
async def test_the_desk_is_closed_to_outside_networks(
    sqlite_database: Database, networks: str, proxies: str, forwarded: str, status: int
) -> None:
    async with desk(sqlite_database, desk={"networks": networks, "proxies": proxies}) as here:
        browser = await here.browser()
        await browser.get("/desk/sign-in", headers={"X-Forwarded-For": forwarded} if forwarded else {})
        assert browser.status == status
