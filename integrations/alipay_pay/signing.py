"""Signatures of Alipay, RSA2 and nothing else: what kind it is is ours to say, never the message's.

A request signs all its parameters but `sign`, without the empty ones; a notice of a trade leaves out `sign_type`, too;
an answer is signed over the very characters that stand in the body.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from bot.errors import BadInput


def content(params: Mapping[str, str], *left_out: str) -> bytes:
    """What is signed of parameters."""
    names = sorted(name for name in params if params[name] and name not in left_out)
    return "&".join(f"{name}={params[name]}" for name in names).encode()


def sign(key: RSAPrivateKey, said: bytes) -> str:
    return base64.b64encode(key.sign(said, PKCS1v15(), SHA256())).decode()


def signed(key: RSAPublicKey, said: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), said, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def require_notice(keys: Iterable[RSAPublicKey], params: Mapping[str, str]) -> None:
    """A notice of a trade is Alipay's.

    :param keys: one for each certificate that may have signed it: a notice does not say which
    :raises BadInput: unsigned, or forged
    """
    signature = params.get("sign", "")
    if not signature:
        raise BadInput("unsigned")
    if params.get("sign_type", "RSA2") != "RSA2":
        raise BadInput("unknown_algorithm")
    said = content(params, "sign", "sign_type")
    if not any(signed(key, said, signature) for key in keys):
        raise BadInput("bad_signature")


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is what is signed, "" where there is none; `certificate` the number of the one that signed it."""

    text: str = ""
    signature: str = ""
    certificate: str = ""


def answer(body: str, name: str) -> Answer:
    """The answer whose node is called `name`.

    The node's text is taken as it stands: what a parser would write again is signed by nobody.
    """
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return Answer()
    if not isinstance(whole, dict):
        return Answer()
    for node in (name, "error_response"):
        if not isinstance(whole.get(node), dict):
            continue
        start = body.index("{", body.index(f'"{node}"'))
        _, end = json.JSONDecoder().raw_decode(body, start)
        return Answer(body[start:end], str(whole.get("sign", "")), str(whole.get("alipay_cert_sn", "")))
    return Answer()
