"""An answer -> the body of the HTTP response: ONE passive text reply, which costs the contact's message quota nothing.

Format: developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message. Anything malformed
makes WeChat tell the contact that the account is out of order, so text is made fit for XML before it gets here
(``integrations.wechat.compose``).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from webhooks.wechat.crypto import Crypt, Signer

SILENCE = b"success"  # "heard, nothing to say": needs no encryption, and WeChat does not send again


@dataclass(frozen=True, slots=True)
class Sealing:
    """How the replies of one account are encrypted and signed."""

    signer: Signer
    crypt: Crypt

    def seal(self, body: bytes, now: int) -> bytes:
        """The encrypted envelope around ``body``; each has a nonce of its own. ``now`` is Unix time in seconds."""
        encrypted = self.crypt.encrypt(body)
        timestamp, nonce = b"%d" % now, secrets.token_hex(8).encode()
        signature = self.signer.sign(timestamp, nonce, encrypted)
        return (b"<xml><Encrypt><![CDATA[%b]]></Encrypt><MsgSignature><![CDATA[%b]]></MsgSignature>"
                b"<TimeStamp>%b</TimeStamp><Nonce><![CDATA[%b]]></Nonce></xml>"
                % (encrypted, signature.encode(), timestamp, nonce))


def text_reply(text: str, contact: str, account: str, now: int) -> bytes:
    """A text message as XML.

    :param contact: openid of who reads it (FromUserName of what came in)
    :param account: original id of our account (ToUserName of what came in)
    :param now: Unix time in seconds
    """
    return (f"<xml><ToUserName><![CDATA[{_cdata(contact)}]]></ToUserName>"
            f"<FromUserName><![CDATA[{_cdata(account)}]]></FromUserName><CreateTime>{now}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{_cdata(text)}]]></Content></xml>").encode()


def _cdata(text: str) -> str:
    """Text that cannot end the CDATA section it stands in: an echoed ``]]>`` would otherwise write XML of its own."""
    return text.replace("]]>", "]]]]><![CDATA[>") if "]]>" in text else text
