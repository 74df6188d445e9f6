"""Played: the account's menu and its conditional menus."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from integrations.sandbox.phones import Seat
from integrations.sandbox.play_account import PlayAccount
from integrations.sandbox.refusal import PlayRefusal, done, plain_json

NAME_BYTES, SUB_NAME_BYTES = 16, 60
Row = list[dict[str, Any]]


def effective_menu(account: PlayAccount, seat: Seat) -> Row:
    """The buttons that this contact sees: of the newest conditional menu that fits, else everybody's."""
    for menu in reversed(account.conditional.values()):
        if int(menu["matchrule"]["tag_id"]) in seat.tags:
            return list(menu["button"])
    return account.menu or []


async def create(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    account.menu = _checked(body.get("button"))
    return done()


async def get(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    if account.menu is None:
        raise PlayRefusal(46003)
    answer: dict[str, Any] = {"menu": {"button": _told(account.menu)}}
    if account.conditional:
        answer["menu"]["menuid"] = 208396938
        answer["conditionalmenu"] = [
            {"button": _told(menu["button"]), "matchrule": {"group_id": int(menu["matchrule"]["tag_id"])},
             "menuid": int(menu_id)} for menu_id, menu in account.conditional.items()]
    return plain_json(answer)


async def delete(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    account.menu = None
    account.conditional.clear()
    return done()


async def add_conditional(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    if account.menu is None:
        raise PlayRefusal(65303, "there is no selfmenu, please create selfmenu first")
    rule = body.get("matchrule") or {}
    if not str(rule.get("tag_id", "")).isdigit():
        raise PlayRefusal(65305, "match rule empty")
    if int(rule["tag_id"]) not in account.tags:
        raise PlayRefusal(65306, "invalid group id")
    menu_id = str(account.next_id())
    account.conditional[menu_id] = {"button": _checked(body.get("button")), "matchrule": rule}
    return plain_json({"menuid": menu_id})


async def delete_conditional(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    if account.conditional.pop(str(body.get("menuid")), None) is None:
        raise PlayRefusal(65301, "no such conditional menu")
    return done()


async def try_match(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    _, seat = account.seat(body.get("user_id"))
    return plain_json({"button": _told(effective_menu(account, seat))})


def _checked(row: Any, below: bool = False) -> Row:
    """The row as it is kept; PlayRefusal with the errcode that WeChat gives for what is wrong in it."""
    if not isinstance(row, list) or not 1 <= len(row) <= (5 if below else 3):
        raise PlayRefusal(40023 if below else 40016, "invalid button size")
    for button in row:
        name = button.get("name", "") if isinstance(button, dict) else ""
        if not 0 < len(name.encode()) <= (SUB_NAME_BYTES if below else NAME_BYTES):
            raise PlayRefusal(40025 if below else 40018, "invalid button name size")
        if button.get("sub_button"):
            if below:
                raise PlayRefusal(40022, "invalid sub button level")
            _checked(button["sub_button"], below=True)
        elif button.get("type") == "click":
            if not 0 < len(button.get("key", "").encode()) <= 128:
                raise PlayRefusal(40026 if below else 40019, "invalid button key size")
        elif button.get("type") in ("view", "miniprogram"):
            if not button.get("url", "").startswith(("http://", "https://")) or len(button["url"].encode()) > 1024:
                raise PlayRefusal(40027 if below else 40020, "invalid button url size")
        else:
            raise PlayRefusal(40024 if below else 40017, "invalid button type")
    return row


def _told(row: Row) -> Row:
    """As WeChat tells a row back: every button has its list of buttons, empty as it may be."""
    return [{**button, "sub_button": _told(button.get("sub_button", []))} for button in row]


CALLS = [
    ("POST", "/cgi-bin/menu/create", create),
    ("GET", "/cgi-bin/menu/get", get),
    ("GET", "/cgi-bin/menu/delete", delete),
    ("POST", "/cgi-bin/menu/addconditional", add_conditional),
    ("POST", "/cgi-bin/menu/delconditional", delete_conditional),
    ("POST", "/cgi-bin/menu/trymatch", try_match),
]
