"""A merchant's keys at Alipay, tried when they are loaded."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509 import Certificate

from bot.errors import SettingsError
from bot.settings_alipay_pay import AlipayMerchant
from integrations.alipay_pay import certificates

WEAKEST = 2048  # bits
LONGEST_PATH = 255


@dataclass(frozen=True)
class Merchant:
    """`seller` is the merchant's own user id (2088…), which every notice names. `theirs` are Alipay's keys, by the
    number of their certificate ("" in public-key mode); `own` and `roots` are there in certificate mode alone."""

    name: str
    app_id: str
    seller: str
    private_key: RSAPrivateKey = field(repr=False)
    theirs: dict[str, RSAPublicKey] = field(repr=False)
    notify: str
    gateway: str
    own: Certificate | None = field(default=None, repr=False)
    alipays: tuple[Certificate, ...] = field(default=(), repr=False)
    """Alipay's certificates of the settings."""
    roots: tuple[Certificate, ...] = field(default=(), repr=False)

    @property
    def numbers(self) -> dict[str, str]:
        """What a request says of certificates; nothing in public-key mode."""
        if self.own is None:
            return {}
        return {
            "app_cert_sn": certificates.number(self.own), "alipay_root_cert_sn": certificates.root_number(self.roots)
        }

    def believe(self, certificate: Certificate, key: RSAPublicKey) -> None:
        """From now on what this one signed is Alipay's. The old ones stay: what they signed is still on its way."""
        self.theirs[certificates.number(certificate)] = key


def load(name: str, settings: AlipayMerchant, notify: str) -> Merchant:
    """A merchant from its settings.

    :param notify: where Alipay sends notices
    :raises SettingsError: one line for each setting that is not what it should be
    """
    wrong: dict[str, str] = {}
    own = _private(_text(settings.private_key))
    if own is None or own.key_size < WEAKEST:
        wrong["private_key"] = "the app's RSA2 key of 2048 bits or more, PEM or base64, or the path of its file"
    by_certificate = bool(settings.app_cert or settings.alipay_cert or settings.root_cert)
    theirs: dict[str, RSAPublicKey] = {}
    app: list[Certificate] = []
    alipay: list[Certificate] = []
    roots: list[Certificate] = []
    if by_certificate:
        app = _certificates(settings.app_cert, "app_cert", "the app's certificate, PEM", wrong)
        alipay = _certificates(settings.alipay_cert, "alipay_cert", "Alipay's certificate, PEM", wrong)
        roots = _certificates(settings.root_cert, "root_cert", "Alipay's root certificates, PEM", wrong)
        if app and own is not None and certificates.key_of(app[0]) != own.public_key():
            wrong["app_cert"] = "the certificate of private_key"
        for each in alipay:
            key = certificates.key_of(each)
            if key is None or not certificates.vouched(each, alipay, roots):
                wrong.setdefault("alipay_cert", "certificates that root_cert vouches for")
            else:
                theirs[certificates.number(each)] = key
        if settings.public_key:
            wrong["public_key"] = "either it or the certificates, not both"
    elif (public := _public(_text(settings.public_key))) is None:
        wrong["public_key"] = "Alipay's public key (支付宝公钥), PEM, base64 or a file's path; or certificates"
    elif own is not None and public == own.public_key():
        wrong["public_key"] = "Alipay's public key, not the app's own"
    else:
        theirs[""] = public
    if wrong or own is None:
        raise SettingsError([f"alipay_pay.{name}.{key}: expected {what}" for key, what in wrong.items()])
    return Merchant(
        name, settings.app_id, settings.seller, own, theirs, notify, settings.gateway, app[0] if app else None,
        tuple(alipay), tuple(roots),
    )


def _text(value: str) -> str:
    """What is written, or what the file of this path holds. Bare base64 is no path: it is longer than any."""
    if "-----" in value or len(value) > LONGEST_PATH:
        return value
    try:
        return Path(value).read_text(encoding="ascii") if value else ""
    except (OSError, ValueError):
        return value


def _private(text: str) -> RSAPrivateKey | None:
    try:
        if "-----" in text:
            key = load_pem_private_key(text.strip().encode(), password=None)
        else:
            key = load_der_private_key(_bytes(text), password=None)
    except (ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def _public(text: str) -> RSAPublicKey | None:
    try:
        key = load_pem_public_key(text.strip().encode()) if "-----" in text else load_der_public_key(_bytes(text))
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _certificates(text: str, name: str, what: str, wrong: dict[str, str]) -> list[Certificate]:
    """:param wrong: filled with what was expected where there is none"""
    try:
        return certificates.read(_text(text))
    except ValueError:
        wrong[name] = what
        return []


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
