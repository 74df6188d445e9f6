"""What is owed is paid on a phone of the sandbox, with all processes running: by WeChat and by Alipay; the sheet is
closed and come back to, does not open by itself again, and what was paid is not paid again; when the time is up, the
page says so by itself."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.test_sandbox_pay import scan
from tests.support.chromium import DESK, browser, visit
from tests.support.installation import everything

pytestmark = pytest.mark.browser


async def given(folder: Path, *what: str) -> None:
    """As `tests.browser.owing` says."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DAOYI_")}
    settings = {"DAOYI_VAR": str(folder / "var"), "DAOYI_CONFIG": ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.browser.owing", *what, env={**clean, **settings}
    )
    assert await process.wait() == 0


class Payer:
    """What somebody does on the phone's pages and its payment sheet."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.phone = page.locator('.phone[data-number="1"]')
        self.frame, self.sheet = self.phone.frame_locator("iframe"), self.phone.locator(".pay")

    async def sees(self, title: str) -> None:
        await expect(self.frame.locator("h1")).to_have_text(title)

    async def opens(self) -> None:
        """The window is closed, where one is open, and the page opened anew."""
        close = self.phone.get_by_role("button", name="关上网页")
        if await close.is_visible():
            await close.click()
        await scan(self.page, self.phone, self.home)
        await self.sees("待缴费")

    async def chooses(self, way: str) -> None:
        await self.frame.locator(".choice").filter(has_text=way).locator("input").check()
        await self.press("付 ")

    async def press(self, label: str) -> None:
        await self.frame.get_by_role("button", name=re.compile(f"^{re.escape(label)}")).click()

    async def types(self) -> None:
        await expect(self.sheet.locator(".amount")).to_be_visible()
        await self.page.keyboard.type("123456")
        await expect(self.sheet.get_by_role("status")).to_have_text("支付成功")
        await self.sheet.get_by_role("button", name="完成").click()

    @property
    def bills(self) -> Locator:
        return self.frame.locator(".row-link")


async def test_what_is_owed_is_paid(tmp_path: Path) -> None:
    async with everything(tmp_path) as (address, _), browser() as running, visit(running, DESK) as visitor:
        page = await visitor.page()
        await page.goto(address)
        payer = Payer(page, address.replace("/sandbox/", "/h5/payment/"))
        await expect(payer.phone.locator(".chat .talk")).to_contain_text("您好")
        await payer.opens()
        await given(tmp_path)
        await payer.opens()
        await expect(payer.bills).to_have_count(2)
        await closes_the_sheet_and_comes_back(payer)
        await begins_by_alipay_and_leaves(payer)
        await given(tmp_path, "over")
        await payer.sees("没有付，已经结束")
        await pays_by_alipay(payer)


async def closes_the_sheet_and_comes_back(payer: Payer) -> None:
    bill = await payer.bills.first.get_attribute("href")
    await payer.bills.first.click()
    await payer.chooses("微信支付")
    await expect(payer.sheet.locator(".amount")).to_have_text("50.60")
    await payer.sheet.get_by_role("button", name="不付了").click()
    await expect(payer.frame.locator("#told")).to_contain_text("没有扣款")
    await payer.opens()
    await payer.bills.filter(has_text="50.60").click()
    await payer.sees("等您付款")
    await expect(payer.sheet).to_be_hidden()  # it does not open by itself again
    await payer.press("打开付款")
    await payer.types()
    await payer.sees("缴费成功")
    await expect(payer.frame.locator(".facts").first).to_contain_text("票据号")
    await payer.opens()
    await expect(payer.bills).to_have_count(1)
    await pays_again(payer, str(bill))


async def pays_again(payer: Payer, bill: str) -> None:
    """By the bill's own page, which somebody has left open: nothing is left to be paid twice."""
    await payer.phone.get_by_role("button", name="关上网页").click()
    await scan(payer.page, payer.phone, payer.home.replace("/h5/payment/", bill[bill.index("/h5/"):]))
    await payer.sees("没有这一笔")
    await expect(payer.frame.get_by_role("button", name="付")).to_have_count(0)
    await payer.opens()


async def begins_by_alipay_and_leaves(payer: Payer) -> None:
    await payer.bills.first.click()
    await payer.chooses("支付宝")
    await expect(payer.sheet).to_have_attribute("aria-label", "支付宝")
    await expect(payer.sheet.locator(".amount")).to_have_text("6,513.00")
    await payer.sheet.get_by_role("button", name="不付了").click()
    await payer.sees("等您付款")
    await expect(payer.sheet).to_be_hidden()  # it does not go there by itself again


async def pays_by_alipay(payer: Payer) -> None:
    await payer.opens()
    await payer.bills.first.click()
    await payer.chooses("支付宝")
    await payer.types()
    await payer.sees("缴费成功")
    await payer.opens()
    await expect(payer.bills).to_have_count(0)
