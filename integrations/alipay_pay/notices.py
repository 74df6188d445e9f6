"""What Alipay tells us of a trade. Verified; no business. A partial refund comes as the same trade again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from bot.errors import BadInput
from integrations.alipay_pay.client import standing_of
from integrations.alipay_pay.merchant import Merchant
from integrations.alipay_pay.signing import require_notice
from integrations.paying.port import Standing

MOST_FIELDS = 80


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` is the same when it is sent again."""

    id: str
    status: str
    said: Standing


def read(merchant: Merchant, body: bytes) -> Notice:
    """:raises BadInput: forged, malformed, or for another app or seller"""
    params = fields(body)
    require_notice(merchant.public_key, params)
    if params.get("app_id") != merchant.app_id:
        raise BadInput("wrong_app")
    if params.get("seller_id", merchant.seller) != merchant.seller:
        raise BadInput("wrong_merchant")
    number = params.get("notify_id", "")
    if not number or len(number) > 128:
        raise BadInput("no_id")
    try:
        said = standing_of(params)
    except (KeyError, ValueError):
        raise BadInput("incomplete") from None
    return Notice(number, params.get("trade_status", "")[:32], said)


def fields(body: bytes) -> Mapping[str, str]:
    """The form's fields, decoded once, in the character set that it names."""
    try:
        plain = body.decode("ascii")
        pairs = dict(parse_qsl(plain, keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="latin-1"))
        named = pairs.get("charset", "utf-8").lower()
        encoding = {"utf-8": "utf-8", "gbk": "gbk", "gb2312": "gbk", "gb18030": "gb18030"}[named]
        decoded = parse_qsl(
            plain, keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding=encoding, errors="strict"
        )
    except (UnicodeDecodeError, ValueError, KeyError):
        raise BadInput("not_a_form") from None
    if len(dict(decoded)) != len(decoded):
        raise BadInput("field_twice")
    return dict(decoded)
