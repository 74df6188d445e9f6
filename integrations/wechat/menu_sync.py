"""Bring the menu at WeChat in line with the file, changing it only where they differ (1000 changes a day)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import logs
from bot.settings import Settings
from integrations.wechat.menu import MENU, Menu, read_menu
from integrations.wechat.port import WeChatPort

log = logs.get(__name__)


@dataclass(frozen=True)
class Synced:
    """What was done. ``main``: the menu of everybody was published; the counts are of conditional menus."""

    main: bool
    added: int
    deleted: int
    tags: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not (self.main or self.added or self.deleted):
            return "up to date"
        parts = ["menu published"] if self.main else []
        parts += [f"{self.deleted} conditional deleted"] if self.deleted else []
        parts += [f"{self.added} conditional added"] if self.added else []
        parts += [f"tags made: {', '.join(self.tags)}"] if self.tags else []
        return ", ".join(parts)


async def sync(account_name: str, settings: Settings, client: WeChatPort, path: Path = MENU) -> str:
    """What ``daoyi menu sync`` does for the account ``account_name``; a line that says what was done.

    :raises SettingsError: the file breaks a rule
    :raises OutsideError: WeChat refused or did not answer; run it again, it goes on where it stopped
    """
    done = await sync_menu(client, read_menu(path), settings.base_url, account_name)
    log.info("menu_synchronised", account=account_name, main=done.main, added=done.added, deleted=done.deleted)
    return str(done)


async def sync_menu(client: WeChatPort, menu: Menu, base_url: str, account: str = "") -> Synced:
    """Publish what differs.

    Conditional menus can only be added and deleted, and the one added last is matched first: if they differ at all,
    all are replaced, last in the file first. A change of nothing but their order is not seen (WeChat does not say in
    which order it lists them): delete one at WeChat, or change it, to have it made anew.
    """
    there = await client.menu() or {}
    wanted = [button.wire(base_url, account) for button in menu.buttons]
    others = [(each.tag, [button.wire(base_url, account) for button in each.buttons]) for each in menu.conditional]
    main = _plain(wanted) != _plain(there.get("menu", {}).get("button", []))
    if main:
        await client.create_menu(wanted)
    tags, made = await _tags(client, menu)
    rows = [(str(tags[tag]), row) for tag, row in others]
    old = there.get("conditionalmenu", [])
    if sorted(_plain([tag, row]) for tag, row in rows) == sorted(_plain([_tag_of(each), each["button"]])
                                                                 for each in old):
        return Synced(main, 0, 0, made)
    for each in old:
        await client.delete_conditional_menu(str(each["menuid"]))
    for tag, row in reversed(rows):
        await client.add_conditional_menu(row, {"tag_id": tag})
    return Synced(main, len(rows), len(old), made)


async def _tags(client: WeChatPort, menu: Menu) -> tuple[dict[str, int], tuple[str, ...]]:
    """The ids of the tags that the menu names, and those that had to be made."""
    names = {each.tag for each in menu.conditional}
    if not names:
        return {}, ()
    tags = await client.tags()
    missing = sorted(names - tags.keys())
    for name in missing:
        tags[name] = await client.create_tag(name)
    return tags, tuple(missing)


def _tag_of(there: Mapping[str, Any]) -> str:
    """Written as tag_id, told back as group_id, as text or as a number."""
    rule = there.get("matchrule", {})
    return str(rule.get("tag_id") or rule.get("group_id") or "")


def _plain(value: Any) -> str:
    """What matters of a menu as comparable text: WeChat adds empty lists and leaves out what is empty."""
    return json.dumps(_bare(value), sort_keys=True, ensure_ascii=False)


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        # With buttons below it, a button's own type and key mean nothing.
        skipped = {"type", "key", "url"} if value.get("sub_button") else set()
        return {name: _bare(each) for name, each in value.items()
                if name not in skipped and each not in ("", [], None)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_bare(each) for each in value]
    return value
