"""A newcomer at the sandbox's phone, with all processes running: follows, registers, books, and opens a page."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.chromium import DESK, PHONE, browser, visit
from tests.support.installation import everything

pytestmark = pytest.mark.browser
NUMBER = "330106198805162717"


class Patient:
    """What somebody does with one phone on the page."""

    def __init__(self, page: Page, number: int) -> None:
        self.page = page
        self.phone = page.locator(f'.phone[data-number="{number}"]')
        self.talk = self.phone.locator(".chat .talk > li")
        self.frame = self.phone.frame_locator("iframe")

    async def sees(self, text: str) -> None:
        """The newest thing that was said."""
        await expect(self.talk.last).to_contain_text(text)

    async def says(self, text: str) -> None:
        field = self.phone.locator(".chat textarea")
        await field.fill(text)
        await field.press("Enter")

    async def taps(self, label: str | re.Pattern[str]) -> None:
        """An option of the newest list that begins with its number and then ``label``."""
        await self.options(label).first.click()

    def options(self, label: str | re.Pattern[str]) -> Locator:
        return self.talk.last.locator("button.tap").filter(has_text=label)


async def test_a_newcomer_registers_and_books(swift_path: Path) -> None:
    async with everything(swift_path, empty=True) as (address, up), browser() as running:
        async with visit(running, DESK) as visitor:
            page = await visitor.page()
            await page.goto(address)
            patient = Patient(page, 1)
            await patient.sees("您好")
            await books(patient)
            await registers_in_the_chat(patient)
            await patient.sees("请确认")
            await patient.taps("确认预约")
            await expect(patient.phone.locator(".chat .talk")).to_contain_text("约好了")
            await opens_the_page(patient)
            await another_phone_is_another_patient(page)
            await the_web_is_killed(page, patient, up)
        async with visit(running, PHONE) as visitor:
            page = await visitor.page()
            await page.goto(address)
            await expect(page.locator(".phone.front .chat .talk")).to_contain_text("约好了")
            await expect(page.locator(".phone:visible")).to_have_count(1)


async def books(patient: Patient) -> None:
    """From the menu at the foot, by taps alone."""
    await patient.phone.get_by_role("button", name="挂号就医").click()
    await patient.phone.get_by_role("button", name="预约挂号").click()
    await patient.sees("请选科室")
    await patient.taps("1 内科")
    await patient.sees("呼吸内科")
    await patient.taps("1 ")
    await patient.sees("请选医生")
    await patient.taps("普通号")
    await patient.sees("请选日期")
    await patient.taps(re.compile(r"^\s*2 "))  # a time of today may be over before it is taken
    await patient.sees("请选时段")
    await patient.taps("1 ")


async def registers_in_the_chat(patient: Patient) -> None:
    await patient.sees("您同意吗")
    await patient.taps("1 同意")
    await patient.sees("给谁建档")
    await patient.taps("自己")
    await patient.sees("姓名")
    await patient.says("陈思远")
    await patient.sees("哪种证件")
    await patient.says(NUMBER)
    await patient.sees("手机号")
    await patient.says("13800000001")
    await patient.sees("6 位数字")
    banner = patient.phone.locator(".banner")
    await expect(banner).to_contain_text("验证码")
    await banner.click()
    await patient.phone.locator(".chat textarea").press("Enter")
    await patient.sees("请核对")
    await patient.taps("确认")


async def opens_the_page(patient: Patient) -> None:
    """The link in the chat opens the page as this patient, without another sign-in, and as nobody else."""
    await patient.says("就诊人")
    await patient.sees("就诊人管理")
    await patient.talk.last.get_by_role("button", name="就诊人管理").click()
    await expect(patient.frame.locator("h1")).to_have_text("就诊人")
    await expect(patient.frame.locator(".row-name")).to_contain_text("陈*远")
    await patient.phone.get_by_role("button", name="关上网页").click()


async def another_phone_is_another_patient(page: Page) -> None:
    other = Patient(page, 2)
    await other.says("就诊人")
    await other.sees("同意")
    await other.talk.last.get_by_role("button", name="隐私说明").click()
    await expect(other.frame.locator("h1")).to_have_text("隐私说明")
    await other.phone.get_by_role("button", name="网页菜单").click()
    await other.phone.get_by_role("button", name="刷新").click()
    await expect(other.frame.locator("h1")).to_have_text("隐私说明")
    await other.phone.get_by_role("button", name="关上网页").click()


async def the_web_is_killed(page: Page, patient: Patient, up: int) -> None:
    """The page says so, comes back by itself, and has what happened meanwhile."""
    os.kill(up, signal.SIGSTOP)  # who would start it again at once waits until the page has said so
    os.kill(_web_of(up), signal.SIGKILL)
    await expect(page.locator(".link-state")).to_be_visible()
    os.kill(up, signal.SIGCONT)
    sandbox = f"http://127.0.0.1:{int(page.url.split(':')[2].split('/')[0]) + 1}/sandbox/api"
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{sandbox}/phones/1/sms", json={"text": "我晚点到"})
        assert answer.status == 200
    await expect(page.locator(".link-state")).to_be_hidden()
    await expect(patient.phone.locator(".texts .talk")).to_contain_text("我晚点到")
    await patient.says("帮助")
    await patient.sees("回复数字或名字就行")


def _web_of(up: int) -> int:
    """The web process that `daoyi up` (of this pid) started."""
    for child in Path(f"/proc/{up}/task/{up}/children").read_text().split():
        if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
            return int(child)
    raise AssertionError("no web process")
