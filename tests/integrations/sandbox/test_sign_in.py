"""The played sign-in of pages."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import time_machine
from yarl import URL

from bot import clock
from integrations.wechat.errors import CodeRefused
from tests.integrations.playing import Play

PAGE = "http://127.0.0.1:8080/h5/booking/mine?a=1"


async def _code(play: Play, phone: int = 1, scope: str = "snsapi_base") -> str:
    """As the phone's browser: open a page, be sent to the sign-in, come back with a code."""
    url = play.client().sign_in_url(PAGE, "the state", scope)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        opened = play.url(f"/sandbox/api/phones/{phone}/open")
        async with browser.get(opened, params={"url": url.partition("#")[0]}, allow_redirects=False) as response:
            assert response.status == 302
            sign_in = response.headers["Location"]
        async with browser.get(URL(sign_in, encoded=True), allow_redirects=False) as response:
            assert response.status == 302
            back = urlsplit(response.headers["Location"])
    query = parse_qs(back.query)
    assert back.path == "/h5/booking/mine" and query["a"] == ["1"] and query["state"] == ["the state"]
    return query["code"][0]


async def test_who_opened_the_page(play: Play) -> None:
    for number in (1, 2):
        known = await play.client().signed_in(await _code(play, number))
        assert known.openid == play.phones[number].seat(play.account.app_id).openid
        assert not known.snapshot and known.scope == "snsapi_base"


async def test_a_code_is_good_once_for_five_minutes(play: Play) -> None:
    client, code = play.client(), await _code(play)
    await client.signed_in(code)
    with pytest.raises(CodeRefused) as used:
        await client.signed_in(code)
    assert used.value.code == "40163"
    old = await _code(play)
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=True), pytest.raises(CodeRefused) as late:
        await client.signed_in(old)
    assert late.value.code == "40029"


async def test_snapshot_mode(play: Play) -> None:
    await play.post("/phones/1/settings", {"snapshot": True})
    assert (await play.client().signed_in(await _code(play))).snapshot


async def test_names_are_told_only_to_those_who_asked_for_them(play: Play) -> None:
    names = []
    for scope in ("snsapi_userinfo", "snsapi_base"):
        known = await play.client().signed_in(await _code(play, scope=scope))
        query = {"access_token": known.access_token, "openid": known.openid}
        async with play.session.get(play.url("/sandbox/play/wechat/sns/userinfo"), params=query) as response:
            names.append((await response.json(content_type=None)).get("nickname"))
    assert names == [play.phone.nickname, None]


@pytest.mark.parametrize(("change", "shown"), [
    ({"redirect_uri": "https://evil.example/"}, "10003"), ({"redirect_uri": "javascript:1"}, "10003"),
    ({"scope": "all"}, "10005"), ({"appid": "wx0"}, "10016"), ({"response_type": "token"}, "10012"),
])
async def test_pages_elsewhere_get_no_code(play: Play, change: dict[str, str], shown: str) -> None:
    query = {"appid": play.account.app_id, "redirect_uri": PAGE, "response_type": "code", "scope": "snsapi_base",
             "state": "s", "phone": "1", **change}
    url = play.url("/sandbox/play/wechat/connect/oauth2/authorize")
    async with play.session.get(url, params=query, allow_redirects=False) as response:
        assert response.status == 200 and shown in await response.text()


async def test_a_browser_that_is_no_phone_may_choose_one(play: Play) -> None:
    url = play.client().sign_in_url(PAGE, "<s>").partition("#")[0]
    async with play.session.get(URL(url, encoded=True), allow_redirects=False) as response:
        page = await response.text()
        assert play.phone.nickname in page and "phone=2" in page and "<s>" not in page


async def test_the_cookie_is_set_where_the_sign_in_looks_for_it(play: Play) -> None:
    """The page may reach us as localhost, the sign-in stands under 127.0.0.1."""
    near = URL(play.url("/sandbox/api/phones/1/open")).with_host("localhost")
    headers = {"Host": f"localhost:{near.port}"}
    async with play.session.get(URL(play.url(near.path)), params={"url": "http://h/x"}, headers=headers,
                                allow_redirects=False) as response:
        assert response.headers["Location"].startswith("http://127.0.0.1:")
        assert "Set-Cookie" not in response.headers
