"""Identity documents: what a number must look like, and what the resident number tells (sex, birth date).

Formats: GB 11643 (resident number, checksum of ISO 7064 MOD 11-2), the travel permits for residents of Hong Kong, Macau
and Taiwan, the permanent resident card of foreigners (15 characters before December 2023, 18 since), birth certificates
of the health commission, officers' cards. Pure functions: no I/O, no clock.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Kind = Literal["resident", "passport", "hk_macau", "taiwan", "foreigner", "birth_certificate", "officer"]
Sex = Literal["male", "female"]
KINDS: tuple[Kind, ...] = ("resident", "passport", "hk_macau", "taiwan", "foreigner", "birth_certificate", "officer")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Provinces; 81 to 83 are residence permits of people from Hong Kong, Macau and Taiwan, 91 of foreigners. No further:
# counties were renumbered for forty years and old numbers stay valid.
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
    "50 51 52 53 54 61 62 63 64 65 71 81 82 83 91".split()
)
_OLDEST = 130  # years
_SEPARATORS = re.compile(r"[\s\-‐-―_.,:·]+")
_LABEL = re.compile(r"^(?:我的|我)?(?:身份证|护照|通行证|证件)?(?:号码|号)?(?:是|为)?")
# Length, or lengths, and pattern of the kinds that are no more than that; lengths feed too_short and too_long.
_SHAPES: dict[Kind, tuple[int, int, re.Pattern[str]]] = {
    "passport": (6, 12, re.compile(r"(?=(?:.*[0-9]){3})[A-Z0-9]{6,12}")),
    "hk_macau": (9, 11, re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")),
    "taiwan": (8, 11, re.compile(r"[0-9]{8}(?:[0-9]{2}[A-Z]?)?")),
    "birth_certificate": (10, 10, re.compile(r"[A-Z][0-9]{9}")),
}
_OFFICER = re.compile(r"([\u4e00-\u9fff])?字?第?([0-9]{6,8})号?")


@dataclass(frozen=True, slots=True)
class Document:
    """A checked document. `number` is as it is stored and compared: no spaces, capitals. `sex` and `birth` are given
    where the number tells them, else None."""

    kind: Kind
    number: str = field(repr=False)
    sex: Sex | None = None
    birth: date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something written was refused: `slug` names its wording, `facts` feed it."""

    slug: str
    facts: dict[str, Any] = field(default_factory=dict)


def read_document(kind: Kind, text: str, today: date) -> Document | Problem:
    """The document of this `kind` in what somebody typed or said, or what is wrong with it.

    Spaces, dashes, brackets, full-width forms and small letters are understood. Slugs: ``too_short`` and ``too_long``
    (facts least, most, length), ``bad_characters``, ``bad_region``, ``bad_date``, ``future_birth``, ``bad_checksum``,
    ``old_number`` (a resident number of 15 digits), all with fact kind. ValueError: no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of document: {kind}")
    number = _tidy(text)
    if kind == "resident":
        return _resident(number, today)
    if kind == "foreigner":
        return _foreigner(number, today)
    if kind == "officer":
        return _officer(number)
    least, most, pattern = _SHAPES[kind]
    if problem := _length(kind, number, least, most):
        return problem
    if not pattern.fullmatch(number):
        return Problem("bad_characters", {"kind": kind})
    return Document(kind, number)


def age(birth: date, day: date) -> int:
    """Full years at `day`. Born on 29 February, one grows older on 1 March of other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def checksum(first_seventeen: str) -> str:
    """The eighteenth character of a resident number (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True)) % 11]


def _tidy(text: str) -> str:
    # Х is the Cyrillic letter, × the sign of multiplication: both are what some keyboards offer for the last X.
    plain = unicodedata.normalize("NFKC", text[:100]).upper().replace("Х", "X").replace("×", "X")
    plain = _SEPARATORS.sub("", plain)
    return re.sub(r"[()\[\]<>“”\"']", "", _LABEL.sub("", plain))


def _length(kind: Kind, number: str, least: int, most: int) -> Problem | None:
    if least <= len(number) <= most:
        return None
    slug = "too_short" if len(number) < least else "too_long"
    return Problem(slug, {"kind": kind, "least": least, "most": most, "length": len(number)})


def _resident(number: str, today: date) -> Document | Problem:
    if len(number) == 15 and _digits(number):
        return Problem("old_number", {"kind": "resident"})
    if problem := _length("resident", number, 18, 18):
        return problem
    if not _digits(number[:17]) or number[17] not in "0123456789X":
        return Problem("bad_characters", {"kind": "resident"})
    if number[:2] not in _PROVINCES:
        return Problem("bad_region", {"kind": "resident"})
    return _with_birth("resident", number, today)


def _foreigner(number: str, today: date) -> Document | Problem:
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        # The old card tells a birth date without its century: not enough to take it over.
        return Document("foreigner", number)
    if problem := _length("foreigner", number, 15, 18):
        return problem
    if len(number) != 18 or number[0] != "9" or not _digits(number[:17]) or number[17] not in "0123456789X":
        return Problem("bad_characters", {"kind": "foreigner"})
    return _with_birth("foreigner", number, today)


def _with_birth(kind: Kind, number: str, today: date) -> Document | Problem:
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Problem("bad_date", {"kind": kind})
    # The checksum first: one wrong digit in the year is a typing error, not somebody who is not born yet.
    if checksum(number[:17]) != number[17]:
        return Problem("bad_checksum", {"kind": kind})
    if birth > today:
        return Problem("future_birth", {"kind": kind})
    if age(birth, today) > _OLDEST:
        return Problem("bad_date", {"kind": kind})
    return Document(kind, number, "male" if int(number[16]) % 2 else "female", birth)


def _officer(number: str) -> Document | Problem:
    if not (match := _OFFICER.fullmatch(number)):
        digits = sum(character.isdigit() for character in number)
        if digits < 6:
            return Problem("too_short", {"kind": "officer", "least": 6, "most": 8, "length": digits})
        return Problem("bad_characters", {"kind": "officer"})
    letter, digits_only = match.groups()
    return Document("officer", f"{letter}字第{digits_only}号" if letter else digits_only)


def _digits(text: str) -> bool:
    # str.isdigit takes digits of every script, superscripts included.
    return text.isascii() and text.isdigit()
