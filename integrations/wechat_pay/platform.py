"""The keys of WeChat Pay itself by their serial: the public key of the settings, or certificates that are fetched, of
which two overlap while they are changed. Both kinds hold at once, as a merchant passes from one to the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot import clock, logs
from bot.errors import BadInput
from integrations.wechat_pay.merchant import Merchant
from integrations.wechat_pay.signing import decrypted

log = logs.get(__name__)

FRESH = timedelta(hours=12)


class PlatformKeys(Mapping[str, RSAPublicKey]):
    """Serial (upper case) -> key. Never filled by whoever knocks: a notice with an unknown serial fetches nothing."""

    def __init__(self, merchant: Merchant) -> None:
        self._merchant = merchant
        self._fixed: dict[str, RSAPublicKey] = {}
        if merchant.public_key is not None:
            self._fixed[merchant.public_key_id.upper()] = merchant.public_key
        self._fetched: dict[str, tuple[RSAPublicKey, datetime]] = {}
        self._fetched_at: datetime | None = None

    @property
    def due(self) -> bool:
        """Whether certificates are to be fetched. In public-key mode there are none."""
        if self._fixed:
            return False
        return self._fetched_at is None or clock.now() - self._fetched_at > FRESH

    @property
    def newest(self) -> tuple[str, RSAPublicKey]:
        """With what a field for WeChat Pay is encrypted, and how that is told to it.

        :raises LookupError: no key is known yet
        """
        if self._fixed:
            return next(iter(self._fixed.items()))
        if not self._fetched:
            raise LookupError("no certificate yet")
        serial = max(self._fetched, key=lambda each: self._fetched[each][1])
        return serial, self._fetched[serial][0]

    def take(self, answer: str) -> None:
        """Certificates as `/v3/certificates` gives them; those that ended are left out.

        :raises BadInput: not sealed with our APIv3 key: nobody but WeChat Pay has it, so this is its signature
        """
        now = clock.now()
        found: dict[str, tuple[RSAPublicKey, datetime]] = {}
        for each in json.loads(answer)["data"]:
            pem = decrypted(self._merchant, each["encrypt_certificate"])
            certificate = x509.load_pem_x509_certificate(pem.encode())
            key = certificate.public_key()
            if not isinstance(key, RSAPublicKey):
                raise BadInput("unknown_algorithm")
            if certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
                found[f"{certificate.serial_number:X}"] = (key, certificate.not_valid_after_utc)
        if found:
            new = found.keys() - self._fetched.keys()
            self._fetched, self._fetched_at = found, now
            if new:
                log.info("platform_certificates", account=self._merchant.name, new=len(new), all=len(found))

    def __getitem__(self, serial: str) -> RSAPublicKey:
        if serial in self._fixed:
            return self._fixed[serial]
        return self._fetched[serial.lstrip("0")][0]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._fixed, *self._fetched])

    def __len__(self) -> int:
        return len(self._fixed) + len(self._fetched)
