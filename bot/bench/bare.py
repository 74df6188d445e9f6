"""The peer of `daoyi bench callbacks`: a handler that reads the body and answers a constant, served as Daoyi is.

``python -m bot.bench.bare PORT``
"""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop
from aiohttp import web


async def answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=b"success", content_type="text/plain")


async def main(port: int) -> None:
    app = web.Application(client_max_size=12 * 1024 * 1024)
    app.router.add_post("/webhooks/wechat/{account}", answer)
    app.router.add_get("/readyz", answer)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
