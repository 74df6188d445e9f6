"""What Alipay is asked for a payment, one method for each way."""

from __future__ import annotations

from typing import Any

from alipay.aop.api.domain.AlipayTradeCreateModel import AlipayTradeCreateModel
from alipay.aop.api.domain.AlipayTradePayModel import AlipayTradePayModel
from alipay.aop.api.domain.AlipayTradePrecreateModel import AlipayTradePrecreateModel
from alipay.aop.api.domain.AlipayTradeWapPayModel import AlipayTradeWapPayModel

from bot.errors import OutsideRefused
from bot.money import yuan
from integrations.alipay_pay.api import Model
from integrations.alipay_pay.errors import SYSTEM
from integrations.alipay_pay.facts import CHINA
from integrations.paying.port import Asking

LONGEST_TITLE = 128


def asked(asking: Asking) -> tuple[str, Model]:
    """The method, and its model filled in.

    :raises OutsideRefused: `not_set_up`: a way that Alipay does not have
    """
    if asking.way == "inside":
        model = _filled(AlipayTradeCreateModel(), asking)
        # A user id is sixteen digits; newer apps know their users by an open id.
        setattr(model, "buyer_id" if asking.payer.isdigit() else "buyer_open_id", asking.payer)
        return "alipay.trade.create", model
    if asking.way == "code":
        return "alipay.trade.precreate", _filled(AlipayTradePrecreateModel(), asking)
    if asking.way == "page":
        model = _filled(AlipayTradeWapPayModel(), asking)
        model.product_code, model.quit_url = "QUICK_WAP_WAY", asking.back_to
        return "alipay.trade.wap.pay", model
    if asking.way == "scanned":
        model = _filled(AlipayTradePayModel(), asking)
        model.scene, model.auth_code = "bar_code", asking.code
        return "alipay.trade.pay", model
    raise OutsideRefused("not_set_up", asking.way, system=SYSTEM)


def _filled(model: Any, asking: Asking) -> Any:
    model.out_trade_no, model.total_amount = asking.number, yuan(asking.amount)
    model.subject = asking.title[:LONGEST_TITLE]
    model.time_expire = f"{asking.expires.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    return model
