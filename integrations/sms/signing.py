"""The signature over a message to or from the gateway, the same in both directions (README.md, "Signature")."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from bot import clock
from bot.errors import BadInput

WINDOW = 300
"""Seconds by which a timestamp may be off."""


def canonical(fields: Mapping[str, Any]) -> str:
    """``name=value`` of all fields but ``signature``, sorted by name, joined by ``&``. A value that is no text is
    written as JSON with sorted names and no spaces; nothing is percent-encoded."""
    return "&".join(f"{name}={_text(fields[name])}" for name in sorted(fields) if name != "signature")


def signature(fields: Mapping[str, Any], secret: str) -> str:
    """HMAC-SHA256 over ``canonical``, 64 hex digits in lower case."""
    return hmac.new(secret.encode(), canonical(fields).encode(), hashlib.sha256).hexdigest()


def signed(fields: Mapping[str, Any], key: str, secret: str) -> dict[str, Any]:
    """``fields`` with ``key``, ``timestamp`` (epoch seconds), ``nonce`` and ``signature``."""
    whole = {**fields, "key": key, "timestamp": int(clock.now().timestamp()), "nonce": secrets.token_hex(12)}
    return {**whole, "signature": signature(whole, secret)}


def verified(fields: Mapping[str, Any], key: str, secret: str) -> Mapping[str, Any]:
    """``fields``, if their signature is right and fresh.

    :raises BadInput: ``bad_key``, ``bad_signature``, ``stale``. That each nonce is new is the caller's to see, if a
        repetition would do harm.
    """
    given, timestamp = fields.get("signature"), fields.get("timestamp")
    # Compared as bytes: compare_digest refuses text beyond ASCII.
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), signature(fields, secret).encode()):
        raise BadInput("bad_signature")
    if fields.get("key") != key:
        raise BadInput("bad_key")
    if not isinstance(timestamp, int) or abs(clock.now().timestamp() - timestamp) > WINDOW:
        raise BadInput("stale")
    return fields


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
