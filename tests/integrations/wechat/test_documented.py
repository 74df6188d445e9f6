"""The client against the answers that WeChat's documents show."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from integrations.wechat.errors import CodeRefused, MediaRefused
from integrations.wechat.port import Article, MenuChoice, MiniPage
from tests.integrations.wechat.stub import Stub

OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
TOKEN = "74_Qb3vS9b8hQeJ0r3vYF5uY2cGJtKkHwDqzX8x5m0dWf1PzG7n4RkLsTjUaBcVeN6oI9yHpMxCgEwZlSdKfQrAtXuJvOiBnWmYhLpGsDk"


async def test_the_token_is_asked_for_as_documented(stub: Stub) -> None:
    stub.answers["/cgi-bin/message/custom/send"] = "ok"
    await stub.client().send_text(OPENID, "x")
    asked = stub.of("/cgi-bin/stable_token")
    assert [json.loads(each.body) for each in asked] == [{
        "grant_type": "client_credential", "appid": "wx1234567890abcdef", "secret": "secret", "force_refresh": False}]
    assert asked[0].query == {}  # a secret in an address ends up in logs


@pytest.mark.parametrize(("send", "message"), [
    (lambda client: client.send_text(OPENID, "约好了。\n<a href=\"https://h/1\">详情</a>"),
     {"msgtype": "text", "text": {"content": "约好了。\n<a href=\"https://h/1\">详情</a>"}}),
    (lambda client: client.send_image(OPENID, "MEDIA_ID"), {"msgtype": "image", "image": {"media_id": "MEDIA_ID"}}),
    (lambda client: client.send_voice(OPENID, "MEDIA_ID"), {"msgtype": "voice", "voice": {"media_id": "MEDIA_ID"}}),
    (lambda client: client.send_article(OPENID, Article("标题", "https://h/a", "摘要", "https://h/p.png")),
     {"msgtype": "news", "news": {"articles": [{"title": "标题", "description": "摘要", "url": "https://h/a",
                                                "picurl": "https://h/p.png"}]}}),
    (lambda client: client.send_menu(OPENID, "您对本次服务是否满意呢", [
        MenuChoice("101", "满意"), MenuChoice("102", "不满意")], "欢迎再次光临"),
     {"msgtype": "msgmenu", "msgmenu": {"head_content": "您对本次服务是否满意呢", "list": [
         {"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}], "tail_content": "欢迎再次光临"}}),
])
async def test_customer_service_messages(stub: Stub, send, message) -> None:
    stub.answers["/cgi-bin/message/custom/send"] = "ok"
    await send(stub.client())
    assert stub.last.query == {"access_token": TOKEN}
    assert json.loads(stub.last.body) == {"touser": OPENID, **message}
    assert b"\\u" not in stub.last.body  # WeChat shows escapes of letters as they stand


async def test_a_template_message(stub: Stub) -> None:
    stub.answers["/cgi-bin/message/template/send"] = "template_send__ok"
    sent = await stub.client().send_template(
        OPENID, "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY", {"thing1": "呼吸内科", "amount2": "25.00元"},
        url="https://h/1", mini=MiniPage("xiaochengxuappid12345", "index?foo=bar"), client_msg_id="MSG_000001")
    assert sent == "200228332"
    assert json.loads(stub.last.body) == {
        "touser": OPENID, "template_id": "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY", "url": "https://h/1",
        "miniprogram": {"appid": "xiaochengxuappid12345", "pagepath": "index?foo=bar"}, "client_msg_id": "MSG_000001",
        "data": {"thing1": {"value": "呼吸内科"}, "amount2": {"value": "25.00元"}}}


async def test_a_template_message_that_was_sent_before_is_done(stub: Stub) -> None:
    stub.answers["/cgi-bin/message/template/send"] = {"errcode": 45065, "errmsg": "clientmsgid exist"}
    assert await stub.client().send_template(OPENID, "t", {"thing1": "x"}, client_msg_id="1") == ""


async def test_a_subscription_notice(stub: Stub) -> None:
    stub.answers["/cgi-bin/message/subscribe/bizsend"] = "ok"
    assert await stub.client().send_subscription(OPENID, "t", {"thing1": "x"}, page="https://h/1") == ""
    assert json.loads(stub.last.body) == {"touser": OPENID, "template_id": "t", "page": "https://h/1",
                                          "data": {"thing1": {"value": "x"}}}


async def test_qr_codes(stub: Stub) -> None:
    stub.answers["/cgi-bin/qrcode/create"] = ["qrcode_create__temporary", "qrcode_create__permanent"]
    client = stub.client()
    with time_machine.travel("2027-03-01T08:00:00Z", tick=False):
        temporary = await client.qr_code("doctor:17", 60)
    assert json.loads(stub.last.body) == {"expire_seconds": 60, "action_name": "QR_STR_SCENE",
                                          "action_info": {"scene": {"scene_str": "doctor:17"}}}
    assert temporary.until == datetime(2027, 3, 1, 8, 1, tzinfo=UTC)
    assert temporary.url == "http://weixin.qq.com/q/kZgfwMTm72WWPkovabbI"
    assert temporary.image_url.startswith("https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQH47joAAA")
    assert temporary.image_url.endswith("%3D%3D")  # the ticket must be escaped

    permanent = await client.qr_code("doctor:17")
    assert json.loads(stub.last.body)["action_name"] == "QR_LIMIT_STR_SCENE"
    assert permanent.until is None


async def test_a_file_goes_up(stub: Stub) -> None:
    stub.answers["/cgi-bin/media/upload"] = "media_upload__ok"
    assert await stub.client().upload("image", "报告.png", b"\x89PNG", "image/png") == "MEDIA_ID"
    assert stub.last.query["type"] == "image" and stub.last.content_type == "multipart/form-data"
    assert b'name="media"; filename=".png"' in stub.last.body and b"\x89PNG" in stub.last.body


async def test_files_come_down(stub: Stub) -> None:
    async def picture(request):
        from aiohttp import web
        return web.Response(body=b"\xff\xd8", content_type="image/jpeg",
                            headers={"Content-disposition": 'attachment; filename="MEDIA_ID.jpg"'})

    stub.answers["/cgi-bin/media/get"] = [picture, "media_get__video", "media_get__gone"]
    client = stub.client()
    media = await client.download("MEDIA_ID")
    assert (media.content, media.content_type, media.filename) == (b"\xff\xd8", "image/jpeg", "MEDIA_ID.jpg")
    assert (await client.download("MEDIA_ID")).url.endswith(".f10.mp4")
    with pytest.raises(MediaRefused):
        await client.download("MEDIA_ID")


async def test_profiles_and_tags(stub: Stub) -> None:
    stub.answers |= {"/cgi-bin/user/info": ["user_info__following", "user_info__gone"],
                     "/cgi-bin/tags/get": "tags_get__ok", "/cgi-bin/tags/create": "tags_create__ok",
                     "/cgi-bin/tags/members/batchtagging": "ok"}
    client = stub.client()
    profile = await client.profile(OPENID)
    assert profile.following and profile.tags == (128, 2) and profile.scene == "doctor:17"
    assert profile.since == datetime(2013, 10, 25, 9, 55, 57, tzinfo=UTC)
    gone = await client.profile(OPENID)
    assert not gone.following and gone.since is None
    assert (await client.tags())["广东"] == 127
    assert await client.create_tag("广东") == 134
    await client.tag(134, [f"o{number}" for number in range(120)])
    sizes = [len(json.loads(each.body)["openid_list"]) for each in stub.of("/cgi-bin/tags/members/batchtagging")]
    assert sizes == [50, 50, 20]


async def test_menus(stub: Stub) -> None:
    stub.answers |= {"/cgi-bin/menu/get": ["menu_get__conditional", "menu_get__none"],
                     "/cgi-bin/menu/addconditional": "menu_addconditional__ok", "/cgi-bin/menu/create": "ok",
                     "/cgi-bin/menu/trymatch": "menu_trymatch__ok", "/cgi-bin/menu/delconditional": "ok",
                     "/cgi-bin/menu/delete": "ok"}
    client = stub.client()
    there = await client.menu()
    assert there and there["conditionalmenu"][0]["matchrule"]["group_id"] == 2
    assert await client.menu() is None
    button = {"type": "click", "name": "a", "key": "b"}
    assert await client.add_conditional_menu([button], {"tag_id": "2"}) == "208379533"
    assert len(await client.try_menu(OPENID)) == 2
    await client.create_menu([{"type": "click", "name": "挂号", "key": "flow:booking"}])
    assert "挂号".encode() in stub.last.body
    await client.delete_conditional_menu("208379533")
    assert json.loads(stub.last.body) == {"menuid": "208379533"}
    await client.delete_menus()
    assert stub.last.method == "GET"


async def test_the_address_of_the_sign_in(stub: Stub) -> None:
    url = stub.client().sign_in_url("https://h.example/h5/booking/mine?a=1&b=2", "s/t+=")
    parts = urlsplit(url)
    assert url.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1234567890abcdef&redirect_uri=")
    assert parts.fragment == "wechat_redirect"
    # WeChat looks at the order.
    assert [pair.split("=")[0] for pair in parts.query.split("&")] == [
        "appid", "redirect_uri", "response_type", "scope", "state"]
    assert parse_qs(parts.query)["redirect_uri"] == ["https://h.example/h5/booking/mine?a=1&b=2"]
    assert parse_qs(parts.query)["state"] == ["s/t+="]


async def test_who_signed_in(stub: Stub) -> None:
    stub.answers["/sns/oauth2/access_token"] = [
        "oauth_access_token__base", "oauth_access_token__snapshot", "oauth_access_token__bad_code"]
    client = stub.client()
    known = await client.signed_in("CODE")
    assert (known.openid, known.snapshot, known.scope) == ("OPENID", False, "snsapi_base")
    assert stub.last.query == {"appid": "wx1234567890abcdef", "secret": "secret", "code": "CODE",
                               "grant_type": "authorization_code"}
    virtual = await client.signed_in("CODE")
    assert virtual.snapshot and virtual.unionid == "UNIONID"
    assert "ACCESS_TOKEN" not in repr(virtual)
    with pytest.raises(CodeRefused):
        await client.signed_in("CODE")
    assert stub.of("/cgi-bin/stable_token") == []  # the account's token has nothing to do with it


async def test_a_page_is_signed_with_the_shared_ticket(stub: Stub) -> None:
    stub.answers["/cgi-bin/ticket/getticket"] = "getticket__ok"
    client = stub.client()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=False):
        first = await client.js_config("https://h.example/p?x=1#foot")
        second = await client.js_config("https://h.example/p?x=1")
    assert len(stub.of("/cgi-bin/ticket/getticket")) == 1
    assert stub.of("/cgi-bin/ticket/getticket")[0].query["type"] == "jsapi"
    assert len(first.signature) == 40 and first.signature != second.signature  # another nonce
