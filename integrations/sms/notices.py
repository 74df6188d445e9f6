"""What the gateway tells us at ``/webhooks/sms/{gateway}``: how a message fared, and what people answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.errors import BadInput
from integrations.sms.signing import verified


@dataclass(frozen=True)
class DeliveryReport:
    """The end of a message. ``status`` is the handset's or the network's word; ``code`` the network's reason for a
    failure (e.g. ``MK:0001``, number not in use). Reports come late, twice or never."""

    message_id: str
    request_id: str
    status: Literal["delivered", "failed"]
    code: str
    at: datetime
    mobile: str = field(repr=False)


@dataclass(frozen=True)
class SmsReply:
    """A text message from a phone to our number. ``message_id`` is the gateway's, the same when it is told twice."""

    message_id: str
    at: datetime
    mobile: str = field(repr=False)
    text: str = field(repr=False)


def read_notice(body: bytes, key: str, secret: str) -> DeliveryReport | SmsReply:
    """Verify and read one notice.

    :param body: the request's body, JSON as README.md shows it
    :raises BadInput: not JSON, a field is missing, the signature is wrong or the notice is older than five minutes
    """
    try:
        fields = json.loads(body.decode())
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadInput("not_json") from None
    if not isinstance(fields, dict):
        raise BadInput("not_json")
    verified(fields, key, secret)
    at = _moment(fields)
    if fields.get("type") == "report":
        status = _text(fields, "status")
        if status not in ("delivered", "failed"):
            raise BadInput("bad_status")
        return DeliveryReport(_text(fields, "message_id"), _text(fields, "request_id"),
                              "delivered" if status == "delivered" else "failed", str(fields.get("code", "")), at,
                              _text(fields, "mobile"))
    if fields.get("type") == "reply":
        return SmsReply(_text(fields, "message_id"), at, _text(fields, "mobile"), str(fields.get("text", "")))
    raise BadInput("bad_type")


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(f"missing_{name}")
    return value


def _moment(fields: Mapping[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(_text(fields, "at"))
    except ValueError:
        raise BadInput("bad_at") from None
    if at.tzinfo is None:
        raise BadInput("bad_at")
    return at
