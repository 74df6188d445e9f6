"""Passwords: argon2id (RFC 9106, argon2-cffi's parameters), and what the hospital asks of them."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.documents import Problem
from bot.settings_parts import Desk

LONGEST = 128
_HASHER = PasswordHasher()
# 64 MB and a core each: more at once would let a crowd of guesses starve the patients.
_AT_ONCE = asyncio.Semaphore(2)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
KNOWN = frozenset(
    "123456789012 1234567890 123456789 12345678 111111111111 000000000000 password password1 password12 password123 "
    "passw0rd p@ssw0rd qwertyuiop qwerty123456 1qaz2wsx3edc 1q2w3e4r5t6y abc123456 a123456789 woaini1314 5201314520 "
    "administrator admin123456 admin12345678 letmein123456 iloveyou1234 hospital123 yiyuan123456 daoyi123456".split()
)
"""What is tried first everywhere (beside login and name)."""


def normal(password: str) -> str:
    """The same characters however the keyboard makes them (NFKC: full-width digits are digits)."""
    return unicodedata.normalize("NFKC", password)


async def hash_of(password: str) -> str:
    """An encoded argon2id hash; takes about a tenth of a second, beside the loop."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, normal(password))


async def fits(encoded: str | None, password: str) -> bool:
    """Whether it is the password of this hash. None (nobody of this name) takes as long as somebody would."""
    if len(password) > LONGEST:
        return False
    async with _AT_ONCE:
        right = await asyncio.to_thread(_verify, encoded, normal(password))
    return right and encoded is not None


def outdated(encoded: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(encoded)


def one_time() -> str:
    """A password to be told once and replaced at once: 4 × 4 letters, about 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def problem(password: str, rules: Desk, *, login: str, name: str) -> Problem | None:
    """What is wrong with a new password (templates/common/desk/problem_<slug>.j2); None: nothing."""
    plain = normal(password)
    if len(plain) < rules.password_length:
        return Problem("password_short", {"least": rules.password_length})
    if len(plain) > LONGEST:
        return Problem("password_long", {"most": LONGEST})
    if _kinds(plain) < rules.password_kinds:
        return Problem("password_kinds", {"kinds": rules.password_kinds})
    low = plain.lower()
    if low in KNOWN or len(set(low)) < 5 or any(len(each) > 2 and each.lower() in low for each in (login, name)):
        return Problem("password_known")
    return None


@cache
def _nobody() -> str:
    """What nobody's password is compared with."""
    return _HASHER.hash(secrets.token_hex(16))


def _verify(encoded: str | None, password: str) -> bool:
    nobody = _nobody()  # made with the first password that comes, whosever it is
    try:
        return _HASHER.verify(encoded or nobody, password)
    except (VerificationError, InvalidHashError):
        return False


def _kinds(text: str) -> int:
    """How many of: small letters, capitals, digits, anything else."""
    return sum((
        any(each.islower() for each in text), any(each.isupper() for each in text),
        any(each.isdigit() for each in text), any(not each.isalnum() for each in text),
    ))
