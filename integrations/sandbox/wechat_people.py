"""Played: what WeChat tells of a contact, and tags."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from integrations.sandbox.play_account import PlayAccount
from integrations.sandbox.refusal import PlayRefusal, done, plain_json

FIRST_TAG = 100


async def user_info(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    _, seat = account.seat(request.query.get("openid"))
    if not seat.following or seat.since is None:
        return plain_json({"subscribe": 0, "openid": seat.openid})
    # Since 2021-12-27 nickname and picture are empty.
    return plain_json({
        "subscribe": 1, "openid": seat.openid, "nickname": "", "sex": 0, "language": "zh_CN", "city": "",
        "province": "", "country": "", "headimgurl": "", "subscribe_time": int(seat.since.timestamp()),
        "unionid": "u" + seat.openid[1:], "remark": "", "groupid": 0, "tagid_list": sorted(seat.tags),
        "subscribe_scene": "ADD_SCENE_QR_CODE" if seat.scene else "ADD_SCENE_SEARCH", "qr_scene": 0,
        "qr_scene_str": seat.scene})


async def tags_get(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    seats = [phone.seat(account.app_id) for phone in account.phones]
    return plain_json({"tags": [
        {"id": tag_id, "name": name, "count": sum(tag_id in seat.tags for seat in seats)}
        for tag_id, name in account.tags.items()]})


async def tags_create(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    name = (body.get("tag") or {}).get("name")
    if not isinstance(name, str) or not name or len(name) > 30:
        raise PlayRefusal(45158, "invalid tag name size")
    if name in account.tags.values():
        raise PlayRefusal(45157, "invalid tag name")
    tag_id = max(account.tags, default=FIRST_TAG - 1) + 1
    account.tags[tag_id] = name
    return plain_json({"tag": {"id": tag_id, "name": name}})


async def batch_tagging(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    for seat, tag_id in _members(account, body):
        seat.tags.add(tag_id)
    return done()


async def batch_untagging(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    for seat, tag_id in _members(account, body):
        seat.tags.discard(tag_id)
    return done()


def _members(account: PlayAccount, body: dict[str, Any]) -> list[tuple[Any, int]]:
    tag_id, openids = body.get("tagid"), body.get("openid_list") or []
    if not isinstance(tag_id, int) or tag_id not in account.tags:
        raise PlayRefusal(45159, "invalid tag id")
    if not 1 <= len(openids) <= 50:
        raise PlayRefusal(40032, "invalid openid list size")
    return [(account.seat(openid)[1], tag_id) for openid in openids]


CALLS = [
    ("GET", "/cgi-bin/user/info", user_info),
    ("GET", "/cgi-bin/tags/get", tags_get),
    ("POST", "/cgi-bin/tags/create", tags_create),
    ("POST", "/cgi-bin/tags/members/batchtagging", batch_tagging),
    ("POST", "/cgi-bin/tags/members/batchuntagging", batch_untagging),
]
