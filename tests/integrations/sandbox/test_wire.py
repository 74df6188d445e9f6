"""What the played WeChat refuses before it looks at the matter: what real clients get wrong on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.playing import Play, play_account

CUSTOM = "/sandbox/play/wechat/cgi-bin/message/custom/send"


async def _post(play: Play, path: str, data: bytes, token: str) -> dict[str, Any]:
    async with play.session.post(play.url(path), params={"access_token": token} if token else {},
                                 data=data) as response:
        assert response.status == 200  # also for errors
        assert response.content_type == "text/plain"
        answer: dict[str, Any] = await response.json(content_type=None)
        return answer


@pytest.mark.parametrize(("data", "errcode"), [
    (b"", 44002), (b"{", 47001), (b"[]", 47001),
    (b'{"touser":"o","msgtype":"text","text":{"content":"\\u6302\\u53f7"}}', 40033),
    (b'{"touser":"o","msgtype":"text","text":{"content":"a \\\\u6302 typed by a patient"}}', 40003),
    (b'{"touser":"o","msgtype":"text","text":{"content":"line\\u000bfeed"}}', 40003),
])
async def test_bodies(play: Play, data: bytes, errcode: int) -> None:
    token, _ = play_account(play).stable_token(False)
    answer = await _post(play, CUSTOM, data, token)
    assert answer["errcode"] == errcode and " rid: " in answer["errmsg"]


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("anything", 40001)])
async def test_tokens(play: Play, token: str, errcode: int) -> None:
    assert (await _post(play, CUSTOM, b"{}", token))["errcode"] == errcode


async def test_the_two_kinds_of_tokens_leave_each_other_alone(play: Play) -> None:
    account = play_account(play)
    stable, life = account.stable_token(False)
    assert account.stable_token(False)[0] == stable and life == 7200
    plain = [account.plain_token()[0] for _ in range(2)]
    for token in (stable, *plain):  # an old plain one is good for five minutes more
        account.check_token(token)
    assert len({stable, *plain}) == 3 and all(len(token) > 100 for token in (stable, *plain))
    query = {"grant_type": "client_credential", "appid": play.account.app_id, "secret": play.account.app_secret}
    async with play.session.get(play.url("/sandbox/play/wechat/cgi-bin/token"), params=query) as response:
        assert (await response.json(content_type=None))["expires_in"] == 7200


async def test_force_is_rationed(play: Play) -> None:
    body = {"grant_type": "client_credential", "appid": play.account.app_id, "secret": play.account.app_secret,
            "force_refresh": True}
    codes = []
    for _ in range(2):
        async with play.session.post(play.url("/sandbox/play/wechat/cgi-bin/stable_token"), json=body) as response:
            codes.append((await response.json(content_type=None)).get("errcode"))
    assert codes == [None, 45011]
