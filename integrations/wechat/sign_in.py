"""WeChat's OAuth as the pages ask for it."""

from __future__ import annotations

from bot.web.sign_in import Visitor
from integrations.wechat.port import WeChatAccounts, WeChatPort


class WeChatSignIn:
    """``bot.web.sign_in.SignIn`` of one account; ``snsapi_base``: nobody is asked anything."""

    def __init__(self, client: WeChatPort) -> None:
        self._client = client

    def url(self, redirect: str, state: str) -> str:
        return self._client.sign_in_url(redirect, state)

    async def visitor(self, code: str) -> Visitor:
        who = await self._client.signed_in(code)
        return Visitor("wechat", who.openid, who.snapshot)


class WeChatSignIns:
    """``bot.web.sign_in.SignIns`` of all WeChat accounts."""

    def __init__(self, clients: WeChatAccounts) -> None:
        self._clients = clients

    def of(self, account: str) -> WeChatSignIn | None:
        return WeChatSignIn(self._clients[account]) if account in self._clients else None
