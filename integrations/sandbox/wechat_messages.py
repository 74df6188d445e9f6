"""Played: customer-service, template and subscription messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from bot import clock
from integrations.sandbox.passive import TEXT_BYTES
from integrations.sandbox.phones import Phone, Seat
from integrations.sandbox.play_account import PlayAccount
from integrations.sandbox.refusal import PlayRefusal, done
from integrations.sandbox.state import COURIER
from integrations.sandbox.template_values import checked_values

REMEMBERED = timedelta(minutes=10)


async def custom_send(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    phone, seat = account.seat(body.get("touser"))
    kind = body.get("msgtype")
    content = _content(account, str(kind), body.get(str(kind)))
    if not seat.following:
        raise PlayRefusal(45015)
    if errcode := seat.windows.take(clock.now()):
        raise PlayRefusal(errcode)
    phone.receive("customer", account.name, content)
    return done()


def _content(account: PlayAccount, kind: str, raw: Any) -> dict[str, Any]:
    """What the phone shows of a customer-service message; PlayRefusal where WeChat would not send it."""
    if kind not in ("text", "image", "voice", "news", "msgmenu"):
        raise PlayRefusal(40008)
    if not isinstance(raw, dict):
        raise PlayRefusal(47001)
    if kind == "text":
        return {"type": "text", "text": _text(raw, "content")}
    if kind == "news":
        articles = raw.get("articles") or []
        if len(articles) != 1:
            raise PlayRefusal(45008, "article size out of limit")
        return {"type": "news", "articles": [{
            "title": _text(each, "title"), "description": each.get("description", ""), "url": each.get("url", ""),
            "picture": each.get("picurl", "")} for each in articles]}
    if kind == "msgmenu":
        choices = [{"id": str(each.get("id", "")), "label": _text(each, "content")} for each in raw.get("list") or []]
        if not choices:
            raise PlayRefusal(47001)
        return {"type": "menu", "head": raw.get("head_content", ""), "choices": choices,
                "tail": raw.get("tail_content", "")}
    media_id = raw.get("media_id")
    file = account.files.get(media_id) if isinstance(media_id, str) else None
    if file is None or file.kind != kind or file.until <= clock.now():
        raise PlayRefusal(40007)
    shown = {"type": kind, "media_id": media_id}
    return shown | {"seconds": file.seconds} if kind == "voice" else shown


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value:
        raise PlayRefusal(44004, "empty content")
    if len(value.encode()) > TEXT_BYTES:
        raise PlayRefusal(45002)
    return value


async def template_send(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    phone, seat = account.seat(body.get("touser"))
    known, now = account.settings.templates, clock.now()
    if known and body.get("template_id") not in known.values():
        raise PlayRefusal(40037)
    if not seat.following:
        raise PlayRefusal(43004)
    values = checked_values(body.get("data"))
    key = (seat.openid, str(body.get("client_msg_id") or ""))
    if key[1] and key in account.sent and account.sent[key][0] > now - REMEMBERED:
        # "For one openid and client_msg_id one message is sent": the second is taken and not delivered.
        return done(msgid=account.sent[key][1])
    message_id = account.next_id(200_000_000)
    account.sent[key] = (now, message_id)
    _deliver(account, phone, "template", body, values, known)
    request.config_dict[COURIER].later(account, phone, {
        "MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": message_id, "Status": "success"})
    return done(msgid=message_id)


async def subscribe_bizsend(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    phone, seat = account.seat(body.get("touser"))
    known = account.settings.subscriptions
    template = str(body.get("template_id") or "")
    if known and template not in known.values():
        raise PlayRefusal(40037)
    values = checked_values(body.get("data"))
    _use_permission(seat, template)
    message_id = account.next_id(300_000_000)
    _deliver(account, phone, "subscription", body, values, known)
    request.config_dict[COURIER].later(account, phone, {
        "MsgType": "event", "Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": {
            "TemplateId": template, "MsgID": str(message_id), "ErrorCode": "0", "ErrorStatus": "success"}}})
    return done(msgid=message_id)


def _use_permission(seat: Seat, template: str) -> None:
    """A one-time permission is used up; -1 stands for a long-term one."""
    left = seat.allowed.get(template, 0)
    if left == 0:
        raise PlayRefusal(43101)
    if left > 0:
        seat.allowed[template] = left - 1


def _deliver(account: PlayAccount, phone: Phone, way: str, body: dict[str, Any], values: dict[str, str],
             known: dict[str, str]) -> None:
    kinds = [kind for kind, template in known.items() if template == body["template_id"]]
    mini = body.get("miniprogram") or {}
    phone.receive(way, account.name, {
        "type": "notice", "template_id": body["template_id"], "kind": kinds[0] if kinds else "",
        "values": values, "url": body.get("url") or body.get("page") or "",
        "mini": {"app_id": mini.get("appid", ""), "path": mini.get("pagepath", "")} if mini else None})


CALLS = [
    ("POST", "/cgi-bin/message/custom/send", custom_send),
    ("POST", "/cgi-bin/message/template/send", template_send),
    ("POST", "/cgi-bin/message/subscribe/bizsend", subscribe_bizsend),
]
