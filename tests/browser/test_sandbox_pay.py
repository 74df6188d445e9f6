"""A page inside a phone of the sandbox pays: the sheet, its pad, and what the page is told."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Locator, Page, expect

from bot import clock
from bot.settings import Settings
from bot.web import sandbox_page, static
from bot.web.keys import SETTINGS, WORDING
from bot.wording import Wording
from integrations.paying.port import Asking, Sheet, Way
from integrations.sandbox.app import make_play_app, sandbox_settings
from integrations.sandbox.pay.played import WECHAT, ensure_keys
from integrations.sandbox.phones import Phones
from integrations.wechat_pay.accounts import WeChatPayMerchants
from integrations.wechat_pay.client import WeChatPay
from tests.support.chromium import DESK, browser, visit
from tests.support.ports import bound, port_of, served

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><title>缴费</title><p id="said">-</p><script>
const pay = () => WeixinJSBridge.invoke('getBrandWCPayRequest', PARAMETERS, (told) => {
  document.getElementById('said').textContent = told.err_msg;
});
if (window.WeixinJSBridge) pay(); else document.addEventListener('WeixinJSBridgeReady', pay);
</script><button onclick="wx.chooseWXPay({timestamp: PARAMETERS.timeStamp, ...PARAMETERS,
  success: () => { said.textContent = 'chosen'; }, cancel: () => { said.textContent = 'left'; }})">再付</button>"""


@dataclass
class Desk:
    """The page with the phones, and the merchant whose page they open at `/h5/pay`."""

    url: str
    merchants: WeChatPayMerchants
    openid: str
    opened: dict[str, Any]

    @property
    def client(self) -> WeChatPay:
        return self.merchants.channels[WECHAT]

    async def ask(self, way: Way = "inside", amount: int = 1250, title: str = "门诊挂号费") -> tuple[str, Sheet]:
        number, ends = secrets.token_hex(16), clock.now() + timedelta(minutes=15)
        wanted = Asking(number, amount, title, ends, way, payer=self.openid, address="10.0.0.1")
        sheet = await self.client.ask_for(wanted)
        self.opened.update(sheet.inside)
        return number, sheet

    async def state(self, number: str) -> str:
        return (await self.client.standing(number)).state


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    line, phones = bound(), Phones()
    url = f"http://127.0.0.1:{port_of(line)}"
    base = Settings(var=folder, secret_key="a secret key that only these tests know", public_url=url)
    settings = sandbox_settings(base, url=url)
    ensure_keys(settings)
    opened: dict[str, Any] = {}

    async def page(request: web.Request) -> web.Response:
        text = PAGE.replace("<script>", f"<script>const PARAMETERS = {json.dumps(opened)};", 1)
        return web.Response(text=text, content_type="text/html")

    app = make_play_app(settings, phones, web_url=url)
    app[SETTINGS], app[WORDING] = settings, Wording.of(settings)
    static.setup(app)
    sandbox_page.setup(app)
    app.router.add_get("/sandbox/phone/1/h5/pay", page)
    app.router.add_get("/sandbox/hospital", _well)
    app.router.add_get("/sandbox/hospital/insurance", _well)
    app.router.add_get("/sandbox/hospital/commercial", _well)
    openid = phones[1].seat(settings.accounts["main"].app_id).openid
    async with served(app, line), aiohttp.ClientSession() as session:
        yield Desk(url, WeChatPayMerchants(settings.wechat_pay, url, session), openid, opened)


async def _well(request: web.Request) -> web.Response:
    return web.json_response({"delay_s": 0, "lose_next": 0, "unavailable": False, "refuse": ""})


async def scan(page: Page, phone: Locator, code: str) -> None:
    await phone.get_by_role("button", name="更多").click()
    await phone.locator(".plus").get_by_role("button", name="扫一扫").click()
    await phone.get_by_label("二维码内容").fill(code)
    await phone.get_by_role("button", name="扫", exact=True).click()


async def test_a_page_pays_and_leaves(tmp_path: Path) -> None:
    async with desk(tmp_path) as at, browser() as running, visit(running, DESK) as visitor:
        number, _ = await at.ask()
        page = await visitor.page()
        await page.goto(f"{at.url}/sandbox/")
        phone = page.locator('.phone[data-number="1"]')
        said, sheet = phone.frame_locator("iframe").locator("#said"), phone.locator(".pay")
        await scan(page, phone, f"{at.url}/h5/pay")
        await expect(sheet.locator(".amount")).to_have_text("12.50")
        await expect(sheet.locator(".title")).to_have_text("门诊挂号费")
        await sheet.get_by_role("button", name="不付了").click()
        await expect(said).to_have_text("get_brand_wcpay_request:cancel")
        assert await at.state(number) == "unpaid"
        await phone.frame_locator("iframe").get_by_role("button", name="再付").click()
        for digit in "1204":
            await sheet.get_by_role("button", name=digit, exact=True).click()
        await sheet.get_by_role("button", name="删一位").click()
        await page.keyboard.type("567")
        await expect(sheet.get_by_role("status")).to_have_text("支付成功")
        await sheet.get_by_role("button", name="完成").click()
        await expect(said).to_have_text("chosen")
        await expect(sheet).to_be_hidden()
        assert await at.state(number) == "paid"
        await phone.frame_locator("iframe").get_by_role("button", name="再付").click()
        await expect(sheet.get_by_role("alert")).to_have_text("这笔已经付过了")
        await sheet.get_by_role("button", name="知道了").click()


async def test_codes_pay_and_are_shown(tmp_path: Path) -> None:
    async with desk(tmp_path) as at, browser() as running, visit(running, DESK) as visitor:
        page = await visitor.page()
        await page.goto(f"{at.url}/sandbox/")
        phone = page.locator('.phone[data-number="1"]')
        sheet = phone.locator(".pay")
        number, shown = await at.ask("code", 1_234_567)
        await scan(page, phone, shown.address)
        await expect(sheet.locator(".amount")).to_have_text("12,345.67")
        await page.keyboard.type("123456")
        await sheet.get_by_role("button", name="完成").click()
        assert await at.state(number) == "paid"
        await phone.get_by_role("button", name="更多").click()
        await phone.get_by_role("button", name="付款码").click()
        code = (await phone.locator(".sheet output").inner_text()).replace(" ", "")
        assert len(code) == 18
        typed, number = asyncio.Event(), secrets.token_hex(16)
        at.client._pause = lambda _: typed.wait()
        ends = clock.now() + timedelta(minutes=15)
        taking = asyncio.create_task(at.client.ask_for(Asking(number, 200_000, "检查费", ends, "scanned", code=code)))
        await expect(sheet.locator(".amount")).to_have_text("2,000.00")
        await page.keyboard.type("123456")
        await sheet.get_by_role("button", name="完成").click()
        typed.set()
        await taking
        assert await at.state(number) == "paid"
