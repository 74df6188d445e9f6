"""The browser that page tests drive."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.chromium import PHONE, browser, visit

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>挂号</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<script src="/app.js"></script><button>点我</button></html>"""


def site(script: str) -> TestServer:
    async def page(request: web.Request) -> web.Response:
        policy = {"Content-Security-Policy": "default-src 'self' data:"}
        return web.Response(text=PAGE, content_type="text/html", headers=policy)

    async def code(request: web.Request) -> web.Response:
        return web.Response(text=script, content_type="text/javascript")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/app.js", code)
    return TestServer(app)


async def test_a_page_is_opened_at_the_width_of_a_phone_and_tapped() -> None:
    script = "addEventListener('click', () => { document.title = innerWidth + ' ' + devicePixelRatio })"
    async with site(script) as server, browser() as running, visit(running) as visitor:
        page = await visitor.page()
        await page.goto(str(server.make_url("/")))
        await page.get_by_role("button", name="点我").tap()
        assert await page.title() == f"{PHONE[0]} 2"
        assert len(await page.screenshot()) > 1000


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("nobody()", "script error: .*nobody is not defined"),
        ("console.error('红')", "console: 红"),
        ("eval('1')", "Content Security Policy"),
        ("fetch('http://elsewhere.invalid/x', {mode: 'no-cors'}).catch(() => 0)", "console: .*elsewhere.invalid"),
        ("new Image().src = 'http://elsewhere.invalid/pixel.png'", "elsewhere.invalid"),
    ],
)
async def test_a_page_that_complains_fails_its_test(script: str, fault: str) -> None:
    async with site(script) as server, browser() as running:
        with pytest.raises(AssertionError, match=fault):
            async with visit(running) as visitor:
                page = await visitor.page()
                await page.goto(str(server.make_url("/")), wait_until="networkidle")
