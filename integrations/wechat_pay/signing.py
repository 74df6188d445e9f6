"""Signatures and encryption of WeChat Pay's API v3, by the functions of wechatpayv3.

Its clients are not used: their gateway is fixed, the synchronous one fetches certificates for whoever sends an unknown
serial, and none looks at how old a notice is. All that is decided here, before anything is computed.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from wechatpayv3 import utils

from bot.errors import BadInput
from integrations.wechat_pay.merchant import Merchant

STALE = timedelta(seconds=300)
SCHEME = "WECHATPAY2-SHA256-RSA2048"


def authorization(merchant: Merchant, method: str, path: str, body: str) -> str:
    """The header of a request: `path` with its query, `body` exactly as it is sent."""
    own = merchant.merchant_id, merchant.serial, merchant.private_key
    return str(utils.build_authorization(path, method, *own, body))


def sign(merchant: Merchant, *lines: str) -> str:
    """A signature over lines, each ended by a newline (what a phone hands to the payment sheet)."""
    return str(utils.rsa_sign(merchant.private_key, "".join(f"{line}\n" for line in lines)))


def require_signed(
    keys: Mapping[str, RSAPublicKey], headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """The text of a body that WeChat Pay signed a moment ago, with a key that we know.

    :raises BadInput: unsigned, stale, of an unknown key, forged
    """
    scheme = headers.get("Wechatpay-Signature-Type", SCHEME)
    timestamp, nonce = headers.get("Wechatpay-Timestamp", ""), headers.get("Wechatpay-Nonce", "")
    signature, serial = headers.get("Wechatpay-Signature", ""), headers.get("Wechatpay-Serial", "")
    if scheme != SCHEME or not (timestamp and nonce and signature and serial):
        raise BadInput("unsigned")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise BadInput("bad_timestamp")
    if abs(now.timestamp() - int(timestamp)) > STALE.total_seconds():
        raise BadInput("stale")
    key = keys.get(serial.upper())
    if key is None:
        raise BadInput("unknown_serial")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadInput("not_utf8") from None
    if not utils.rsa_verify(timestamp, nonce, text, signature, key):
        raise BadInput("bad_signature")
    return text


def decrypted(merchant: Merchant, resource: Mapping[str, object]) -> str:
    """What a notice or a certificate keeps sealed with the APIv3 key.

    :raises BadInput: another algorithm, or not sealed with our key
    """
    nonce, sealed = resource.get("nonce"), resource.get("ciphertext")
    about = resource.get("associated_data") or ""
    if resource.get("algorithm", "AEAD_AES_256_GCM") != "AEAD_AES_256_GCM":
        raise BadInput("unknown_algorithm")
    if not (isinstance(nonce, str) and isinstance(sealed, str) and isinstance(about, str)):
        raise BadInput("not_sealed")
    try:
        opened = utils.aes_decrypt(nonce, sealed, about, merchant.api_key.decode())
    except (ValueError, binascii.Error):
        raise BadInput("not_sealed") from None
    if opened is None:
        raise BadInput("not_sealed_for_us")
    return str(opened)
