"""What WeChat Pay tells us by itself: a payment, a refund. Verified and opened; no business, and nobody is called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.errors import BadInput
from integrations.paying.port import Back, Standing
from integrations.wechat_pay.facts import back_of, standing_of, standings_of
from integrations.wechat_pay.merchant import Merchant
from integrations.wechat_pay.port import Notice
from integrations.wechat_pay.signing import decrypted, require_signed

LONGEST_ID = 64


@dataclass(frozen=True)
class Gate:
    """One merchant's. `keys` are WeChat Pay's by serial: one that is not among them is unknown, whoever sends it."""

    merchant: Merchant
    keys: Mapping[str, RSAPublicKey]

    def open(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        return read(self.merchant, self.keys, headers, body, now)


def read(
    merchant: Merchant, keys: Mapping[str, RSAPublicKey], headers: Mapping[str, str], body: bytes, now: datetime
) -> Notice:
    """:raises BadInput: forged, stale, malformed, or for another merchant or app"""
    told = _object(require_signed(keys, headers, body, now))
    event, number = str(told.get("event_type", "")), told.get("id")
    if not isinstance(number, str) or not 0 < len(number) <= LONGEST_ID:
        raise BadInput("no_id")
    if not event.startswith(("TRANSACTION.", "REFUND.")):
        return Notice(number, event[:64], ())  # its self-test, and what this merchant has not asked for
    resource = told.get("resource")
    if not isinstance(resource, dict):
        raise BadInput("no_resource")
    facts = _object(decrypted(merchant, resource))
    _require_ours(merchant, facts)
    try:
        return Notice(number, event[:64], _said(event, facts))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadInput("incomplete") from None


def _said(event: str, facts: Mapping[str, Any]) -> tuple[Standing | Back, ...]:
    if event.startswith("REFUND."):
        return (back_of(facts),)
    return standings_of(facts) if "sub_orders" in facts else (standing_of(facts),)


def _require_ours(merchant: Merchant, facts: Mapping[str, Any]) -> None:
    """Several orders that are paid together may be of several merchants of ours; who asked for all of them is named."""
    if facts.get("mchid", facts.get("combine_mchid")) != merchant.merchant_id:
        raise BadInput("wrong_merchant")
    if facts.get("appid", facts.get("combine_appid", merchant.app_id)) != merchant.app_id:  # a refund names no app
        raise BadInput("wrong_app")


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("not_json") from None
    if not isinstance(told, dict):
        raise BadInput("not_an_object")
    return told
