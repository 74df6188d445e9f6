"""The sandbox behind the address of the pages, and each phone's own browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientResponse, web

from bot.db.contacts import contact
from bot.db.engine import Database
from bot.web.access import public
from tests.sandbox.stage import Stage, stage
from tests.support.patience import LONG_S


@pytest.fixture
async def on(sqlite_database: Database) -> AsyncIterator[Stage]:
    async with stage(sqlite_database) as made:
        yield made


async def test_the_page_has_nothing_inline(on: Stage) -> None:
    answer = await on.browser.get("/sandbox/")
    text = await answer.text()
    assert answer.status == 200
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []
    assert re.findall(r"\s(?:on\w+|style)=", text) == []
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        assert (await on.browser.get(address)).status == 200
        assert "?v=" in address


async def test_the_api_is_handed_on(on: Stage) -> None:
    state = await (await on.browser.get("/sandbox/api/state")).json()
    assert [phone["number"] for phone in state["phones"]] == [1, 2, 3]
    made = await on.browser.post("/sandbox/api/phones", json={"nickname": "赵六"})
    assert (made.status, (await made.json())["nickname"]) == (201, "赵六")
    assert (await on.browser.delete("/sandbox/api/misbehave")).status == 200
    assert (await on.browser.get("/sandbox/api/phones/99/history")).status == 404


async def test_a_stream_flows_and_goes_on_where_it_was_cut(on: Stage) -> None:
    phone = on.phones[1]
    async with on.browser.get("/sandbox/api/phones/1/stream") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        phone.receive("passive", "main", {"type": "text", "text": "一"})
        assert (await next_entry(stream))["text"] == "一"
    phone.receive("passive", "main", {"type": "text", "text": "二"})
    async with on.browser.get("/sandbox/api/phones/1/stream", headers={"Last-Event-ID": "1"}) as stream:
        assert (await next_entry(stream))["text"] == "二"


async def next_entry(stream: ClientResponse) -> dict[str, object]:
    async with asyncio.timeout(LONG_S):
        async for raw in stream.content:
            if raw.startswith(b"data: "):
                return json.loads(raw[6:])
    raise AssertionError("the stream ended")


async def test_a_sandbox_that_is_away_is_said_to_be(on: Stage) -> None:
    await on.play.close()
    answer = await on.browser.get("/sandbox/api/state")
    assert (answer.status, await answer.json()) == (502, {"error": "sandbox_away"})


async def test_two_phones_in_one_browser_are_two_contacts(on: Stage, sqlite_database: Database) -> None:
    for number in (1, 2, 1):
        answer = await on.browser.get(f"/sandbox/phone/{number}/h5/patients/")
        text = await answer.text()
        assert answer.status == 200
        assert answer.url.path == f"/sandbox/phone/{number}/h5/patients/"
        assert "还没有就诊人" in text
        assert f'href="/sandbox/phone/{number}/h5/patients/new"' in text
        assert re.search(r'href="/static/h5/page\.css', text), "files are shared"
    async with sqlite_database.reading() as tx:
        rows = await tx.all(contact.select())
    app_id = on.settings.accounts["main"].app_id
    assert {row.external_id for row in rows} == {on.phones[n].seat(app_id).openid for n in (1, 2)}


async def test_a_phone_in_snapshot_mode_gets_no_session(on: Stage) -> None:
    on.phones[1].snapshot = True
    answer = await on.browser.get("/sandbox/phone/1/h5/patients/")
    assert answer.status == 403
    assert "使用完整服务" in await answer.text()


async def test_a_form_sent_from_the_phone_keeps_its_session_and_its_token(on: Stage) -> None:
    page = await (await on.browser.get("/sandbox/phone/2/h5/patients/new")).text()
    action = re.search(r'action="([^"]+)"', page)
    token = re.search(r'name="csrf" value="([0-9a-f]{80})"', page)
    assert action is not None and token is not None
    assert action[1] == "/sandbox/phone/2/h5/patients/new"
    answer = await on.browser.post(action[1], data={"csrf": token[1], "relation": "self"})
    assert answer.status == 422
    assert "这里还没有填" in await answer.text()


async def test_a_page_leads_to_a_played_channel_in_the_same_phone(sqlite_database: Database) -> None:
    routes = web.RouteTableDef()

    @routes.get("/h5/channel")
    @public
    async def channel(request: web.Request) -> web.Response:
        to = request.query["to"]
        return web.Response(text=f'<a href="{to}?a=1&amp;b=%2B">', content_type="text/html")

    async with stage(sqlite_database, more=routes) as on:
        gateway = on.settings.alipay_pay["alipay"].gateway
        for to, became in (
            (gateway, "/sandbox/phone/1/sandbox/play/alipay-pay/gateway.do"),
            ("https://evil.example/sandbox/play/alipay-pay/gateway.do",) * 2, ("https://pay.example/gateway.do",) * 2,
        ):
            page = await on.browser.get("/sandbox/phone/1/h5/channel", params={"to": to})
            assert await page.text() == f'<a href="{became}?a=1&amp;b=%2B">'
        opened = await on.browser.get("/sandbox/phone/1/sandbox/play/alipay-pay/gateway.do?a=1&b=%2B")
        assert opened.status == 200 and opened.headers["X-Frame-Options"] == "SAMEORIGIN"


async def test_the_phones_browser_goes_nowhere_else(on: Stage) -> None:
    for path in ("/sandbox/phone/1/@evil.example/", "/sandbox/phone/1//evil.example/", "/sandbox/phone/x/h5/patients/"):
        answer = await on.browser.get(path, allow_redirects=False)
        assert answer.status == 404
