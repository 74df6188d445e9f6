"""Every kind of message and event, as WeChat writes it; wechatpy as the oracle for what the fields mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree

import pytest
import wechatpy
from hypothesis import given
from hypothesis import strategies as st

from bot.talk.messages import Inbound
from tests.webhooks.wechat.caller import HERE, fixture
from webhooks.wechat import parse

FIXTURES = sorted(path.stem for path in (HERE / "fixtures").glob("*.xml"))
OPENID = "oia2TjuEGTNoeX76QEjQNrcURxG8"
TEMPLATE = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc"
SHANGHAI = timezone(timedelta(hours=8))
TICKET = "gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGluLnFxLmNvbS9x"


def read(body: bytes) -> Inbound:
    return parse.inbound(parse.fields(body), "main")


@pytest.mark.parametrize("name", FIXTURES)
def test_every_fixture_is_of_the_kind_it_is_named_after(name):
    found = read(fixture(name))
    assert found.kind == name.partition("__")[0]
    assert (found.source, found.channel, found.account, found.contact) == ("wechat:main", "wechat", "main", OPENID)
    assert found.sent_at.tzinfo is UTC and found.sent_at.year == 2027
    assert found.external_id.isascii() and 0 < len(found.external_id) <= 110
    assert Inbound.load(found.dump()) == found  # it must survive the outbox


def test_no_two_fixtures_are_the_same_event():
    assert len({read(fixture(name)).external_id for name in FIXTURES}) == len(FIXTURES)


@pytest.mark.parametrize(("name", "text", "data"), [
    ("text__plain", "我要挂号 内科", {}),
    ("text__no_cdata", "a <b> & 挂号", {}),
    ("text__markup", '<a href="http://x">点我</a> a&b ]]> 😷 <!DOCTYPE x>', {}),
    ("text__menu_tap", "内科", {"bizmsgmenuid": "1"}),
    ("text__empty", "", {}),
    ("voice__recognised", "我要挂明天的内科。",
     {"media_id": "pqzM1Vx7WbKQ4uS7tZ", "format": "amr", "media_id_16k": "pqzM1Vx7WbKQ4uS7tZ_16k"}),
    ("voice__silent", "", {"media_id": "pqzM1Vx7WbKQ4uS7tA", "format": "speex"}),
    ("image__photo", "", {"media_id": "jXy8ZV3aTg1aZ0kRnN5Yy2cXhYl7U3pS4v0LQyQmBzY",
                          "url": "http://mmbiz.qpic.cn/mmbiz_jpg/kYkdrbpL1xQ/0"}),
    ("video__clip", "", {"media_id": "Vd83hQmvE", "thumb_media_id": "Th83hQmvE", "short": False}),
    ("video__short", "", {"media_id": "Sv21kLpQe", "thumb_media_id": "Th21kLpQe", "short": True}),
    ("location__sent", "", {"latitude": 31.210732, "longitude": 121.470963, "scale": "15",
                            "label": "上海市黄浦区瑞金二路197号"}),
    ("link__shared", "", {"title": "如何看懂血常规", "description": "白细胞高了怎么办",
                          "url": "https://mp.weixin.qq.com/s/Yl0aQ?a=1&b=2"}),
    ("miniprogram__card", "", {"title": "在线挂号", "app_id": "wx4f4bc4dec97d474b", "thumb_media_id": "Tm92kqW",
                               "page_path": "pages/book/index.html?d=3", "thumb_url": "http://mmbiz.qpic.cn/thumb/0"}),
    ("other__music", "", {"Title": "小夜曲", "type": "music"}),
    ("subscribe__search", "", {"event": "subscribe"}),
    ("subscribe__scene", "", {"event": "subscribe", "scene": "ward-3-bed-12", "ticket": TICKET}),
    ("unsubscribe__left", "", {"event": "unsubscribe"}),
    ("scan__follower", "", {"event": "SCAN", "scene": "10023", "ticket": TICKET}),
    ("click__booking", "", {"event": "CLICK", "key": "booking"}),
    ("click__scancode_push", "", {"event": "scancode_push", "key": "scan_bill", "scan_type": "qrcode",
                                  "scan_result": "https://pay.example.com/b/81"}),
    ("click__scancode_waitmsg", "", {"event": "scancode_waitmsg", "key": "scan_wristband", "scan_type": "barcode",
                                     "scan_result": "CODE_128,ZY20260117"}),
    ("click__pic_sysphoto", "", {"event": "pic_sysphoto", "key": "send_report", "count": 2}),
    ("click__pic_photo_or_album", "", {"event": "pic_photo_or_album", "key": "send_report", "count": 2}),
    ("click__pic_weixin", "", {"event": "pic_weixin", "key": "send_report", "count": 2}),
    ("click__location_select", "", {"event": "location_select", "key": "nearest_site", "scale": "15", "place": "",
                                    "label": " 上海市黄浦区瑞金二路", "latitude": 31.21, "longitude": 121.47}),
    ("view__page", "", {"event": "VIEW", "url": "https://hospital.example.com/h5/booking/?from=menu&x=1",
                        "menu_id": "433418371"}),
    ("view__miniprogram", "", {"event": "view_miniprogram", "page_path": "pages/booking/index",
                               "menu_id": "433418371"}),
    ("position__reported", "", {"event": "LOCATION", "latitude": 31.210732, "longitude": 121.470963,
                                "precision": "65.000000"}),
    ("delivery__success", "", {"event": "TEMPLATESENDJOBFINISH", "message_id": "2001638367", "status": "success"}),
    ("delivery__blocked", "", {"event": "TEMPLATESENDJOBFINISH", "message_id": "2001638367",
                               "status": "failed:user block"}),
    ("delivery__failed", "", {"event": "TEMPLATESENDJOBFINISH", "message_id": "2001638366",
                              "status": "failed: system failed"}),
    ("subscription__popup_two", "", {"event": "subscribe_msg_popup_event", "list": [
        {"template_id": TEMPLATE, "status": "accept", "scene": "2"},
        {"template_id": "9nLIlbOQZC5Y89AZteFEux3WCXRRRG5Wfzkpssu4bLI", "status": "reject", "scene": "2"}]}),
    ("subscription__popup_one", "", {"event": "subscribe_msg_popup_event", "list": [
        {"template_id": TEMPLATE, "status": "accept", "scene": "1"}]}),
    ("subscription__change", "", {"event": "subscribe_msg_change_event", "list": [
        {"template_id": TEMPLATE, "status": "reject"}]}),
    ("subscription__sent", "", {"event": "subscribe_msg_sent_event", "list": [
        {"template_id": TEMPLATE, "message_id": "1700827132819554304", "error_code": "0", "error": "success"}]}),
    ("kf__create", "", {"event": "kf_create_session", "kf_account": "ward3@hospital"}),
    ("kf__close", "", {"event": "kf_close_session", "kf_account": "ward3@hospital", "close_type": "KF"}),
    ("kf__switch", "", {"event": "kf_switch_session", "from_account": "ward3@hospital",
                        "to_account": "pharmacy@hospital"}),
    ("notice__annual_renew", "", {"event": "annual_renew", "expires_at": "1835406000"}),
    ("notice__naming_verify_fail", "", {"event": "naming_verify_fail", "failed_at": "1803870000",
                                        "reason": "材料不清晰"}),
    ("notice__masssend", "", {"event": "MASSSENDJOBFINISH", "message_id": "1000001625", "status": "send success",
                              "total": "100", "sent": "75", "errors": "5"}),
    ("other__card", "", {"event": "user_get_card", "CardId": "pIGMRjqO", "UserCardCode": "12312312",
                         "IsGiveByFriend": "0"}),
])
def test_what_is_kept_of_each_kind(name, text, data):
    found = read(fixture(name))
    assert (found.text, found.data) == (text, data)


def test_time_is_the_sender_s():
    assert read(fixture("text__plain")).sent_at == datetime(2027, 3, 1, 3, 0, 7, tzinfo=UTC)


# --- identity ----------------------------------------------------------------------------------------------------

def test_a_message_is_known_by_its_id():
    assert read(fixture("text__plain")).external_id == "24500001803870007"
    assert read(fixture("text__plain").replace(b"24500001803870007", b"18446744073709551615")).external_id == \
        "18446744073709551615"


@pytest.mark.parametrize(("name", "rest"), [
    ("click__booking", "1803870133:CLICK:booking"),
    ("unsubscribe__left", "1803870119:unsubscribe:"),
    ("delivery__success", "1803870203:TEMPLATESENDJOBFINISH:2001638367"),
    ("kf__switch", "1803870266:kf_switch_session:ward3@hospital>pharmacy@hospital"),
    ("subscription__sent", "1803870245:subscribe_msg_sent_event:1700827132819554304"),
])
def test_an_event_is_known_by_who_when_what_and_which(name, rest):
    assert read(fixture(name)).external_id == f"{OPENID}:{rest}"


def test_two_events_of_one_second_are_two():
    click, scan = fixture("click__booking"), fixture("scan__follower").replace(b"1803870126", b"1803870133")
    other_key = click.replace(b"[booking]", b"[report]")
    two_results = [fixture("delivery__success").replace(b"2001638367", number) for number in (b"1", b"2")]
    assert len({read(body).external_id for body in (click, scan, other_key, *two_results)}) == 5


def test_a_long_key_makes_a_short_id_that_still_tells_apart():
    long = [fixture("view__page").replace(b"x=1", b"x=" + b"1" * 2000 + last) for last in (b"a", b"b")]
    ids = {read(body).external_id for body in long}
    assert len(ids) == 2 and all(len(one) <= 110 and one.startswith(f"{OPENID}:1803870182:") for one in ids)


# --- the oracle --------------------------------------------------------------------------------------------------

def kept(name: str) -> Callable[[Inbound], Any]:
    return lambda found: found.data[name]


ORACLE: dict[str, dict[str, Callable[[Inbound], Any]]] = {
    "text": {"content": lambda found: found.text or None},
    "image": {"media_id": kept("media_id"), "image": kept("url")},
    "voice": {"media_id": kept("media_id"), "format": kept("format"),
              "recognition": lambda found: found.text or None},
    "video": {"media_id": kept("media_id")},
    "shortvideo": {"media_id": kept("media_id")},
    "location": {"location": lambda found: (str(found.data["latitude"]), str(found.data["longitude"])),
                 "label": kept("label")},
    "link": {"title": kept("title"), "url": kept("url")},
    "event location": {"latitude": kept("latitude"),
                       "longitude": kept("longitude"),
                       "precision": lambda found: float(found.data["precision"])},
    "event subscribe_scan": {"scene_id": kept("scene"), "ticket": kept("ticket")},
    "event scan": {"scene_id": kept("scene"), "ticket": kept("ticket")},
    "event click": {"key": kept("key")},
    "event view": {"url": kept("url")},
    "event scancode_push": {"scan_result": kept("scan_result"), "key": kept("key")},
    "event scancode_waitmsg": {"scan_type": kept("scan_type")},
    "event pic_sysphoto": {"count": kept("count"), "key": kept("key")},
    "event pic_photo_or_album": {"count": kept("count")},
    "event pic_weixin": {"count": kept("count")},
    "event location_select": {"label": lambda found: found.data["label"].strip(),  # xmltodict strips
                        "location_x": lambda found: str(found.data["latitude"])},
    "event templatesendjobfinish": {"status": kept("status")},
    "event masssendjobfinish": {"status": kept("status")},
    "event naming_verify_fail": {"fail_reason": kept("reason")},
}


@pytest.mark.parametrize("name", FIXTURES)
def test_wechatpy_reads_the_same(name):
    theirs, found = wechatpy.parse_message(fixture(name)), read(fixture(name))
    assert theirs.source == found.contact
    assert theirs.create_time.replace(tzinfo=SHANGHAI) == found.sent_at  # it gives Chinese wall time without a zone
    if name.partition("__")[0] in ("text", "image", "voice", "video", "location", "link", "miniprogram"):
        assert str(theirs.id) == found.external_id
    what = f"event {theirs.event.lower()}" if getattr(theirs, "event", "") else theirs.type
    for attribute, ours in ORACLE.get(what, {}).items():
        assert getattr(theirs, attribute) == ours(found), attribute


@pytest.mark.parametrize("path", sorted((HERE / "fixtures").glob("*.xml")), ids=lambda path: path.stem)
def test_the_short_way_reads_what_the_parser_reads(path, monkeypatch):
    body = path.read_bytes()
    shortly = parse.fields(body)
    monkeypatch.setattr(parse, "_flat", lambda body: None)
    assert parse.fields(body) == shortly


def test_the_short_way_is_taken():
    body = b"<xml>\n<A><![CDATA[\xe5\x8f\xb7 <b> &amp;]]></A><B>12</B>\n<C></C></xml>\n"
    assert parse._flat(body) == {"A": "号 <b> &amp;", "B": "12", "C": ""} == parse.fields(body)


PIECES = [b"<xml>", b"</xml>", b"<A>", b"</A>", b"<B>", b"</B>", b"<![CDATA[", b"]]>", b"]", b"&amp;", b"&", b"<", b">",
          b"12", b"x y", b" ", b"\r\n", b"\x00", b"\xe5\x8f\xb7", b"\xe5", b"\xef\xbf\xbe", b"<A/>", b" a='1'", b"<!--",
          b"-->"]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_no_body_means_two_things(pieces):
    for body in (b"".join(pieces), b"<xml><A>" + b"".join(pieces) + b"</A></xml>"):
        flat = parse._flat(body)
        if flat is None:
            continue
        root = ElementTree.fromstring(body)
        assert flat == {child.tag: child.text or "" for child in root}
        assert not any(len(child) or child.attrib or (child.tail or "").strip() for child in root)
