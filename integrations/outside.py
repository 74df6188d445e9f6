"""One HTTP exchange with an outside system, its failures sorted into the tree of ``bot.errors``.

The sorting is the point: a caller must know whether what it asked for was certainly not done (no connection, 503, 429),
may have been done (time ran out, connection cut, 500) or was refused for good. For a question that changes nothing
(``repeatable``) "may have been done" is of no interest, so it counts as not done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot import logs, metrics
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown

log = logs.get(__name__)

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    """What came back: a status below 300, the bare content type (lower case, no parameters), headers (found in any
    case) and the body."""

    status: int
    content_type: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any] | None:
        """The JSON object in the body whatever its content type says, or None if there is none."""
        try:
            value = json.loads(self.body.decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError):
            return None
        return value if isinstance(value, dict) else None


@contextmanager
def observed(system: str, call: str) -> Iterator[None]:
    """Time and count a call by how it ends. ``call`` is one of few names, never an address with something in it."""
    began, result = time.perf_counter(), "ok"
    try:
        yield
    except OutsideUnavailable:
        result = "unavailable"
        raise
    except OutsideUnknown:
        result = "unknown"
        raise
    except OutsideRefused:
        result = "refused"
        raise
    finally:
        seconds = time.perf_counter() - began
        metrics.outside_calls.inc(system, call, result)
        metrics.outside_seconds.observe(seconds, system, call, result)
        log.debug("outside_call", system=system, call=call, result=result, seconds=round(seconds, 3))


async def ask(session: aiohttp.ClientSession, method: str, url: str, *, system: str, seconds: float = 5.0,
              repeatable: bool = False, refusals: bool = False, **request: Any) -> Reply:
    """Send one request and read the whole answer within ``seconds``.

    :param repeatable: asking twice does no harm, so an unknown outcome is reported as unavailable
    :param refusals: give any answer but one that cannot be read back, because its body tells what the status does not
    :param request: ``params``, ``data``, ``headers``, ``json`` as aiohttp takes them
    :raises OutsideUnavailable: certainly not done
    :raises OutsideUnknown: sent, outcome unknown
    :raises OutsideRefused: an answer of 4xx; code ``http-404`` and so on
    """
    unknown = OutsideUnavailable if repeatable else OutsideUnknown
    # `connect` also bounds the wait for a free connection: beyond it nothing was sent, which total alone cannot tell.
    timeout = aiohttp.ClientTimeout(total=seconds, connect=seconds * 0.6)
    try:
        async with session.request(method, url, timeout=timeout, allow_redirects=False, **request) as response:
            body = await _read(response, system)
            status, headers = response.status, response.headers
            content_type = response.content_type
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise OutsideUnavailable(f"no connection ({type(error).__name__})", system=system) from None
    except (TimeoutError, aiohttp.ClientError) as error:
        # The text of an aiohttp error may hold the address with its token: only the type is told.
        raise unknown(f"no answer ({type(error).__name__})", system=system) from None
    if refusals and content_type == "application/json":
        return Reply(status, content_type, headers, body)
    if status in (429, 503):
        raise OutsideUnavailable(f"http-{status}", system=system, retry_after=_seconds(headers.get("Retry-After")))
    if status >= 500:
        raise unknown(f"http-{status}", system=system)
    if status >= 300:
        raise OutsideRefused(f"http-{status}", system=system)
    return Reply(status, content_type, headers, body)


async def _read(response: aiohttp.ClientResponse, system: str) -> bytes:
    """The body, up to ``MAX_BYTES``: an outside system does not decide how much memory we use."""
    parts, size = [], 0
    async for chunk in response.content.iter_chunked(64 * 1024):
        size += len(chunk)
        if size > MAX_BYTES:
            raise OutsideRefused("too-large", f"more than {MAX_BYTES} bytes", system=system)
        parts.append(chunk)
    return b"".join(parts)


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isdigit() else None
