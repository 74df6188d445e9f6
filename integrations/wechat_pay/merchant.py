"""A merchant's keys, loaded once and tried at once: a wrong one is found at start, not by the first patient."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bot.errors import SettingsError

GATEWAY = "https://api.mch.weixin.qq.com"


@dataclass(frozen=True)
class Merchant:
    """`serial` is of our own certificate, in hex; `public_key_id` ("PUB_KEY_ID_…") and `public_key` are WeChat Pay's
    where the merchant is in public-key mode, else None and "" (then its certificates are fetched)."""

    name: str
    merchant_id: str
    app_id: str
    serial: str
    private_key: RSAPrivateKey = field(repr=False)
    api_key: bytes = field(repr=False)
    """The APIv3 key: 32 bytes."""
    notify: str = ""
    """Where notices are to be sent; https, without a query."""
    public_key_id: str = ""
    public_key: RSAPublicKey | None = field(default=None, repr=False)
    gateway: str = GATEWAY
    code_key: str = field(default="", repr=False)
    """The older API's key, for codes that are scanned; "" where that is not set up."""
    certificate: str = ""
    """A PEM file with our certificate and key, for the older API's reversal."""


def load(name: str, *, private_key: str, api_key: str, public_key: str = "", **plain: str) -> Merchant:
    """A merchant from the texts of the settings.

    :raises SettingsError: one line for each key that is not what it should be
    """
    wrong: list[str] = []
    own = _private(private_key)
    if own is None:
        wrong.append(f"pay.{name}.private_key: an RSA key in PEM (apiclient_key.pem)")
    if len(api_key.encode()) != 32:
        wrong.append(f"pay.{name}.api_key: the APIv3 key, 32 characters")
    theirs = _public(public_key) if public_key else None
    if public_key and theirs is None:
        wrong.append(f"pay.{name}.public_key: WeChat Pay's public key in PEM (pub_key.pem)")
    if bool(public_key) != bool(plain.get("public_key_id")):
        wrong.append(f"pay.{name}.public_key_id: both of public_key and public_key_id, or neither")
    if wrong or own is None:
        raise SettingsError(wrong)
    return Merchant(name=name, private_key=own, api_key=api_key.encode(), public_key=theirs, **plain)


def _private(pem: str) -> RSAPrivateKey | None:
    try:
        key = load_pem_private_key(pem.strip().encode(), password=None)
    except ValueError:
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def _public(pem: str) -> RSAPublicKey | None:
    try:
        key = load_pem_public_key(pem.strip().encode())
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None
