"""What a patient does on a phone, as the message or event that WeChat makes of it.

Each function changes what the platform knows (following, windows, permissions) and returns the callback's fields.
"""

from __future__ import annotations

from typing import Any

from bot import clock
from bot.errors import BadInput
from integrations.sandbox.phones import Phone, Seat
from integrations.sandbox.play_account import PlayAccount
from integrations.sandbox.wechat_files import scene_of
from integrations.sandbox.wechat_menus import effective_menu

MESSAGE_BASE = 23_000_000_000_000_000
CLICKS = ("CLICK", "scancode_push", "scancode_waitmsg")
MESSAGE_FIELDS = {
    "text": ("Content", "bizmsgmenuid"),
    "image": ("PicUrl", "MediaId"),
    "voice": ("MediaId", "Format", "Recognition"),
    "video": ("MediaId", "ThumbMediaId"),
    "shortvideo": ("MediaId", "ThumbMediaId"),
    "location": ("Location_X", "Location_Y", "Scale", "Label"),
    "link": ("Title", "Description", "Url"),
    "miniprogrampage": ("Title", "AppId", "PagePath", "ThumbUrl", "ThumbMediaId"),
}
EVENT_FIELDS = {
    "CLICK": ("EventKey",),
    "VIEW": ("EventKey", "MenuId"),
    "LOCATION": ("Latitude", "Longitude", "Precision"),
    "scancode_push": ("EventKey", "ScanCodeInfo"),
    "scancode_waitmsg": ("EventKey", "ScanCodeInfo"),
    "view_miniprogram": ("EventKey", "MenuId"),
}
"""Kind of message or event -> the elements of its callback. https://developers.weixin.qq.com/doc/service/guide/product/message/"""


def message(account: PlayAccount, phone: Phone, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """A message of ``kind``; ``given`` holds its elements by WeChat's names."""
    if kind not in MESSAGE_FIELDS:
        raise BadInput("unknown_message")
    seat = _following(account, phone)
    seat.windows.opened("message", clock.now())
    if kind == "text" and not given.get("Content"):
        raise BadInput("empty_text")
    elements = {name: given[name] for name in MESSAGE_FIELDS[kind] if given.get(name) not in (None, "")}
    return {"MsgType": kind, **elements, "MsgId": account.next_id(MESSAGE_BASE)}


def event(account: PlayAccount, phone: Phone, name: str, given: dict[str, Any]) -> dict[str, Any] | None:
    """An event by WeChat's name for it, or ``scan`` (whatever scanning a code means for this phone) or ``answer``
    (to a request for subscriptions). None where WeChat tells nobody, as of a code that is over."""
    seat, now = phone.seat(account.app_id), clock.now()
    if name == "scan":
        return _scan(account, seat, str(given.get("code", "")))
    if name == "subscribe":
        return _follow(seat, "", "")
    if name == "unsubscribe":
        seat.following, seat.since = False, None
        seat.windows.close()
        return {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""}
    _following(account, phone)
    if name in CLICKS:
        seat.windows.opened("menu", now)
    if name == "answer":
        return _answer(seat, str(given.get("template_id", "")), bool(given.get("accept")), bool(given.get("always")))
    allowed = EVENT_FIELDS.get(name)
    if allowed is None:
        raise BadInput("unknown_event")
    return {"MsgType": "event", "Event": name, **{key: given[key] for key in allowed if key in given}}


def menu_of(account: PlayAccount, phone: Phone) -> list[dict[str, Any]]:
    """The buttons at the foot of this phone's chat."""
    return effective_menu(account, phone.seat(account.app_id))


def _following(account: PlayAccount, phone: Phone) -> Seat:
    """Who does not follow sees no chat to write in."""
    seat = phone.seat(account.app_id)
    if not seat.following:
        raise BadInput("not_following")
    return seat


def _follow(seat: Seat, scene: str, ticket: str) -> dict[str, Any]:
    seat.following, seat.since, seat.scene = True, clock.now(), scene
    seat.windows.opened("follow", clock.now())
    fields: dict[str, Any] = {"MsgType": "event", "Event": "subscribe", "EventKey": f"qrscene_{scene}" if scene else ""}
    return fields | {"Ticket": ticket} if ticket else fields


def _scan(account: PlayAccount, seat: Seat, code: str) -> dict[str, Any] | None:
    found = scene_of(account, code)
    if found is None:
        return None
    scene, ticket = found
    seat.windows.opened("scan", clock.now())
    if not seat.following:
        return _follow(seat, scene, ticket)
    return {"MsgType": "event", "Event": "SCAN", "EventKey": scene, "Ticket": ticket}


def _answer(seat: Seat, template: str, accept: bool, always: bool) -> dict[str, Any]:
    """A yes is good for one message more, or for all where the template is long-term; a no takes all back."""
    seat.allowed[template] = (-1 if always else max(seat.allowed.get(template, 0), 0) + 1) if accept else 0
    return {"MsgType": "event", "Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {"List": [{
        "TemplateId": template, "SubscribeStatusString": "accept" if accept else "reject", "PopupScene": "0"}]}}
