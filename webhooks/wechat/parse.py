"""XML of a callback -> ``Inbound``.

Payloads: developers.weixin.qq.com/doc/service/guide/product/message/ (Receiving_standard_messages,
Receiving_event_pushes) and subscription_messages/push. What each kind keeps stands in ``kinds.py``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree

from bot.errors import BadInput
from bot.talk.messages import Inbound
from webhooks.wechat.kinds import EVENTS, MESSAGES, Fields, leaf, rest

LARGEST = 64 * 1024  # bytes of one body; the longest text a patient can send is a thirtieth of it
DEEPEST = 5  # SendPicsInfo / PicList / item / PicMd5Sum, and one to spare
LONGEST_NAME = 64  # openid and original id; real ones have 28 and 15 characters
LONGEST_ID = 110  # of an event; a menu link in EventKey may have a thousand, and others put this into keys of theirs

# What may stand before the root. A DTD can stand nowhere else, so a body that passes has none, defines no entities
# and loads nothing; a patient who writes "<!DOCTYPE" in a text (CDATA) is still heard.
BEFORE_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?=<xml[\s>])")


# What nearly every body is: leaves without attributes, in CDATA or plain words. Reading it so takes a tenth of what the
# parser takes; whatever could mean anything else there (an entity, a "]", a control character, a name that comes
# twice) is left to the parser.
_VALUE = rb"(?:<!\[CDATA\[([^\]\r\x00-\x08\x0b\x0c\x0e-\x1f]*)\]\]>|([\w.:@+/=-]*))"
_FLAT = re.compile(rb"<xml>[ \t\n]*(?:<([A-Za-z]\w*)>" + _VALUE + rb"</\1>[ \t\n]*)+</xml>\s*")
_LEAF = re.compile(rb"<([A-Za-z]\w*)>" + _VALUE + rb"</")
_ODD = b"\xef\xbf"
"""The last characters of the basic plane, two of which no XML may have."""


def _flat(body: bytes) -> Fields | None:
    """The fields of a body of leaves; None where that is not certain."""
    if _ODD in body or _FLAT.fullmatch(body) is None:
        return None
    leaves = _LEAF.findall(body)
    try:
        found: Fields = {tag.decode(): (words or plain).decode() for tag, words, plain in leaves}
    except UnicodeDecodeError:
        return None
    return found if len(found) == len(leaves) else None


def fields(body: bytes) -> Fields:
    """The elements under ``<xml>``: text of a leaf, dict of a branch, list where a name repeats.

    :raises BadInput: ``empty``, ``too_large``, ``bad_root`` (a DTD or anything else before the root too), ``bad_xml``
        (undefined entities too) or ``too_deep``
    """
    if not body:
        raise BadInput("empty")
    if len(body) > LARGEST:
        raise BadInput("too_large")
    if not body.startswith(b"<xml>"):
        before = BEFORE_ROOT.match(body)
        if before is None:
            raise BadInput("bad_root")
        body = body[before.end():]  # so no declared encoding counts: it is UTF-8, as the channel writes it
    if (flat := _flat(body)) is not None:
        return flat
    parser = ElementTree.XMLParser()  # ElementTree.XML would build by a target in between: half as slow again
    try:
        parser.feed(body)
        root = parser.close()
    except ElementTree.ParseError:
        raise BadInput("bad_xml") from None
    return _branch(root, 1)


def _branch(element: ElementTree.Element, depth: int) -> Fields:
    if depth > DEEPEST:
        raise BadInput("too_deep")
    found: Fields = {}
    for child in element:
        value: Any = _branch(child, depth + 1) if len(child) else child.text or ""
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def name(found: Fields, field: str) -> str:
    """``FromUserName`` or ``ToUserName``: an openid or an original id.

    :raises BadInput: ``bad_name``
    """
    value = found.get(field)
    if not (isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isascii() and value.isprintable()
            and " " not in value):
        raise BadInput("bad_name")
    return value


def inbound(found: Fields, account: str) -> Inbound:
    """The event that ``fields`` found, for ``account`` (our name of it, as in the settings).

    ``external_id`` is MsgId for messages; events have none, so contact, second, event and key stand for it.

    :raises BadInput: ``bad_name``, ``bad_time``, ``bad_id``, ``bad_place`` or ``bad_field``
    """
    contact = name(found, "FromUserName")
    created = leaf(found, "CreateTime")
    if not (created.isascii() and created.isdigit() and len(created) <= 11):
        raise BadInput("bad_time")
    type_ = leaf(found, "MsgType")
    if type_ == "event":
        event = leaf(found, "Event")
        kind, read, mark = EVENTS.get(event.lower(), ("other", rest, None))
        text, data = read(found)
        data["event"] = event
        external_id = _event_id(contact, created, event, leaf(found, "EventKey") or (mark(data) if mark else ""))
    else:
        kind, read = MESSAGES.get(type_, ("other", rest))
        text, data = read(found)
        external_id = leaf(found, "MsgId")
        if kind == "other":
            data["type"] = type_
        if not (external_id.isascii() and external_id.isdigit() and len(external_id) <= 20):
            if kind != "other":
                raise BadInput("bad_id")
            external_id = _event_id(contact, created, type_, external_id)
    return Inbound(f"wechat:{account}", external_id, "wechat", account, contact, kind, text, data,
                   datetime.fromtimestamp(int(created), UTC))


def _event_id(contact: str, created: str, event: str, key: str) -> str:
    whole = f"{contact}:{created}:{event}:{key}"
    if len(whole) <= LONGEST_ID and whole.isascii():
        return whole
    return f"{contact}:{created}:{sha256(whole.encode()).hexdigest()[:40]}"
