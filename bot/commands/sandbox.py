"""The played servers of WeChat and of a text-message gateway, and the phones behind the page /sandbox/."""

from __future__ import annotations

import argparse
import asyncio
import signal

from aiohttp import web

from bot.house import effective
from bot.listening import require_free
from bot.settings import Settings
from integrations.sandbox.app import make_sandbox_app, sandbox_port


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults()


async def run(args: argparse.Namespace, settings: Settings) -> None:
    running = effective(settings)
    port = sandbox_port(running)
    require_free(running.host, port)
    runner = web.AppRunner(make_sandbox_app(running), access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, settings.host, port).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()
