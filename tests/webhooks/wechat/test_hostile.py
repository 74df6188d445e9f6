"""Bodies that no honest sender writes: each is refused with a reason, and nothing else is ever raised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.talk.messages import Inbound
from tests.webhooks.wechat.caller import HERE, fixture
from webhooks.wechat import parse

FIXTURES = sorted(path.stem for path in (HERE / "fixtures").glob("*.xml"))
HOSTILE = sorted((HERE / "hostile").glob("*.xml"))


def read(body: bytes) -> Inbound:
    return parse.inbound(parse.fields(body), "main")


def reason(body: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read(body)
    return caught.value.reason


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_hostile_bodies_are_refused(path: Path):
    assert reason(path.read_bytes())


@pytest.mark.parametrize(("body", "why"), [
    (b"", "empty"),
    (b"x" * 65537, "too_large"),
    (b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>", "too_deep"),
    (b"<xml>" + b"<a>" * 20000, "bad_xml"),
    (b"\xff\xfe<xml/>", "bad_root"),
    (b"<xmlns></xmlns>", "bad_root"),
])
def test_bodies_too_simple_for_a_file(body, why):
    assert reason(body) == why


def test_what_may_stand_before_the_root():
    body = fixture("text__plain")
    for before in (b"", b"\n ", b"\xef\xbb\xbf", b'<?xml version="1.0" encoding="UTF-8"?>\n'):
        assert read(before + body).text == "我要挂号 内科"


LEAVES = st.sampled_from(["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Event", "EventKey",
                          "Content", "SubscribeMsgPopupEvent", "List", "ScanCodeInfo", "Location_X", "Location_Y",
                          "SendPicsInfo"])
VALUES = st.sampled_from(["", "event", "text", "location", "CLICK", "subscribe", "subscribe_msg_popup_event",
                          "pic_weixin", "scancode_push", "1", "1803870000", "oUser", "<List>x</List>", "<a><b/></a>",
                          "-1", "nan", "&amp;"]) | st.text(max_size=20)


def only_refused(body: bytes) -> None:
    try:
        json.loads(read(body).dump())
    except BadInput as bad:
        assert bad.reason.replace("_", "").isalpha()


@given(st.binary(max_size=400))
@example(b"<xml \x00>")
@example(b"<xml><?x?></xml>")
def test_any_bytes_are_read_or_refused(raw):
    only_refused(raw)
    only_refused(b"<xml>" + raw + b"</xml>")


@given(st.lists(st.tuples(LEAVES, VALUES), max_size=12))
def test_any_fields_are_read_or_refused(pairs):
    only_refused("".join(["<xml>", *(f"<{tag}>{value}</{tag}>" for tag, value in pairs), "</xml>"]).encode(
        errors="surrogatepass"))


@given(st.sampled_from(FIXTURES), st.integers(0, 900), st.binary(max_size=3))
def test_any_damage_is_read_or_refused(name, at, damage):
    body = fixture(name)
    only_refused(body[:at] + damage + body[at + len(damage):])
    only_refused(body[:at])
