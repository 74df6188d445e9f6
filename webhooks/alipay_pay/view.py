"""The address that Alipay calls about payments: POST ``/webhooks/alipay-pay/{account}``.

Nothing runs for a notice that did not pass its merchant's gate, and nobody is called on account of one. "success" is
answered when what it told is committed: until then Alipay comes again.
"""

from __future__ import annotations

from aiohttp import web

from bot import logs, metrics
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.transaction import Transaction
from bot.errors import BadInput
from bot.web import bodies
from bot.web.access import public
from bot.web.keys import DATABASE, PORTS, SETTINGS, WORDING
from flows.payment import notices
from flows.payment.odd.refusing import refused
from integrations.alipay_pay.port import AlipayPayGates, Notice

log = logs.get(__name__)

LARGEST = 64 * 1024
SUCCESS = "success"  # these seven letters and nothing else
STATUS = {
    **dict.fromkeys(("unsigned", "unknown_algorithm", "bad_signature", "wrong_app", "wrong_merchant"), 403),
    "unknown_account": 404,
    **bodies.STATUS,
}


def setup(app: web.Application) -> None:
    """Add the address for the merchants behind ``app[PORTS][AlipayPayGates]``."""
    app.router.add_post("/webhooks/alipay-pay/{account}", receive)


@public
async def receive(request: web.Request) -> web.Response:
    """One notice. Alipay sends it eight times in 25 hours unless it is answered "success"."""
    account = request.match_info["account"]
    try:
        gate = request.app[PORTS][AlipayPayGates][account]
    except LookupError:
        return await _refused(request, "", "unknown_account")  # its name is whatever somebody wrote: not for the log
    try:
        notice = gate.open(await bodies.read(request, LARGEST))
    except BadInput as bad:
        return await _refused(request, account, bad.reason)
    try:
        became = await _hear(request, account, notice)
    except Exception:
        # Not "success": Alipay comes again, and the fault may have passed by then.
        log.error("alipay_pay_notice_failed", account=account, exc_info=True)
        return web.Response(status=503)
    log.info("alipay_pay_notice", account=account, status=notice.event, became=became)
    return web.Response(text=SUCCESS)


async def _hear(request: web.Request, account: str, notice: Notice) -> str:
    async def work(tx: Transaction) -> str:
        return await notices.hear(_context(request, tx), account, notice.id, notice.event, notice.said)

    return await request.app[DATABASE].run(work)


def _context(request: web.Request, tx: Transaction) -> Context:
    settings = request.app[SETTINGS]
    return Context(
        tx=tx, ports=request.app[PORTS], settings=settings, wording=request.app[WORDING], contact=None, channel="",
        actor="webhook:alipay_pay", request_id=logs.request_id(), now=tx.now, clock=HospitalClock(settings.timezone),
    )


async def _refused(request: web.Request, account: str, reason: str) -> web.Response:
    """Counted for finance; whether that worked is no concern of whoever sent it."""
    metrics.refused_callbacks.inc(reason)
    log.warning("alipay_pay_notice_refused", account=account, reason=reason)
    await refused(request.app[DATABASE], HospitalClock(request.app[SETTINGS].timezone), account, reason)
    return web.Response(status=STATUS.get(reason, 400))
