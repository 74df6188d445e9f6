"""WeChat as the engine sees it: a conversation's words as customer-service messages, pushes as template messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bot.context import Contact
from bot.errors import OutsideRefused, OutsideUnavailable
from bot.settings import Account, Settings
from bot.talk.messages import Message
from integrations.wechat.compose import compose
from integrations.wechat.errors import MEDIA_UNKNOWN, SYSTEM, AccountRefused, AddressRefused, MediaRefused, TokenRefused
from integrations.wechat.port import WeChatAccounts, WeChatPort


class WeChatChannel:
    """``bot.talk.channel.Channel`` of one account. A shut window is ``errors.WindowClosed``, which is the engine's own
    ``bot.talk.channel.WindowClosed``."""

    def __init__(self, client: WeChatPort, account: Account) -> None:
        self._client, self._account = client, account

    def cost(self, messages: tuple[Message, ...]) -> int:
        return len(self._texts(messages))

    async def say(self, contact: Contact, messages: tuple[Message, ...]) -> None:
        """One customer-service message as long as it all fits. If a later one of several fails, those before it are
        there already: a second try says them again."""
        with _account_trouble():
            for text in self._texts(messages):
                await self._client.send_text(contact.external_id, text)

    async def voice(self, contact: Contact, audio: bytes) -> None:
        """The file is uploaded for this one message. Where WeChat says that it knows no such file (the media servers
        lag behind each other now and then), it is uploaded once more."""
        with _account_trouble():
            try:
                await self._voice(contact, audio)
            except MediaRefused as refused:
                if refused.code != MEDIA_UNKNOWN:
                    raise
                await self._voice(contact, audio)

    async def _voice(self, contact: Contact, audio: bytes) -> None:
        media_id = await self._client.upload("voice", "answer.mp3", audio, "audio/mpeg")
        await self._client.send_voice(contact.external_id, media_id)

    async def template(
        self, contact: Contact, kind: str, values: Mapping[str, str], *, url: str = "", once: str = ""
    ) -> str:
        template_id = _known(self._account.templates, kind)
        with _account_trouble():
            return await self._client.send_template(
                contact.external_id, template_id, values, url=url, client_msg_id=once
            )

    async def subscription(self, contact: Contact, kind: str, values: Mapping[str, str], *, url: str = "") -> str:
        template_id = _known(self._account.subscriptions, kind)
        with _account_trouble():
            return await self._client.send_subscription(contact.external_id, template_id, values, page=url)

    def _texts(self, messages: tuple[Message, ...]) -> list[str]:
        return compose(messages, taps=self._account.tap_links)


@contextmanager
def _account_trouble() -> Iterator[None]:
    """Trouble of the whole account (its secret frozen, our address not on its list) is no answer to one message: it is
    mended in the account's settings, so the message waits, and is a dead letter that can be sent again if it has to."""
    try:
        yield
    except (TokenRefused, AccountRefused, AddressRefused) as trouble:
        raise OutsideUnavailable(f"account {trouble.code}", system=SYSTEM, retry_after=60) from trouble


class WeChatChannels:
    """``bot.talk.channel.Channels`` of all WeChat accounts."""

    def __init__(self, clients: WeChatAccounts, settings: Settings) -> None:
        self._clients, self._accounts = clients, settings.accounts

    def of(self, account: str) -> WeChatChannel:
        return WeChatChannel(self._clients[account], self._accounts[account])


def _known(templates: Mapping[str, str], kind: str) -> str:
    try:
        return templates[kind]
    except KeyError:
        raise OutsideRefused("no-template", kind, system=SYSTEM) from None
