"""Which kinds of messages and events there are, and what of each is kept: the tables behind ``parse.inbound``.

A reader takes the fields and gives (text, data): the contact's words, and what else there is, by our names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.errors import BadInput

Fields = dict[str, Any]
Found = tuple[str, dict[str, Any]]
Reader = Callable[[Fields], Found]
Mark = Callable[[dict[str, Any]], str]  # what tells two events of one second apart where there is no EventKey

ENVELOPE = frozenset(("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Event", "Encrypt"))


def leaf(found: Fields, field: str) -> str:
    """Text of a field, "" where it is missing.

    :raises BadInput: ``bad_field`` where it is repeated or has children, which no honest sender writes
    """
    value = found.get(field, "")
    if not isinstance(value, str):
        raise BadInput("bad_field")
    return value


def rest(found: Fields) -> Found:
    """Everything but the envelope, as it came: for what this version does not know yet."""
    return "", {field: value for field, value in found.items() if field not in ENVELOPE}


def keep(inside: str = "", /, **names: str) -> Reader:
    """A reader of some leaves: our name -> their field. ``inside`` is the branch they stand in."""
    pairs = tuple(names.items())

    def read(found: Fields) -> Found:
        if inside:
            found = {**found, **_branch(found, inside)}
        return "", {ours: leaf(found, theirs) for ours, theirs in pairs if theirs in found}
    return read


def words(field: str, **names: str) -> Reader:
    """As ``keep``, with the contact's words in ``field``."""
    others = keep(**names)

    def read(found: Fields) -> Found:
        return leaf(found, field), others(found)[1]
    return read


def scene(prefix: str = "") -> Reader:
    """The scene of a code that was scanned; a menu of ours never makes this event, so EventKey is nothing else."""
    def read(found: Fields) -> Found:
        key = leaf(found, "EventKey")
        data = {"scene": key.removeprefix(prefix)} if key.startswith(prefix) and key else {}
        if found.get("Ticket"):
            data["ticket"] = leaf(found, "Ticket")
        return "", data
    return read


def place(latitude: str, longitude: str, inside: str = "", **names: str) -> Reader:
    """A point on earth in degrees (GCJ-02, as WeChat gives it).

    :raises BadInput: ``bad_place`` where it is none
    """
    others = keep(inside, **names)

    def read(found: Fields) -> Found:
        text, data = others(found)
        source = _branch(found, inside) if inside else found
        try:
            north, east = float(leaf(source, latitude)), float(leaf(source, longitude))
        except ValueError:
            raise BadInput("bad_place") from None
        if not (-90 <= north <= 90 and -180 <= east <= 180):  # refuses nan as well
            raise BadInput("bad_place")
        return text, {**data, "latitude": north, "longitude": east}
    return read


def pictures(found: Fields) -> Found:
    """How many pictures a menu button sent; they themselves come as messages of their own."""
    count = leaf(_branch(found, "SendPicsInfo"), "Count")
    return "", {"key": leaf(found, "EventKey"), "count": int(count) if count.isascii() and count.isdigit() else 0}


def video(found: Fields) -> Found:
    """A video, or a short one made in the chat."""
    _, data = _video(found)
    return "", {**data, "short": found["MsgType"] == "shortvideo"}


def subscriptions(inside: str) -> Reader:
    """The templates of a subscription event; the list may hold one or several."""
    one = keep(template_id="TemplateId", status="SubscribeStatusString", scene="PopupScene", message_id="MsgID",
               error_code="ErrorCode", error="ErrorStatus")

    def read(found: Fields) -> Found:
        entries = _branch(found, inside).get("List", [])
        entries = entries if isinstance(entries, list) else [entries]
        if not all(isinstance(entry, dict) for entry in entries):
            raise BadInput("bad_field")
        return "", {"list": [one(entry)[1] for entry in entries]}
    return read


def _branch(found: Fields, field: str) -> Fields:
    value = found.get(field) or {}
    if not isinstance(value, dict):
        raise BadInput("bad_field")
    return value


def _entries(data: dict[str, Any]) -> str:
    return ",".join(entry.get("message_id") or entry.get("template_id", "") for entry in data["list"])


def _message_id(data: dict[str, Any]) -> str:
    return str(data.get("message_id", ""))


def _session(data: dict[str, Any]) -> str:
    return f"{data.get('from_account', '')}>{data.get('to_account', '')}{data.get('kf_account', '')}"


_video = keep(media_id="MediaId", thumb_media_id="ThumbMediaId")
_scanned = keep("ScanCodeInfo", key="EventKey", scan_type="ScanType", scan_result="ScanResult")
_notice = keep(expires_at="ExpiredTime", failed_at="FailTime", reason="FailReason")
_session_fields = keep(kf_account="KfAccount", from_account="FromKfAccount", to_account="ToKfAccount",
                       close_type="CloseType")

MESSAGES: dict[str, tuple[str, Reader]] = {
    "text": ("text", words("Content", bizmsgmenuid="bizmsgmenuid")),
    "voice": ("voice", words("Recognition", media_id="MediaId", format="Format", media_id_16k="MediaId16K")),
    "image": ("image", keep(media_id="MediaId", url="PicUrl")),
    "video": ("video", video),
    "shortvideo": ("video", video),
    "location": ("location", place("Location_X", "Location_Y", scale="Scale", label="Label")),
    "link": ("link", keep(title="Title", description="Description", url="Url")),
    "miniprogrampage": ("miniprogram", keep(title="Title", app_id="AppId", page_path="PagePath", thumb_url="ThumbUrl",
                                            thumb_media_id="ThumbMediaId")),
}

# By lower-case name. What opens from a menu button (codes, pictures, places) counts as a click, as it does at WeChat.
EVENTS: dict[str, tuple[str, Reader, Mark | None]] = {
    "subscribe": ("subscribe", scene("qrscene_"), None),
    "unsubscribe": ("unsubscribe", keep(), None),
    "scan": ("scan", scene(), None),
    "click": ("click", keep(key="EventKey"), None),
    "scancode_push": ("click", _scanned, None),
    "scancode_waitmsg": ("click", _scanned, None),
    "pic_sysphoto": ("click", pictures, None),
    "pic_photo_or_album": ("click", pictures, None),
    "pic_weixin": ("click", pictures, None),
    "location_select": ("click", place("Location_X", "Location_Y", "SendLocationInfo", key="EventKey", scale="Scale",
                                       label="Label", place="Poiname"), None),
    "view": ("view", keep(url="EventKey", menu_id="MenuId"), None),
    "view_miniprogram": ("view", keep(page_path="EventKey", menu_id="MenuId"), None),
    "location": ("position", place("Latitude", "Longitude", precision="Precision"), None),
    "templatesendjobfinish": ("delivery", keep(message_id="MsgID", status="Status"), _message_id),
    "masssendjobfinish": ("notice", keep(message_id="MsgID", status="Status", total="TotalCount", sent="SentCount",
                                         errors="ErrorCount"), _message_id),
    "subscribe_msg_popup_event": ("subscription", subscriptions("SubscribeMsgPopupEvent"), _entries),
    "subscribe_msg_change_event": ("subscription", subscriptions("SubscribeMsgChangeEvent"), _entries),
    "subscribe_msg_sent_event": ("subscription", subscriptions("SubscribeMsgSentEvent"), _entries),
    "kf_create_session": ("kf", _session_fields, _session),
    "kf_close_session": ("kf", _session_fields, _session),
    "kf_switch_session": ("kf", _session_fields, _session),
    "qualification_verify_success": ("notice", _notice, None),
    "qualification_verify_fail": ("notice", _notice, None),
    "naming_verify_success": ("notice", _notice, None),
    "naming_verify_fail": ("notice", _notice, None),
    "annual_renew": ("notice", _notice, None),
    "verify_expired": ("notice", _notice, None),
}
