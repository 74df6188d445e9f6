"""All merchants of the settings. The SDK is asked for only where there is one: it is large, and a hospital without
Alipay runs without it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING

import aiohttp

from bot import logs
from bot.errors import OutsideError, SettingsError
from bot.settings_alipay_pay import AlipayMerchant
from integrations.alipay_pay.merchant import Merchant, load
from integrations.alipay_pay.notices import Gate

if TYPE_CHECKING:
    from integrations.alipay_pay.client import AlipayPay

log = logs.get(__name__)

FRESH_SECONDS, AGAIN_SECONDS = 6 * 3600.0, 60.0


class AlipayMerchants:
    """Keys are loaded at once, so that a wrong one is found at start. As a mapping it is `AlipayPayGates`.

    :param base_url: how Alipay reaches us
    :param session: stays its maker's to close
    :raises SettingsError: every setting that is wrong, by its name; or the SDK is not installed
    """

    def __init__(
        self, settings: Mapping[str, AlipayMerchant], base_url: str, session: aiohttp.ClientSession
    ) -> None:
        self.merchants: dict[str, Merchant] = {}
        self.channels: dict[str, AlipayPay] = {}
        problems: list[str] = []
        for name, each in settings.items():
            try:
                self.merchants[name] = load(name, each, f"{base_url}/webhooks/alipay-pay/{name}")
            except SettingsError as error:
                problems += error.problems
        if problems:
            raise SettingsError(problems)
        if not self.merchants:
            return
        try:
            from integrations.alipay_pay.api import Api
            from integrations.alipay_pay.client import AlipayPay
        except ModuleNotFoundError as missing:
            if missing.name is None or not missing.name.startswith("alipay"):
                raise
            raise SettingsError(
                "alipay_pay: expected the SDK of Alipay, `pip install --no-compile 'daoyi[alipay]'`"
            ) from None
        self.channels = {
            name: AlipayPay(Api(merchant, session), session) for name, merchant in self.merchants.items()
        }

    def __getitem__(self, name: str) -> Gate:
        return Gate(self.merchants[name])

    async def keep_fresh(self) -> None:
        """Follow Alipay's certificates, in every process: whoever hears notices has to know them before the first."""
        following = [name for name, merchant in self.merchants.items() if merchant.own is not None]
        while following:
            failed = False
            for name in following:
                try:
                    await self.channels[name].standing("freshness")
                except OutsideError as error:
                    failed = True
                    log.warning("alipay_certificates_not_asked", account=name, error=type(error).__name__)
            # Not all processes at one moment.
            await asyncio.sleep(AGAIN_SECONDS if failed else FRESH_SECONDS * random.uniform(0.8, 1.0))
