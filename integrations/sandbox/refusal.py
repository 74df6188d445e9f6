"""How the played WeChat says no: HTTP 200 and an errcode."""

from __future__ import annotations

import json
import secrets
from typing import Any

from aiohttp import web

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
}


class PlayRefusal(Exception):
    """An errcode; raised by a handler, turned into an answer by the server."""

    def __init__(self, errcode: int, errmsg: str = "") -> None:
        self.errcode, self.errmsg = errcode, errmsg
        super().__init__(errcode, errmsg)


def errcode_answer(errcode: int, errmsg: str = "") -> web.Response:
    """WeChat adds a request id to each message; callers must not compare texts."""
    said = errmsg or MESSAGES.get(errcode, "refused")
    return plain_json({"errcode": errcode, "errmsg": f"{said} rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}"})


def plain_json(answer: dict[str, Any]) -> web.Response:
    """JSON under the name of text, as WeChat often sends it."""
    return web.Response(text=json.dumps(answer, ensure_ascii=False), content_type="text/plain")


def done(**more: Any) -> web.Response:
    return plain_json({"errcode": 0, "errmsg": "ok", **more})
