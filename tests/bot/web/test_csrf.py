"""A form is taken only from a page that we gave to this session."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from tests.bot.web.site import Site

CHANGE = "/h5/site/change"
Browser = TestClient[Any, Any]


async def token_of(browser: Browser) -> str:
    await browser.get("/h5/site/who")
    return next(cookie.value for cookie in browser.session.cookie_jar if cookie.key == "csrf")


async def test_a_form_of_ours_is_taken(site: Site) -> None:
    browser = await site.signed_in("o1")
    token = await token_of(browser)
    answer = await browser.post(CHANGE, data={"csrf": token, "name": "张三"})
    sent = await answer.json()
    assert (answer.status, sent["by"], sent["sent"]["name"]) == (200, "o1", "张三")
    assert (await browser.post(CHANGE, data={}, headers={"X-CSRF-Token": token})).status == 200


@pytest.mark.parametrize("token", ["", "0" * 80, "é" * 80, "x"])
async def test_a_form_without_our_token_is_not(site: Site, token: str) -> None:
    browser = await site.signed_in("o1")
    await token_of(browser)
    answer = await browser.post(CHANGE, data={"csrf": token, "name": "x"})
    assert answer.status == 400
    assert "页面放得久了" in await answer.text()


async def test_a_token_of_another_session_is_not_taken(site: Site) -> None:
    """Also not when an attacker managed to put the cookie that goes with it into the victim's browser."""
    attacker, victim = await site.signed_in("o-attacker"), await site.signed_in("o-victim")
    stolen = await token_of(attacker)
    victim.session.cookie_jar.update_cookies({"csrf": stolen}, victim.make_url("/"))
    assert (await victim.post(CHANGE, data={"csrf": stolen})).status == 400


async def test_a_form_from_another_site_is_not_taken(site: Site) -> None:
    browser = await site.signed_in("o1")
    token = await token_of(browser)
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example"):
        answer = await browser.post(CHANGE, data={"csrf": token}, headers={"Origin": origin})
        assert answer.status == 400
    own = str(browser.make_url("/")).rstrip("/")
    assert (await browser.post(CHANGE, data={"csrf": token}, headers={"Origin": own})).status == 200


async def test_two_open_pages_do_not_make_each_other_useless(site: Site) -> None:
    browser = await site.signed_in("o1")
    first = await token_of(browser)
    assert await token_of(browser) == first


async def test_who_has_no_session_is_told_and_nothing_happens(site: Site) -> None:
    browser = await site.browser()
    answer = await browser.post(CHANGE, data={"name": "x"})
    assert answer.status == 401
    assert "刚才填的没有提交" in await answer.text()
    part = await browser.post(CHANGE, data={}, headers={"HX-Request": "true"})
    assert (part.status, part.headers["HX-Refresh"]) == (204, "true")


async def test_files_and_floods_are_refused(site: Site) -> None:
    browser = await site.signed_in("o1")
    token = {"X-CSRF-Token": await token_of(browser)}
    form = FormData()
    form.add_field("name", b"GIF89a", filename="x.gif")
    assert (await browser.post(CHANGE, data=form, headers=token)).status == 400
    assert (await browser.post(CHANGE, data={f"f{n}": "x" for n in range(101)}, headers=token)).status == 400
    assert (await browser.post(CHANGE, data={"name": "x" * 70_000}, headers=token)).status == 413
    assert (await browser.post(CHANGE, json={"name": "x"}, headers=token)).status == 400
