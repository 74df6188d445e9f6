"""A merchant's keys at Alipay, tried when they are loaded."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from bot.errors import SettingsError

GATEWAY = "https://openapi.alipay.com/gateway.do"


@dataclass(frozen=True)
class Merchant:
    """`seller` is the merchant's own user id (2088…), which every notice names."""

    name: str
    app_id: str
    seller: str
    private_key: RSAPrivateKey = field(repr=False)
    public_key: RSAPublicKey = field(repr=False)
    """Alipay's, not ours."""
    notify: str = ""
    gateway: str = GATEWAY


def load(name: str, *, private_key: str, public_key: str, **plain: str) -> Merchant:
    """A merchant from the texts of the settings: PEM, or the bare base64 that Alipay's own tool gives.

    :raises SettingsError: one line for each key that is not what it should be
    """
    own, theirs = _private(private_key), _public(public_key)
    wrong = [
        f"pay.{name}.{key}: {what}"
        for key, what, there in (
            ("private_key", "the app's RSA key, PEM or base64", own),
            ("public_key", "Alipay's public key (支付宝公钥), PEM or base64", theirs),
        )
        if there is None
    ]
    if own is None or theirs is None:
        raise SettingsError(wrong)
    return Merchant(name=name, private_key=own, public_key=theirs, **plain)


def _private(text: str) -> RSAPrivateKey | None:
    try:
        if "-----" in text:
            key = load_pem_private_key(text.strip().encode(), password=None)
        else:
            key = load_der_private_key(_bytes(text), password=None)
    except ValueError:
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def _public(text: str) -> RSAPublicKey | None:
    try:
        key = load_pem_public_key(text.strip().encode()) if "-----" in text else load_der_public_key(_bytes(text))
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
