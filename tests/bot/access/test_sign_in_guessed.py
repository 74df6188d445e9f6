"""Signing in by guessing: names, passwords and codes, one after the other and at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.db.engine import Database
from tests.support.desk import PASSWORD, desk


async def test_guessing_a_password_is_locked_out_and_the_waits_grow(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        browser = await here.browser()
        await browser.get("/desk/sign-in")
        for _ in range(5):
            await browser.post("/desk/sign-in", login="boss", password="guess")
            assert browser.status == 422
        page = await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
        assert browser.status == 429 and "以后再试" in page
        here.clock.shift(timedelta(seconds=61))
        await browser.post("/desk/sign-in", login="boss", password="guess")
        assert browser.status == 422
        here.clock.shift(timedelta(seconds=61))
        await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
        assert browser.status == 429
        here.clock.shift(timedelta(seconds=61))
        await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
        assert browser.location == "/desk/sign-in/code"
        assert (await here.acts()).count("access.wrong_password") == 6
        assert boss.login == "boss"


async def test_guesses_at_once_are_all_counted(database: Database) -> None:
    async with desk(database) as here:
        await here.hire("boss", admin=True)
        browser = await here.browser()
        await browser.get("/desk/sign-in")
        tries = [browser.client.post("/desk/sign-in", allow_redirects=False, data={
            "csrf": browser.token, "login": "boss", "password": f"guess {n}"}) for n in range(12)]
        answers = [answer.status for answer in await asyncio.gather(*tries)]
        assert answers.count(422) == 5 and answers.count(429) == 7


async def test_an_address_that_tries_many_names_is_locked_out(database: Database) -> None:
    async with desk(database, desk={"address_tries": 6}) as here:
        browser = await here.browser()
        await browser.get("/desk/sign-in")
        states = []
        for number in range(8):
            await browser.post("/desk/sign-in", login=f"name{number}", password="guess")
            states.append(browser.status)
        assert states == [422] * 6 + [429] * 2


async def test_guessing_codes_is_locked_out(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        browser = await here.browser()
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", login="boss", password=PASSWORD)
        await browser.get("/desk/sign-in/code")
        right = here.code(boss)
        for number in range(5):
            await browser.post("/desk/sign-in/code", code=f"{(int(right) + number + 1) % 1000000:06}")
            assert browser.status == 422
        await browser.post("/desk/sign-in/code", code=here.code(boss))
        assert browser.status == 429


async def test_unknown_names_and_wrong_passwords_are_told_alike(database: Database) -> None:
    async with desk(database) as here:
        await here.hire("boss", admin=True)
        one, other = await here.browser(), await here.browser()
        await one.get("/desk/sign-in")
        await other.get("/desk/sign-in")
        first = await one.post("/desk/sign-in", login="boss", password="guess")
        second = await other.post("/desk/sign-in", login="ghost", password="guess")
        assert first.replace("boss", "ghost").split("csrf")[0] == second.split("csrf")[0]
        assert "登录名或密码不对" in first and "登录名或密码不对" in second
