"""A merchant's keys, loaded once and tried at once: a wrong one is found at start, not by the first patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bot import clock
from bot.errors import SettingsError
from bot.settings_wechat_pay import WeChatMerchant

CODE_KEY = 32


@dataclass(frozen=True)
class Merchant:
    """`serial` is of our own certificate, in hex; `public_key_id` ("PUB_KEY_ID_…") and `public_key` are WeChat Pay's
    where the merchant is in public-key mode, else None and "". `certificates`: those of WeChat Pay are fetched."""

    name: str
    merchant_id: str
    app_id: str
    serial: str
    private_key: RSAPrivateKey = field(repr=False)
    api_key: bytes = field(repr=False)
    """The APIv3 key: 32 bytes."""
    gateway: str
    notify: str
    """Where notices are to be sent; https, without a query."""
    public_key_id: str = ""
    public_key: RSAPublicKey | None = field(default=None, repr=False)
    certificates: bool = True
    code_key: str = field(default="", repr=False)
    """The older API's key, for codes that are scanned; "" where that is not set up."""
    certificate: str = ""
    """A PEM file with our certificate and key, for the older API's reversal."""


def load(name: str, settings: WeChatMerchant, notify: str) -> Merchant:
    """A merchant from its settings.

    :raises SettingsError: one line for each that is not what it should be
    """
    wrong: list[str] = []

    def expect(holds: object, key: str, what: str) -> None:
        if not holds:
            wrong.append(f"wechat_pay.{name}.{key}: expected {what}")

    own, theirs = _private(_text(settings.private_key)), _public(_text(settings.public_key))
    expect(own, "private_key", "an RSA key in PEM (apiclient_key.pem), or the path of its file")
    expect(len(settings.api_key.encode()) == 32, "api_key", "the APIv3 key, 32 characters")
    expect(theirs or not settings.public_key, "public_key", "WeChat Pay's key in PEM (pub_key.pem), or its file's path")
    expect(bool(settings.public_key) == bool(settings.public_key_id), "public_key_id", "both, or neither")
    expect(len(settings.code_key) in (0, CODE_KEY), "code_key", "the older API's key, 32 characters")
    if settings.certificate:
        for what in _wrong_certificate(settings, own):
            expect(False, "certificate", what)
    else:  # without TLS nobody looks at it: the sandbox
        needed = len(settings.code_key) == CODE_KEY and settings.gateway.startswith("https://")
        expect(not needed, "certificate", "a PEM file with our certificate and key: it takes back what was scanned")
    if wrong or own is None:
        raise SettingsError(wrong)
    return Merchant(
        name=name, merchant_id=settings.merchant_id, app_id=settings.app_id, serial=settings.serial.upper(),
        private_key=own, api_key=settings.api_key.encode(), gateway=settings.gateway, notify=notify,
        public_key_id=settings.public_key_id, public_key=theirs,
        certificates=settings.certificates or theirs is None,
        code_key=settings.code_key, certificate=settings.certificate,
    )


def _wrong_certificate(settings: WeChatMerchant, own: RSAPrivateKey | None) -> list[str]:
    try:
        found = x509.load_pem_x509_certificate(Path(settings.certificate).read_bytes())
        also = load_pem_private_key(Path(settings.certificate).read_bytes(), password=None)
    except (OSError, ValueError):
        return ["a PEM file that can be read, with our certificate and key"]
    wrong = []
    if found.serial_number != int(settings.serial, 16):
        wrong.append("the certificate whose number `serial` is")
    if own is not None and not also.public_key() == found.public_key() == own.public_key():
        wrong.append("the certificate of private_key")
    if found.not_valid_after_utc <= clock.now():
        wrong.append("one that has not ended")
    return wrong


def _text(value: str) -> str:
    """A key as it is written, or what the file of this path holds; "" where nothing can be read."""
    if not value or "-----" in value:
        return value
    try:
        return Path(value).read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def _private(pem: str) -> RSAPrivateKey | None:
    try:
        key = load_pem_private_key(pem.strip().encode(), password=None)
    except (TypeError, ValueError):  # encrypted, or no key
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def _public(pem: str) -> RSAPublicKey | None:
    try:
        key = load_pem_public_key(pem.strip().encode())
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None
