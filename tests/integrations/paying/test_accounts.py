"""Which merchants the contacts of an account can pay at."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.errors import SettingsError
from bot.settings import Account, Settings
from integrations.paying.accounts import PayAccounts
from integrations.wechat_pay.accounts import WeChatPayMerchants
from tests.integrations.wechat_pay.counter import APP_ID, MERCHANT


class Other:
    name, channel, ways = "card", "card", ("account",)


async def test_those_of_the_own_app_come_first() -> None:
    elsewhere = MERCHANT.model_copy(update={"app_id": "wx9999999999"})
    settings = Settings(
        accounts={
            "main": Account(channel="wechat", app_id=APP_ID, token="token"),
            "life": Account(channel="alipay", app_id="2021001111111111"),
        },
        wechat_pay={"elsewhere": elsewhere, "main": MERCHANT},
    )
    async with aiohttp.ClientSession() as session:
        wechat = WeChatPayMerchants(settings.wechat_pay, "https://h", session)
        other: Any = Other()
        accounts = PayAccounts(settings, {"card": {"card": other}, "wechat_pay": wechat.channels})
        assert [each.name for each in accounts.offered("main")] == ["main", "card"]
        assert [each.name for each in accounts.offered("life")] == ["card", "elsewhere", "main"]
        assert accounts["main"] is wechat.channels["main"]
        with pytest.raises(LookupError):
            accounts["none"]
        with pytest.raises(SettingsError, match=r"card\.main"):
            PayAccounts(settings, {"wechat_pay": wechat.channels, "card": {"main": other}})
