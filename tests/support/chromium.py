"""The system's Chromium, driven by Playwright; nothing is downloaded.

A page opened here complains by itself: errors in scripts, refusals by the content security policy and requests to other
hosts are collected in `faults`, and leaving the block with any of them fails the test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright, expect

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
