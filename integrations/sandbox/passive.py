"""Reading a passive answer as WeChat's servers do, strictly: what they would not take must not work here."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException

from bot.settings import Account

TEXT_BYTES = 2048
NOTHING = (b"", b"success")


def read_reply(account: Account, body: bytes, openid: str) -> tuple[str, dict[str, Any] | None]:
    """The answer's plain XML and what the phone shows; ("", None) where there is nothing to say.

    :raises ValueError: WeChat would not take it
    """
    if body.strip() in NOTHING:
        return "", None
    try:
        root = ElementTree.fromstring(body.decode())
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise ValueError(f"not XML: {error}") from None
    plain = body.decode()
    if root.find("Encrypt") is not None:
        plain = _decrypted(account, root)
        try:
            root = ElementTree.fromstring(plain)
        except ElementTree.ParseError as error:
            raise ValueError(f"not XML inside: {error}") from None
    elif account.mode == "safe":
        raise ValueError("a clear answer in safe mode")
    if root.findtext("ToUserName") != openid:
        raise ValueError("an answer to somebody else")
    if not root.findtext("FromUserName") or not (root.findtext("CreateTime") or "").isdigit():
        raise ValueError("FromUserName or CreateTime is missing")
    return plain, _content(root)


def _decrypted(account: Account, root: ElementTree.Element) -> str:
    if not account.aes_key:
        raise ValueError("an encrypted answer in plaintext mode")
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
    try:
        return str(crypto.decrypt_message({"Encrypt": root.findtext("Encrypt")}, root.findtext("MsgSignature"),
                                          root.findtext("TimeStamp"), root.findtext("Nonce")))
    except (InvalidSignatureException, InvalidAppIdException, ValueError, TypeError, IndexError) as error:
        raise ValueError(f"cannot be decrypted: {type(error).__name__}") from None


def _content(root: ElementTree.Element) -> dict[str, Any] | None:
    kind = root.findtext("MsgType")
    if kind == "text":
        text = root.findtext("Content") or ""
        if not text:
            raise ValueError("an empty text")
        if len(text.encode()) > TEXT_BYTES:
            raise ValueError(f"a text of more than {TEXT_BYTES} bytes")
        return {"type": "text", "text": text}
    if kind == "image":
        return {"type": "image", "media_id": root.findtext("Image/MediaId") or ""}
    if kind == "news":
        items = root.findall("Articles/item")
        if len(items) != 1 or root.findtext("ArticleCount") != "1":
            # Since 2018-10-12 an answer to a message carries one article.
            raise ValueError("expected one article")
        return {"type": "news", "articles": [{
            "title": item.findtext("Title") or "", "description": item.findtext("Description") or "",
            "picture": item.findtext("PicUrl") or "", "url": item.findtext("Url") or ""} for item in items]}
    if kind == "transfer_customer_service":
        return None
    raise ValueError(f"MsgType {kind!r}")
