"""The second factor: time-based codes (RFC 6238: SHA-1, 30 s, six digits, as every authenticator has them)."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
import segno

STEP = 30
RECOVERY = 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_secret() -> str:
    """160 bits, base32."""
    return pyotp.random_base32()


def step_of(secret: str, typed: str, now: datetime) -> int:
    """The time step whose code this is: the present one or a neighbour (clocks differ); 0 where it is none."""
    code = "".join(typed.split())
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return 0
    present = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    found = 0
    for step in (present, present - 1, present + 1):  # all three, so that the time taken tells nothing
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = found or step
    return found


def address(secret: str, login: str, issuer: str) -> str:
    """What the QR code says (otpauth://)."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer))


def picture(uri: str) -> str:
    """The QR code as a data: address of a PNG."""
    return segno.make(uri, error="m").png_data_uri(scale=5, border=2)


def new_recovery() -> list[str]:
    """Codes for the day the phone is lost: ten, each good once, 50 bits."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY)]


def code_now(secret: str, now: datetime) -> str:
    """The present code; for tests and the demonstration."""
    return str(pyotp.TOTP(secret).generate_otp(int(now.timestamp()) // STEP))
