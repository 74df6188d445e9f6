"""Everything a process of Daoyi works with, put together once: database, keys, wording, the clients of the outside.

Here and nowhere else is chosen which client stands behind a port.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool

from bot import logs
from bot.access.where import Whereabouts
from bot.areas import AREAS
from bot.clock import HospitalClock
from bot.db import keys_store, migrate
from bot.db.engine import Database
from bot.ports import Ports
from bot.settings import Settings
from bot.talk.channel import Channels, Narrator
from bot.talk.dispatcher import Dispatcher
from bot.talk.understand import pinyin
from bot.waker import Waker
from bot.web.sign_in import SignIns
from bot.wording import Wording
from flows.notices.kinds import Kinds, kinds_of
from flows.payment.owners import Owners
from integrations.alipay_pay.accounts import AlipayMerchants
from integrations.alipay_pay.port import AlipayPayGates
from integrations.card_pay.client import CARD, CardPay
from integrations.commercial.embedded import connected
from integrations.commercial.port import Commercials
from integrations.his.cards.embedded import EmbeddedCards
from integrations.his.cards.port import CardAccounts
from integrations.his.cashier.embedded import EmbeddedCashier
from integrations.his.charges import Charging
from integrations.his.embedded import EmbeddedHospital
from integrations.his.played import PlayedHospital
from integrations.his.port import HospitalPort
from integrations.insurance.embedded import EmbeddedInsurer
from integrations.insurance.port import Insurer
from integrations.paying.accounts import PayAccounts
from integrations.paying.port import PayChannels
from integrations.sandbox.app import sandbox_settings
from integrations.sandbox.pay import alipay_played, played
from integrations.sms.client import SmsClient
from integrations.sms.port import SmsPort
from integrations.speech.chosen import chosen
from integrations.speech.port import Speech
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.channel import WeChatChannels
from integrations.wechat.port import WeChatAccounts
from integrations.wechat.sign_in import WeChatSignIns
from integrations.wechat_pay.accounts import WeChatPayMerchants
from integrations.wechat_pay.port import WeChatPayGates

log = logs.get(__name__)


def effective(settings: Settings) -> Settings:
    """The settings as this installation really runs: with the sandbox's own account where no real one is."""
    if not settings.sandbox_on:
        return settings
    running = sandbox_settings(settings, templates=[kind.name for kind in kinds_of(AREAS.all)])
    played.ensure_keys(running)
    alipay_played.ensure_keys(running)
    return running


@dataclass
class House:
    """An open house; `close` it in the end."""

    settings: Settings
    database: Database
    wording: Wording
    ports: Ports
    dispatcher: Dispatcher
    redis: ArqRedis
    session: aiohttp.ClientSession
    waker: Waker
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def open(cls, settings: Settings, *, redis_url: str) -> House:
        """Connect to everything. `settings` as from `effective`; `redis_url` of a server that may come later.

        :raises SettingsError: the keys do not open, a merchant's are not right, or the schema is not today's (it says
            what to run)
        """
        database = Database(settings.database)
        session = aiohttp.ClientSession()
        redis = ArqRedis(ConnectionPool.from_url(redis_url))
        try:
            await database.start()
            await migrate.require_current(database)
            await keys_store.load(database, settings.secret_keys)
            wechat_pay = WeChatPayMerchants(settings.wechat_pay, settings.base_url, session)
            alipay_pay = AlipayMerchants(settings.alipay_pay, settings.base_url, session)
            cards = EmbeddedCards(database, HospitalClock(settings.timezone))
            pay_accounts = PayAccounts(settings, {
                "wechat_pay": wechat_pay.channels, "alipay_pay": alipay_pay.channels,
                "card_pay": {CARD: CardPay(CARD, cards)},
            })
            insurer = EmbeddedInsurer(database, HospitalClock(settings.timezone))
            names = [insurer.name, *(each.name for each in pay_accounts.offered(""))]
            commercials = connected(settings, database, names)
        except BaseException:
            await session.close()
            await redis.aclose()
            await database.close()
            raise
        wording = Wording.of(settings)
        ports = Ports()
        clients = WeChatClients(settings.accounts, session, redis)
        ports.put(WeChatAccounts, clients)
        ports.put(Channels, WeChatChannels(clients, settings))
        ports.put(Kinds, Kinds(AREAS.all))
        ports.put(Whereabouts, Whereabouts.of(AREAS.all))
        ports.put(Owners, Owners.of(AREAS.all))
        ports.put(SignIns, WeChatSignIns(clients))
        ports.put(SmsPort, SmsClient(settings.sms, session))
        ports.put(PayChannels, pay_accounts)
        ports.put(WeChatPayGates, wechat_pay)
        ports.put(AlipayPayGates, alipay_pay)
        ports.put(CardAccounts, cards)
        hospital = EmbeddedHospital(database, HospitalClock(settings.timezone))
        ports.put(HospitalPort, hospital)
        ports.put(Charging, EmbeddedCashier(database, HospitalClock(settings.timezone)))
        ports.put(Insurer, insurer)
        ports.put(Commercials, commercials)
        voice = chosen(settings.speech, session)
        if voice is not None:
            ports.put(Speech, voice)
            ports.put(Narrator, voice)
        if settings.sandbox == "on":
            ports.put(PlayedHospital, hospital)
        waker = Waker(redis)
        database.wake = waker.wake
        pinyin.warm()
        dispatcher = Dispatcher(database, AREAS, wording, settings, ports)
        house = cls(settings, database, wording, ports, dispatcher, redis, session, waker)
        house._tasks = [
            asyncio.create_task(keys_store.keep_fresh(database, settings.secret_keys)),
            asyncio.create_task(waker.run()),
            asyncio.create_task(wechat_pay.keep_fresh()),
            asyncio.create_task(alipay_pay.keep_fresh()),
        ]
        return house

    async def close(self) -> None:
        """Let running turns end, then close what was opened, the database last."""
        await self.dispatcher.finish()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        await self.ports.close()
        await self.session.close()
        await self.redis.aclose()
        await self.database.close()
