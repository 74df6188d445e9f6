"""Whether a merchant's keys and certificates are right, tried against WeChat Pay: a slug for each that is not."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from bot import clock
from bot.errors import OutsideError, OutsideRefused
from integrations.wechat_pay.api import SYSTEM, Absent, Api
from integrations.wechat_pay.scanned import CodeApi

SOON = timedelta(days=30)


async def check(api: Api, codes: CodeApi) -> list[str]:
    """`merchant_key`: it does not take our signature (key, serial or merchant number); `platform_key`: we do not take
    its signature; `api_key`: its certificates do not open; `code_key`: the older API's key; `certificate_ends`: our
    certificate ends within 30 days; `unreachable`; else what it said."""
    wrong = []
    if api.merchant.certificates:
        try:
            await api.fetch_certificates()
        except OutsideError as error:
            wrong.append(_slug(error, "api_key" if "bad-certificates" in error.detail else ""))
    if not wrong:
        wrong += await _signature(api)
    if api.merchant.code_key and not wrong:
        try:
            await codes.check()
        except OutsideError as error:
            wrong.append(_slug(error, "code_key" if "not_set_up" in error.detail else ""))
    if api.merchant.certificate and _ends_soon(api.merchant.certificate):
        wrong.append("certificate_ends")
    return [f"{SYSTEM}:{each}" for each in wrong]


async def _signature(api: Api) -> list[str]:
    """Asks for an order that cannot be there and for the refunds of none: a signed answer proves both keys."""
    path = f"/v3/pay/transactions/out-trade-no/check{secrets.token_hex(8)}?mchid={api.merchant.merchant_id}"
    try:
        await api.get(path, "check", verified=True)
    except Absent:
        return []
    except OutsideError as error:
        return [_slug(error, "platform_key" if error.detail.startswith("answer:") else "")]
    return ["strange_answer"]


def _slug(error: OutsideError, known: str) -> str:
    if known:
        return known
    if isinstance(error, OutsideRefused):
        return "merchant_key" if error.code == "not_set_up" else error.code
    return "unreachable"


def _ends_soon(path: str) -> bool:
    try:
        found = x509.load_pem_x509_certificate(Path(path).read_bytes())
    except (OSError, ValueError):
        return True
    return found.not_valid_after_utc <= clock.now() + SOON
