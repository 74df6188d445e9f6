"""The menus of the accounts, kept in a file: `daoyi menu sync` brings WeChat's copy in line with it."""

from __future__ import annotations

import argparse
from pathlib import Path

import aiohttp
from redis.asyncio import Redis

from bot.house import effective
from bot.redis_server import RedisServer
from bot.settings import Settings
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.menu import read_menu
from integrations.wechat.menu_sync import MENU, sync


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["sync", "check"], help="send what differs, or only read the file")
    parser.add_argument("--file", type=Path, default=MENU, help=f"default: {MENU.name}")
    parser.add_argument("--account", help="only this one")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    menu = read_menu(args.file)
    if args.act == "check":
        print(f"{args.file}: {len(menu.buttons)} buttons, {len(menu.conditional)} conditional menus")
        return 0
    running = effective(settings)
    redis = Redis.from_url(RedisServer(settings.var, settings.redis).url)
    async with aiohttp.ClientSession() as session:
        clients = WeChatClients(running.accounts, session, redis)
        for name in [args.account] if args.account else list(clients):
            print(f"{name}: {await sync(name, running, clients[name], args.file)}")
    await redis.aclose()
    return 0
