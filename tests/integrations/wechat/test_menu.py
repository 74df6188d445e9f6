"""The menu's file, what it may hold, and how it gets to WeChat."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.areas import AREAS
from bot.errors import SettingsError
from bot.talk.understand import words
from integrations.wechat.menu import MENU, Button, Conditional, Menu, menu_path, read_menu
from integrations.wechat.menu_sync import Synced, sync, sync_menu
from tests.integrations.playing import Play
from tests.integrations.wechat.stub import Stub

BASE = "https://h.example"
SEE_A_DOCTOR = Button("挂号就医", sub=(
    Button("预约挂号", key="flow:booking"), Button("我的预约", url="/h5/booking/mine")))
MINE = Menu((SEE_A_DOCTOR, Button("帮助", key="flow:help")))
INPATIENT = Conditional("住院患者", (Button("住院", key="flow:inpatient"),))
PARENT = Conditional("新生儿家长", (Button("儿保", key="flow:child"),))


def _file(folder: Path, text: str) -> Path:
    path = folder / "main.toml"
    path.write_text(text, "utf-8")
    return path


def test_our_own_menu_is_in_order() -> None:
    menu = read_menu(MENU)
    assert 1 <= len(menu.buttons) <= 3
    assert "flow:booking" in menu.keys
    for key in menu.keys:
        flow = key.removeprefix("flow:")
        heard = flow in AREAS.flows if flow != key else words.control(key) or key in AREAS.words
        assert heard, f"nobody hears {key}"


def test_our_own_menu_has_all_that_can_be_begun() -> None:
    keys = read_menu(MENU).keys
    begun = {AREAS.words.get(key, key.removeprefix("flow:")) for key in keys}
    wanted = {"booking", "appointments", "exams", "offer", "stopped", "appeal", "people", "register", "easy", "human"}
    assert wanted <= begun
    doings = [leaf.key or leaf.url for top in read_menu(MENU).buttons for leaf in top.sub]
    assert "/h5/booking/" in doings
    assert len(set(doings)) == len(doings), "no two do the same"


def test_help_names_what_can_be_begun() -> None:
    said = (MENU.parents[1] / "common" / "chat" / "help.j2").read_text("utf-8")
    for word in ("挂号", "我的预约", "签到", "检查", "候补", "停诊", "就诊人", "申诉", "大字", "我的消息"):
        assert word in said and AREAS.words.get(word), word


def test_pages_of_ours_say_for_which_account_they_are() -> None:
    leaf = Button("网页挂号", url="/h5/booking/")
    assert leaf.wire(BASE, "second")["url"] == "https://h.example/h5/booking/?account=second"
    assert Button("急诊", url="https://other.example/x").wire(BASE, "second")["url"] == "https://other.example/x"


def test_a_whole_file(tmp_path: Path) -> None:
    menu = read_menu(_file(tmp_path, """
[[button]]
name = "挂号就医"
[[button.sub]]
name = "预约挂号"
key = "flow:booking"
[[button.sub]]
name = "互联网医院"
url = "https://h.example/x"
mini_app = "wx1234567890abcdef"
mini_path = "pages/index?a=1"
[[conditional]]
tag = "住院患者"
[[conditional.button]]
name = "我的住院"
url = "/h5/inpatient/mine"
"""))
    assert [button.wire(BASE) for button in menu.buttons] == [{"name": "挂号就医", "sub_button": [
        {"type": "click", "name": "预约挂号", "key": "flow:booking"},
        {"type": "miniprogram", "name": "互联网医院", "url": "https://h.example/x", "appid": "wx1234567890abcdef",
         "pagepath": "pages/index?a=1"}]}]
    assert menu.conditional[0].tag == "住院患者"
    assert menu.conditional[0].buttons[0].wire(BASE)["url"] == "https://h.example/h5/inpatient/mine"
    assert menu.keys == {"flow:booking"}


@pytest.mark.parametrize(("text", "expected"), [
    ("", "button: expected 1 to 3 buttons"),
    ("[[button]]\nname = 'a'\nkey = 'k'\n" * 4, "button: expected 1 to 3 buttons"),
    ("[[button]]\nname = '一二三四五'\nkey = 'k'", "button 1: name '一二三四五', expected 1 to 4 Chinese characters"),
    ("[[button]]\nkey = 'k'", "expected 1 to 4 Chinese characters"),
    ("[[button]]\nname = 'a'\n" + "[[button.sub]]\nname = 'b'\nkey = 'k'\n" * 6, "at most 5 buttons below a button"),
    ("[[button]]\nname = 'a'\n[[button.sub]]\nname = '一二三四五六七八九'\nkey = 'k'", "expected 1 to 8 Chinese"),
    ("[[button]]\nname = 'a'\n[[button.sub]]\nname = 'b'\n[[button.sub.sub]]\nname = 'c'\nkey = 'k'",
     "none below those"),
    ("[[button]]\nname = 'a'", "expected one of key, url, sub"),
    ("[[button]]\nname = 'a'\nkey = 'k'\nurl = '/x'", "expected one of key, url, sub"),
    ("[[button]]\nname = 'a'\nurl = 'javascript:1'", "url, expected https://... or /..."),
    ("[[button]]\nname = 'a'\nkey = '" + "键" * 43 + "'", "a key of 128 bytes"),
    ("[[button]]\nname = 'a'\nurl = '/x'\nmini_app = 'wx1'", "mini_app needs mini_path"),
    ("[[button]]\nname = 'a'\nkey = 'k'\ncolour = 'red'", "button 1: unknown entry colour"),
    ("[[button]]\nname = 'a'\nkey = 'k'\n[[conditional]]\n[[conditional.button]]\nname = 'b'\nkey = 'k'",
     "conditional 1: tag is missing"),
    ("button = ['a']", "expected 1 to 3 buttons"),
    ("conditional = 3", "expected [[conditional]] tables"),
    ("name = ", "main.toml: "),
])
def test_what_breaks_a_rule_is_named(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_menu(_file(tmp_path, text))
    assert expected in str(caught.value)


def test_a_hospitals_own_file_stands_before_ours(tmp_path: Path) -> None:
    assert menu_path("main", None) == menu_path("second", tmp_path) == MENU
    (tmp_path / "menu").mkdir()
    own = _file(tmp_path / "menu", "")
    assert menu_path("second", tmp_path) == own
    special = own.with_name("second.toml")
    special.touch()
    assert menu_path("second", tmp_path) == special


async def test_only_a_difference_is_published(play: Play) -> None:
    client = play.client()
    assert await sync_menu(client, MINE, BASE) == Synced(True, 0, 0)
    assert await sync_menu(client, MINE, BASE) == Synced(False, 0, 0)
    assert str(await sync_menu(client, MINE, BASE)) == "up to date"
    moved = await sync_menu(client, MINE, "https://other.example")
    assert moved.main and str(moved) == "menu published"
    told = await client.menu()
    assert told and told["menu"]["button"][0]["sub_button"][1]["url"] == "https://other.example/h5/booking/mine"


async def test_conditional_menus_follow_tags(play: Play) -> None:
    client = play.client()
    both = Menu(MINE.buttons, (INPATIENT, PARENT))
    done = await sync_menu(client, both, BASE)
    assert done == Synced(True, 2, 0, ("住院患者", "新生儿家长"))
    assert await sync_menu(client, both, BASE) == Synced(False, 0, 0)
    tags = await client.tags()
    assert [each["name"] for each in await client.try_menu(play.openid)] == ["挂号就医", "帮助"]
    await client.tag(tags["新生儿家长"], [play.openid])
    assert [each["name"] for each in await client.try_menu(play.openid)] == ["儿保"]
    await client.tag(tags["住院患者"], [play.openid])  # the first in the file goes first
    assert [each["name"] for each in await client.try_menu(play.openid)] == ["住院"]
    await client.untag(tags["住院患者"], [play.openid])
    assert [each["name"] for each in await client.try_menu(play.openid)] == ["儿保"]
    fewer = await sync_menu(client, Menu(MINE.buttons, (PARENT,)), BASE)
    assert (fewer.added, fewer.deleted) == (1, 2)
    assert str(fewer) == "2 conditional deleted, 1 conditional added"


async def test_what_wechat_documents_to_answer_is_compared_rightly(stub: Stub) -> None:
    """Empty lists on every button, the tag under its old name, a number where we sent text."""
    stub.answers |= {"/cgi-bin/menu/get": "menu_get__conditional", "/cgi-bin/tags/get": "tags_get__ok"}
    song = Button("今日歌曲", key="V1001_TODAY_MUSIC")
    rest = Button("菜单", sub=(Button("搜索", url="http://www.soso.com/"), Button("视频", url="http://v.qq.com/"),
                             Button("赞一下我们", key="V1001_GOOD")))
    same = Menu((song,), (Conditional("星标组", (song, rest)),))
    assert await sync_menu(stub.client(), same, BASE) == Synced(False, 0, 0)


async def test_the_command(play: Play, tmp_path: Path) -> None:
    path = _file(tmp_path, "[[button]]\nname = '挂号'\nkey = 'flow:booking'")
    assert await sync("main", play.settings, play.client(), path) == "menu published"
    assert await sync("main", play.settings, play.client(), path) == "up to date"
    assert (await play.get("/phones/1/menu"))["button"] == [{"type": "click", "name": "挂号", "key": "flow:booking"}]


