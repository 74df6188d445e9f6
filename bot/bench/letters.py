"""Messages as WeChat delivers them: XML, encrypted and signed for an account; and the answers read back."""

from __future__ import annotations

import itertools
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

from bot.settings import Account
from webhooks.wechat.crypto import Crypt, Signer

US = "gh_daoyibench00"


@dataclass(frozen=True, slots=True)
class Letter:
    """One POST: the target with its query, the body, who it is from, and headers besides the usual ones, as lines."""

    contact: str
    target: str
    body: str
    headers: str = ""


class Writer:
    """WeChat's side of one account. Letters are good for five minutes after they were written."""

    def __init__(self, name: str, account: Account) -> None:
        self._name = name
        self._signer, self._crypt = Signer(account.token), Crypt(account.aes_key, account.app_id)
        self._ids = itertools.count(secrets.randbits(48))

    def text(self, contact: str, text: str) -> Letter:
        """A text message with an id of its own."""
        now = int(time.time())
        xml = (
            f"<xml><ToUserName><![CDATA[{US}]]></ToUserName><FromUserName><![CDATA[{contact}]]></FromUserName>"
            f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
            f"<MsgId>{next(self._ids)}</MsgId></xml>"
        )
        encrypted = self._crypt.encrypt(xml.encode())
        timestamp, nonce = str(now), str(secrets.randbelow(10**9))
        query = {
            "signature": self._signer.sign(timestamp.encode(), nonce.encode()),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": contact,
            "encrypt_type": "aes",
            "msg_signature": self._signer.sign(timestamp.encode(), nonce.encode(), encrypted),
        }
        body = (
            f"<xml>\n<ToUserName><![CDATA[{US}]]></ToUserName>\n"
            f"<Encrypt><![CDATA[{encrypted.decode()}]]></Encrypt>\n</xml>\n"
        )
        return Letter(contact, f"/webhooks/wechat/{self._name}?{urlencode(query)}", body)

    def read(self, answer: bytes) -> str:
        """What an answer says to the patient; "" for silence."""
        if answer == b"success":
            return ""
        encrypted = ElementTree.fromstring(answer).findtext("Encrypt", "")
        return ElementTree.fromstring(self._crypt.decrypt(encrypted.encode())).findtext("Content", "")


def openid(number: int) -> str:
    """As long as a real one."""
    return f"oBENCH{number:022d}"


def write_down(letters: Iterable[Letter], path: Path) -> None:
    """For the load process, a line each."""
    path.write_text("\n".join(json.dumps(asdict(letter)) for letter in letters), encoding="utf-8")
