"""The keys of WeChat Pay itself by their serial: the public key of the settings, or certificates that are fetched, of
which two overlap while they are changed. Both kinds hold at once, as a merchant passes from one to the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot import clock, logs
from bot.errors import BadInput
from integrations.wechat_pay.merchant import Merchant
from integrations.wechat_pay.signing import decrypted

log = logs.get(__name__)

FRESH = timedelta(hours=12)
OVERLAP = timedelta(hours=24)
"""So long after WeChat Pay stopped listing it, what was signed with a certificate may still be on its way."""
BETWEEN = timedelta(minutes=1)
"""At least, from one question to the next that an unknown serial leads to."""


@dataclass(frozen=True, slots=True)
class Fetched:
    key: RSAPublicKey
    ends: datetime
    seen: datetime
    """When it was last listed."""


class PlatformKeys(Mapping[str, RSAPublicKey]):
    """Serial (upper case) -> key. Never filled by whoever knocks: a notice with an unknown serial fetches nothing."""

    def __init__(self, merchant: Merchant) -> None:
        self._merchant = merchant
        self._fixed: dict[str, RSAPublicKey] = {}
        if merchant.public_key is not None:
            self._fixed[merchant.public_key_id.upper()] = merchant.public_key
        self._fetched: dict[str, Fetched] = {}
        self._fetched_at: datetime | None = None

    @property
    def due(self) -> bool:
        """Whether certificates are to be fetched before anything is asked. In public-key mode no answer needs them."""
        if self._fixed:
            return False
        return self._fetched_at is None or clock.now() - self._fetched_at > FRESH

    @property
    def changed(self) -> bool:
        """Whether an answer to a question of ours, signed by a key we do not know, is a reason to fetch them again."""
        if not self._merchant.certificates:
            return False
        return self._fetched_at is None or clock.now() - self._fetched_at > BETWEEN

    def take(self, answer: str) -> None:
        """Certificates as `/v3/certificates` gives them; those that ended are left out.

        :raises BadInput: not sealed with our APIv3 key: nobody but WeChat Pay has it, so this is its signature
        """
        now = clock.now()
        found: dict[str, Fetched] = {}
        for each in json.loads(answer)["data"]:
            pem = decrypted(self._merchant, each["encrypt_certificate"])
            certificate = x509.load_pem_x509_certificate(pem.encode())
            key = certificate.public_key()
            if not isinstance(key, RSAPublicKey):
                raise BadInput("unknown_algorithm")
            if certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
                found[f"{certificate.serial_number:X}"] = Fetched(key, certificate.not_valid_after_utc, now)
        if not found:
            raise BadInput("no_certificate")
        old = {serial: each for serial, each in self._fetched.items() if serial not in found and self._holds(each, now)}
        if new := found.keys() - self._fetched.keys():
            log.info("platform_certificates", account=self._merchant.name, new=len(new), all=len(found) + len(old))
        self._fetched, self._fetched_at = {**found, **old}, now

    def __getitem__(self, serial: str) -> RSAPublicKey:
        if serial in self._fixed:
            return self._fixed[serial]
        found = self._fetched[serial.lstrip("0")]
        if not self._holds(found, clock.now()):
            raise KeyError(serial)
        return found.key

    def __iter__(self) -> Iterator[str]:
        return iter([*self._fixed, *self._fetched])

    def __len__(self) -> int:
        return len(self._fixed) + len(self._fetched)


    def _holds(self, each: Fetched, now: datetime) -> bool:
        """While it is listed, and a while longer; where nothing can be fetched, what was listed last holds on."""
        return now < each.ends and (each.seen == self._fetched_at or now - each.seen <= FRESH + OVERLAP)
