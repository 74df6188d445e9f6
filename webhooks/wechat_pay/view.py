"""The address that WeChat Pay calls: POST ``/webhooks/wechat-pay/{account}``.

Nothing runs for a notice that did not pass its merchant's gate, and nobody is called on account of one: a serial that
is not known is refused. It is answered when what it told is committed: until then WeChat Pay comes again, fifteen
times within a day. Its probes, whose signatures are wrong on purpose, are refused as any forgery is.
"""

from __future__ import annotations

from aiohttp import web

from bot import clock, logs, metrics
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.transaction import Transaction
from bot.errors import BadInput
from bot.web import bodies
from bot.web.access import public
from bot.web.keys import DATABASE, PORTS, SETTINGS, WORDING
from flows.payment import notices
from flows.payment.odd.refusing import refused
from integrations.wechat_pay.port import Notice, WeChatPayGates

log = logs.get(__name__)

LARGEST = 64 * 1024
SECONDS = 3.0  # WeChat Pay hangs up after 5
STATUS = {
    **dict.fromkeys(
        ("unsigned", "bad_timestamp", "stale", "unknown_serial", "bad_signature", "wrong_merchant", "wrong_app"), 403
    ),
    "unknown_account": 404,
    **bodies.STATUS,
}


def setup(app: web.Application) -> None:
    """Add the address for the merchants behind ``app[PORTS][WeChatPayGates]``."""
    app.router.add_post("/webhooks/wechat-pay/{account}", receive)


@public
async def receive(request: web.Request) -> web.Response:
    """One notice of a payment or a refund. The status alone says whether it was received."""
    account = request.match_info["account"]
    try:
        gate = request.app[PORTS][WeChatPayGates][account]
    except LookupError:
        return await _refused(request, "", "unknown_account")  # its name is whatever somebody wrote: not for the log
    try:
        notice = gate.open(request.headers, await bodies.read(request, LARGEST, SECONDS), clock.now())
    except BadInput as bad:
        return await _refused(request, account, bad.reason)
    try:
        became = await _hear(request, account, notice)
    except Exception:
        # Not 2xx: WeChat Pay comes again, and the fault may have passed by then.
        log.error("wechat_pay_notice_failed", account=account, exc_info=True)
        return _answer(503, "again")
    log.info("wechat_pay_notice", account=account, kind=notice.event, became=became)
    return web.Response(status=204)


async def _hear(request: web.Request, account: str, notice: Notice) -> str:
    """What became of it, of each order where several were paid together; all in one transaction."""

    async def work(tx: Transaction) -> str:
        context = _context(request, tx)
        if len(notice.said) < 2:
            said = notice.said[0] if notice.said else None
            return await notices.hear(context, account, notice.id, notice.event, said)
        became = [
            await notices.hear(context, account, f"{notice.id}:{n}", notice.event, said)
            for n, said in enumerate(notice.said)
        ]
        return ",".join(became)

    return await request.app[DATABASE].run(work)


def _context(request: web.Request, tx: Transaction) -> Context:
    settings = request.app[SETTINGS]
    return Context(
        tx=tx, ports=request.app[PORTS], settings=settings, wording=request.app[WORDING], contact=None, channel="",
        actor="webhook:wechat_pay", request_id=logs.request_id(), now=tx.now, clock=HospitalClock(settings.timezone),
    )


async def _refused(request: web.Request, account: str, reason: str) -> web.Response:
    """Counted for finance; whether that worked is no concern of whoever sent it."""
    metrics.refused_callbacks.inc(reason)
    log.warning("wechat_pay_notice_refused", account=account, reason=reason)
    await refused(request.app[DATABASE], HospitalClock(request.app[SETTINGS].timezone), account, reason)
    return _answer(STATUS.get(reason, 400), "refused")


def _answer(status: int, message: str) -> web.Response:
    """As WeChat Pay wants to be told; whoever forges learns no more from it."""
    return web.json_response({"code": "FAIL", "message": message}, status=status)
