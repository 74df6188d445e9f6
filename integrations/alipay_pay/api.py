"""One signed exchange with Alipay's gateway, its answer verified, its errors sorted. What is asked is built with the
models of alipay-sdk-python; it is signed with `cryptography` and sent with aiohttp, as the SDK does both slowly and at
the cost of everybody else on the loop."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import NameOID

from bot import clock, logs
from bot.errors import OutsideError, OutsideUnavailable, OutsideUnknown
from integrations import outside
from integrations.alipay_pay import certificates
from integrations.alipay_pay.errors import SIGNED, SYSTEM, error_of
from integrations.alipay_pay.facts import CHINA
from integrations.alipay_pay.merchant import Merchant
from integrations.alipay_pay.signing import answer, content, sign, signed

log = logs.get(__name__)

SECONDS = 10.0
DOWNLOAD = "alipay.open.app.alipaycert.download"
Unknown = type[OutsideUnavailable] | type[OutsideUnknown]


class Model(Protocol):
    """A model of alipay-sdk-python."""

    def to_alipay_dict(self) -> dict[str, Any]: ...


class Api:
    def __init__(self, merchant: Merchant, session: aiohttp.ClientSession) -> None:
        self.merchant, self._session = merchant, session

    def signed(self, method: str, facts: Mapping[str, Any], **more: str) -> dict[str, str]:
        """All parameters of a request, its signature among them."""
        params = {
            "app_id": self.merchant.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{clock.now().astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "biz_content": json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
            **self.merchant.numbers,
            **{name: value for name, value in more.items() if value},
        }
        return params | {"sign": sign(self.merchant.private_key, content(params, "sign"))}

    def address(self, method: str, facts: Mapping[str, Any], **more: str) -> str:
        """A page of Alipay's that a browser opens; nothing is asked of the gateway for it."""
        return f"{self.merchant.gateway}?{urlencode(self.signed(method, facts, **more))}"

    async def ask(self, method: str, model: Model, *, repeatable: bool = False, **more: str) -> dict[str, Any]:
        """:raises OutsideUnknown: perhaps done; the same numbers may be sent again"""
        unknown: Unknown = OutsideUnavailable if repeatable else OutsideUnknown
        with outside.observed(SYSTEM, method.removeprefix("alipay.")):
            body = await self._exchange(method, model, unknown, repeatable, **more)
            said = answer(body, method.replace(".", "_") + "_response")
            facts = json.loads(said.text) if said.text else {}
            code, sub = str(facts.get("code", "")), str(facts.get("sub_code", ""))
            # A complaint about our own signature or app comes unsigned; it can do nothing but refuse.
            if said.signature or code in SIGNED:
                key = await self._key(said.certificate)
                if key is None or not signed(key, said.text.encode(), said.signature):
                    raise unknown("answer is not signed by Alipay", system=SYSTEM)
            if code == "10000":
                return dict(facts)
            raise error_of(code, sub, str(facts.get("sub_msg") or facts.get("msg") or ""), unknown)

    async def _exchange(self, method: str, model: Model, unknown: Unknown, repeatable: bool, **more: str) -> str:
        params = self.signed(method, model.to_alipay_dict(), **more)
        body = {"biz_content": params.pop("biz_content")}
        # The character set has to stand in the address: the gateway reads it before the body.
        reply = await outside.ask(
            self._session, "POST", self.merchant.gateway, system=SYSTEM, seconds=SECONDS, repeatable=repeatable,
            params=params, data=body,
        )
        try:
            return reply.body.decode()
        except UnicodeDecodeError:
            raise unknown("answer is not utf-8", system=SYSTEM) from None

    async def _key(self, number: str) -> RSAPublicKey | None:
        """Alipay's key for the certificate of this number, fetched where it is new; None where it is not believed."""
        if self.merchant.own is None:
            return self.merchant.theirs[""]
        if number and number not in self.merchant.theirs:
            try:
                await self._follow(number)
            except (OutsideError, ValueError) as error:
                log.error("alipay_certificate_refused", account=self.merchant.name, why=str(error)[:80])
        return self.merchant.theirs.get(number)

    async def _follow(self, number: str) -> None:
        """Alipay signs with another certificate than we know: it is asked for, and believed where the roots of the
        settings vouch for it and it is of the same organisation as the one we were given. (The same roots vouch for
        merchants' certificates.) The answer itself is signed with the very key that is asked for.

        :raises ValueError: not to be believed
        """
        from alipay.aop.api.domain.AlipayOpenAppAlipaycertDownloadModel import AlipayOpenAppAlipaycertDownloadModel

        model = AlipayOpenAppAlipaycertDownloadModel()
        model.alipay_cert_sn = number
        body = await self._exchange(DOWNLOAD, model, OutsideUnavailable, True)
        said = answer(body, DOWNLOAD.replace(".", "_") + "_response")
        text = json.loads(said.text).get("alipay_cert_content", "") if said.text else ""
        try:
            chain = certificates.read(base64.b64decode(text, validate=True).decode())
        except (binascii.Error, UnicodeDecodeError):
            raise ValueError("not a certificate") from None
        found = next((each for each in chain if certificates.number(each) == number), None)
        if found is None or not certificates.in_force(found, clock.now()):
            raise ValueError("another certificate, or out of its time")
        between = (*chain, *self.merchant.alipays)
        if not certificates.vouched(found, between, self.merchant.roots):
            raise ValueError("no root vouches for it")
        if _organisation(found) not in {_organisation(each) for each in self.merchant.alipays}:
            raise ValueError("not Alipay's")
        if (key := certificates.key_of(found)) is None:
            raise ValueError("not an RSA key")
        self.merchant.believe(found, key)
        log.warning("alipay_certificate_followed", account=self.merchant.name, number=number)


def _organisation(certificate: certificates.Certificate) -> str:
    return ",".join(str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME))
