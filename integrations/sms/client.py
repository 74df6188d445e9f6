"""The client of a signed HTTP gateway. A vendor's own API needs a small adapter in front that speaks this (README)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot import logs
from bot.errors import OutsideUnknown
from bot.settings import Sms
from integrations.outside import ask, observed
from integrations.sms.errors import SYSTEM, SmsSettingsRefused, error_of
from integrations.sms.port import SmsReceipt
from integrations.sms.signing import signed

log = logs.get(__name__)


class SmsClient:
    """``SmsPort`` over the gateway of the settings."""

    def __init__(self, settings: Sms, session: aiohttp.ClientSession, *, seconds: float = 5.0) -> None:
        self._settings, self._session, self._seconds = settings, session, seconds

    async def send(self, mobile: str, template: str, params: Mapping[str, str], *, request_id: str) -> SmsReceipt:
        if not self._settings.gateway:
            raise SmsSettingsRefused("NO_GATEWAY", "set [sms] gateway")
        with observed(SYSTEM, "send"):
            return await self._sent(signed(
                {"mobile": mobile, "template": template, "params": dict(params), "request_id": request_id,
                 "sign_name": self._settings.sign_name}, self._settings.key, self._settings.secret))

    async def _sent(self, fields: Mapping[str, Any]) -> SmsReceipt:
        reply = await ask(self._session, "POST", f"{self._settings.gateway}/v1/messages", system=SYSTEM,
                          seconds=self._seconds, data=json.dumps(fields, ensure_ascii=False).encode(),
                          headers={"Content-Type": "application/json; charset=utf-8"})
        answer = reply.json()
        if answer is None or not isinstance(answer.get("code"), str):
            raise OutsideUnknown("no JSON with a code", system=SYSTEM)
        if answer["code"] != "OK":
            error = error_of(answer["code"], str(answer.get("message", "")))
            if isinstance(error, SmsSettingsRefused):
                log.error("sms_settings_refused", error=str(error))
            raise error
        return SmsReceipt(str(answer.get("message_id", "")), int(answer.get("segments", 1)))
