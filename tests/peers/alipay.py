"""PyPI python-alipay-sdk beside our code, in an environment of its own. Standard input: JSON with `act` and what it
needs."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import urlencode

from alipay import AliPay


def pem(kind: str, text: str) -> str:
    return f"-----BEGIN {kind} KEY-----\n{text}\n-----END {kind} KEY-----"


def main() -> None:
    given: dict[str, Any] = json.load(sys.stdin)
    sdk = AliPay(
        appid=given["app"], app_private_key_string=pem("PRIVATE", given["private"]),
        alipay_public_key_string=pem("PUBLIC", given["public"]), sign_type="RSA2",
    )
    if given["act"] == "notice":
        # It has what an app has; given Alipay's key, it signs as Alipay does: all but sign and sign_type.
        fields = {name: value for name, value in given["fields"].items() if value}
        said = "&".join(f"{name}={value}" for name, value in sdk._ordered_data(fields))
        sign = sdk._sign(said)
        right = sdk.verify({**fields, "sign_type": "RSA2"}, sign)
        answer: dict[str, Any] = {"body": urlencode({**fields, "sign_type": "RSA2", "sign": sign}), "right": right}
    elif given["act"] == "verify":
        params = dict(given["params"])
        sign = params.pop("sign")
        said = "&".join(f"{name}={value}" for name, value in sdk._ordered_data(params))
        answer = {"right": sdk._verify(said, sign)}
    else:
        answer = {"query": sdk.client_api("alipay.trade.query", given["facts"])}
    json.dump(answer, sys.stdout)


main()
