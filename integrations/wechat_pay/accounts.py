"""All merchants of the settings: their channels, and the gates of what WeChat Pay tells them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping

import aiohttp

from bot import logs
from bot.errors import OutsideError, SettingsError
from bot.settings_wechat_pay import WeChatMerchant
from integrations.wechat_pay.api import Api
from integrations.wechat_pay.client import WeChatPay
from integrations.wechat_pay.merchant import Merchant, load
from integrations.wechat_pay.notices import Gate
from integrations.wechat_pay.platform import FRESH, PlatformKeys

log = logs.get(__name__)

AGAIN_SECONDS = 60.0


class WeChatPayMerchants:
    """Keys are loaded at once, so that a wrong one is found at start. As a mapping it is `WeChatPayGates`.

    :param base_url: how WeChat Pay reaches us
    :param session: stays its maker's to close
    :raises SettingsError: every setting that is wrong, by its name
    """

    def __init__(self, settings: Mapping[str, WeChatMerchant], base_url: str, session: aiohttp.ClientSession) -> None:
        self.channels: dict[str, WeChatPay] = {}
        self._apis: list[Api] = []
        self._gates: dict[str, Gate] = {}
        problems: list[str] = []
        for name, each in settings.items():
            try:
                self._add(name, load(name, each, f"{base_url}/webhooks/wechat-pay/{name}"), session)
            except SettingsError as error:
                problems += error.problems
        if problems:
            raise SettingsError(problems)

    def _add(self, name: str, merchant: Merchant, session: aiohttp.ClientSession) -> None:
        keys = PlatformKeys(merchant)
        api = Api(merchant, keys, session)
        self._apis.append(api)
        self.channels[name], self._gates[name] = WeChatPay(api, session), Gate(merchant, keys)

    def __getitem__(self, name: str) -> Gate:
        return self._gates[name]

    async def keep_fresh(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Follow WeChat Pay's certificates, in every process: whoever hears a notice has to know its key before, as
        nothing is fetched for one that it does not know."""
        following = [api for api in self._apis if api.merchant.certificates]
        while following:
            failed = False
            for api in following:
                try:
                    await api.fetch_certificates()
                except OutsideError as error:
                    failed = True
                    log.warning("certificates_not_fetched", account=api.merchant.name, error=type(error).__name__)
            # Not all processes at one moment.
            await pause(AGAIN_SECONDS if failed else FRESH.total_seconds() * random.uniform(0.8, 1.0))
