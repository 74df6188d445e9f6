"""The fee of a registration is paid on a phone of the sandbox, by WeChat and by Alipay, with all processes running: it
is booked when it is paid, cancelled, and the money comes back."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.test_payment_pages import Payer, given
from tests.browser.test_sandbox_pay import scan
from tests.support.chromium import DESK, browser, visit
from tests.support.installation import everything
from tests.support.patience import LONG_S

pytestmark = pytest.mark.browser


async def fees(folder: Path) -> str:
    """As `tests.browser.fees` says; gives the key of a time."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DAOYI_")}
    settings = {"DAOYI_VAR": str(folder / "var"), "DAOYI_CONFIG": ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.browser.fees", env={**clean, **settings}, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode().split()[-1]


async def test_a_registration_is_paid_and_comes_back(tmp_path: Path) -> None:
    async with everything(tmp_path) as (address, _), browser() as running, visit(running, DESK) as visitor:
        page = await visitor.page()
        await page.goto(address)
        home = address.replace("/sandbox/", "/h5/booking/")
        payer = Payer(page, address.replace("/sandbox/", "/h5/payment/"))
        await expect(payer.phone.locator(".chat .talk")).to_contain_text("您好")
        await payer.opens()
        await given(tmp_path)
        segment = await fees(tmp_path)
        for way in ("微信支付", "支付宝"):
            await until_asked(payer, f"{home}segments/{segment}")
            await pays_and_cancels(payer, way)


async def until_asked(payer: Payer, address: str) -> None:
    """Every process knows within seconds what a clinic decided."""
    async with asyncio.timeout(LONG_S):
        while True:
            await payer.phone.get_by_role("button", name="关上网页").click()
            await scan(payer.page, payer.phone, address)
            await payer.sees("给谁挂号")
            if await payer.frame.locator(".visit-time").filter(has_text="先在网上付").count():
                return


async def pays_and_cancels(payer: Payer, way: str) -> None:
    await payer.press("下一步")
    await payer.sees("确认预约")
    await payer.press("确认，去支付")
    await payer.sees("缴费")
    await payer.chooses(way)
    await payer.types()
    await payer.sees("缴费成功")
    await payer.frame.get_by_role("link", name="看这个预约").click()
    await payer.sees("预约详情")
    await expect(payer.frame.locator(".facts").first).to_contain_text(f"已付（{way}）")
    await payer.frame.get_by_role("link", name="取消预约").click()
    await expect(payer.frame.locator(".note").first).to_contain_text("会原路全额退回")
    await payer.press("取消这个预约")
    await expect(payer.frame.get_by_role("status")).to_contain_text(f"原路退回{way}")
    await payer.frame.locator(".row-link").first.click()
    await payer.sees("已取消的号")
    await payer.frame.get_by_role("link", name="看退款进度").click()
    await payer.sees("已经退款")  # by itself
