"""The gateway of the played Alipay: requests are verified, answers signed over the very characters that go out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from integrations.sandbox.pay.alipay_faults import Faults

Facts = dict[str, Any]
Keys = tuple[RSAPublicKey, RSAPrivateKey]
Work = Callable[[Facts, Mapping[str, str]], Facts]
QUESTIONS = ("query", "download")
"""So the methods end that change nothing: they are never answered wrongly after the deed."""


class No(Exception):
    """A business no: 40004 and this `sub_code`. `unsigned`: a complaint of the gateway's, before any business."""

    def __init__(self, sub: str, *, code: str = "40004", unsigned: bool = False) -> None:
        super().__init__(sub)
        self.sub, self.code, self.unsigned = sub, code, unsigned


class Wire:
    """`keys` (the app's, which verifies who asks, and Alipay's own, which signs) are asked for when they are needed
    first. The own one can be changed at any time with its `certificate` number; `app_numbers` are what an app must say
    of certificates, nothing in public-key mode."""

    def __init__(
        self, *, app_id: str, keys: Callable[[], Keys], faults: Faults, certificate: str = "",
        app_numbers: Mapping[str, str] | None = None,
    ) -> None:
        self.app_id, self.certificate, self._keys = app_id, certificate, keys
        self._faults, self._numbers = faults, dict(app_numbers or {})

    @cached_property
    def own_key(self) -> RSAPrivateKey:
        return self._keys()[1]

    @cached_property
    def _app_key(self) -> RSAPublicKey:
        return self._keys()[0]

    def answering(self, methods: Mapping[str, Work]) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.StreamResponse:
            params = {name: str(value) for name, value in {**request.query, **await request.post()}.items()}
            method = params.get("method", "")
            if self._faults.away:
                return web.Response(status=503)
            wrong = "" if method.endswith(QUESTIONS) else self._faults.next()
            try:
                self.require_signed(params)
                if method not in methods:
                    raise No("isv.invalid-method", code="40002", unsigned=True)
                said = methods[method](json.loads(params.get("biz_content", "{}")), params)
                if wrong == "vague":
                    raise No("ACQ.SYSTEM_ERROR")
            except No as no:
                if no.unsigned:
                    return self._answer("error_response", _refusal(no), sign=False)
                said = _refusal(no)
            except (ValueError, KeyError, TypeError):
                said = _refusal(No("isv.invalid-parameter", code="40002"))
            if wrong == "lose" and request.transport is not None:
                request.transport.close()
            if wrong == "fail":
                return web.Response(status=500)
            return self._answer(f"{method.replace('.', '_')}_response", said)

        return handler

    def require_signed(self, params: Mapping[str, str]) -> None:
        """:raises No: somebody else's request"""
        if params.get("app_id") != self.app_id:
            raise No("isv.invalid-app-id", code="40002", unsigned=True)
        if any(params.get(name) != value for name, value in self._numbers.items()):
            raise No("isv.invalid-app-cert-sn", code="40002", unsigned=True)
        said = "&".join(f"{name}={params[name]}" for name in sorted(params) if params[name] and name != "sign")
        try:
            if params.get("sign_type") != "RSA2":
                raise ValueError("another algorithm")
            self._app_key.verify(base64.b64decode(params.get("sign", "")), said.encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            raise No("isv.invalid-signature", code="40002", unsigned=True) from None

    def sign(self, said: str) -> str:
        return base64.b64encode(self.own_key.sign(said.encode(), PKCS1v15(), SHA256())).decode()

    def _answer(self, node: str, said: Facts, *, sign: bool = True) -> web.Response:
        # As the real one writes it: who parses and writes again gets other characters than were signed.
        text = json.dumps(said, ensure_ascii=False).replace("/", "\\/")
        rest = f',"sign":"{self.sign(text)}"' if sign else ""
        number = f',"alipay_cert_sn":"{self.certificate}"' if self.certificate and sign else ""
        return web.Response(
            text=f'{{"{node}":{text}{number}{rest}}}', content_type="text/html", charset="utf-8"
        )


def _refusal(no: No) -> Facts:
    return {"code": no.code, "msg": "Business Failed", "sub_code": no.sub, "sub_msg": "sandbox/no"}
