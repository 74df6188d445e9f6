"""Signatures of Alipay, RSA2 and nothing else: what kind it is is ours to say, never the message's.

A request signs all its parameters but `sign`, without the empty ones; a notice of a trade leaves out `sign_type`, too;
an answer is signed over the very characters that stand in the body.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from bot.errors import BadInput


def content(params: Mapping[str, str], *left_out: str) -> bytes:
    """What is signed of parameters."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if params[name] and name not in left_out).encode()


def sign(key: RSAPrivateKey, said: bytes) -> str:
    return base64.b64encode(key.sign(said, PKCS1v15(), SHA256())).decode()


def signed(key: RSAPublicKey, said: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), said, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def require_notice(key: RSAPublicKey, params: Mapping[str, str]) -> None:
    """A notice of a trade is Alipay's.

    :raises BadInput: unsigned, or forged
    """
    signature = params.get("sign", "")
    if not signature:
        raise BadInput("unsigned")
    if params.get("sign_type", "RSA2") != "RSA2":
        raise BadInput("unknown_algorithm")
    if not signed(key, content(params, "sign", "sign_type"), signature):
        raise BadInput("bad_signature")


def answer(body: str, name: str) -> tuple[str, str]:
    """(the text that is signed, its signature) of an answer whose node is called `name`; ("", "") without one.

    The node's text is taken as it stands: what a parser would write again is signed by nobody.
    """
    for node in (name, "error_response"):
        start = body.find(f'"{node}"')
        if start < 0:
            continue
        start = body.find("{", start)
        if start < 0:
            continue
        try:
            _, end = json.JSONDecoder().raw_decode(body, start)
            whole = json.loads(body)
        except ValueError:
            return "", ""
        return body[start:end], str(whole.get("sign", "")) if isinstance(whole, dict) else ""
    return "", ""
