"""Words that steer the conversation, alone in a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.talk.understand.words import control, courtesy, meanings, placeholder

SAID = {
    "back": "返回 上一步 回去 返回吧 请返回上一步 我想返回 往回 返回。 【返回】",
    "cancel":
        "取消 算了 算了吧 不挂了 我不挂了 不约了 那就不挂了 取消吧 我要取消 取消了 退出 不要了 先不办了 "
        "麻烦取消一下",
    "help": "帮助 ? ？ ？？ 怎么用 请问怎么用 怎么用啊 菜单 HELP 帮助一下",
    "human":
        "人工 客服 0 ０ 0。 零 零。 〇 回复零 回零 按0 请按零 "
        "转人工 找人 人工客服 我要人工 请转人工 转人工谢谢 有人吗 人工服务 帮我转人工 "
        "人工！ 找人工吧",
    "listen":
        "听 念给我听 请念给我听 帮我念一遍 读一遍 再念一遍 再念一遍吧 念一下 读给我听听 我要听 "
        "听一遍 ＬＩＳＴＥＮ 再说一遍谢谢",
    "more": "更多 下一页 还有吗 还有别的吗 n N 更多吧 下一页谢谢",
    "previous": "上一页 上页 前一页",
    "yes": "是 是的 对 好的 嗯 ok OK Ok. 好 好吧 可以 行 确认 没错 好的谢谢 对的 嗯嗯 [OK] 👌 是的吧",
    "no": "不 不是 否 不用了 不要 不用 不需要 没有 不行 不是的 no",
}


@pytest.mark.parametrize(("word", "text"), [
    *((word, text) for word, texts in SAID.items() for text in texts.split()), ("cancel", "取 消"),
    ("human", " 人工\n"),
])
def test_control_words(word: str, text: str) -> None:
    assert control(text) == word


@pytest.mark.parametrize("text", [
    "", " ", "。", "取消预约", "怎么取消", "不能取消吗", "人工流产", "找人工骨科", "我想返回杭州看病", "好大夫",
    "还有三天", "对面在哪", "是不是发烧", "听力不好", "听不见", "念书", "再说吧", "听医生的", "读后感",
    "1", "00", "10", "零个", "0号", "十", "内科", "帮助我挂个呼吸内科的号", "更多科室在哪", "取消" * 40, "不挂内科了",
])
def test_not_alone_or_no_control_word(text: str) -> None:
    assert control(text) is None


def test_a_word_may_mean_two_things() -> None:
    assert meanings("不要了") == {"cancel", "no"}
    assert control("不要了") == "cancel"


def test_what_wechat_puts_for_a_sticker() -> None:
    assert placeholder("【收到不支持的消息类型，暂无法显示】")
    assert placeholder("[收到不支持的消息类型，暂无法显示]")
    assert not placeholder("收到不支持的消息类型是什么意思")


@given(st.text(max_size=100))
def test_never_raises(text: str) -> None:
    control(text)
    placeholder(text)


@pytest.mark.parametrize(("text", "found"), [
    ("谢谢", "thanks"), ("好的，谢谢！", "thanks"), ("好的谢谢", "thanks"), ("谢谢医生", "thanks"),
    ("知道了", "thanks"), ("非常感谢", "thanks"), ("在吗？", "hello"), ("你好", "hello"),
    ("您好，在吗", "hello"), ("早上好", "hello"),
    ("你好我要挂号", None), ("谢谢医生在哪", None), ("谢医生", None), ("早点的号", None), ("", None), ("好的", None),
])
def test_thanks_and_greetings(text: str, found: str | None) -> None:
    assert courtesy(text) == found
