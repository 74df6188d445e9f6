"""Keeps personal data out of the logs, twice: by the name of a value, and by a last look over the written line."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, time
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from structlog.typing import EventDict

from bot import keys

MASK = "***"

# Said about somebody: never written.
HIDDEN = frozenset(
    "name person_name patient_name real_name full_name nickname document document_number id_number id_card mobile "
    "phone phone_number tel address email birth birth_date birthday sex text content body payload answer words "
    "complaint diagnosis symptom symptoms recognition facts data params parameters "
    "password secret app_secret token access_token refresh_token api_key aes_key secret_key private_key "
    "authorization cookie session_key sms_code otp".split()
)
# Says who, and nothing else: written as a short keyed hash, so that one contact's lines belong together.
NAMED = frozenset("openid open_id unionid union_id external_id from_user to_user user_id buyer_id".split())

_NUMBERS = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"(?P<id>[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx])"
    r"|(?P<mobile>(?:\+?86)?1[3-9][0-9]{9})"
    r")(?![0-9A-Za-z])"
)
# Cheaper to look for; most lines hold no eleven digits in a row.
_DIGITS = re.compile(r"[0-9]{11}")
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")


def mask_values(logger: Any, method: str, event: EventDict) -> EventDict:
    """structlog processor: masks by name, also inside of nested tables and lists."""
    if "appointment" in event:
        event.pop("session", None)  # its code tells the clinic, and somebody's visit to it is nobody's business
    for name, value in event.items():
        if name in HIDDEN:
            if value not in (None, ""):
                event[name] = MASK
        elif name in NAMED:
            event[name] = pseudonym(value)
        elif isinstance(value, (dict, list, tuple)):
            event[name] = _inside(value)
    return event


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return mask_values(None, "", {str(name): one for name, one in value.items()})
    if isinstance(value, (list, tuple)):
        return [_inside(one) for one in value]
    return value


def pseudonym(value: Any) -> str:
    """``~`` and 10 hex digits: the same for the same contact as long as the installation has its keys. Without a key
    ring a plain hash would let anybody try out all user ids, so nothing is shown then."""
    if not value:
        return ""
    if not keys.installed():
        return MASK
    return "~" + keys.ring().hash(str(value), "logs").hex()[:10]


def scrub_text(line: str) -> str:
    """Mobile and identity numbers in running text, such as a library's message: their middle is masked."""
    return _NUMBERS.sub(_masked, line) if _DIGITS.search(line) else line


def _masked(found: re.Match[str]) -> str:
    number = found.group()
    return f"{number[:3]}***{number[-2:]}" if found.lastgroup == "mobile" else f"{number[:3]}***"


def without_queries(message: str) -> str:
    """Addresses without their query: WeChat's callbacks carry openids and OAuth codes in it (ASVS 14.2.1)."""
    return _QUERY.sub(r"\1?…", message) if "?" in message else message


def _plain(value: Any) -> Any:
    """What JSON does not know. Unknown objects give their type only: a repr may tell everything."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, PurePath)):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes {hashlib.sha256(value).hexdigest()[:8]}>"
    return f"<{type(value).__name__}>"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def to_bytes(logger: Any, method: str, event: EventDict) -> bytes:
    """structlog renderer: one JSON object, scrubbed as a whole."""
    return scrub_text(_encode(event)).encode(errors="backslashreplace")
