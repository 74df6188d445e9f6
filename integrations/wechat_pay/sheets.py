"""What the payer's phone or the screen is handed once WeChat Pay knows of a payment."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from integrations.paying.port import Asking, Sheet, Way
from integrations.wechat_pay.merchant import Merchant
from integrations.wechat_pay.signing import sign

PATHS: Mapping[Way, str] = {"inside": "jsapi", "code": "native", "page": "h5"}
LASTS: Mapping[Way, timedelta] = {
    "inside": timedelta(hours=2), "code": timedelta(hours=2), "page": timedelta(minutes=5)
}
TITLE_BYTES = 127


def sheet_of(merchant: Merchant, asking: Asking, said: Mapping[str, Any], now: datetime) -> Sheet:
    """:raises KeyError: the answer does not hold what it must"""
    until = min(asking.expires, now + LASTS[asking.way])
    if asking.way == "inside":
        return Sheet("inside", until, parameters(merchant, str(said["prepay_id"]), now))
    if asking.way == "code":
        return Sheet("code", until, address=str(said["code_url"]))
    back = f"&redirect_url={quote(asking.back_to, safe='')}" if asking.back_to else ""
    return Sheet("page", until, address=f"{said['h5_url']}{back}")


def parameters(merchant: Merchant, prepay: str, now: datetime) -> dict[str, str]:
    """What WeixinJSBridge is handed."""
    stamp, nonce, package = str(int(now.timestamp())), secrets.token_hex(16), f"prepay_id={prepay}"
    return {
        "appId": merchant.app_id, "timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA",
        "paySign": sign(merchant, merchant.app_id, stamp, nonce, package),
    }


def titled(title: str) -> str:
    """WeChat counts bytes, and half a character is refused."""
    return title.encode()[:TITLE_BYTES].decode(errors="ignore")
