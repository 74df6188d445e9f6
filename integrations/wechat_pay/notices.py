"""What WeChat Pay tells us by itself: a payment, a refund. Verified and opened; no business."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.errors import BadInput
from integrations.paying.port import Back, Standing
from integrations.wechat_pay.client import back_of, standing_of
from integrations.wechat_pay.merchant import Merchant
from integrations.wechat_pay.signing import decrypted, require_signed


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` is the same when it is sent again; `said` is None for an event that says nothing of money."""

    id: str
    event: str
    said: Standing | Back | None


def read(
    merchant: Merchant, keys: Mapping[str, RSAPublicKey], headers: Mapping[str, str], body: bytes, now: datetime
) -> Notice:
    """:raises BadInput: forged, stale, malformed, or for another merchant or app"""
    text = require_signed(keys, headers, body, now)
    told = _object(text)
    resource = told.get("resource")
    if not isinstance(resource, dict):
        raise BadInput("no_resource")
    facts = _object(decrypted(merchant, resource))
    event, number = str(told.get("event_type", "")), str(told.get("id", ""))
    if not number or len(number) > 64:
        raise BadInput("no_id")
    if event.startswith(("TRANSACTION.", "REFUND.")):
        _require_ours(merchant, facts)
        try:
            said: Standing | Back = back_of(facts) if event.startswith("REFUND.") else standing_of(facts)
        except (KeyError, TypeError, ValueError):
            raise BadInput("incomplete") from None
        return Notice(number, event, said)
    return Notice(number, event[:64], None)


def _require_ours(merchant: Merchant, facts: Mapping[str, Any]) -> None:
    if facts.get("mchid") != merchant.merchant_id:
        raise BadInput("wrong_merchant")
    if facts.get("appid", merchant.app_id) != merchant.app_id:  # a refund names no app
        raise BadInput("wrong_app")


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        raise BadInput("not_json") from None
    if not isinstance(told, dict):
        raise BadInput("not_an_object")
    return told
