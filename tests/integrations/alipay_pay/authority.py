"""Roots and certificates like those of Alipay, made once: a root of another kind of key among the roots, one of another
merchant under the same root, and one that Alipay changes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bot import clock
from integrations.alipay_pay import certificates

Key = RSAPrivateKey | EllipticCurvePrivateKey
ANT = "支付宝（中国）网络技术有限公司"


@dataclass(frozen=True)
class Authority:
    """Texts are PEM. `next` is what Alipay changes to; `foreign` is another merchant's under the same root, `unvouched`
    one that names the root and was signed by nobody."""

    app: str
    alipay: str
    alipay_key: RSAPrivateKey
    roots: str
    next: str
    next_key: RSAPrivateKey
    foreign: str
    foreign_key: RSAPrivateKey
    unvouched: str
    unvouched_key: RSAPrivateKey

    @property
    def number(self) -> str:
        return number(self.alipay)

    @property
    def app_numbers(self) -> dict[str, str]:
        return {
            "app_cert_sn": number(self.app),
            "alipay_root_cert_sn": certificates.root_number(certificates.read(self.roots)),
        }

    @property
    def offered(self) -> dict[str, str]:
        return {number(each): each for each in (self.next, self.foreign, self.unvouched)}


def number(pem: str) -> str:
    return certificates.number(certificates.read(pem)[0])


def name(organisation: str, common: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ])


def made(subject: x509.Name, key: Key, issuer: x509.Name, by: Key, days: int = 300) -> str:
    """A certificate as PEM; `by` is the issuer's key."""
    now = clock.now()
    built = x509.CertificateBuilder(
        issuer, subject, key.public_key(), x509.random_serial_number(), now - timedelta(days=400),
        now + timedelta(days=days),
    )
    return built.sign(by, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@cache
def authority() -> Authority:
    from tests.integrations.alipay_pay.counter import key

    root, other = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    elliptic = generate_ec(SECP256R1())
    top, curve = name("Ant Financial", "Ant Financial Root R1"), name("Ant Financial", "Ant Financial Root E1")
    ant, hospital, else_ = name(ANT, f"{ANT}-2088"), name("仁济医院", "仁济医院-2088"), name("某商户", "某商户-2088")
    theirs, following, foreign, wild = key("alipay"), key("alipay 2"), key("merchant"), key("wild")
    return Authority(
        app=made(hospital, key("app"), top, root), alipay=made(ant, theirs, top, root), alipay_key=theirs,
        roots="\n".join([made(top, root, top, root), made(curve, elliptic, curve, elliptic),
                         made(name("Ant Financial", "Old R1"), other, name("Ant Financial", "Old R1"), other)]),
        next=made(ant, following, top, root), next_key=following, foreign=made(else_, foreign, top, root),
        foreign_key=foreign, unvouched=made(ant, wild, top, wild), unvouched_key=wild,
    )
