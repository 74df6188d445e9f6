"""People of the demonstration, who have no phone on the sandbox's page. What tells them is made up so that nobody
outside has it: openids that WeChat does not give, and mobile numbers of a prefix that was never given out."""

from __future__ import annotations

_OPENID, _MOBILE = "oOFFSTAGE", "169"


def openid(number: int) -> str:
    """28 characters, as WeChat's."""
    return f"{_OPENID}{number:019d}"


def mobile(number: int) -> str:
    return f"{_MOBILE}{number:08d}"


def is_offstage(address: str) -> bool:
    """Whether an openid or a mobile number is one of these."""
    return address.startswith((_OPENID, _MOBILE))
