"""A gateway's refusals as named errors.

::

    OutsideRefused
    └── SmsRefused
        ├── NumberRefused       BAD_NUMBER, BLOCKED: no such number, or it unsubscribed
        ├── NumberLimited       LIMIT: too many to this number today, by the gateway's own count
        ├── TemplateRefused     BAD_TEMPLATE, BAD_PARAMS, BAD_CONTENT
        └── SmsSettingsRefused  BAD_SIGNATURE, BAD_KEY, BAD_SIGN_NAME, NO_BALANCE, FORBIDDEN; NO_GATEWAY of ours:
                                staff must be told
"""

from __future__ import annotations

from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable

SYSTEM = "sms"


class SmsRefused(OutsideRefused):
    """A final no of the gateway."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message, system=SYSTEM)


class NumberRefused(SmsRefused):
    """Nobody can be reached under this number."""


class NumberLimited(SmsRefused):
    """The gateway sends no more to this number today."""


class TemplateRefused(SmsRefused):
    """The template is not approved, or a parameter does not fit it."""


class SmsSettingsRefused(SmsRefused):
    """Our key, signature or account at the gateway is wrong or empty."""


_CLASSES: dict[type[SmsRefused], tuple[str, ...]] = {
    NumberRefused: ("BAD_NUMBER", "BLOCKED"),
    NumberLimited: ("LIMIT",),
    TemplateRefused: ("BAD_TEMPLATE", "BAD_PARAMS", "BAD_CONTENT"),
    SmsSettingsRefused: ("BAD_SIGNATURE", "BAD_KEY", "BAD_SIGN_NAME", "NO_BALANCE", "FORBIDDEN"),
}
_CLASS_OF = {code: kind for kind, codes in _CLASSES.items() for code in codes}


def error_of(code: str, message: str) -> OutsideError:
    """The error that a gateway's ``code`` other than OK stands for."""
    if code in ("BUSY", "RATE"):
        return OutsideUnavailable(f"{code} {message}".strip(), system=SYSTEM)
    return _CLASS_OF.get(code, SmsRefused)(code, message)
