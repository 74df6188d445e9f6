"""What other people's implementations have published of their signatures and sealing comes out the same here."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from wechatpayv3 import utils

from bot.errors import BadInput
from integrations.wechat_pay.merchant import Merchant, load
from integrations.wechat_pay.platform import PlatformKeys
from integrations.wechat_pay.signing import decrypted, sign
from tests.integrations.wechat_pay.counter import MERCHANT, NOTIFY

VECTORS = json.loads((Path(__file__).parent / "fixtures" / "vectors.json").read_text("utf-8"))


def merchant(api_key: str) -> Merchant:
    return replace(load("main", MERCHANT, NOTIFY), api_key=api_key.encode())


@pytest.mark.parametrize("vector", VECTORS["sign"], ids=lambda each: each["name"])
def test_signatures(vector: dict[str, Any]) -> None:
    key: Any = load_pem_private_key(vector["private_key"].encode(), None)
    public: Any = x509.load_pem_x509_certificate(vector["certificate"].encode()).public_key()
    assert utils.rsa_sign(key, vector["message"]) == vector["signature"]
    made = base64.b64decode(sign(replace(merchant("a" * 32), private_key=key), vector["message"]))
    public.verify(made, f"{vector['message']}\n".encode(), PKCS1v15(), SHA256())


@pytest.mark.parametrize("vector", VECTORS["decrypt"], ids=lambda each: each["name"])
def test_sealing(vector: dict[str, Any]) -> None:
    sealed = {name: vector[name] for name in ("nonce", "associated_data", "ciphertext")}
    assert decrypted(merchant(vector["key"]), sealed) == vector["plaintext"]
    for wrong in ({"associated_data": "x"}, {"nonce": "x" * 12}, {"ciphertext": "x"}, {"nonce": None}):
        with pytest.raises(BadInput):
            decrypted(merchant(vector["key"]), sealed | wrong)
    if "response" in vector:
        keys = PlatformKeys(merchant(vector["key"]))
        certificate = x509.load_pem_x509_certificate(vector["plaintext"].encode())
        with time_machine.travel(certificate.not_valid_before_utc, tick=False):
            keys.take(vector["response"])
            assert vector["serial_no"] in keys
