"""What Alipay tells us of a trade. Verified; no business. A refund comes as the same trade again."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from bot.errors import BadInput
from integrations.alipay_pay.facts import standing_of
from integrations.alipay_pay.merchant import Merchant
from integrations.alipay_pay.port import Notice
from integrations.alipay_pay.signing import require_notice
from integrations.paying.port import Back, Standing

MOST_FIELDS = 80
TRADE = "trade_status_sync"
ENCODINGS = {"utf-8": "utf-8", "gbk": "gbk", "gb2312": "gbk", "gb18030": "gb18030"}


class Gate:
    """Of one merchant, with the keys it knows at the moment."""

    def __init__(self, merchant: Merchant) -> None:
        self._merchant = merchant

    def open(self, body: bytes) -> Notice:
        return read(self._merchant, body)


def read(merchant: Merchant, body: bytes) -> Notice:
    """:raises BadInput: forged, malformed, or for another app or seller"""
    params = fields(body)
    require_notice(tuple(merchant.theirs.values()), params)
    if params.get("app_id") != merchant.app_id:
        raise BadInput("wrong_app")
    if params.get("seller_id") != merchant.seller:
        raise BadInput("wrong_merchant")
    number = params.get("notify_id", "")
    if not number or len(number) > 128 or not number.isascii():
        raise BadInput("no_id")
    kind = params.get("notify_type", TRADE)
    if kind != TRADE:
        return Notice(number, kind[:32], None)
    try:
        said = _said(params)
    except (KeyError, ValueError):
        raise BadInput("incomplete") from None
    return Notice(number, params.get("trade_status", "")[:32], said)


def fields(body: bytes) -> Mapping[str, str]:
    """The form's fields, decoded once, in the character set that it names."""
    try:
        plain = body.decode("ascii")
        pairs = dict(parse_qsl(plain, keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="latin-1"))
        encoding = ENCODINGS[pairs.get("charset", "utf-8").lower()]
        decoded = parse_qsl(
            plain, keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding=encoding, errors="strict"
        )
    except (ValueError, KeyError):
        raise BadInput("not_a_form") from None
    if len(dict(decoded)) != len(decoded):
        raise BadInput("field_twice")
    return dict(decoded)


def _said(params: Mapping[str, str]) -> Standing | Back | None:
    standing = standing_of(params)
    if not standing.number or len(standing.number) > 64:
        raise ValueError("no number")
    if params.get("gmt_refund") or params.get("refund_fee"):
        # It tells the sum of all refunds, not this one's: that Alipay knows of it is all it says, the rest is asked.
        refund = params.get("out_biz_no", "")
        return Back(refund, "processing", channel_refund=refund) if 0 < len(refund) <= 64 else None
    if standing.state == "paid" and params.get("trade_status") == "TRADE_CLOSED":
        return None  # paid and reversed, or given back: what it is now is asked
    if standing.state not in ("paid", "closed"):
        return None  # on the way, and perhaps overtaken by what came of it
    return standing
