"""The system's Chromium, driven by Playwright; nothing is downloaded.

A page opened here complains by itself: errors in scripts, refusals by the content security policy and requests to other
hosts are collected in `faults`, and leaving the block with any of them fails the test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    async_playwright,
    expect,
)

from tests.support.patience import LONG_S
from tests.support.programs import find

# Without these it talks to its maker at every start: slow and noisy on a machine without a way out.
# fmt: off
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
# fmt: on
PATIENCE = LONG_S * 1000
expect.set_options(timeout=PATIENCE)
PHONE = (390, 844)
DESK = (1440, 900)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A running Chromium with an empty profile."""
    program = find("chromium", "chromium-browser", "google-chrome", package="chromium")
    async with async_playwright() as playwright:
        # Its own sandbox needs rights that containers and root do not have; it opens our pages only.
        running = await playwright.chromium.launch(executable_path=program, args=FLAGS, chromium_sandbox=False)
        try:
            yield running
        finally:
            await running.close()


async def measured(page: Page, script: str) -> Any:
    """What `script` finds on the page that has come: one that is still on its way has no styles yet, and no scripts."""
    await page.wait_for_load_state()
    return await page.evaluate(script)


async def presses(page: Page, *keys: str) -> None:
    """On the page that has come: before that, nobody listens to keys."""
    await page.wait_for_load_state()
    for key in keys:
        await page.keyboard.press(key)


async def taps_twice(button: Locator) -> None:
    """Two taps on one button, as of a hand that is not sure. However slow the machine, the second one never falls on
    what stands in the same place of the page that has come meanwhile."""
    await button.click(trial=True)
    await button.evaluate("each => { for (const late of [0, 60]) setTimeout(() => each.click(), late); }")


async def goes_back(page: Page) -> None:
    """The phone's way back from the page that has come; the caller waits for what it leads to.

    Chromium's own command for it fails while a page is being replaced; the page's own never does.
    """
    await page.wait_for_load_state()
    # Later, so that this question is answered before its page is gone.
    await page.evaluate("void setTimeout(() => history.back())")


class Visit:
    """One visitor with cookies of their own. `await visit.page()` opens a tab."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.faults: list[str] = []
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))

    async def page(self) -> Page:
        page = await self.context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in ("127.0.0.1", "localhost"):
            self.faults.append(f"request to another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # A refused form is answered 4xx on purpose, and Chromium logs every such answer.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")


@asynccontextmanager
async def visit(running: Browser, size: tuple[int, int] = PHONE, *, dark: bool = False) -> AsyncIterator[Visit]:
    """Somebody at a window of `size` (width, height in CSS pixels): `PHONE` by default."""
    width, height = size
    context = await running.new_context(
        viewport={"width": width, "height": height},
        has_touch=width <= 768,
        is_mobile=width <= 768,
        device_scale_factor=2 if width <= 768 else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
    )
    visitor = Visit(context)
    try:
        yield visitor
    finally:
        await context.close()
    assert not visitor.faults, "\n".join(visitor.faults)
