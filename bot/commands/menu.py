"""The menus of the accounts, kept in a file: `daoyi menu sync` brings WeChat's copy in line with it."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.house import House, effective
from bot.redis_server import RedisServer
from bot.settings import Settings
from integrations.wechat.menu import menu_path, read_menu
from integrations.wechat.menu_sync import sync
from integrations.wechat.port import WeChatAccounts


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["sync", "check"], help="send what differs, or only read the file")
    parser.add_argument("--file", type=Path, help="default: the account's own, the hospital's, ours")
    parser.add_argument("--account", help="only this one")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    running = effective(settings)
    names = [args.account] if args.account else list(running.accounts)
    files = {name: args.file or menu_path(name, settings.templates_override) for name in names}
    for name, file in files.items():
        menu = read_menu(file)
        print(f"{name}: {file.name}: {len(menu.buttons)} buttons, {len(menu.conditional)} conditional menus")
    if args.act == "check":
        return 0
    house = await House.open(running, redis_url=RedisServer(settings.var, settings.redis).url)
    try:
        for name, file in files.items():
            print(f"{name}: {await sync(name, running, house.ports[WeChatAccounts][name], file)}")
    finally:
        await house.close()
    return 0
