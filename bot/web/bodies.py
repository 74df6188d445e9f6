"""The body of a callback: read only as far and as long as an honest sender needs, before anything is believed of it."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.errors import BadInput

SECONDS = 5.0
STATUS = {"slow_body": 408, "too_large": 413, "encoded_body": 415, "broken_body": 400}
"""What a sender is answered for each reason below."""


async def read(request: web.Request, largest: int, seconds: float | None = None) -> bytes:
    """All of it.

    :param largest: bytes; of a longer one no more than that is kept
    :raises BadInput: ``too_large``, ``slow_body``, ``encoded_body`` (a small one could swell to any size) or
        ``broken_body``
    """
    if (request.content_length or 0) > largest:
        raise BadInput("too_large")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise BadInput("encoded_body")
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS if seconds is None else seconds):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > largest:
                    raise BadInput("too_large")
    except TimeoutError:
        raise BadInput("slow_body") from None
    except (web.RequestPayloadError, ConnectionError):
        raise BadInput("broken_body") from None
    return bytes(body)
