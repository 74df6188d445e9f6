"""What the phone page asks for."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from integrations.sandbox.phone_api import HEARTBEAT
from integrations.sandbox.phones import Phones, openid_of
from tests.integrations.playing import Play
from tests.support.patience import LONG_S
from webhooks.wechat.gate import Gate


def _last(play: Play) -> Any:
    call = play.hook.calls[-1]
    return Gate("main", play.account).open(call["query"], call["body"].encode(), time.time()).inbound


async def test_who_is_there(play: Play) -> None:
    state = await play.get("/state")
    assert [phone["number"] for phone in state["phones"]] == [1, 2, 3]
    assert state["phones"][0]["accounts"]["main"] == {"openid": play.openid, "following": False}
    assert state["accounts"][0]["name"] == "main" and state["accounts"][0]["original_id"].startswith("gh_")
    assert state["misbehaviour"]["switches"] == []


async def test_more_phones(play: Play) -> None:
    made = await play.post("/phones", {"nickname": "赵六", "mobile": "13900000009"})
    assert made["status"] == 201 and made["number"] == 4
    changed = await play.post("/phones/4/settings", {"mobile": "13900000010", "snapshot": True})
    assert (changed["nickname"], changed["mobile"], changed["snapshot"]) == ("赵六", "13900000010", True)


def test_an_openid_outlives_a_restart() -> None:
    one = Phones()[1].seat("wx1").openid
    assert one == Phones()[1].seat("wx1").openid == openid_of("wx1", 1)
    assert len(one) == 28 and one[0] == "o"
    assert len({openid_of(app, number) for app in ("wx1", "wx2") for number in (1, 2, 3)}) == 6


@pytest.mark.parametrize(("said", "kind", "text", "data"), [
    ({"text": "挂号"}, "text", "挂号", {}),
    ({"text": "满意", "menu_id": "101"}, "text", "满意", {"bizmsgmenuid": "101"}),
    ({"kind": "voice", "MediaId": "m", "Format": "amr", "Recognition": "我要挂号"}, "voice", "我要挂号",
     {"media_id": "m"}),
    ({"kind": "image", "MediaId": "m", "PicUrl": "http://h/p.jpg"}, "image", "", {"media_id": "m"}),
    ({"kind": "location", "Location_X": 31.2, "Location_Y": 121.4, "Scale": 16, "Label": "路"}, "location", "",
     {"latitude": 31.2, "longitude": 121.4}),
    ({"kind": "link", "Title": "t", "Description": "d", "Url": "http://h"}, "link", "", {"url": "http://h"}),
    ({"kind": "video", "MediaId": "m", "ThumbMediaId": "t"}, "video", "", {"media_id": "m"}),
])
async def test_messages_are_what_wechat_makes_of_them(
        play: Play, said: dict[str, Any], kind: str, text: str, data: dict[str, Any]) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    sent = await play.post("/phones/1/send", said)
    inbound = _last(play)
    assert (inbound.kind, inbound.text) == (kind, text)
    assert {name: inbound.data.get(name) for name in data} == data
    assert sent["entry"]["way"] == "sent" and sent["entry"]["type"] == said.get("kind", "text")


@pytest.mark.parametrize(("done", "kind", "data"), [
    ({"event": "CLICK", "EventKey": "flow:booking"}, "click", {"key": "flow:booking"}),
    ({"event": "VIEW", "EventKey": "http://h/x", "MenuId": "1"}, "view", {}),
    ({"event": "LOCATION", "Latitude": 31.2, "Longitude": 121.4, "Precision": 10}, "position", {"latitude": 31.2}),
    ({"event": "scancode_waitmsg", "EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}},
     None, {"scan_result": "1"}),
    ({"event": "answer", "template_id": "t", "accept": True}, "subscription", {}),
    ({"event": "unsubscribe"}, "unsubscribe", {}),
])
async def test_events_are_what_wechat_makes_of_them(
        play: Play, done: dict[str, Any], kind: str | None, data: dict[str, Any]) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    await play.post("/phones/1/event", done)
    inbound = _last(play)
    assert inbound.kind == kind or kind is None
    assert {name: inbound.data.get(name) for name in data} == data


async def test_a_scanned_code(play: Play) -> None:
    ticket = (await play.client().qr_code("doctor:D0012", 600)).ticket
    await play.post("/phones/1/event", {"event": "scan", "code": ticket})
    assert (_last(play).kind, _last(play).data["scene"]) == ("subscribe", "doctor:D0012")
    await play.post("/phones/1/event", {"event": "scan", "code": ticket})
    assert (_last(play).kind, _last(play).data["scene"]) == ("scan", "doctor:D0012")


@pytest.mark.parametrize(("path", "body", "status", "error"), [
    ("/phones/1/send", {"text": "x"}, 400, "not_following"),
    ("/phones/1/event", {"event": "CLICK", "EventKey": "k"}, 400, "not_following"),
    ("/phones/1/send", {"text": "x", "account": "other"}, 400, "unknown_account"),
    ("/phones/1/send", {"kind": "hologram"}, 400, "unknown_message"),
    ("/misbehave", {"api": "x", "speed": 3}, 400, "bad_switch"),
    ("/misbehave", {"api": "x", "slow": "very"}, 400, "bad_switch"),
    ("/misbehave", {"callbacks": {"repeat": 1000}}, 400, "bad_switch"),
])
async def test_what_cannot_be(play: Play, path: str, body: dict[str, Any], status: int, error: str) -> None:
    answer = await play.post(path, body)
    assert (answer["status"], answer["error"]) == (status, error)
    assert play.hook.calls == []


async def test_no_such_phone(play: Play) -> None:
    async with play.session.get(play.url("/sandbox/api/phones/99/history")) as response:
        assert response.status == 404


async def test_a_picture_from_the_phone(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    url = play.url("/sandbox/api/phones/1/upload?kind=image&name=a.jpg")
    async with play.session.post(url, data=b"\xff\xd8...", headers={"Content-Type": "image/jpeg"}) as response:
        media_id = (await response.json())["media_id"]
    await play.post("/phones/1/send", {"kind": "image", "MediaId": media_id})
    media = await play.client().download(_last(play).data["media_id"])
    assert (media.content, media.content_type) == (b"\xff\xd8...", "image/jpeg")
    async with play.session.get(play.url(f"/sandbox/api/media/{media_id}")) as response:
        assert await response.read() == b"\xff\xd8..."


async def test_the_stream_goes_on_where_it_stopped(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    await play.post("/phones/1/send", {"text": "早上好"})
    url = play.url("/sandbox/api/phones/1/stream")
    async with play.session.get(url, headers={"Last-Event-ID": "1"}) as response:
        assert response.content_type == "text/event-stream"
        assert [each["text"] for each in await _events(response, 1)] == ["早上好"]
        await play.client().send_text(play.openid, "您好")
        await play.sms().send("13800000001", "t", {"a": "b"}, request_id="r")
        arrived = await _events(response, 2)
        assert [(each["way"], each["id"]) for each in arrived] == [("customer", 3), ("sms", 4)]
    history = await play.get("/phones/1/history?after=2")
    assert [each["id"] for each in history["entries"]] == [3, 4]


async def test_an_open_stream_does_not_hold_up_the_stop(play: Play) -> None:
    async with play.session.get(play.url("/sandbox/api/phones/1/stream")) as response:
        await response.content.readline()
        async with asyncio.timeout(HEARTBEAT * 0.8):  # by the next sign of life it would end in any case
            await play.server.close()


async def test_the_page_may_stand_on_another_port_of_this_host_only(play: Play) -> None:
    url, near = play.url("/sandbox/api/state"), "http://127.0.0.1:8080"
    async with play.session.options(url, headers={"Origin": near, "Access-Control-Request-Method": "POST"}) as response:
        assert response.status == 204 and response.headers["Access-Control-Allow-Origin"] == near
    async with play.session.get(url, headers={"Origin": near}) as response:
        assert response.headers["Access-Control-Allow-Origin"] == near
    async with play.session.get(url, headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403


async def _events(response: Any, count: int) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(LONG_S):
        while len(events) < count:
            line = (await response.content.readline()).decode()
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
    return events
