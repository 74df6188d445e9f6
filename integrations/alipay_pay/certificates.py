"""Certificates of Alipay's certificate mode: their numbers (sn), and which of them are believed.

A request names our certificate and Alipay's roots by number; an answer names the certificate that signed it. One that
is not known yet is fetched and believed where a root of the settings vouches for it: so a change of Alipay's is
followed without anybody's doing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, Name, NameOID, load_pem_x509_certificates

RSA_SIGNATURES = "1.2.840.113549.1.1."
"""The roots' file holds SM2 roots, too; they have no part in the number."""
SHORT = {
    NameOID.COMMON_NAME: "CN", NameOID.ORGANIZATIONAL_UNIT_NAME: "OU", NameOID.ORGANIZATION_NAME: "O",
    NameOID.COUNTRY_NAME: "C", NameOID.STATE_OR_PROVINCE_NAME: "ST", NameOID.LOCALITY_NAME: "L",
}
"""As OpenSSL writes them."""


def read(pem: str) -> list[Certificate]:
    """All of a text.

    :raises ValueError: there is none, or one of them cannot be read
    """
    return load_pem_x509_certificates(pem.strip().encode())


def number(certificate: Certificate) -> str:
    """The sn of one certificate."""
    said = _written(certificate.issuer) + str(certificate.serial_number)
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()


def root_number(roots: Sequence[Certificate]) -> str:
    """The sn of the roots' file."""
    return "_".join(number(each) for each in roots if _by_rsa(each))


def vouched(certificate: Certificate, between: Sequence[Certificate], roots: Sequence[Certificate]) -> bool:
    """Whether a root vouches for it, directly or through certificates that came with it."""
    for _ in range(len(between) + 1):
        if any(_signed_by(certificate, root) for root in roots):
            return True
        above = next((each for each in between if each != certificate and _signed_by(certificate, each)), None)
        if above is None:
            return False
        certificate = above
    return False


def in_force(certificate: Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def key_of(certificate: Certificate) -> RSAPublicKey | None:
    """Its key; None where it is not of RSA."""
    key = certificate.public_key()
    return key if isinstance(key, RSAPublicKey) else None


def _signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    if certificate.issuer != issuer.subject or not _by_rsa(certificate):
        return False
    key, digest = key_of(issuer), certificate.signature_hash_algorithm
    if key is None or digest is None or digest.name == "sha1" or digest.name == "md5":
        return False
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


def _by_rsa(certificate: Certificate) -> bool:
    return certificate.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNATURES)


def _written(name: Name) -> str:
    """The last part first, as Alipay writes an issuer."""
    parts = [f"{SHORT.get(each.oid, each.oid.dotted_string)}={_text(each.value)}" for rdn in name.rdns for each in rdn]
    return ",".join(reversed(parts))


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")
