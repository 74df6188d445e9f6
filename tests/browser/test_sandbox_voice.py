"""A voice message on a phone of the sandbox: how long it is, and that it sounds, one at a time, also by keys."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.db.engine import Database
from integrations.speech import mp3
from tests.sandbox.stage import Stage, stage
from tests.support.chromium import PHONE, browser, visit

pytestmark = pytest.mark.browser


async def sounds(on: Stage, seconds: float) -> None:
    """An account's voice message has arrived."""
    audio = mp3.encoded(bytes(int(8000 * seconds) * mp3.SAMPLE_BYTES), 8000)
    kept = await on.browser.post("/sandbox/api/phones/1/upload?kind=voice&name=a.mp3", data=audio,
                                 headers={"Content-Type": "audio/mpeg"})
    media_id = (await kept.json())["media_id"]
    on.phones[1].receive("customer", "main", {"type": "voice", "media_id": media_id, "seconds": mp3.seconds(audio)})


async def test_a_voice_message_is_played(sqlite_database: Database) -> None:
    async with stage(sqlite_database) as on, browser() as running, visit(running, PHONE) as visitor:
        await sounds(on, 40)
        await sounds(on, 1)
        page = await visitor.page()
        await page.goto(str(on.browser.make_url("/sandbox/")))
        long, short = (page.get_by_role("button", name=f"语音 {seconds} 秒") for seconds in (40, 1))
        await expect(long).to_have_text("(((•40″")
        await expect(long).to_have_accessible_name("语音 40 秒，播放")
        await long.press("Enter")
        await expect(long).to_have_accessible_name("语音 40 秒，停下")
        await short.click()
        await expect(long).to_have_accessible_name("语音 40 秒，播放")
        await expect(short).to_have_accessible_name("语音 1 秒，播放")  # it was short
        await long.click()
        await long.press("Space")
        await expect(long).to_have_accessible_name("语音 40 秒，播放")
        wide, narrow = [await each.evaluate("it => it.offsetWidth") for each in (long, short)]
        assert narrow < wide <= 268
