"""One code for WeChat and Alipay: who opens it is led to a way of paying that works there."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from flows.payment.combined import Choice, address, choices, seen_by
from integrations.paying.port import Way

WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN"
)
ALIPAY = (
    "Mozilla/5.0 (Linux; U; Android 14; zh-CN; 2211133C) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/100.0.4896.58 UWS/5.2.0.0 Mobile Safari/537.36 Nebula AlipayDefined(nt:WIFI) AliApp(AP/10.5.90) "
    "AlipayClient/10.5.90 Language/zh-Hans"
)
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"


@dataclass
class Merchant:
    name: str
    channel: str
    ways: tuple[Way, ...]

    def __getattr__(self, name: str) -> object:
        raise AssertionError("nobody is asked for that")


WX = Merchant("wx", "wechat", ("inside", "code", "page", "scanned"))
ALI = Merchant("ali", "alipay", ("inside", "code", "page", "scanned"))
CARD = Merchant("card", "card", ("account",))
ALL = (Merchant("wx-codes", "wechat", ("code",)), WX, Merchant("wx2", "wechat", ("inside",)), ALI, CARD)


@pytest.mark.parametrize(("said", "app"), [
    (WECHAT, "wechat"), (ALIPAY, "alipay"), (CHROME, "browser"), ("", "browser"), (WECHAT.lower(), "wechat"),
    ("x" * 100_000, "browser"), ("I like MicroMessenger and AlipayClient", "browser"),
])
def test_the_app_is_seen_by_what_its_browser_says(said: str, app: str) -> None:
    assert seen_by(said) == app


def test_each_app_is_led_to_its_own_way() -> None:
    assert choices("wechat", ALL, ("wechat", "alipay")) == (Choice("wx", "wechat", "inside", True),)
    assert choices("alipay", ALL, ("wechat", "alipay")) == (Choice("ali", "alipay", "inside", True),)


def test_alipay_without_a_sign_in_opens_its_page() -> None:
    assert choices("alipay", ALL, ("wechat",)) == (Choice("ali", "alipay", "page", False),)
    assert choices("wechat", ALL, ()) == ()


def test_another_browser_is_offered_the_pages_of_both() -> None:
    assert choices("browser", ALL, ("wechat",)) == (
        Choice("wx", "wechat", "page", False), Choice("ali", "alipay", "page", False)
    )
    assert choices("browser", (CARD,), ()) == ()


def test_the_address_says_the_order_and_no_more() -> None:
    assert address("https://hospital.example/", "a_B-1") == "https://hospital.example/h5/payment/code/a_B-1"
