"""Somebody on a phone of 390 × 844 books by expert, by date and by search, changes and cancels, with all processes
running; and the chat knows of it."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.browser.test_sandbox_phone import NUMBER
from tests.support.chromium import browser, goes_back, measured, taps_twice, visit
from tests.support.installation import everything
from tests.support.patience import LONG_S

pytestmark = pytest.mark.browser
HOME = "phone/1/h5/booking/"


async def comes(address: str, pattern: str) -> str:
    """The first group of the newest thing on phone 1, text or message, that matches."""
    async with asyncio.timeout(LONG_S), aiohttp.ClientSession() as session:
        while True:
            entries = (await (await session.get(f"{address}api/phones/1/history")).json())["entries"]
            for entry in reversed(entries):
                # What belongs together is held on one line by spaces that do not break.
                if found := re.search(pattern, json.dumps(entry, ensure_ascii=False).replace("\u00a0", " ")):
                    return found[1]
            await asyncio.sleep(0.2)


async def title(page: Page, text: str) -> None:
    await expect(page.locator("h1")).to_have_text(text)


async def fits(page: Page) -> None:
    """Nothing sticks out to the side, and whatever one taps is large enough."""
    wide = """[...document.body.querySelectorAll('*')].filter(each => !each.closest('.strip, .picks') &&
        each.getBoundingClientRect().right > 390.5).map(each => each.outerHTML.slice(0, 80))"""
    assert not (found := await measured(page, wide)), (page.url, found)
    small = await page.evaluate(
        """[...document.querySelectorAll('.page a, .page button, footer a, footer button, nav a')]
            .filter(each => { const box = each.getBoundingClientRect(); return box.height && box.height < 43.5; })
            .map(each => each.textContent.trim())"""
    )
    assert not small, (page.url, small)


async def test_a_patient_books_changes_and_cancels(swift_path: Path) -> None:
    async with everything(swift_path) as (address, _), browser() as running, visit(running) as visitor:
        page = await visitor.page()
        weight: list[int] = []
        page.on("response", lambda answer: weight.append(int(answer.headers.get("content-length", "0"))))
        await page.goto(address + HOME)
        await title(page, "预约挂号")
        assert sum(weight) < 100_000, weight
        await fits(page)
        first = await by_expert(page, address)
        second = await by_date(page, address, first)
        await by_search(page, address, first, second)
        await changes(page, address, first, second)
        await cancels(page, address)


async def later(page: Page, *taken: str) -> None:
    """Times of another day than the first (one of today may be over before it is taken) and the days `taken`."""
    await expect(page.locator(".times a").first).to_be_visible()
    days = await page.locator(".strip .day-free").evaluate_all("all => all.map(each => each.href)")
    await page.goto(next(day for day in days[1:] if not any(other in day for other in taken)))


async def booked_day(page: Page) -> str:
    return str(await measured(page, "document.querySelector('a[download]').download.slice(0, 10)"))


async def by_expert(page: Page, address: str) -> str:
    """Nobody is registered yet: that is done on the way, and leads back to the chosen time."""
    await page.get_by_role("link", name="按专家").click()
    await page.wait_for_url("**/experts*")
    await fits(page)
    await page.locator(".rows .whom").first.click()
    await later(page)
    await fits(page)
    await page.locator(".times a").first.click()
    await title(page, "给谁挂号")
    await page.get_by_role("link", name="登记就诊人").click()
    await registers(page, address)
    await title(page, "给谁挂号")
    await fits(page)
    await confirms(page)
    return await booked_day(page)


async def registers(page: Page, address: str) -> None:
    await page.get_by_label("姓名").fill("陈思远")
    await page.get_by_label("证件号码").fill(NUMBER)
    await page.get_by_label("手机号").fill("13800000001")
    await page.get_by_role("button", name="发验证码").click()
    await page.get_by_label("短信验证码").fill(await comes(address, r"验证码是 (\d{6})"))
    await page.locator("input[name=consent]").check()
    await page.get_by_role("button", name="登记").click()


async def confirms(page: Page) -> None:
    await taps_twice(page.get_by_role("button", name="下一步"))
    await title(page, "确认预约")
    await fits(page)
    clock = page.locator("[data-left]")
    await expect(clock).to_have_text(re.compile(r"^14:\d\d$"))
    await taps_twice(page.get_by_role("button", name="确认预约"))
    await title(page, "约好了")
    await fits(page)
    await expect(page.locator("img.code")).to_be_visible()


async def by_date(page: Page, address: str, taken: str) -> str:
    await page.goto(address + HOME + "dates")
    await page.locator(f".strip .day-free:not([href*='{taken}'])").nth(2).click()
    await expect(page.locator(".strip [aria-current]")).to_be_in_viewport()
    await fits(page)
    # The ways back of the phone lead to where one was.
    await page.locator(".rows .whom").filter(has_text="普通号").first.click()
    await expect(page.locator(".times a").first).to_be_visible()
    await goes_back(page)
    await title(page, "预约挂号")
    await page.locator(".rows .whom").filter(has_text="普通号").first.click()
    await page.locator(".times a").first.click()
    await confirms(page)
    return await booked_day(page)


async def by_search(page: Page, address: str, *taken: str) -> None:
    """By the first letters, as one types; with the keyboard alone."""
    await page.goto(address + HOME)
    field = page.get_by_role("searchbox")
    await field.press_sequentially("hxnk", delay=30)
    result = page.locator("#results .tiles a").first
    await expect(result).to_contain_text("呼吸内科")
    await field.fill("明天")
    await expect(page.locator("#results")).to_contain_text("明天")
    await field.fill("")
    await expect(page.locator(".ways")).to_be_visible()
    await field.fill("陈松年")
    doctor = page.locator("#results .whom").first
    await expect(doctor).to_contain_text("陈松年")
    await doctor.focus()
    await page.keyboard.press("Enter")
    await title(page, "陈松年医生")
    await later(page, *taken)
    await page.locator(".times a").first.click()
    await confirms(page)


async def changes(page: Page, address: str, *taken: str) -> None:
    await page.goto(address + HOME + "mine/")
    await expect(page.locator(".appointment")).to_have_count(3)
    await fits(page)
    await page.locator(".appointment").filter(has_text="陈松年").click()
    before = await page.locator(".visit dd b").inner_text()
    await page.get_by_role("link", name="改时间").click()
    await title(page, "改时间")
    await later(page, *taken)
    await fits(page)
    await page.locator(".times a").last.click()
    await title(page, "改到这个时间")
    await fits(page)
    await taps_twice(page.get_by_role("button", name="确认改时间"))
    await title(page, "时间改好了")
    assert await page.locator(".visit dd b").inner_text() != before


async def cancels(page: Page, address: str) -> None:
    await page.goto(address + HOME + "mine/")
    await page.locator(".appointment").filter(has_text="普通号").click()
    await page.get_by_role("link", name="取消预约").click()
    await title(page, "取消预约")
    await fits(page)
    await page.get_by_role("button", name="取消这个预约").click()
    await expect(page.locator(".note")).to_contain_text("取消了")
    await expect(page.locator(".appointment")).to_have_count(2)
    await page.goto(address + HOME + "mine/")
    await expect(page.locator(".appointment")).to_have_count(2)
    async with aiohttp.ClientSession() as session:
        await session.post(f"{address}api/phones/1/event", json={"event": "subscribe"})
        await session.post(f"{address}api/phones/1/send", json={"text": "我的预约"})
    assert await comes(address, "您有 ([0-9]) 个预约") == "2"
