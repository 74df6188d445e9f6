"""What the gate costs a message: ``python -m tests.webhooks.wechat.measure``. wechatpy stands beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from timeit import repeat

import wechatpy
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply

from bot.talk.messages import Message
from integrations.wechat.compose import compose
from tests.webhooks.wechat.caller import AES_KEY, APP_ID, NONCE, TOKEN, Caller, account, fixture
from webhooks.wechat.gate import Gate
from webhooks.wechat.parse import fields, inbound

DEPARTMENTS = "内科 外科 妇科 儿科 眼科 骨科 皮肤科 口腔科 下一页".split()
ANSWER = (Message("请选择科室", tuple(enumerate(DEPARTMENTS, 1)), hint="回复数字即可，回复 0 找人工"),)


def show(what: str, work: Callable[[], object], times: int = 4000) -> None:
    print(f"{what:34} {min(repeat(work, number=times, repeat=7)) / times * 1e6:7.1f} µs")


def main() -> None:
    now, caller, xml, gate = time.time(), Caller(), fixture("text__plain"), Gate("main", account())
    query, body = caller.sealed(xml)
    letter = gate.open(query, body, now)
    signed = (query["msg_signature"], query["timestamp"], NONCE)
    encrypted = caller.crypt.encrypt(xml)
    found = fields(xml)
    show("check of a signature", lambda: caller.signer.check(query["signature"], query["timestamp"], NONCE, now))
    show("decrypt", lambda: caller.crypt.decrypt(encrypted))
    show("fields of the envelope", lambda: fields(body))
    show("fields of the message", lambda: fields(xml))
    show("inbound of the fields", lambda: inbound(found, "main"))
    show("compose nine options", lambda: compose(ANSWER))
    show("encrypt", lambda: caller.crypt.encrypt(xml))
    show("open: body to Inbound", lambda: gate.open(query, body, now))
    show("answer: messages to body", lambda: gate.answer(letter, ANSWER, now))
    show("both, the whole of a callback", lambda: gate.answer(gate.open(query, body, now), ANSWER, now))
    other = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    message = wechatpy.parse_message(xml)
    text = compose(ANSWER)[0]
    show("wechatpy: body to message", lambda: wechatpy.parse_message(other.decrypt_message(body, *signed)))
    show("wechatpy: text to body", lambda: other.encrypt_message(
        TextReply(content=text, message=message).render(), NONCE, query["timestamp"]))


if __name__ == "__main__":
    main()
