"""Whether everything that is joined by names fits together; one line a problem, 1 if there is any.

--draw writes the diagrams of the flows into docs/flows; --live says what is missing before patients may come, and tries
the keys of payment channels.
"""

from __future__ import annotations

import argparse

import aiohttp
from aiohttp import web
from arq.connections import ArqRedis

from bot.app import build_app
from bot.areas import AREAS
from bot.check import drawing, everything
from bot.check.project import Project
from bot.db.engine import Database
from bot.errors import SettingsError
from bot.house import House
from bot.ports import Ports
from bot.settings import Settings
from bot.settings_live import missing_for_live
from bot.talk.dispatcher import Dispatcher
from bot.waker import Waker
from bot.wording import Wording
from integrations.alipay_pay.accounts import AlipayMerchants
from integrations.wechat_pay.accounts import WeChatPayMerchants
from jobs import registry


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--draw", action="store_true", help="write docs/flows/<flow>.md anew")
    parser.add_argument("--live", action="store_true", help="what is missing to go live")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    if args.live:
        missing = [*missing_for_live(settings), *await wrong_keys(settings)]
        print("\n".join(missing) or "nothing is missing to go live")
        return 1 if missing else 0
    project = await this_project(settings)
    if args.draw:
        for path in drawing.draw(project):
            print(path.relative_to(project.root))
    findings = everything.check(project)
    for finding in findings:
        print(finding)
    if not findings:
        flows = len(project.flows)
        print(f"{len(project.areas)} areas, {flows} flows, {len(list(project.routes))} addresses: everything fits")
    return 1 if findings else 0


async def wrong_keys(settings: Settings) -> list[str]:
    """What payment channels say of our merchants' keys and certificates, tried against them; the READMEs of
    integrations/wechat_pay and integrations/alipay_pay tell what each word means."""
    lines = []
    async with aiohttp.ClientSession() as session:
        try:
            wechat = WeChatPayMerchants(settings.wechat_pay, settings.base_url, session)
            alipay = AlipayMerchants(settings.alipay_pay, settings.base_url, session)
        except SettingsError as error:
            return list(error.problems)
        for channels in (wechat.channels, alipay.channels):
            for name, channel in channels.items():
                lines += [f"{name}: {each}" for each in await channel.check()]
    return lines


async def this_project(settings: Settings) -> Project:
    """The project that runs here, with all its addresses."""
    jobs = [module.__name__.rpartition(".")[2] for module in registry.modules()]
    async with aiohttp.ClientSession() as session:
        app = _application(settings, session)
    return everything.project_of(AREAS.all, registry.handlers(), jobs, app)


def _application(settings: Settings, session: aiohttp.ClientSession) -> web.Application:
    """The application as `daoyi serve` builds it, of a house that is never opened: only its addresses are read."""
    database, wording, ports, redis = Database(settings.database), Wording.of(settings), Ports(), ArqRedis()
    dispatcher = Dispatcher(database, AREAS, wording, settings, ports)
    return build_app(House(settings, database, wording, ports, dispatcher, redis, session, Waker(redis)))
