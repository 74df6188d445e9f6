"""All WeChat accounts of the settings behind one HTTP session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import aiohttp
from redis.asyncio import Redis

from bot.errors import OutsideRefused
from bot.settings import Account
from integrations.wechat.api import Api
from integrations.wechat.client import WeChatClient
from integrations.wechat.errors import SYSTEM
from integrations.wechat.port import WeChatPort


class WeChatClients:
    """Name of an account -> its client (``WeChatAccounts``). Accounts of other channels are left out.

    :param session: stays its maker's to close, as does ``redis``
    """

    def __init__(self, accounts: Mapping[str, Account], session: aiohttp.ClientSession, redis: Redis | None = None,
                 *, seconds: float = 5.0) -> None:
        self._clients: dict[str, WeChatPort] = {
            name: WeChatClient(name, account, Api(account, session, redis, seconds=seconds))
            for name, account in accounts.items() if account.channel == "wechat"}

    def __getitem__(self, account: str) -> WeChatPort:
        try:
            return self._clients[account]
        except KeyError:
            # A push may outlive its account in the settings: a final no, not a crash of the job.
            raise OutsideRefused("account", f"no WeChat account {account}", system=SYSTEM) from None

    def __contains__(self, account: object) -> bool:
        return account in self._clients

    def __iter__(self) -> Iterator[str]:
        return iter(self._clients)
