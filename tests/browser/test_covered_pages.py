"""A bill is paid with a commercial insurance on a phone of the sandbox, with all processes running: consent, its share
before anything is paid, the own part by WeChat; and one that was paid is claimed afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.test_payment_pages import Payer, given
from tests.support.chromium import DESK, browser, visit
from tests.support.installation import everything

pytestmark = pytest.mark.browser


async def test_a_bill_is_paid_with_a_commercial_insurance_and_one_is_claimed_afterwards(tmp_path: Path) -> None:
    async with everything(tmp_path) as (address, _), browser() as running, visit(running, DESK) as visitor:
        page = await visitor.page()
        await page.goto(address)
        payer = Payer(page, address.replace("/sandbox/", "/h5/payment/"))
        await expect(payer.phone.locator(".chat .talk")).to_contain_text("您好")
        await payer.opens()
        await given(tmp_path, "covered")
        await payer.opens()
        await payer.bills.first.click()
        await payer.frame.locator(".choice").filter(has_text="用商业保险付").locator("input").check()
        await payer.press("下一步：问保险公司")
        await consents(payer)
        await payer.sees("缴费")  # by itself, once the insurer has said
        await expect(payer.frame.locator(".parts dd")).to_have_text(["40.48 元", "30.12 元"])
        await payer.chooses("微信支付")
        await expect(payer.sheet.locator(".amount")).to_have_text("30.12")
        await payer.types()
        await payer.sees("缴费成功")
        await expect(payer.frame.locator(".parts dd")).to_have_text(["40.48 元", "30.12 元"])
        await payer.opens()
        await expect(payer.bills).to_have_count(1)
        await payer.bills.first.click()
        await payer.chooses("微信支付")
        await payer.types()
        await payer.sees("缴费成功")
        await payer.frame.get_by_role("link", name="用商业保险报").click()
        await consents(payer)
        await expect(payer.frame.get_by_text("商业保险理赔")).to_be_visible()
        await expect(payer.frame.get_by_text("企业团体门诊医疗")).to_be_visible()


async def consents(payer: Payer) -> None:
    """The insurer is chosen; without the tick nothing is told to it."""
    await payer.frame.locator(".choice").filter(has_text="安济健康保险").locator("input").check()
    await payer.press("同意，问一问")
    await expect(payer.frame.get_by_role("alert")).to_contain_text("要先同意")
    await payer.frame.get_by_role("checkbox").check()
    await payer.press("同意，问一问")
