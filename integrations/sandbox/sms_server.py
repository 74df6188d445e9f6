"""The played gateway for text messages: checks signatures, delivers to the phones, reports back.

Its interface is the one that ``integrations/sms/README.md`` writes down.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import jinja2
from aiohttp import web

from bot import clock, logs
from bot.errors import BadInput
from bot.settings import Sms
from bot.wording import Wording
from integrations.sandbox.phones import Phones
from integrations.sms.signing import signed, verified

log = logs.get(__name__)

MOBILE = re.compile(r"1[3-9]\d{9}|\+\d{6,15}")
GATEWAY = "sandbox"
Approved = Callable[[str, dict[str, Any]], str]
"""The text of an approved template with its parameters. LookupError: no such template (jinja2.TemplateNotFound is one);
jinja2.TemplateError: the parameters do not fit it."""


def spelled_out(template: str, params: Mapping[str, Any]) -> str:
    """What is shown where nobody gave the wordings: the name of the template and its parameters."""
    return f"[{template}] " + " ".join(f"{name}={value}" for name, value in params.items())


def worded(wording: Wording) -> Approved:
    """The wordings in ``templates/<area>/sms/<name>.j2`` as what the gateway approved: a template is named
    ``<area>.<name>``, or ``<name>`` where only one area has it."""

    def approved(template: str, params: dict[str, Any]) -> str:
        area, _, name = template.rpartition(".")
        pattern = re.compile(rf"{re.escape(area) or '[^/]+'}/sms/{re.escape(name)}")
        found = [each for each in wording.names() if pattern.fullmatch(each)]
        if len(found) != 1:
            raise LookupError(template)
        return wording.render(found[0], **params)

    return approved


class SmsServer:
    """``settings`` are the very ones that the client has; reports go to ``{base_url}/webhooks/sms/sandbox``.

    :param report_after: seconds until the report of a delivery
    :param reports: whether any are sent
    """

    def __init__(self, settings: Sms, phones: Phones, base_url: str, approved: Approved = spelled_out, *,
                 reports: bool = True, report_after: float = 0.5) -> None:
        self._settings, self._phones, self._approved = settings, phones, approved
        self._url = f"{base_url.rstrip('/')}/webhooks/sms/{GATEWAY}"
        self._reports, self._report_after = reports, report_after
        self._receipts: dict[str, dict[str, Any]] = {}
        self._nonces: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0
        self.unreachable: set[str] = set()
        """Numbers whose messages are reported as failed."""

    def app(self) -> web.Application:
        """To be mounted at ``/sandbox/play/sms``."""
        app = web.Application()
        app.router.add_post("/v1/messages", self._messages)
        return app

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _messages(self, request: web.Request) -> web.Response:
        try:
            fields = json.loads(await request.read())
            code, message = self._refusal(fields)
        except (ValueError, AttributeError):
            code, message, fields = "BAD_REQUEST", "expected a JSON object", {}
        if code:
            return web.json_response({"code": code, "message": message})
        request_id, mobile = fields["request_id"], fields["mobile"]
        if request_id not in self._receipts:
            try:
                text = self._approved(fields["template"], fields["params"])
            except LookupError:
                return web.json_response({"code": "BAD_TEMPLATE", "message": fields["template"]})
            except jinja2.TemplateError as error:
                return web.json_response({"code": "BAD_PARAMS", "message": str(error)})
            self._receipts[request_id] = self._sent(mobile, text, fields)
        return web.json_response({"code": "OK", "message": "", **self._receipts[request_id]})

    def _refusal(self, fields: dict[str, Any]) -> tuple[str, str]:
        """(code, message) of what is wrong with a request, or ("", "")."""
        try:
            verified(fields, self._settings.key, self._settings.secret)
        except BadInput as error:
            return {"bad_key": "BAD_KEY"}.get(error.reason, "BAD_SIGNATURE"), error.reason
        now = clock.now().timestamp()
        self._nonces = {nonce: at for nonce, at in self._nonces.items() if at > now - 600}
        if str(fields.get("nonce")) in self._nonces:
            return "BAD_SIGNATURE", "nonce was used"
        self._nonces[str(fields.get("nonce"))] = now
        if fields.get("sign_name") != self._settings.sign_name:
            return "BAD_SIGN_NAME", str(fields.get("sign_name"))
        if not MOBILE.fullmatch(str(fields.get("mobile", ""))):
            return "BAD_NUMBER", ""
        if not fields.get("request_id") or not isinstance(fields.get("params"), dict) or not fields.get("template"):
            return "BAD_PARAMS", "request_id, template and params are needed"
        return "", ""

    def _sent(self, mobile: str, text: str, fields: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        message_id = f"{int(clock.now().timestamp() * 1000)}{self._count:06d}"
        whole = f"【{self._settings.sign_name}】{text}" if self._settings.sign_name else text
        phone = self._phones.of_mobile(mobile)
        reached = phone is not None and mobile not in self.unreachable
        if phone and reached:
            phone.receive("sms", "", {"type": "text", "text": whole, "to": mobile, "template": fields["template"]})
        if self._reports:
            self._later({"type": "report", "message_id": message_id, "request_id": fields["request_id"],
                         "mobile": mobile, "status": "delivered" if reached else "failed",
                         "code": "DELIVRD" if reached else "MK:0001"}, self._report_after)
        return {"message_id": message_id, "segments": 1 if len(whole) <= 70 else -(-len(whole) // 67)}

    def reply(self, mobile: str, text: str) -> None:
        """A patient answers by text message; told to us as the gateway does."""
        self._count += 1
        message_id = f"MO{int(clock.now().timestamp() * 1000)}{self._count:06d}"
        self._later({"type": "reply", "message_id": message_id, "mobile": mobile, "text": text}, 0)

    def _later(self, fields: dict[str, Any], seconds: float) -> None:
        task = asyncio.create_task(self._tell({**fields, "at": clock.now().isoformat()}, seconds))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, fields: dict[str, Any], seconds: float) -> None:
        """POST a notice until it is taken, four times at most."""
        for pause in (seconds, 1, 5, 15):
            await asyncio.sleep(pause)
            body = signed(fields, self._settings.key, self._settings.secret)
            try:
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
                    async with session.post(self._url, json=body) as response:
                        if response.status < 500:
                            return
            except (TimeoutError, aiohttp.ClientError) as error:
                log.warning("sandbox_notice_unanswered", error=type(error).__name__)
