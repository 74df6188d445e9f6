"""How the played WeChat Pay signs, seals and verifies: with `cryptography` alone, not with what our client uses."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bot import clock
from integrations.sandbox.pay.wechat_words import No, stamp

AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>[^"]*)",nonce_str="(?P<nonce>[^"]*)",signature="(?P<signature>[^"]*)"'
    r',timestamp="(?P<timestamp>\d+)",serial_no="(?P<serial>[^"]*)"'
)


@dataclass(frozen=True)
class OwnKey:
    """With what WeChat Pay signs: a public key that the merchant has by its id, or one in a certificate."""

    serial: str
    key: RSAPrivateKey
    certificate: x509.Certificate | None = None


def certified(key: RSAPrivateKey | None = None, *, days: int = 1800) -> OwnKey:
    """A key in a certificate of its own, valid from now on."""
    key = key or generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sandbox")])
    now = clock.now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=days)).sign(key, SHA256())
    )
    return OwnKey(f"{made.serial_number:X}", key, made)


class Seal:
    """One merchant's. `keys`: the last signs, all that are certificates are listed."""

    def __init__(self, merchant_id: str, serial: str, merchant_key: RSAPublicKey, api_key: bytes, own: OwnKey) -> None:
        self._merchant_id, self._serial, self._merchant_key, self._api_key = merchant_id, serial, merchant_key, api_key
        self.keys = [own]

    def rotate(self, new: OwnKey) -> None:
        """From now on the new key signs; the old one stays listed beside it."""
        self.keys.append(new)

    def require(self, request: web.Request, body: bytes) -> None:
        """:raises No: not signed by our merchant a moment ago"""
        found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if found is None or found["mchid"] != self._merchant_id or found["serial"].upper() != self._serial:
            raise No(401, "SIGN_ERROR")
        if abs(clock.now().timestamp() - int(found["timestamp"])) > 300:
            raise No(401, "SIGN_ERROR", "timestamp")
        path = request.raw_path[request.raw_path.index("/v3/"):]
        said = f"{request.method}\n{path}\n{found['timestamp']}\n{found['nonce']}\n".encode() + body + b"\n"
        if not self.by_merchant(said, found["signature"]):
            raise No(401, "SIGN_ERROR")

    def by_merchant(self, said: bytes, signature: str) -> bool:
        try:
            self._merchant_key.verify(base64.b64decode(signature), said, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def headers(self, body: bytes) -> dict[str, str]:
        """The signature of an answer or a notice."""
        own = self.keys[-1]
        at, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        said = f"{at}\n{nonce}\n".encode() + body + b"\n"
        signature = base64.b64encode(own.key.sign(said, PKCS1v15(), SHA256())).decode()
        return {
            "Wechatpay-Timestamp": at, "Wechatpay-Nonce": nonce, "Wechatpay-Signature": signature,
            "Wechatpay-Serial": own.serial, "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def notice(self, event: str, kind: str, facts: Mapping[str, Any]) -> bytes:
        return json.dumps({
            "id": secrets.token_hex(16), "create_time": stamp(clock.now()), "resource_type": "encrypt-resource",
            "event_type": event, "summary": "sandbox",
            "resource": {"original_type": kind, **self._sealed(json.dumps(facts).encode(), kind)},
        }).encode()

    def certificates(self) -> dict[str, Any]:
        listed = [each for each in self.keys if each.certificate is not None]
        if not listed:
            raise No(404, "RESOURCE_NOT_EXISTS")
        return {"data": [self._listed(each.serial, each.certificate) for each in listed if each.certificate]}

    def _listed(self, serial: str, certificate: x509.Certificate) -> dict[str, Any]:
        return {
            "serial_no": serial, "effective_time": stamp(certificate.not_valid_before_utc),
            "expire_time": stamp(certificate.not_valid_after_utc),
            "encrypt_certificate": self._sealed(certificate.public_bytes(Encoding.PEM), "certificate"),
        }

    def _sealed(self, content: bytes, about: str) -> dict[str, str]:
        nonce = secrets.token_hex(6)
        sealed = AESGCM(self._api_key).encrypt(nonce.encode(), content, about.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM", "associated_data": about, "nonce": nonce,
            "ciphertext": base64.b64encode(sealed).decode(),
        }
