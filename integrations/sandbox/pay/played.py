"""The played payment channels as the sandbox has them: whose merchant they know, with which keys, and on which phones.

The settings name files of keys; `ensure_keys` makes them before anybody reads the settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.settings import Settings
from bot.settings_wechat_pay import WeChatMerchant
from integrations.sandbox.pay import keys
from integrations.sandbox.pay.conduct import PayConduct
from integrations.sandbox.pay.notifier import Notifier
from integrations.sandbox.pay.wechat_pay import PlayWeChatPay
from integrations.sandbox.pay.wechat_seal import OwnKey, Seal

WECHAT = "wechat"
"""How the sandbox's merchant at WeChat Pay is called."""


def wechat_merchant(settings: Settings, base: str, app_id: str, made: Callable[[str], bytes]) -> WeChatMerchant:
    """As strict as a real one. `made` gives bytes that follow from a purpose."""
    folder = wechat_folder(settings)
    return WeChatMerchant(
        merchant_id=f"19{int.from_bytes(made('merchant')[:4]) % 10**8:08d}", app_id=app_id,
        serial=made("serial").hex()[:40].upper(), private_key=str(keys.private_file(folder, keys.MERCHANT)),
        api_key=made("api_key").hex()[:32], public_key_id=f"PUB_KEY_ID_{made('public_key_id').hex()[:20]}",
        public_key=str(keys.public_file(folder, keys.PLATFORM)), code_key=made("code_key").hex()[:32],
        gateway=f"{base}/wechat-pay",
    )


def wechat_folder(settings: Settings) -> Path:
    return settings.var.absolute() / "sandbox" / "wechat_pay"


def ensure_keys(settings: Settings) -> None:
    """The files that `settings` of the sandbox name are there."""
    if settings.wechat_pay:
        keys.ensure(wechat_folder(settings))


def play_wechat(settings: Settings, notifier: Notifier, conduct: PayConduct) -> PlayWeChatPay:
    """WeChat Pay for the sandbox's merchant; its keys are read when somebody asks it something."""
    merchant = settings.wechat_pay[WECHAT]

    def seal() -> Seal:
        ensure_keys(settings)
        folder = wechat_folder(settings)
        own = OwnKey(merchant.public_key_id, keys.private_key(folder, keys.PLATFORM))
        merchant_key = keys.private_key(folder, keys.MERCHANT).public_key()
        return Seal(merchant.merchant_id, merchant.serial, merchant_key, merchant.api_key.encode(), own)

    return PlayWeChatPay(
        merchant_id=merchant.merchant_id, app_id=merchant.app_id, seal=seal, url=merchant.gateway,
        tell=notifier.tell, code_key=merchant.code_key, conduct=conduct,
    )
