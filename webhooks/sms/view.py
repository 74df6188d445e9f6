"""The address that the gateway for text messages calls: ``POST /webhooks/sms/{gateway}``.

A delivery report is written down and recorded by a job. Nothing runs for a notice whose signature is wrong.
"""

from __future__ import annotations

from aiohttp import web

from bot import logs, metrics
from bot.errors import BadInput
from bot.settings import Sms
from bot.web import bodies
from bot.web.access import public
from bot.web.keys import DATABASE, SETTINGS
from flows.notices import results
from integrations.sms.notices import DeliveryReport, SmsReply, read_notice

log = logs.get(__name__)

LARGEST = 64 * 1024
CODES = "code-"
"""So the request ids of codes begin (jobs/patients.py)."""
STATUS = {
    **dict.fromkeys(("bad_signature", "bad_key", "stale"), 403),
    "no_gateway": 404,
    **bodies.STATUS,
}


def setup(app: web.Application) -> None:
    """Add the address for the gateway in ``app[SETTINGS]``."""
    app.router.add_post("/webhooks/sms/{gateway}", receive)


@public
async def receive(request: web.Request) -> web.Response:
    """One notice. The gateway sends it again unless it gets an answer below 500."""
    try:
        notice = await _read(request, request.app[SETTINGS].sms)
    except BadInput as bad:
        metrics.refused_callbacks.inc(bad.reason)
        log.warning("sms_notice_refused", reason=bad.reason)
        return web.Response(status=STATUS.get(bad.reason, 400))
    if isinstance(notice, SmsReply):
        log.info("sms_reply_not_used")  # conversations by text message need a number of their own
        return web.json_response({"code": "OK"})
    if notice.request_id.startswith(CODES):
        # Who waits for a code asks for another; only pushes go on by another way.
        log.info("sms_code_report", status=notice.status, code=notice.code)
        return web.json_response({"code": "OK"})
    try:
        await _keep(request, notice)
    except Exception:
        # Not 200: the gateway comes again, and the fault may have passed by then.
        log.error("sms_notice_failed", exc_info=True)
        return web.Response(status=503)
    return web.json_response({"code": "OK"})


async def _read(request: web.Request, settings: Sms) -> DeliveryReport | SmsReply:
    """:raises BadInput: too large, too slow, forged, stale or not as agreed"""
    if not settings.gateway or not settings.secret:
        raise BadInput("no_gateway")  # a secret that is empty would let everybody sign
    return read_notice(await bodies.read(request, LARGEST), settings.key, settings.secret)


async def _keep(request: web.Request, report: DeliveryReport) -> None:
    status = "success" if report.status == "delivered" else f"failed:{report.code}"
    async with request.app[DATABASE].transaction() as tx:
        results.tell(tx, "sms", report.message_id, status)
