"""The account's menu, read from its file: ``templates/menu/*.toml``.

::

    [[button]]
    name = "..."                 # at most 3 of these, 4 Chinese characters each
    [[button.sub]]
    name = "..."                 # at most 5, 8 Chinese characters each
    key = "flow:booking"         # a tap begins this flow; any other key is heard as if it had been written
    [[button.sub]]
    name = "..."
    url = "/h5/booking/mine"     # or a page; one that begins with / is ours
    [[conditional]]              # another menu for those with this tag; the first that fits is shown
    tag = "..."
    [[conditional.button]]       # as above

Limits: https://developers.weixin.qq.com/doc/service/guide/product/menu.html
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from bot.wording import OURS

MENU = OURS / "menu" / "main.toml"
"""The menu that Daoyi brings along."""
TOP, SUB = 3, 5
TOP_WIDTH, SUB_WIDTH = 8, 16
"""Columns that are shown, a Chinese character counting two; what is longer is cut to an ellipsis."""
KEY_BYTES, URL_BYTES = 128, 1024
_FIELDS = {"name", "key", "url", "mini_app", "mini_path", "sub"}


@dataclass(frozen=True)
class Button:
    """A button does one thing: ``key``, ``url``, a page of a mini-app (with ``url`` for old clients) or ``sub``."""

    name: str
    key: str = ""
    url: str = ""
    mini_app: str = ""
    mini_path: str = ""
    sub: tuple[Button, ...] = ()

    def wire(self, base_url: str, account: str = "") -> dict[str, Any]:
        """As WeChat takes it; ``base_url`` stands before addresses of ours, which are told the account that they are
        opened from."""
        if self.sub:
            return {"name": self.name, "sub_button": [button.wire(base_url, account) for button in self.sub]}
        if self.key:
            return {"type": "click", "name": self.name, "key": self.key}
        url = self.url
        if url.startswith("/"):
            asked = f"{'&' if '?' in url else '?'}account={account}" if account else ""
            url = f"{base_url}{url}{asked}"
        if self.mini_app:
            return {"type": "miniprogram", "name": self.name, "url": url, "appid": self.mini_app,
                    "pagepath": self.mini_path}
        return {"type": "view", "name": self.name, "url": url}


@dataclass(frozen=True)
class Conditional:
    """The menu of those contacts that carry ``tag`` (its name at WeChat)."""

    tag: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Menu:
    """The menu of everybody, and those of some."""

    buttons: tuple[Button, ...]
    conditional: tuple[Conditional, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """All keys that a tap can send: each must mean something to us."""
        rows = [self.buttons, *(each.buttons for each in self.conditional)]
        return frozenset(leaf.key for row in rows for top in row for leaf in (top, *top.sub) if leaf.key)


def menu_path(account: str, override: Path | None = None) -> Path:
    """The file of an account: ``menu/<account>.toml`` or ``menu/main.toml`` in the hospital's own templates folder
    (``templates_override``), else ours."""
    own = [override / "menu" / f"{name}.toml" for name in (account, MENU.stem)] if override else []
    return next((path for path in own if path.is_file()), MENU)


def read_menu(path: Path) -> Menu:
    """Read and check a menu file. SettingsError names every line of it that breaks a rule."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}") from None
    problems = [f"{path.name}: unknown entry {name}" for name in raw.keys() - {"button", "conditional"}]
    others = raw.get("conditional", [])
    if not _tables(others):
        raise SettingsError(f"{path.name}: expected [[conditional]] tables")
    menu = Menu(_row(raw.get("button"), f"{path.name}: button", problems),
                tuple(_conditional(entry, f"{path.name}: conditional {number}", problems)
                      for number, entry in enumerate(others, 1)))
    if problems:
        raise SettingsError(problems)
    return menu


def _conditional(entry: Mapping[str, Any], where: str, problems: list[str]) -> Conditional:
    if not entry.get("tag"):
        problems.append(f"{where}: tag is missing, expected the name of a tag")
    problems += [f"{where}: unknown entry {name}" for name in entry.keys() - {"tag", "button"}]
    return Conditional(str(entry.get("tag", "")), _row(entry.get("button"), f"{where}: button", problems))


def _row(raw: Any, where: str, problems: list[str]) -> tuple[Button, ...]:
    if not _tables(raw) or not 1 <= len(raw) <= TOP:
        problems.append(f"{where}: expected 1 to {TOP} buttons")
        return ()
    return tuple(_button(entry, f"{where} {number}", TOP_WIDTH, problems) for number, entry in enumerate(raw, 1))


def _button(raw: Mapping[str, Any], where: str, width: int, problems: list[str]) -> Button:
    problems += [f"{where}: unknown entry {name}" for name in raw.keys() - _FIELDS]
    name, subs = str(raw.get("name", "")), raw.get("sub", [])
    if not _tables(subs):
        problems.append(f"{where}.sub: expected [[...sub]] tables")
        subs = []
    texts = {field: str(raw.get(field, "")) for field in ("key", "url", "mini_app", "mini_path")}
    if not 0 < columns(name) <= width:
        problems.append(f"{where}: name {name!r}, expected 1 to {width // 2} Chinese characters")
    if subs and (width != TOP_WIDTH or len(subs) > SUB):
        problems.append(f"{where}: expected at most {SUB} buttons below a button, and none below those")
    if sum(map(bool, (texts["key"], texts["url"], subs))) != 1:
        problems.append(f"{where}: expected one of key, url, sub")
    if texts["mini_app"] and not (texts["url"] and texts["mini_path"]):
        problems.append(f"{where}: mini_app needs mini_path, and a url for old clients")
    if texts["url"] and not texts["url"].startswith(("https://", "http://", "/")):
        problems.append(f"{where}: url, expected https://... or /...")
    if len(texts["key"].encode()) > KEY_BYTES or len(texts["url"].encode()) > URL_BYTES:
        problems.append(f"{where}: expected a key of {KEY_BYTES} bytes or a url of {URL_BYTES} bytes at most")
    below = tuple(_button(sub, f"{where}.sub {number}", SUB_WIDTH, problems) for number, sub in enumerate(subs, 1))
    return Button(name, **texts, sub=below)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def columns(text: str) -> int:
    """How wide a text is shown: two columns for a Chinese character, one for a Latin one."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
