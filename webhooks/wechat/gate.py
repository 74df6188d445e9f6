"""The gate of one account: lets in what WeChat signed for it, and wraps what goes back. No HTTP, no I/O.

Everything that depends on the account alone (token, key, cipher) is set up once here, because this is the path that
every message of every patient takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import BadInput
from bot.said import Said
from bot.settings import Account
from bot.talk.messages import Inbound, Message
from integrations.wechat.compose import compose
from webhooks.wechat.crypto import Crypt, Signer
from webhooks.wechat.kinds import Fields, leaf
from webhooks.wechat.parse import fields, inbound, name
from webhooks.wechat.reply import SILENCE, Sealing, text_reply

LONGEST_ECHO = 128  # characters of echostr; WeChat sends about 20 digits


@dataclass(frozen=True, slots=True)
class Letter:
    """What came in: the event, our own original id (the sender of the reply), and whether it was encrypted."""

    inbound: Inbound
    us: str
    sealed: bool


class Gate:
    """One account, shared by all requests: it changes in nothing but what it remembers to have said a moment ago."""

    __slots__ = ("_mode", "_name", "_said", "_sealing", "_signer", "_taps")

    def __init__(self, account: str, settings: Account) -> None:
        self._name = account
        self._mode = settings.mode
        self._taps = settings.tap_links
        self._said = Said()
        self._signer = Signer(settings.token)
        self._sealing = (Sealing(self._signer, Crypt(settings.aes_key, settings.app_id))
                         if settings.aes_key and settings.mode != "plaintext" else None)

    def hello(self, query: Mapping[str, str], now: float) -> str:
        """The URL check (GET): what to answer, exactly. It is in the clear in every mode.

        :raises BadInput: where WeChat did not sign it, or nothing stands to be echoed
        """
        self._check(query, "signature", now)
        echo = query.get("echostr", "")
        if not (0 < len(echo) <= LONGEST_ECHO and echo.isascii() and echo.isprintable()):
            raise BadInput("bad_echo")
        return echo

    def open(self, query: Mapping[str, str], body: bytes, now: float) -> Letter:
        """The event in a callback (POST).

        An encrypted body is judged by ``msg_signature`` alone: ``signature`` does not cover the body, so anybody who
        saw one could put any body to it. For the same reason a body in the clear is refused in ``safe`` mode; in
        ``compatible`` mode, where WeChat sends the clear fields beside Encrypt, they are not even looked at.

        :param now: Unix time in seconds
        :raises BadInput: for everything that WeChat would not send to this account
        """
        if self._sealing is None:
            self._check(query, "signature", now)
            return self._letter(fields(body), False)
        found = fields(body)
        if "Encrypt" in found:
            try:
                encrypted = leaf(found, "Encrypt").strip().encode("ascii")
            except UnicodeEncodeError:
                raise BadInput("bad_base64") from None
            self._check(query, "msg_signature", now, encrypted)
            return self._letter(fields(self._sealing.crypt.decrypt(encrypted)), True)
        if self._mode == "safe":
            raise BadInput("not_encrypted")
        self._check(query, "signature", now)
        return self._letter(found, False)

    def answer(self, letter: Letter, messages: Sequence[Message], now: float) -> tuple[bytes, list[str]]:
        """The body of the response, and the texts that did not fit into its one message."""
        texts = self._texts(tuple(messages))
        if not texts:
            return SILENCE, []
        body = text_reply(texts[0], letter.inbound.contact, letter.us, int(now))
        if letter.sealed and self._sealing is not None:
            body = self._sealing.seal(body, int(now))
        return body, texts[1:]

    def _texts(self, messages: tuple[Message, ...]) -> list[str]:
        """In a rush hundreds are told the same."""
        if (said := self._said.get(messages)) is not None:
            return [said]
        texts = compose(messages, taps=self._taps)
        if len(texts) == 1:
            self._said.keep(messages, texts[0])
        return texts

    def _check(self, query: Mapping[str, str], which: str, now: float, *more: bytes) -> None:
        self._signer.check(query.get(which, ""), query.get("timestamp", ""), query.get("nonce", ""), now, *more)

    def _letter(self, found: Fields, sealed: bool) -> Letter:
        return Letter(inbound(found, self._name), name(found, "ToUserName"), sealed)
