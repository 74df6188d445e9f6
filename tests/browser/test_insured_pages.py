"""A bill is paid with the public health insurance on a phone of the sandbox, with all processes running: consent, a
voucher that the insurance does not know, its share before anything is paid, the own part by WeChat; and a bill of which
it pays all."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.test_payment_pages import Payer, given
from tests.support.chromium import DESK, browser, visit
from tests.support.installation import everything

pytestmark = pytest.mark.browser
UNKNOWN, VOUCHER = "3300330102199003074504", "3300330102199003074503"
"""Electronic vouchers of somebody whom the embedded insurer does not know, and of an employee with money."""


async def test_a_bill_is_paid_with_the_insurance(tmp_path: Path) -> None:
    async with everything(tmp_path) as (address, _), browser() as running, visit(running, DESK) as visitor:
        page = await visitor.page()
        await page.goto(address)
        payer = Payer(page, address.replace("/sandbox/", "/h5/payment/"))
        await expect(payer.phone.locator(".chat .talk")).to_contain_text("您好")
        await payer.opens()
        await given(tmp_path, "insured")
        await payer.opens()
        await expect(payer.bills).to_have_count(2)
        await payer.bills.first.click()
        await consents(payer, UNKNOWN)
        await expect(payer.frame.locator(".note").first).to_contain_text("没有查到这位就诊人的医保")
        await consents(payer, VOUCHER)
        await sees_parts(payer, ("35.42 元", "15.18 元", "20.00 元"))
        await payer.chooses("微信支付")
        await expect(payer.sheet.locator(".amount")).to_have_text("20.00")
        await payer.types()
        await payer.sees("缴费成功")
        await sees_parts(payer, ("35.42 元", "15.18 元", "20.00 元"))
        await payer.opens()
        await expect(payer.bills).to_have_count(1)
        await payer.bills.first.click()
        await consents(payer, VOUCHER)
        await sees_parts(payer, ("42.00 元", "18.00 元", "0.00 元"))
        await payer.press("确认用医保付")
        await payer.sees("缴费成功")
        await expect(payer.sheet).to_be_hidden()  # there was nothing to pay


async def consents(payer: Payer, voucher: str) -> None:
    """The insurance is chosen; without the tick nothing is told to it."""
    await payer.frame.locator(".choice").filter(has_text="用医保付").locator("input").check()
    await payer.press("下一步：医保试算")
    await payer.sees("用医保付")
    await payer.frame.get_by_label("凭证号").fill(voucher)
    await payer.press("同意，算一算")
    await expect(payer.frame.get_by_role("alert")).to_contain_text("要先同意")
    await payer.frame.get_by_label("凭证号").fill(voucher)
    await payer.frame.get_by_role("checkbox").check()
    await payer.press("同意，算一算")
    await payer.sees("缴费")  # by itself, once the insurance has said


async def sees_parts(payer: Payer, parts: tuple[str, str, str]) -> None:
    """The fund's, the own account's, the payer's."""
    await expect(payer.frame.locator(".parts dd")).to_have_text(list(parts))
