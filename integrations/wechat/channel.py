"""WeChat as the engine sees it: a channel that carries a conversation's words as customer-service messages."""

from __future__ import annotations

from collections.abc import Mapping

from bot.context import Contact
from bot.settings import Account
from bot.talk.messages import Message
from integrations.wechat.compose import compose
from integrations.wechat.port import WeChatAccounts, WeChatPort


class WeChatChannel:
    """``bot.talk.channel.Channel`` of one account."""

    def __init__(self, client: WeChatPort, *, taps: bool = True) -> None:
        self._client, self._taps = client, taps

    async def say(self, contact: Contact, messages: tuple[Message, ...]) -> None:
        """One customer-service message as long as it all fits. If a later one of several fails, those before it are
        there already: a second try says them again."""
        for text in compose(messages, taps=self._taps):
            await self._client.send_text(contact.external_id, text)


class WeChatChannels:
    """``bot.talk.channel.Channels`` of all WeChat accounts."""

    def __init__(self, accounts: Mapping[str, Account], clients: WeChatAccounts) -> None:
        self._accounts, self._clients = accounts, clients

    def of(self, account: str) -> WeChatChannel:
        client = self._clients[account]
        return WeChatChannel(client, taps=self._accounts[account].tap_links)
