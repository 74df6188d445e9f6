"""The address that WeChat calls: GET and POST ``/webhooks/wechat/{account}``.

Nothing runs for a request that did not pass its account's gate. What a request then costs in time is bounded: WeChat
hangs up after 5 s, so an answer is given within ``answer_seconds`` (3.6), and the rest goes by a push.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot import clock, logs, metrics
from bot.errors import BadInput
from bot.talk.crowd import Crowded
from bot.talk.messages import Inbound
from bot.talk.too_late import TooLate
from bot.web.access import public
from bot.web.keys import DISPATCHER, SETTINGS
from webhooks.wechat.gate import Gate, Letter
from webhooks.wechat.parse import LARGEST
from webhooks.wechat.reply import SILENCE

log = logs.get(__name__)

GATES: web.AppKey[dict[str, Gate]] = web.AppKey("wechat_gates")

KEEPING_SECONDS = 0.35  # for writing down that an answer comes late: with it we are done in less than 4 s
STATUS = {
    **dict.fromkeys(("no_signature", "bad_signature", "stale", "foreign_app", "not_encrypted"), 403),
    "unknown_account": 404,
    "slow_body": 408,
    "too_large": 413,
    "encoded_body": 415,
}


def setup(app: web.Application) -> None:
    """Add the addresses for the accounts in ``app[SETTINGS]`` whose channel is WeChat."""
    app[GATES] = {name: Gate(name, account) for name, account in app[SETTINGS].accounts.items()
                  if account.channel == "wechat"}
    app.router.add_get("/webhooks/wechat/{account}", check_url, allow_head=False)
    app.router.add_post("/webhooks/wechat/{account}", receive)


@public
async def check_url(request: web.Request) -> web.Response:
    """The check that WeChat makes when the address is entered: the echostr, exactly."""
    gate = request.app[GATES].get(request.match_info["account"])
    if gate is None:
        return _refused("", "unknown_account")  # its name is whatever somebody wrote: not for the log
    try:
        return web.Response(text=gate.hello(request.query, clock.now().timestamp()))
    except BadInput as bad:
        return _refused(request.match_info["account"], bad.reason)


@public
async def receive(request: web.Request) -> web.Response:
    """A message or an event. WeChat sends it again (three times) unless it gets 200 within 5 s."""
    gate = request.app[GATES].get(request.match_info["account"])
    if gate is None:
        return _refused("", "unknown_account")  # its name is whatever somebody wrote: not for the log
    until = asyncio.get_running_loop().time() + request.app[SETTINGS].answer_seconds
    try:
        body = await _body(request, until)
        now = clock.now().timestamp()
        letter = gate.open(request.query, body, now)
    except BadInput as bad:
        return _refused(request.match_info["account"], bad.reason)
    return await _answer(request, gate, letter, until, now)


async def _answer(request: web.Request, gate: Gate, letter: Letter, until: float, now: float) -> web.Response:
    inbound = letter.inbound
    try:
        answer = await request.app[DISPATCHER].turn(inbound, until=until)
    except Crowded:  # it has told of itself; what comes again finds room, or comes again
        _count(inbound, "failed")
        return web.Response(status=503)
    except TooLate:  # the dispatcher goes on with the turn and keeps its answer
        return await _later(request, inbound, "late")
    except Exception:
        # No 200: WeChat then delivers again, up to three times, and the fault may have passed by then (a database
        # that changes over, say). "success" would lose the message without a word.
        log.error("callback_failed", account=inbound.account, kind=inbound.kind, exc_info=True)
        _count(inbound, "failed")
        return web.Response(status=500)
    body, unsaid = gate.answer(letter, answer.messages, now)
    if unsaid:  # a passive reply is one message; the outbox says all of it, in order and not in two halves
        return await _later(request, inbound, "long")
    _count(inbound, "duplicate" if answer.duplicate else "empty" if body is SILENCE else "answered")
    return web.Response(body=body, content_type="text/plain" if body is SILENCE else "application/xml")


async def _later(request: web.Request, inbound: Inbound, why: str) -> web.Response:
    """Have the outbox say it; "success" only once that is written down, else WeChat has to come again."""
    try:
        async with asyncio.timeout(KEEPING_SECONDS):
            await request.app[DISPATCHER].late(inbound)
    except Exception:
        log.error("callback_not_kept", account=inbound.account, kind=inbound.kind, why=why, exc_info=True)
        _count(inbound, "failed")
        return web.Response(status=503)
    log.info("callback_late", account=inbound.account, kind=inbound.kind, why=why)
    _count(inbound, "late")
    return web.Response(body=SILENCE, content_type="text/plain")


async def _body(request: web.Request, until: float) -> bytes:
    """The body, read only as far as a callback may be long.

    :raises BadInput: ``too_large``, ``slow_body``, ``encoded_body`` or ``broken_body``
    """
    if (request.content_length or 0) > LARGEST:
        raise BadInput("too_large")
    if "Content-Encoding" in request.headers:  # WeChat never compresses; a small body could swell to any size
        raise BadInput("encoded_body")
    if request.content.is_eof() and request.content_length:
        return request.content.read_nowait()  # all of it came with the head, as callbacks do
    body = b""
    try:
        async with asyncio.timeout_at(until):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > LARGEST:
                    raise BadInput("too_large")
    except TimeoutError:
        raise BadInput("slow_body") from None
    except (web.RequestPayloadError, ConnectionError):
        raise BadInput("broken_body") from None
    return body


def _refused(account: str, reason: str) -> web.Response:
    """A status and nothing else: whoever forges learns no more, and WeChat's own faults are found in the log."""
    metrics.refused_callbacks.inc(reason)
    log.warning("callback_refused", account=account, reason=reason)
    return web.Response(status=STATUS.get(reason, 400))


def _count(inbound: Inbound, result: str) -> None:
    metrics.callbacks.inc(inbound.account, result)
