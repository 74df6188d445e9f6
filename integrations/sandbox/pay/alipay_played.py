"""The played Alipay as the sandbox has it: whose merchant it knows, with which keys. It is there only where the SDK is
installed, as a merchant cannot be without."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from bot.settings import Settings
from bot.settings_alipay_pay import AlipayMerchant
from integrations.sandbox.pay import keys
from integrations.sandbox.pay.alipay import PlayAlipay
from integrations.sandbox.pay.alipay_wire import Keys
from integrations.sandbox.pay.conduct import PayConduct
from integrations.sandbox.pay.notifier import Notifier

ALIPAY = "alipay"
"""How the sandbox's merchant at Alipay is called."""
PATH = "alipay-pay"
APP_ID, SELLER = "2021009999999999", "2088999999999999"


def merchants(settings: Settings, base: str) -> dict[str, AlipayMerchant]:
    """As strict as a real one; its keys stand in files that `ensure_keys` makes. None without the SDK."""
    if find_spec("alipay") is None:
        return {}
    folder = folder_of(settings)
    return {ALIPAY: AlipayMerchant(
        app_id=APP_ID, seller=SELLER, private_key=str(keys.private_file(folder, keys.MERCHANT)),
        public_key=str(keys.public_file(folder, keys.PLATFORM)), gateway=f"{base}/{PATH}/gateway.do",
    )}


def folder_of(settings: Settings) -> Path:
    return settings.var.absolute() / "sandbox" / "alipay_pay"


def ensure_keys(settings: Settings) -> None:
    """The files that `settings` of the sandbox name are there."""
    if settings.alipay_pay:
        keys.ensure(folder_of(settings))


def play(settings: Settings, notifier: Notifier, conduct: PayConduct) -> PlayAlipay:
    """Alipay for the sandbox's merchant; its keys are read when somebody asks it something."""
    merchant = settings.alipay_pay[ALIPAY]

    def read() -> Keys:
        ensure_keys(settings)
        folder = folder_of(settings)
        return keys.private_key(folder, keys.MERCHANT).public_key(), keys.private_key(folder, keys.PLATFORM)

    return PlayAlipay(
        app_id=merchant.app_id, seller=merchant.seller, keys=read, url=merchant.gateway.removesuffix("/gateway.do"),
        tell=notifier.tell, conduct=conduct,
    )
